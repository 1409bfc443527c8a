package planner

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"buckethead/config"
	"buckethead/config/diag"
	"buckethead/config/words"
	"buckethead/planner/owners"
)

// massLoss is how many items of one store have to be gone at once before bh issues new keys only on
// request, if they are more than half of them. The store is then more likely to be another one than
// to have lost its items.
const massLoss = 3

// reportVanished reports the stores that are missing or have lost most of their items,
// if operations would replace the lost keys with new ones.
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
		gone, all := m.owners.Lost(secrets)
		mass := gone >= massLoss && 2*gone > all
		if m.in.Observed.Missing[secrets] == "" && !mass {
			continue
		}
		d := lostStore(m.in, secrets, gone, all)
		if mass {
			d.Severity = diag.Error
			d.Fix = elsewhere + " If they are lost: an apply with --allow-reissue " + replaced(renewed[secrets])
		} else {
			d.Fix = elsewhere + " Otherwise an apply " + replaced(renewed[secrets])
		}
		m.fault(d)
	}
}

// MissingStores warns of stores that are missing as a whole, which explains many
// differences at once.
func MissingStores(in Input) diag.List {
	var out diag.List
	index := owners.New(in.Desired, in.Recorded, in.Observed)
	for _, secrets := range slices.Sorted(maps.Keys(in.Observed.Missing)) {
		gone, all := index.Lost(secrets)
		d := lostStore(in, secrets, gone, all)
		d.Fix = elsewhere
		out = append(out, d)
	}
	return out
}

// elsewhere says what to do about items that are not lost.
const elsewhere = "If the items are elsewhere, put them back or correct the block: the keys then stay as they are."

// replaced says what operations do about the keys whose items are gone.
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

// lostStore describes a store whose items are gone, by their common cause if that is known.
func lostStore(in Input, secrets string, gone, all int) diag.Diagnostic {
	d := diag.Diagnostic{Severity: diag.Warning, Kind: itemsGone,
		Detail: fmt.Sprintf("%s of the %s that bh stored in %s %s there.", words.Number(gone), words.Count(all, "item"),
			secrets, isOrAre(gone))}
	if gone == all {
		d.Detail = fmt.Sprintf("None of the %s that bh stored in %s is there.", words.Count(all, "item"), secrets)
	}
	if missing := in.Observed.Missing[secrets]; missing != "" {
		d.Detail = strings.ToUpper(missing[:1]) + missing[1:] + " is not there. " + d.Detail
	}
	if c, ok := config.Find(in.Desired.Secrets, secrets); ok {
		d.Subject = c.Range
	}
	return d
}

// isOrAre says that n items are missing.
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

// reportDoubles warns of items that have the title of one of ours, once for each store.
func (m *maker) reportDoubles() {
	lines := map[string][]string{}
	for _, d := range m.owners.Doubles() {
		if m.in.Scope != nil && !m.in.Scope(d.Project) {
			continue
		}
		item, secrets := d.Record.Item, d.Record.Secrets
		line := fmt.Sprintf("%q names %s, which bh manages, and %s", item.Title, item.ID, someOf(d.Others))
		lines[secrets] = append(lines[secrets], line)
	}
	for _, secrets := range slices.Sorted(maps.Keys(lines)) {
		d := diag.Diagnostic{Severity: diag.Warning, Kind: titleNotUnique,
			Detail: "In " + secrets + ", the title " + strings.Join(lines[secrets][:min(len(lines[secrets]), 5)], "; the title ") +
				". A reference by title may find either, and a copy holds the same keys until they are renewed.",
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
