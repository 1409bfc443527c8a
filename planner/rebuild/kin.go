package rebuild

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"buckethead/config/words"
	"buckethead/planner"
	"buckethead/planner/owners"
)

// Kin is everything that was found of one state, identified by its lineage. If the lineage is
// empty, it is everything whose state is unknown.
type Kin struct {
	Owner       string    `json:"owner"` // STACK@LINEAGE
	Lineage     string    `json:"lineage,omitempty"`
	Items       int       `json:"items"`
	Credentials int       `json:"credentials"`
	Projects    []string  `json:"projects"` // addresses, as marks and names have them
	WrittenAt   time.Time `json:"written_at,omitzero"`

	declared int // how many of the projects the files declare
}

// Word is the value of --lineage that chooses the kin: eight letters of its lineage, or "unknown".
func (k Kin) Word() string { return k.Owner[strings.LastIndex(k.Owner, "@")+1:] }

// kinOf groups everything that carries the stack's name by lineage. The group with the most declared
// projects comes first; among equals, the one that was written last.
func kinOf(in planner.Input) []Kin {
	index := owners.New(in.Desired, in.Recorded, in.Observed)
	found := map[string]*Kin{}
	projects := map[string]map[string]bool{}
	of := func(c owners.Claim) *Kin {
		k := found[c.Lineage]
		if k == nil {
			k = &Kin{Owner: c.String(), Lineage: c.Lineage}
			found[c.Lineage], projects[c.Lineage] = k, map[string]bool{}
		}
		projects[c.Lineage][c.Project] = true
		return k
	}
	for _, item := range in.Observed.Items {
		if claim := index.Mark(item.Mark); item.Read && claim.Stack == in.Desired.Stack {
			k := of(claim)
			k.Items++
			if item.Summary.UpdatedAt.After(k.WrittenAt) {
				k.WrittenAt = item.Summary.UpdatedAt
			}
		}
	}
	for _, c := range in.Observed.Credentials {
		if claim := index.Credential(c); strings.HasPrefix(c.Name, "bh/") && claim.Stack == in.Desired.Stack {
			of(claim).Credentials++
		}
	}
	out := make([]Kin, 0, len(found))
	for lineage, k := range found {
		k.Projects = slices.Sorted(maps.Keys(projects[lineage]))
		for i := range in.Desired.Projects {
			if projects[lineage][in.Desired.Projects[i].Addr.String()] {
				k.declared++
			}
		}
		out = append(out, *k)
	}
	slices.SortFunc(out, func(a, b Kin) int {
		return cmp.Or(cmp.Compare(b.declared, a.declared), b.WrittenAt.Compare(a.WrittenAt), cmp.Compare(a.Owner, b.Owner))
	})
	return out
}

// choose divides kin into those that are chosen and the rest. If there is only one group, it need not
// be chosen.
func choose(all []Kin, chosen []string) (taken, left []Kin, err error) {
	if len(chosen) == 0 && len(all) == 1 {
		return all, nil, nil
	}
	used := map[string]bool{}
	for _, k := range all {
		matched := false
		for _, text := range chosen {
			if text == k.Word() || text == k.Owner || text == k.Lineage {
				matched, used[text] = true, true
			}
		}
		if matched {
			taken = append(taken, k)
		} else {
			left = append(left, k)
		}
	}
	for _, text := range chosen {
		if !used[text] {
			var there []string
			for _, k := range all {
				there = append(there, k.Word())
			}
			return nil, nil, fmt.Errorf("nothing has the lineage %q; found: %s", text,
				cmp.Or(words.List(there...), "nothing of this stack"))
		}
	}
	return taken, left, nil
}
