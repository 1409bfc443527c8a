package view

import (
	"fmt"
	"strings"

	"buckethead/config/addr"
	"buckethead/config/words"
	"buckethead/planner"
)

// shownDue is how many projects a text names.
const shownDue = 10

// dueText says which rotations of a plan are due, or were left out of it, and what makes them. It is empty if there are
// none, and for a plan of what is due alone.
func dueText(p *planner.Plan) string {
	due := p.Due()
	switch {
	case p.OnlyDue:
		return ""
	case len(p.Left) > 0:
		is := "1 rotation is"
		if len(p.Left) > 1 {
			is = words.Number(len(p.Left)) + " rotations are"
		}
		return is + " due and left to bh rotate --due: " + labelsOf(p.Left) + "."
	case len(due) > 0:
		return "Due for rotation: " + labelsOf(due) + ". An apply renews these keys; with --expect, as on a merge, " +
			"it leaves them to bh rotate --due."
	}
	return ""
}

// labelsOf lists projects, but of many only the first.
func labelsOf(projects []addr.Address) string {
	var names []string
	for _, p := range projects[:min(len(projects), shownDue)] {
		names = append(names, p.Label())
	}
	text := strings.Join(names, ", ")
	if more := len(projects) - len(names); more > 0 {
		text += fmt.Sprintf(" and %s more", words.Number(more))
	}
	return text
}
