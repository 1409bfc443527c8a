package view

import (
	"io"
	"strings"

	"buckethead/config/diag"
	"buckethead/executor"
	"buckethead/planner"
)

// MarkdownLimit bounds the characters of a page: a pull request comment cannot be longer.
const MarkdownLimit = 65_535

// markdown is one page for a pull request or a step summary. Done writes it, so that its head can say how the run
// ended. Progress and faults are also written to err, as text for people.
type markdown struct {
	human
	to   io.Writer
	page page
}

func newMarkdown(out, err io.Writer, o Options) *markdown {
	m := &markdown{to: out, page: page{options: o}}
	m.page.options.Width = 0
	o.Color, o.Width = o.ErrColor, o.ErrWidth
	m.human = newHuman(err, err, o)
	return m
}

func (m *markdown) Plan(p *planner.Plan) {
	m.human.planned(p)
	m.page.plan = p
}

func (m *markdown) Report(p *planner.Plan, r executor.Report) {
	m.human.Report(p, r)
	m.page.report = &r
	m.page.faults = append(m.page.faults, r.Diagnostics...)
	for _, result := range r.Results {
		m.page.faults = append(m.page.faults, result.Diagnostics...)
	}
}

func (m *markdown) Diagnostics(l diag.List) {
	m.human.Diagnostics(l)
	m.page.faults = append(m.page.faults, l...)
}

func (m *markdown) Fault(err error) {
	m.human.Fault(err)
	m.page.faults = append(m.page.faults, faultOf(err))
}

func (m *markdown) Checks(section string, checks []Check) {
	var b strings.Builder
	b.WriteString("\n**" + cell(section) + "**\n\n| | check | found |\n| --- | --- | --- |\n")
	for _, c := range checks {
		found := cell(c.said())
		if c.Fix != "" {
			found += "<br>" + cell(c.Fix)
		}
		b.WriteString("| " + string(c.Outcome) + " | " + cell(c.Name) + " | " + found + " |\n")
	}
	m.page.said = append(m.page.said, b.String())
}

func (m *markdown) CheckSummary(c CheckCounts) { m.page.headline = c.text() }
func (m *markdown) Valid(projects int)         { m.page.headline = validText(projects) }
func (m *markdown) Result(text string)         { m.page.said = append(m.page.said, "\n"+cell(text)+"\n") }

func (m *markdown) Done(e End) {
	m.human.Done(e)
	m.page.end = e
	if !m.page.empty() {
		_, _ = io.WriteString(m.to, m.page.text())
	}
}

// PlanMarkdown returns a plan as a page of less than [MarkdownLimit] characters. It says what it leaves out.
func PlanMarkdown(p *planner.Plan, o Options) string {
	return (&page{options: o, plan: p, end: End{Command: "plan"}}).text()
}
