package config

import (
	"fmt"
	"slices"

	"github.com/hashicorp/hcl/v2/hclsyntax"

	"buckethead/config/language"
)

// decodeBlocks reads blocks within a project.
func (d *projectDecoder) decodeBlocks(written hclsyntax.Blocks) {
	blocks, unsure := d.expand(written, projectBlock)
	d.faults |= unsure
	d.repeated(blocks)
	rules := language.Set(0)
	for _, b := range blocks {
		switch bit := blockBit(b.Type); {
		case bit == 0:
			d.unknownBlock(b.Block, projectBlock)
		case bit&settingsBlocks != 0:
			rules |= bit
		default:
			d.part = partOf(b.Type)
			d.inner(b, bit)
		}
	}
	if rules != 0 {
		d.part = settingsPart
		d.decodeSettings(blocks, rules)
	}
}

// settingsPart is what lacks a value if a block of settings does.
const settingsPart = "settings"

// partOf returns the part of a project that lacks a value if a block of this type does.
func partOf(name string) string {
	if blockBit(name)&settingsBlocks != 0 {
		return settingsPart
	}
	return name
}

// blockBit returns the bit of a type of block in a project, 0 if there is no such type.
func blockBit(name string) language.Set {
	if projectBlock.Block(name) == nil {
		return 0
	}
	return projectBlock.Set(name)
}

// repeated reports blocks of which a project has one alone, and this one more.
func (d *projectDecoder) repeated(blocks []placed) {
	first := language.Set(0)
	for i, b := range blocks {
		bit := blockBit(b.Type) &^ repeatedBlocks
		if first&bit != 0 {
			at := slices.IndexFunc(blocks[:i], func(earlier placed) bool { return earlier.Type == b.Type })
			if blocks[at].Block == b.Block {
				d.report(duplicateBlock, b.DefRange(), fmt.Sprintf("A project has one %s block, and this dynamic block makes several.", b.Type),
					"Give its for_each one element at most: CONDITION ? [1] : [].")
			} else {
				d.duplicate(b.Block, blocks[at].Block, fmt.Sprintf("The %s block of the project", b.Type))
			}
		}
		first |= bit
	}
}

// inner reads one block that a project can have.
func (d *projectDecoder) inner(b placed, bit language.Set) {
	if !d.l.labelled(b.Block, nil) {
		d.faults |= bit
		return
	}
	s := b.within(d.scope)
	ok := false
	if bit == hasRegister {
		d.project.Register, ok = s.registration(b.Block)
	} else {
		d.project.Rotate, ok = s.rotation(b.Block)
	}
	if !ok {
		d.faults |= bit
	}
	d.set |= bit
}

// rotation reads a rotate block. The overlap is always shorter than the time between two
// rotations: otherwise keys would pile up.
func (s *scope) rotation(b *hclsyntax.Block) (*Rotation, bool) {
	table := projectBlock.Block(b.Type)
	r := &Rotation{}
	table.SetDefaults(r)
	if _, faults := s.fill(b, table, r); faults != 0 {
		return nil, false
	}
	if r.Overlap >= r.Every {
		s.report(invalidDuration, valueRange(b, "overlap"),
			fmt.Sprintf("The overlap of %s is not shorter than the %s between two rotations.", language.FormatDuration(r.Overlap),
				language.FormatDuration(r.Every)),
			"Write a shorter overlap, or rotate less often. The overlap is 24h if it is not written.")
		return nil, false
	}
	return r, true
}

// registration reads a register block.
func (s *scope) registration(b *hclsyntax.Block) (*Register, bool) {
	table := projectBlock.Block(b.Type)
	r := &Register{}
	table.SetDefaults(r)
	_, faults := s.fill(b, table, r)
	ok := faults == 0
	if a := b.Body.Attributes["secret_access_key"]; a != nil {
		var out outcome
		r.SecretAccessKey, r.Reference, out = s.secret(a, "")
		if out == unset {
			s.missing(b, a.Name)
		}
		ok = ok && out == given
	}
	if a := b.Body.Attributes["verify"]; a != nil {
		verify, out := s.flag(a)
		r.Unverified = out == given && !verify
		ok = ok && out != faulty
	}
	return r, ok
}
