package config

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2/hclsyntax"

	"buckethead/config/addr"
	"buckethead/config/eval"
	"buckethead/config/expr"
	"buckethead/config/faults"
	"buckethead/config/language"
)

// declaration knows which projects are declared.
type declaration struct {
	exact  map[addr.Address]*Project
	names  map[string]*hclsyntax.Block
	unsure map[string]bool // names of projects whose instances are not known
}

// lifecycleDecoder reads the blocks that move, remove or import projects.
type lifecycleDecoder struct {
	declaration
	ev     *eval.Evaluator
	config *Config
	unused []eval.Lack // what the blocks lack, which nothing needs
}

// decodeLifecycle reads the moved, removed and import blocks.
func decodeLifecycle(ps *projectsDecoder, c *Config, blocks *topBlocks) {
	if len(blocks.moved)+len(blocks.removed)+len(blocks.imports) == 0 {
		return
	}
	l := lifecycleDecoder{ev: ps.ev, config: c, declaration: declaration{names: ps.named, unsure: ps.unsure,
		exact: make(map[addr.Address]*Project, len(c.Projects))}}
	for i := range c.Projects {
		p := &c.Projects[i]
		l.exact[p.Addr] = p
	}
	leaves := l.decodeMoved(blocks.moved)
	l.decodeRemoved(blocks.removed, leaves)
	l.decodeImports(blocks.imports)
}

// decodeMoved reads the moved blocks and returns the places that projects leave.
func (l *lifecycleDecoder) decodeMoved(blocks []*hclsyntax.Block) map[addr.Address]*hclsyntax.Block {
	from, to := map[addr.Address]*hclsyntax.Block{}, map[addr.Address]*hclsyntax.Block{}
	next := map[addr.Address]addr.Address{}
	for _, b := range blocks {
		s := l.ev.In(b)
		m := Moved{Range: faults.RangeOf(b.DefRange())}
		if _, faults := s.Fill(b, movedBlock, &m); faults != 0 {
			continue
		}
		first, taken := from[m.From]
		other, occupied := to[m.To]
		switch {
		case m.From == m.To:
			s.Report(faults.InvalidMove, expr.ValueRange(b, "to"), fmt.Sprintf("%s is moved to itself.", m.From),
				"Remove the block, or write another address.")
		case taken:
			s.Report(faults.InvalidMove, expr.ValueRange(b, "from"),
				fmt.Sprintf("%s is moved twice: here and at %s.", m.From, faults.RangeOf(first.DefRange())), "Keep one of the two blocks.")
		case occupied:
			s.Report(faults.InvalidMove, expr.ValueRange(b, "to"),
				fmt.Sprintf("Two projects are moved to %s: here and at %s.", m.To, faults.RangeOf(other.DefRange())),
				"Give each of them its own address.")
		case l.declares(m.From, m.To):
			s.Report(faults.InvalidMove, expr.ValueRange(b, "from"), fmt.Sprintf("%s is moved away but still declared.", m.From),
				"Rename the project block, or remove the moved block.")
		default:
			from[m.From], to[m.To], next[m.From] = b, b, m.To
			l.config.Moved = append(l.config.Moved, m)
		}
	}
	l.moveCycles(next, from)
	return from
}

// declares reports whether p stays declared although it moves to another place.
// Without a key it covers every instance of its name, unless it moves to or from
// an instance: for_each was then added or taken away.
func (d declaration) declares(p, to addr.Address) bool {
	if d.unsure[p.Name] {
		return false
	}
	if _, there := d.exact[p]; there {
		return true
	}
	return p.Key == "" && to.Key == "" && p.Name != to.Name && d.names[p.Name] != nil
}

// moveCycles reports moves that lead back to where they began.
func (l *lifecycleDecoder) moveCycles(next map[addr.Address]addr.Address, from map[addr.Address]*hclsyntax.Block) {
	settled := map[addr.Address]bool{}
	for _, start := range slices.SortedFunc(maps.Keys(next), addr.Address.Compare) {
		var path []addr.Address
		at := start
		for !settled[at] && !slices.Contains(path, at) {
			path = append(path, at)
			onward, moves := next[at]
			if !moves {
				break
			}
			at = onward
		}
		if i := slices.Index(path, at); i >= 0 && next[path[len(path)-1]] == at && !settled[at] {
			var steps []string
			for _, p := range append(path[i:len(path):len(path)], at) {
				steps = append(steps, p.String())
			}
			b := from[at]
			l.ev.In(b).Report(faults.InvalidMove, b.DefRange(),
				fmt.Sprintf("The moves form a circle: %s.", strings.Join(steps, " -> ")), "Remove one of these blocks.")
		}
		for _, p := range path {
			settled[p] = true
		}
	}
}

