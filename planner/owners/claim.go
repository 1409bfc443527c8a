package owners

import (
	"cmp"
	"maps"
	"slices"
)

// Owner says who owns something that bh made.
type Owner string

// The owners. A thing with the name of this stack can still be another state's: two states
// of the same name are told apart by their lineages. Without a lineage, the owner is
// unknown.
const (
	ThisStack    Owner = "this_stack"
	AnotherStack Owner = "another_stack"
	UnknownStack Owner = "unknown"
)

// Rank is the place of an owner in lists: this stack's own come first.
func (o Owner) Rank() int { return slices.Index([]Owner{ThisStack, UnknownStack, AnotherStack}, o) }

// Claim says who owns something that carries a name or a mark of bh's. Stack, Lineage and
// Project, an address, are empty if they are not known.
type Claim struct {
	Owner   Owner
	Stack   string
	Lineage string
	Project string
}

// unknownOwner is written for the unknown part of an owner's name.
const unknownOwner = "unknown"

// String names the owner as import blocks do: STACK@LINEAGE, with the first eight letters of the
// lineage, or "unknown" for a part that is not known.
func (c Claim) String() string {
	if c.Stack == "" {
		return unknownOwner
	}
	return Name(c.Stack, c.Lineage)
}

// Name names a state by its stack and the first eight letters of its lineage.
func Name(stack, lineage string) string {
	return stack + "@" + cmp.Or(lineage[:min(len(lineage), 8)], unknownOwner)
}

// Evidence is what shows that a state has a bucket: a credential that opens it, or an item for it.
type Evidence struct {
	Claim
	Credential string // its id
	Item       string // its id
	Secrets    string // the item's store
}

// Text describes the evidence.
func (e Evidence) Text() string {
	if e.Item != "" {
		return "the item " + e.Item + " in " + e.Secrets + " is for it"
	}
	return "its credential " + e.Credential + " opens it"
}

// Names returns the names of the owners, each once, sorted.
func Names(list []Evidence) []string {
	names := map[string]bool{}
	for _, e := range list {
		names[e.String()] = true
	}
	return slices.Sorted(maps.Keys(names))
}

func sortEvidence(list []Evidence) {
	slices.SortFunc(list, func(a, b Evidence) int {
		return cmp.Or(cmp.Compare(a.String(), b.String()),
			cmp.Compare(a.Credential+a.Secrets+a.Item, b.Credential+b.Secrets+b.Item))
	})
}
