package view

import (
	"fmt"
	"slices"
	"strings"

	"buckethead/config/addr"
	"buckethead/config/words"
	"buckethead/executor"
	"buckethead/planner"
)

// row is one operation of a page: a row of the table, and its folded details.
type row struct {
	text, details string
	grave         bool // it is blocked, destroys or failed: it is shown before all other rows
	long          bool // the details have changes that the row only names
	shown, opened bool
}

// detailLines bounds the details of one operation, changedLines a change in them, and changeColumns a change in a row: what
// is granted must not be cut where people write so much.
const (
	detailLines   = 30
	changedLines  = 300
	changeColumns = 4000
)

// operations writes the table, the picture and the details.
func (p *page) operations(left *room) string {
	rows := p.rows()
	head, rule := "\n| | operation | project | what | item |\n", "| --- | --- | --- | --- | --- |\n"
	if p.report != nil {
		head, rule = "\n| | operation | project | outcome | what | item |\n", "| --- | --- | --- | --- | --- | --- |\n"
	}
	// The frame of the parts, and the note if some are left out.
	left.bytes -= len(head) + len(rule) + 600
	complete := fill(rows, true, left)
	picture := "\n<details open><summary>Picture</summary>\n\n```mermaid\n" + PlanMermaid(p.plan, p.options) +
		"```\n\n</details>\n"
	if !left.take(picture) {
		picture = ""
	}
	if complete {
		fill(rows, false, left)
	}
	if len(rows) > pictureOperations {
		// Nobody reads so many rows, so a summary comes before them.
		return picture + head + rule + shownRows(rows) + folded(rows)
	}
	return head + rule + shownRows(rows) + picture + folded(rows)
}

// fill allots room to rows, then to their details, and reports whether there was enough for all. A grave row gets room
// for its details at once.
func fill(rows []row, grave bool, left *room) bool {
	complete := true
	for i := range rows {
		if r := &rows[i]; r.grave == grave {
			if r.shown = left.take(r.text); !r.shown {
				complete = false
				break
			}
			if grave {
				r.opened = left.take(r.details)
			}
		}
	}
	for i := range rows {
		if r := &rows[i]; complete && r.grave == grave && !grave {
			if r.opened = left.take(r.details); !r.opened {
				break
			}
		}
	}
	return complete
}

func shownRows(rows []row) string {
	var b strings.Builder
	hidden, grave := 0, 0
	for _, r := range rows {
		switch {
		case r.shown:
			b.WriteString(r.text)
		case r.grave:
			grave++
			hidden++
		default:
			hidden++
		}
	}
	if hidden > 0 {
		// "bh plan" shows all of them.
		fmt.Fprintf(&b, "\n%s of %s operations are left out here, ", words.Number(hidden), words.Number(len(rows)))
		if grave > 0 {
			fmt.Fprintf(&b, "**%s of them blocked, failed or to destroy**; ", words.Number(grave))
		} else {
			b.WriteString("none of them blocked, failed or to destroy; ")
		}
		b.WriteString("`bh plan` shows all of them.\n")
	}
	return b.String()
}

func folded(rows []row) string {
	var b strings.Builder
	shown, hidden, open := 0, 0, ""
	for _, r := range rows {
		switch {
		case r.details == "":
		case r.opened && r.shown:
			b.WriteString(r.details)
			if shown++; r.long {
				open = " open"
			}
		default:
			hidden++
		}
	}
	if shown == 0 {
		return ""
	}
	if hidden > 0 {
		fmt.Fprintf(&b, "\nThe details of %s operations are left out here.\n", words.Number(hidden))
	}
	return "\n<details" + open + "><summary>Details of " + words.Count(shown, "operation") + "</summary>\n" +
		b.String() + "\n</details>\n"
}

// rows makes the rows of all operations, in the plan's order.
func (p *page) rows() []row {
	outcomes, notes := map[addr.Address]executor.Outcome{}, map[addr.Address][]string{}
	if p.report != nil {
		for _, r := range p.report.Results {
			outcomes[r.Address], notes[r.Address] = r.Outcome, r.Notes
		}
	}
	rows := make([]row, len(p.plan.Operations))
	for i, o := range p.plan.Operations {
		l := lineOf(o, p.options)
		for _, text := range notes[o.Address] {
			l.details = append(l.details, note(text))
		}
		r := row{grave: len(o.Blocked) > 0 || o.Kind == planner.Destroy}
		outcome := ""
		if p.report != nil {
			outcome = " " + string(outcomes[o.Address]) + " |"
			if o := outcomes[o.Address]; o != executor.Done && o != "" {
				r.grave = true
				outcome = " **" + string(o) + "** |"
			}
		}
		what := cell(l.what)
		if len(o.Blocked) > 0 {
			what = "**" + what + "**"
		}
		for _, d := range l.details {
			switch {
			case len(d.lines) > 0:
				r.long = true
				what += "<br>" + cell(d.text) + " in the details"
			case d.change:
				what += "<br>" + cellWithin(d.text, changeColumns)
			}
		}
		r.text = fmt.Sprintf("| %s | %s | %s |%s %s | %s |\n", code(l.symbol), l.kind, code(l.label), outcome,
			what, code(l.reference))
		r.details = detailsText(l)
		rows[i] = r
	}
	return rows
}

// detailsText writes what a row does not show, "" if there is nothing.
func detailsText(l line) string {
	var b strings.Builder
	details := slices.DeleteFunc(slices.Clone(l.details), func(d detail) bool { return d.change && len(d.lines) == 0 })
	for n, d := range details {
		if n == detailLines {
			fmt.Fprintf(&b, "- %d more\n", len(details)-n)
			break
		}
		b.WriteString("- " + cell(d.text) + "\n")
		if len(d.lines) == 0 {
			continue
		}
		// The sign before each line keeps it from ending the block.
		b.WriteString("\n  ```diff\n")
		for n, text := range d.lines {
			if n == changedLines {
				fmt.Fprintf(&b, "    %s more\n", words.Number(len(d.lines)-n))
				break
			}
			sign, text := text[:2], hang(fit(oneLine(text[2:]), changeColumns), longChange, 2)
			b.WriteString("  " + sign + strings.ReplaceAll(text, "\n", "\n  "+sign) + "\n")
		}
		b.WriteString("  ```\n\n")
	}
	if b.Len() == 0 {
		return ""
	}
	return "\n" + code(l.symbol) + " " + l.kind + " " + code(l.label) + "\n" + b.String()
}
