package planner

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"buckethead/config"
	"buckethead/config/diag"
	"buckethead/config/words"
	"buckethead/planner/observed"
	"buckethead/state"
)

// massLoss is how many items of one store have to be gone at once, if they are more than
// half of it, before bh issues new keys only on request: then the store is more likely to
// be another one than to have lost its items.
const massLoss = 3

// itemGone says which item of a project is gone.
func itemGone(r *state.Record) string {
	return fmt.Sprintf("the item is gone: %s (id %s) in %s", r.Item.Title, r.Item.ID, r.Secrets)
}

// vanished returns how many of the items that are recorded in a store are gone, and how
// many are recorded.
func (m *maker) vanished(secrets string) (gone, all int) {
	for _, r := range m.recorded {
		if r.Item == nil || r.Secrets != secrets {
			continue
		}
		all++
		if _, there := m.in.Observed.Item(secrets, r.Item.ID); !there {
			gone++
		}
	}
	return gone, all
}

// reportVanished reports the stores that are missing or have lost most of their items,
// where operations would put new keys instead of those.
func (m *maker) reportVanished(operations []*Operation) {
	if m.in.Allowance.Reissue {
		return
	}
	renewed := map[string][]*Operation{}
	for _, o := range operations {
		if o.Reason.Word == "item_gone" {
			renewed[o.Secrets] = append(renewed[o.Secrets], o)
		}
	}
	for _, secrets := range slices.Sorted(maps.Keys(renewed)) {
		gone, all := m.vanished(secrets)
		mass := gone >= massLoss && 2*gone > all
		if m.in.Observed.Missing[secrets] == "" && !mass {
			continue
		}
		d := m.lostStore(secrets, gone, all)
		if mass {
			d.Severity = diag.Error
			d.Fix = elsewhere + " If they are lost: an apply with --allow-reissue " + replaced(renewed[secrets])
		} else {
			d.Fix = elsewhere + " Otherwise an apply " + replaced(renewed[secrets])
		}
		m.fault(d)
	}
}

// elsewhere is what to do about items that are not lost.
const elsewhere = "If the items are elsewhere, put them back or correct the block: then the present keys stay."

// replaced says what operations do about keys whose items are gone.
func replaced(operations []*Operation) string {
	var issued, stored []string
	for _, o := range operations {
		if o.Kind == Register {
			stored = append(stored, o.Address.Label())
		} else {
			issued = append(issued, o.Address.Label())
		}
	}
	var out []string
	if len(issued) > 0 {
		out = append(out, "replaces the keys of "+someOf(issued))
	}
	if len(stored) > 0 {
		out = append(out, "stores those of "+someOf(stored)+" again")
	}
	return strings.Join(out, " and ") + "."
}

// lostStore describes a store whose items are gone, by the one cause if that is known.
func (m *maker) lostStore(secrets string, gone, all int) diag.Diagnostic {
	d := diag.Diagnostic{Severity: diag.Warning, Kind: itemsGone,
		Detail: fmt.Sprintf("%s of the %s that bh stored in %s %s there.", words.Number(gone), words.Count(all, "item"),
			secrets, isOrAre(gone))}
	if gone == all {
		d.Detail = fmt.Sprintf("None of the %s that bh stored in %s is there.", words.Count(all, "item"), secrets)
	}
	if missing := m.in.Observed.Missing[secrets]; missing != "" {
		d.Detail = strings.ToUpper(missing[:1]) + missing[1:] + " is not there. " + d.Detail
	}
	if c, ok := config.Find(m.in.Desired.Secrets, secrets); ok {
		d.Subject = c.Range
	}
	return d
}

func isOrAre(n int) string {
	if n == 1 {
		return "is not"
	}
	return "are not"
}

// someOf lists names, or the first of them if there are many.
func someOf(names []string) string {
	const shown = 5
	if len(names) > shown+1 {
		names = append(slices.Clone(names[:shown]), words.Number(len(names)-shown)+" more")
	}
	return words.List(names...)
}

// doubled is an item of a project, and others of its store with the same title.
type doubled struct {
	record *state.Record
	others []string // ids
}

// doubles finds the items that someone copied, or made, under the title of one of ours. bh
// finds its own by id, but whoever looks it up by title may get the other one.
func (m *maker) doubles() []doubled {
	title := func(secrets, title string) observed.ItemKey {
		return observed.ItemKey{Secrets: secrets, ID: strings.ToLower(title)}
	} // references tell no case
	count := make(map[observed.ItemKey]int, len(m.in.Observed.Items))
	twice := map[observed.ItemKey][]string{}
	for key, item := range m.in.Observed.Items {
		t := title(key.Secrets, item.Summary.Title)
		if count[t]++; count[t] == 2 {
			twice[t] = nil
		}
	}
	if len(twice) == 0 {
		return nil
	}
	for key, item := range m.in.Observed.Items {
		t := title(key.Secrets, item.Summary.Title)
		if _, several := twice[t]; !several {
			continue
		}
		if _, held := m.owners.Item(key); !held {
			twice[t] = append(twice[t], key.ID)
		}
	}
	var out []doubled
	for p, r := range m.recorded {
		if r.Item == nil || m.in.Scope != nil && !m.in.Scope(p) {
			continue
		}
		item, there := m.in.Observed.Item(r.Secrets, r.Item.ID)
		others := twice[title(r.Secrets, item.Summary.Title)]
		storing := slices.ContainsFunc(m.intents[p], func(i state.Intent) bool { return i.Step == StepStoreCredential })
		if there && len(others) > 0 && !storing { // or it may be ours from a run that was stopped
			slices.Sort(others)
			out = append(out, doubled{r, others})
		}
	}
	slices.SortFunc(out, func(a, b doubled) int {
		return cmp.Or(cmp.Compare(a.record.Secrets, b.record.Secrets), a.record.Project.Compare(b.record.Project))
	})
	return out
}

// reportDoubles warns of them, once for each store.
func (m *maker) reportDoubles() {
	lines := map[string][]string{}
	for _, d := range m.doubles() {
		line := fmt.Sprintf("%q stands for %s, which bh keeps, and %s", d.record.Item.Title, d.record.Item.ID, someOf(d.others))
		lines[d.record.Secrets] = append(lines[d.record.Secrets], line)
	}
	for _, secrets := range slices.Sorted(maps.Keys(lines)) {
		d := diag.Diagnostic{Severity: diag.Warning, Kind: titleNotUnique,
			Detail: "In " + secrets + ", the title " + strings.Join(lines[secrets][:min(len(lines[secrets]), 5)], "; the title ") +
				". A reference by title may lead to either, and a copy holds the same keys until they are renewed.",
			Fix: "Rename or delete the other, or use references by id, as bh env --by-id prints them."}
		if n := len(lines[secrets]) - 5; n > 0 {
			d.Detail = strings.Replace(d.Detail, ". A reference", "; and "+words.Count(n, "more title")+". A reference", 1)
		}
		if c, ok := config.Find(m.in.Desired.Secrets, secrets); ok {
			d.Subject = c.Range
		}
		m.fault(d)
	}
}
