package config

import (
	"fmt"
	"slices"

	"github.com/hashicorp/hcl/v2/hclsyntax"

	"buckethead/config/eval"
	"buckethead/config/expr"
	"buckethead/config/faults"
	"buckethead/config/language"
)

// decodeBlocks reads blocks within a project.
func (d *projectDecoder) decodeBlocks(written hclsyntax.Blocks) {
	blocks, unsure := d.Expand(written, projectBlock)
	d.faults |= unsure
	d.repeated(blocks)
	rules := language.Set(0)
	for _, b := range blocks {
		switch bit := blockBit(b.Type); {
		case bit == 0:
			d.UnknownBlock(b.Block, projectBlock)
		case bit&settingsBlocks != 0:
			rules |= bit
		default:
			d.Part = b.Type
			d.inner(b, bit)
		}
	}
	if rules != 0 {
		d.Part = eval.SettingsPart
		d.decodeSettings(blocks, rules)
	}
}

// blockBit returns the bit of a type of block in a project, 0 if the type does not exist.
func blockBit(name string) language.Set {
	if projectBlock.Block(name) == nil {
		return 0
	}
	return projectBlock.Set(name)
}

// repeated reports a second block of a type that a project can have only once.
func (d *projectDecoder) repeated(blocks []eval.Placed) {
	first := language.Set(0)
	for i, b := range blocks {
		bit := blockBit(b.Type) &^ repeatedBlocks
		if first&bit != 0 {
			at := slices.IndexFunc(blocks[:i], func(earlier eval.Placed) bool { return earlier.Type == b.Type })
			if blocks[at].Block == b.Block {
				d.Report(faults.DuplicateBlock, b.DefRange(), fmt.Sprintf("A project can have only one %s block, and this dynamic block makes several.", b.Type),
					"Give its for_each at most one element: CONDITION ? [1] : [].")
			} else {
				d.Duplicate(b.Block, blocks[at].Block, fmt.Sprintf("The %s block of the project", b.Type))
			}
		}
		first |= bit
	}
}

// inner reads one block that a project can have.
func (d *projectDecoder) inner(b eval.Placed, bit language.Set) {
	if !d.of.ev.Labelled(b.Block, nil) {
		d.faults |= bit
		return
	}
	s := b.Within(d.Scope)
	ok := false
	if bit == hasRegister {
		d.project.Register, ok = d.registration(&s, b.Block)
	} else {
		d.project.Rotate, ok = rotation(&s, b.Block)
	}
	if !ok {
		d.faults |= bit
	}
	d.set |= bit
}

// rotation reads a rotate block. The overlap is always shorter than the time between two
// rotations: otherwise keys would pile up.
func rotation(s *eval.Scope, b *hclsyntax.Block) (*Rotation, bool) {
	table := projectBlock.Block(b.Type)
	r := &Rotation{}
	table.SetDefaults(r)
	if _, faults := s.Fill(b, table, r); faults != 0 {
		return nil, false
	}
	if r.Overlap >= r.Every {
		s.Report(faults.InvalidDuration, expr.ValueRange(b, "overlap"),
			fmt.Sprintf("The overlap of %s is not shorter than the %s between two rotations.", language.FormatDuration(r.Overlap),
				language.FormatDuration(r.Every)),
			"Write a shorter overlap, or rotate less often. Without a line for it, the overlap is 24h.")
		return nil, false
	}
	return r, true
}

// registration reads a register block.
func (d *projectDecoder) registration(s *eval.Scope, b *hclsyntax.Block) (*Register, bool) {
	table := projectBlock.Block(b.Type)
	r := &Register{}
	table.SetDefaults(r)
	_, faults := s.Fill(b, table, r)
	ok := faults == 0
	if a := b.Body.Attributes["secret_access_key"]; a != nil {
		var out eval.Outcome
		r.SecretAccessKey, r.Reference, out = d.of.connected.secret(s, a, "")
		if out == eval.Unset {
			s.Missing(b, a.Name)
		}
		ok = ok && out == eval.Given
	}
	if a := b.Body.Attributes["verify"]; a != nil {
		verify, out := s.Flag(a)
		r.Unverified = out == eval.Given && !verify
		ok = ok && out != eval.Faulty
	}
	return r, ok
}
