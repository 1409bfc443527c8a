package faults

import (
	"fmt"
	"maps"
	"slices"

	"buckethead/config/diag"
	"buckethead/config/words"
)

// These bound what is reported: a person with that many faults to
// correct runs bh again in between.
const (
	// PerFile is how many faults of one file are shown.
	PerFile = 20
	// InAll is how many faults of all files are shown.
	InAll = 100
	// LookedAt is how many syntax errors of one file are counted.
	LookedAt = 10_000
)

// Capped returns a sorted list without what is beyond the bounds. One diagnostic in each file,
// and one after all files, says how much that is. Errors and warnings are
// counted apart, so that neither crowds out the other.
func Capped(list diag.List) diag.List {
	type bin struct {
		file     string
		severity diag.Severity
	}
	total, shown, rest := map[diag.Severity]int{}, map[bin]int{}, map[bin]*diag.Diagnostic{}
	later := map[diag.Severity]*diag.Diagnostic{}
	var out diag.List
	for _, d := range list {
		at := bin{d.Subject.File, d.Severity}
		switch {
		case shown[at] < PerFile && total[d.Severity] < InAll:
			shown[at]++
			total[d.Severity]++
			out = append(out, d)
		case shown[at] == 0: // the bound of all was reached in an earlier file
			addMore(later, d.Severity, diag.Range{})
		default:
			addMore(rest, at, d.Subject)
		}
	}
	if len(rest)+len(later) == 0 {
		return list
	}
	for at, d := range rest {
		where := "this file"
		if at.file == "" {
			where = "what is not in any file"
		}
		out = append(out, finish(d, at.severity, where))
	}
	out = out.Sorted()
	for _, severity := range slices.Sorted(maps.Keys(later)) {
		out = append(out, finish(later[severity], severity, "other files"))
	}
	return out
}

// addMore counts one that is left out; the first says where that begins.
func addMore[K comparable](counts map[K]*diag.Diagnostic, key K, at diag.Range) {
	if counts[key] == nil {
		counts[key] = &diag.Diagnostic{Kind: MoreFaults, Subject: at}
	}
	counts[key].Omitted++
}

func finish(d *diag.Diagnostic, severity diag.Severity, where string) diag.Diagnostic {
	d.Severity = severity
	verb := "are"
	if d.Omitted == 1 {
		verb = "is"
	}
	d.Detail = fmt.Sprintf("There %s %s more in %s, which bh does not show.", verb, words.Count(d.Omitted, string(severity)), where)
	d.Fix = "Correct those that are shown, then run the command again."
	return *d
}