// decodeRemoved reads the removed blocks.
func (l *lifecycleDecoder) decodeRemoved(blocks []*hclsyntax.Block, moved map[addr.Address]*hclsyntax.Block) {
	first := map[addr.Address]*hclsyntax.Block{}
	for _, b := range blocks {
		s := l.ev.Needing(b, &l.unused)
		r := Removed{Range: faults.RangeOf(b.DefRange())}
		if _, faults := s.Fill(b, removedBlock, &r); faults != 0 {
			continue
		}
		from := r.From
		other, twice := first[from]
		move, moves := moved[from]
		switch {
		case twice:
			s.Duplicate(b, other, "The removal of "+from.String())
		case moves:
			s.Report(faults.InvalidMove, expr.ValueRange(b, "from"),
				fmt.Sprintf("%s is removed here and moved at %s.", from, faults.RangeOf(move.DefRange())), "Keep one of the two blocks.")
		case l.declares(from, addr.Address{}):
			s.Report(faults.RemovedDeclared, expr.ValueRange(b, "from"), fmt.Sprintf("%s is removed here but still declared.", from),
				"Remove the project block, or this block.")
		default:
			first[from] = b
			l.config.Removed = append(l.config.Removed, r)
		}
	}
}

// decodeImports reads the import blocks.
func (l *lifecycleDecoder) decodeImports(blocks []*hclsyntax.Block) {
	first := map[addr.Address]*hclsyntax.Block{}
	for _, b := range blocks {
		s := l.ev.Needing(b, &l.unused)
		i := Import{Range: faults.RangeOf(b.DefRange())}
		if _, faults := s.Fill(b, importBlock, &i); faults != 0 {
			continue
		}
		to := i.To
		if other, twice := first[to]; twice {
			s.Duplicate(b, other, "The import into "+to.String())
			continue
		}
		first[to] = b
		if l.fits(s, b, &i) {
			l.config.Imports = append(l.config.Imports, i)
		}
	}
}

// ownerName is the name of a state: its stack and eight letters of its lineage. An
// unknown part is "unknown".
var ownerName = regexp.MustCompile(`^(.+)@([0-9a-f]{8}|unknown)$`)

// ValidOwner reports whether a text can name the state that owns something.
func ValidOwner(text string) bool {
	parts := ownerName.FindStringSubmatch(text)
	return text == "unknown" || parts != nil && stackName.MatchString(parts[1])
}

// fits checks an import against its project, and fills in the project's bucket if
// the import does not name one.
func (d declaration) fits(s *eval.Scope, b *hclsyntax.Block, i *Import) bool {
	p := d.exact[i.To]
	switch {
	case p == nil && d.unsure[i.To.Name]:
		return false
	case p == nil:
		var addresses []string
		for address := range d.exact {
			addresses = append(addresses, address.String())
		}
		fix := "Declare the project, and apply."
		if near := language.Similar(i.To.String(), addresses); near != "" {
			fix = fmt.Sprintf("Did you mean %s?", near)
		}
		s.Report(faults.ImportUndeclared, expr.ValueRange(b, "to"), fmt.Sprintf("%s is not declared.", i.To), fix)
		return false
	case i.AccessKeyID != "" && i.Item == "" && p.Register != nil:
		s.Report(faults.InvalidImport, expr.ValueRange(b, "access_key_id"),
			"access_key_id names a credential that a new one replaces, but bh does not issue one for "+i.To.String()+".",
			"Add item, the title or the id of the item with these keys, or remove access_key_id.")
		return false
	case i.Owner != "" && !ValidOwner(i.Owner):
		s.Report(faults.InvalidImport, expr.ValueRange(b, "owner"), fmt.Sprintf("%q is not the name of a state.", i.Owner),
			"Write STACK@LINEAGE, as bh discover and bh plan do, such as \"acme@1b2c3d4e\".")
		return false
	case i.Bucket == "":
		i.Bucket = p.Bucket.ID.Name
	case p.Bucket.ID.Name != "" && i.Bucket != p.Bucket.ID.Name:
		s.Report(faults.InvalidImport, expr.ValueRange(b, "bucket"),
			fmt.Sprintf("The import block names the bucket %q, but %s declares the bucket %q.", i.Bucket, i.To, p.Bucket.ID.Name),
			"A bucket keeps its name: write the same name in both places.")
		return false
	}
	return true
}
