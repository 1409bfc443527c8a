package view

import (
	"fmt"
	"io"
	"strings"

	"buckethead/executor"
	"buckethead/planner"
)

// Marker stands first in every Markdown plan, so that one comment can be found
// again and updated.
const Marker = "<!-- bh plan -->"

// MarkdownLimit is the most characters that a pull request comment takes.
const MarkdownLimit = 65_535

// markdown is a plan for a pull request or a step summary. Progress and faults
// are text for people, as in human.
type markdown struct{ human }

func (m *markdown) Plan(p *planner.Plan) { _, _ = io.WriteString(m.out, PlanMarkdown(p, m.o)) }

func (m *markdown) Report(_ *planner.Plan, r executor.Report) {
	for _, result := range r.Results {
		m.Diagnostics(result.Diagnostics)
	}
	_, _ = fmt.Fprintf(m.out, "\n**%s**\n", reportText(r))
}

// PlanMarkdown gives a plan as Markdown of at most MarkdownLimit characters; what
// was left out is said.
func PlanMarkdown(p *planner.Plan, o Options) string {
	var b strings.Builder
	b.WriteString(Marker + "\n### bh: stack " + code(p.Stack) + "\n\n")
	if p.Empty() {
		b.WriteString("No changes.\n")
		return b.String()
	}
	b.WriteString("**" + summary(p) + "**\n\n| | operation | project | what | item |\n| --- | --- | --- | --- | --- |\n")
	tail := "\nPlan digest " + code(p.Digest()) + "\n"
	for _, text := range []string{quotasText(p, o), callsText(p, o)} {
		if text != "" {
			tail = "\n" + text + "\n" + tail
		}
	}
	// What is said when rows are left out has to fit as well.
	const room = 200
	for i, op := range p.Operations {
		l := lineOf(op, o)
		what := cell(l.what)
		for _, d := range l.details {
			what += "<br>" + cell(d)
		}
		row := fmt.Sprintf("| %s | %s | %s | %s | %s |\n", code(l.symbol), l.kind, code(l.label), what, codeOrNone(l.reference))
		if b.Len()+len(row)+len(tail)+room > MarkdownLimit {
			fmt.Fprintf(&b, "\n%d of %d operations are left out here; `bh plan` shows all of them.\n", len(p.Operations)-i, len(p.Operations))
			break
		}
		b.WriteString(row)
	}
	return b.String() + tail
}

// cell makes text safe within a table: no cell, tag or line can be broken out of,
// nothing becomes a link, and nobody is called.
func cell(text string) string {
	return strings.NewReplacer("\\", "\\\\", "|", "\\|", "&", "&amp;", "<", "&lt;", ">", "&gt;", "`", "'", "[", "\\[", "*", "\\*", "~", "\\~",
		"@", "@<!-- -->").Replace(oneLine(text))
}

// code is text in which Markdown sees nothing but the ends of cells.
func code(text string) string {
	return "`" + strings.NewReplacer("|", "\\|", "`", "'").Replace(oneLine(text)) + "`"
}

func codeOrNone(text string) string {
	if text == "" {
		return ""
	}
	return code(text)
}
