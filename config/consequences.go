package config

import "buckethead/config/diag"

// withoutConsequences returns the faults that hold whatever stands in the part of a
// file that could not be parsed: those in blocks that end before it, and of those
// none that says that something is missing, which may stand in that part.
func (l *loader) withoutConsequences() diag.List {
	broken := map[string]int{}
	for _, f := range l.files {
		if f.broken >= 0 {
			broken[f.name] = f.broken
		}
	}
	if len(broken) == 0 {
		return l.diags
	}
	absences := map[string]bool{}
	for _, k := range []diag.Kind{unknownReference, missingVariable, undeclaredVariable, missingConnection, ambiguousConnection,
		unknownConnection, importUndeclared, unknownScheme} {
		absences[k.Code] = true
	}
	var out diag.List
	for _, d := range l.diags {
		if d.Code == invalidSyntax.Code || d.Code == duplicateAttribute.Code {
			out = append(out, d)
			continue
		}
		at, inBroken := broken[d.Subject.File]
		if absences[d.Code] || inBroken && d.Code == missingAttribute.Code ||
			inBroken && max(d.Subject.End.Byte, d.Context.End.Byte) > at {
			continue
		}
		out = append(out, d)
	}
	return out
}
