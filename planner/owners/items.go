package owners

import (
	"cmp"
	"slices"
	"strings"

	"buckethead/config/addr"
	"buckethead/planner/moves"
	"buckethead/planner/observed"
	"buckethead/state"
)

// Lost returns how many of the items that are recorded in a store are gone, and how
// many are recorded.
func (x *Index) Lost(secrets string) (gone, all int) {
	for _, r := range x.recorded.Records {
		if r.Item == nil || r.Secrets != secrets {
			continue
		}
		all++
		if _, there := x.observed.Item(secrets, r.Item.ID); !there {
			gone++
		}
	}
	return gone, all
}

// Double is an item of a project, and others of its store that have the same title.
type Double struct {
	Project addr.Address // as it is after all moves
	Record  state.Record
	Others  []string // ids
}

// Doubles finds the items that have the title of one of ours, because someone copied it or made another.
// bh finds its own by id, but a reference by title may find the other one.
func (x *Index) Doubles() []Double {
	title := func(secrets, title string) observed.ItemKey {
		return observed.ItemKey{Secrets: secrets, ID: strings.ToLower(title)}
	} // references ignore case
	count := make(map[observed.ItemKey]int, len(x.observed.Items))
	twice := map[observed.ItemKey][]string{}
	for key, item := range x.observed.Items {
		t := title(key.Secrets, item.Summary.Title)
		if count[t]++; count[t] == 2 {
			twice[t] = nil
		}
	}
	if len(twice) == 0 {
		return nil
	}
	for key, item := range x.observed.Items {
		t := title(key.Secrets, item.Summary.Title)
		if _, several := twice[t]; !several {
			continue
		}
		if _, held := x.Item(key); !held {
			twice[t] = append(twice[t], key.ID)
		}
	}
	moved, storing := moves.Of(x.desired, x.recorded), map[addr.Address]bool{}
	for _, i := range x.recorded.Intents {
		if i.Step == StepStoreCredential {
			storing[moved.Now(i.Project)] = true // one of the others may be ours, from a run that was stopped
		}
	}
	var out []Double
	for p, r := range x.recorded.Records {
		if project := moved.Now(p); r.Item != nil && !storing[project] {
			item, there := x.observed.Item(r.Secrets, r.Item.ID)
			if others := twice[title(r.Secrets, item.Summary.Title)]; there && len(others) > 0 {
				slices.Sort(others)
				out = append(out, Double{project, r, others})
			}
		}
	}
	slices.SortFunc(out, func(a, b Double) int {
		return cmp.Or(cmp.Compare(a.Record.Secrets, b.Record.Secrets), a.Record.Project.Compare(b.Record.Project))
	})
	return out
}
