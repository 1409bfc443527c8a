package owners

import (
	"slices"
	"strings"

	"buckethead/config"
	"buckethead/config/addr"
	"buckethead/planner/observed"
	"buckethead/state"
	"buckethead/vendors"
)

// family decides what belongs to this state. A mark says so. The name of a credential does not, but
// the id in it was drawn from a lineage, so a name can be checked against each known lineage.
type family struct {
	stack    string
	ours     []string            // lineages of this state
	others   map[string][]string // lineages of other states, by stack, as far as marks show
	desired  *config.Config
	recorded state.Snapshot
	observed observed.World
	hashes   map[string]shortened // made when first asked for
}

// shortened is the full form of a short form in a name.
type shortened struct {
	stack   string
	project addr.Address
}

// further is how many ids beyond the recorded sequence a lineage may have drawn: a state that was
// restored or rebuilt does not know how far the one before it got.
const further = 1000

func newFamily(desired *config.Config, recorded state.Snapshot, seen observed.World) *family {
	f := &family{stack: desired.Stack, ours: recorded.Meta.Lineages(), others: map[string][]string{},
		desired: desired, recorded: recorded, observed: seen}
	for _, item := range seen.Items {
		if l := item.Mark.Lineage; l != "" && !slices.Contains(f.ours, l) && !slices.Contains(f.others[item.Mark.Stack], l) {
			f.others[item.Mark.Stack] = append(f.others[item.Mark.Stack], l)
		}
	}
	for _, lineages := range f.others {
		slices.Sort(lineages)
	}
	return f
}

// short returns the full form of a short form, as far as files, state and marks show.
func (f *family) short(hash string) (shortened, bool) {
	if f.hashes == nil {
		f.hashes = map[string]shortened{}
		add := func(stack string, p addr.Address) { f.hashes[shortForm(stack, p)] = shortened{stack, p} }
		for _, item := range f.observed.Items {
			if p, err := addr.ParseProject(item.Mark.Address); err == nil && item.Mark.Stack != "" {
				add(item.Mark.Stack, p)
			}
		}
		for i := range f.desired.Projects {
			add(f.stack, f.desired.Projects[i].Addr)
		}
		for p := range f.recorded.Records {
			add(f.stack, p)
		}
		for p := range f.recorded.Sequences {
			add(f.stack, p)
		}
	}
	found, known := f.hashes[hash]
	return found, known
}

// drew reports whether a lineage can have drawn an operation id for a project.
func (f *family) drew(lineage string, p addr.Address, id string) bool {
	for n := range f.recorded.Sequences[p] + further {
		if OperationID(lineage, p, n+1) == id {
			return true
		}
	}
	return false
}

// drawn says which state of a stack drew an operation id.
func (f *family) drawn(stack string, p addr.Address, id string) Claim {
	c := Claim{Owner: UnknownStack, Stack: stack, Project: p.String()}
	if stack == f.stack {
		for _, l := range f.ours {
			if f.drew(l, p, id) {
				c.Owner, c.Lineage = ThisStack, l
				return c
			}
		}
	} else {
		c.Owner = AnotherStack
	}
	for _, l := range f.others[stack] {
		if f.drew(l, p, id) {
			c.Owner, c.Lineage = AnotherStack, l
			break
		}
	}
	return c
}

// ofName reads a credential's name: bh/STACK/ADDRESS/ID, where an address may have slashes
// in its key, or the short form bh/HASH/ID. A name for a later try ends with its number.
func (f *family) ofName(name string) Claim {
	rest, ours := strings.CutPrefix(name, "bh/")
	first, rest, _ := strings.Cut(rest, "/")
	end := strings.LastIndex(rest, "/")
	if !ours || rest == "" {
		return Claim{Owner: UnknownStack}
	}
	id, _, _ := strings.Cut(rest[end+1:], ".")
	if end < 0 {
		short, known := f.short(first)
		if !known {
			return Claim{Owner: UnknownStack}
		}
		return f.drawn(short.stack, short.project, id)
	}
	p, err := addr.ParseProject(rest[:end])
	if err != nil {
		return Claim{Owner: UnknownStack}
	}
	return f.drawn(first, p, id)
}

// ofMark reads a mark. If it has no lineage, the operation id in it is checked like a name.
func (f *family) ofMark(mark vendors.Mark) Claim {
	c := Claim{Owner: AnotherStack, Stack: mark.Stack, Lineage: mark.Lineage, Project: mark.Address}
	switch {
	case mark.Stack == "":
		c.Owner = UnknownStack
	case slices.Contains(f.ours, mark.Lineage):
		c.Owner = ThisStack
	case mark.Lineage == "":
		if p, err := addr.ParseProject(mark.Address); err == nil {
			return f.drawn(mark.Stack, p, mark.Operation)
		}
		if mark.Stack == f.stack {
			c.Owner = UnknownStack
		}
	}
	return c
}

// foreign reports whether a mark names another state. A mark without a lineage names no state.
func (f *family) foreign(mark vendors.Mark) bool {
	return mark.Lineage != "" && !slices.Contains(f.ours, mark.Lineage)
}
