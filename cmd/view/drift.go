package view

import (
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/mattn/go-runewidth"

	"buckethead/config/words"
	"buckethead/planner/drift"
)

// differenceText says how one field differs.
func differenceText(d drift.Difference) string {
	switch {
	case d.Sensitive:
		return d.Field + ": changed (sensitive)"
	case d.Class == drift.CredentialUnproved:
		return "the stored keys do not open the bucket: " + d.After
	case d.Class == drift.ItemDoubled:
		return d.Field + " " + strconv.Quote(d.Before) + " has a duplicate in " + d.Secrets + ": " + d.After + " beside " + d.ItemID
	case d.Class.Gone() && d.ItemID != "":
		return d.Field + " " + strconv.Quote(d.Before) + " is gone: id " + d.ItemID + " in " + d.Secrets
	case d.Class.Gone():
		return d.Field + " " + strconv.Quote(d.Before) + " is gone"
	}
	return d.Field + ": " + strconv.Quote(d.Before) + " -> " + strconv.Quote(d.After)
}

// driftSummary counts what was found: "Drift: 3 differences in 2 of 5 projects."
func driftSummary(d drift.Report) string {
	text := "No drift in " + amountOrNone(d.Checked, "project")
	if len(d.Differences) > 0 {
		text = "Drift: " + words.Count(len(d.Differences), "difference") + " in " + words.Number(d.Projects()) + " of " +
			words.Count(d.Checked, "project")
	}
	if d.Ignored > 0 {
		text += " (" + words.Number(d.Ignored) + " ignored)"
	}
	text += "."
	if d.Proofs != nil {
		if d.Proofs.Proved > 0 {
			text += " The stored keys of " + words.Count(d.Proofs.Proved, "project") + " open their bucket."
		}
		if d.Proofs.LeftOut > 0 {
			text += " Not proved: those of " + words.Count(d.Proofs.LeftOut, "project") +
				", because verify is false or allowed_ips exclude this machine."
		}
	}
	return text
}

// unprovedHint says what to do about stored keys that do not open their bucket, which no plan repairs. It
// returns "" if there are none. Commands are put in quote.
func unprovedHint(d drift.Report, quote string) string {
	if !slices.ContainsFunc(d.Differences, func(x drift.Difference) bool { return x.Class == drift.CredentialUnproved }) {
		return ""
	}
	return "If stored keys do not open their bucket, " + quote + "bh rotate" + quote +
		" issues new ones; correct those of a register block in the file."
}

func amountOrNone(n int, noun string) string {
	if n == 0 {
		return "no " + noun + "s"
	}
	return words.Count(n, noun)
}

func (h *human) Drift(d drift.Report) {
	class := 0
	for _, x := range d.Differences {
		class = max(class, len(x.Class))
	}
	var b strings.Builder
	for i, x := range d.Differences {
		if i == 0 || d.Differences[i-1].Address != x.Address {
			head := oneLine(x.Address.Label())
			b.WriteString(paint(h.o.Color, bold, head))
			if place := oneLine(x.Range.String()); place != "" &&
				(h.o.Width == 0 || runewidth.StringWidth(head)+runewidth.StringWidth(place)+4 <= h.o.Width) {
				b.WriteString(paint(h.o.Color, dim, "  ("+place+")"))
			}
			b.WriteString("\n")
		}
		color := yellow
		if x.Class.Gone() {
			color = red
		}
		b.WriteString("  " + paint(h.o.Color, color, pad(string(x.Class), class)) + "  " +
			hang(oneLine(differenceText(x)), h.o.Width, class+4) + "\n")
	}
	if len(d.Differences) > 0 {
		b.WriteString("\n")
	}
	b.WriteString(hang(driftSummary(d), h.o.Width, 2) + "\n")
	if hint := unprovedHint(d, ""); hint != "" {
		b.WriteString(hang(hint, h.o.Width, 2) + "\n")
	}
	_, _ = io.WriteString(h.out, b.String())
}

func (j *jsonLines) Drift(d drift.Report) {
	classes := map[drift.Class]int{}
	for _, x := range d.Differences {
		classes[x.Class]++
		j.write("warn", x.Address.String()+": "+differenceText(x), "drift", map[string]any{"drift": x})
	}
	summary := map[string]any{"has_drift": len(d.Differences) > 0, "differences": len(d.Differences),
		"projects": d.Projects(), "checked": d.Checked, "ignored": d.Ignored, "classes": classes}
	if d.Proofs != nil {
		summary["proved"], summary["proof_left_out"] = d.Proofs.Proved, d.Proofs.LeftOut
	}
	j.write("info", driftSummary(d), "drift_summary", summary)
}

// Drift writes a separate document, for an issue.
func (m *markdown) Drift(d drift.Report) { m.page.document = DriftMarkdown(d) }

// DriftMarker is the first line of every Markdown section of drift, so that an issue can be found again and updated.
const DriftMarker = "<!-- bh drift -->"

// DriftMarkdown returns drift as a section for an issue, of at most [MarkdownLimit] characters. It says what it leaves
// out.
func DriftMarkdown(d drift.Report) string {
	var b strings.Builder
	b.WriteString(DriftMarker + "\n### bh drift: stack " + code(d.Stack) + "\n\n**" + driftSummary(d) + "**\n")
	if len(d.Differences) == 0 {
		return b.String()
	}
	const tail = "\n`bh plan` shows what an apply would do about it.\n"
	const room = 400 // for the note that rows are left out, and the hint
	b.WriteString("\n| project | class | field | recorded | found |\n| --- | --- | --- | --- | --- |\n")
	for i, x := range d.Differences {
		before, after := codeOrNone(x.Before), codeOrNone(x.After)
		switch {
		case x.Sensitive:
			before, after = "(sensitive)", "(sensitive)"
		case x.Class.Gone():
			after = "gone"
		}
		row := fmt.Sprintf("| %s | %s | %s | %s | %s |\n", code(x.Address.Label()), x.Class, cell(x.Field), before, after)
		if b.Len()+len(row)+len(tail)+room > MarkdownLimit {
			fmt.Fprintf(&b, "\n%d of %d differences are left out here; `bh drift` shows all of them.\n", len(d.Differences)-i,
				len(d.Differences))
			break
		}
		b.WriteString(row)
	}
	b.WriteString(tail)
	if hint := unprovedHint(d, "`"); hint != "" {
		b.WriteString(hint + "\n")
	}
	return b.String()
}

func codeOrNone(text string) string {
	if text == "" {
		return ""
	}
	return code(text)
}

func (s *serial) Drift(d drift.Report) { s.do(func(v View) { v.Drift(d) }) }
func (t tee) Drift(d drift.Report)     { t.a.Drift(d); t.b.Drift(d) }
