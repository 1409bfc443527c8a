package view

import (
	"fmt"
	"strings"

	"buckethead/config/addr"
	"buckethead/config/diag"
	"buckethead/config/words"
	"buckethead/executor"
	"buckethead/planner"
)

// page is the content of a Markdown page before it is written.
type page struct {
	options  Options
	plan     *planner.Plan    // nil before there is one
	report   *executor.Report // nil if nothing was carried out
	faults   diag.List
	headline string
	said     []string // finished parts
	document string   // the whole page but for warnings, if nothing failed
	end      End
}

// empty reports whether there is nothing to write, not even that the command failed.
func (p *page) empty() bool {
	return p.end.Exit == 0 && p.document == "" && p.plan == nil && p.report == nil && len(p.faults) == 0 &&
		p.headline == "" && len(p.said) == 0
}

// text writes the page. Its parts are in reading order, but they get room in order of importance: faults,
// operations that are blocked or destroy, the picture, the other operations, folded parts.
func (p *page) text() string {
	if p.document != "" && p.errors() == 0 {
		if left := (&room{MarkdownLimit - 1 - len(p.document)}); left.bytes > 1000 { // for a word on what is left out
			return p.document + p.faultList(left)
		}
		return p.document
	}
	stack := p.options.Stack
	if p.plan != nil {
		stack = p.plan.Stack
	}
	head := Marker(stack) + "\n### " + strings.TrimSpace("bh "+p.end.Command) + ": " + p.title() + "\n"
	if stack != "" {
		head += "\nStack " + code(stack) + "." + p.warning() + "\n"
	}
	tail := p.tail()
	left := &room{MarkdownLimit - 1 - len(head) - len(tail)}
	faults := p.faultList(left)
	said := ""
	for i, part := range p.said {
		// The note about the rest must fit as well.
		if len(part)+100 > left.bytes {
			said += fmt.Sprintf("\n%d more parts are left out here.\n", len(p.said)-i)
			break
		}
		said += part
		left.take(part)
	}
	table := ""
	if p.plan != nil && !p.plan.Empty() {
		table = p.operations(left)
	}
	return head + faults + said + table + tail
}

// title sums up the page.
func (p *page) title() string {
	switch {
	case p.report != nil:
		_, counts, _ := strings.Cut(reportText(*p.report), ": ")
		complete := p.report.OK() && p.end.outcome() != "error"
		return map[bool]string{true: "complete", false: "not complete"}[complete] + ", " + strings.TrimSuffix(counts, ".")
	case p.end.outcome() == "interrupted":
		return "interrupted"
	case p.end.outcome() == "error" && p.headline == "":
		return "failed, " + words.Count(max(1, p.errors()), "error")
	case p.plan != nil && p.plan.Empty() && p.plan.Offline:
		return "offline, no changes"
	case p.plan != nil && p.plan.Empty():
		return "no changes"
	case p.plan != nil && p.plan.Offline:
		return "offline, " + strings.TrimSuffix(strings.TrimPrefix(summary(p.plan), "Plan, offline: "), ".")
	case p.plan != nil:
		return strings.TrimSuffix(strings.TrimPrefix(summary(p.plan), "Plan: "), ".")
	case p.headline != "":
		return strings.TrimSuffix(p.headline, ".")
	case p.faults.HasErrors():
		return "failed"
	}
	return "done"
}

func (p *page) errors() int {
	n := 0
	for _, d := range p.faults {
		if d.Severity == diag.Error {
			n++
		}
	}
	return n
}

// warning repeats in the head what nobody should miss further down.
func (p *page) warning() string {
	if p.plan == nil || p.report != nil {
		return ""
	}
	text := ""
	destroys := 0
	for _, o := range p.plan.Operations {
		if o.Kind == planner.Destroy && len(o.Blocked) == 0 {
			destroys++
		}
	}
	for _, w := range []struct {
		count     int
		one, many string
	}{{p.plan.Blocked(), " operation is BLOCKED and will not run.",
		" operations are BLOCKED and will not run."},
		{destroys, " project will be destroyed.", " projects will be destroyed."}} {
		switch {
		case w.count == 1:
			text += " **1" + w.one + "**"
		case w.count > 1:
			text += " **" + words.Number(w.count) + w.many + "**"
		}
	}
	return text
}

// tail returns the calls that a plan needs, the servers it works with, and its digest. A plan that may not be applied
// shows no digest.
func (p *page) tail() string {
	if p.plan == nil {
		return ""
	}
	text, lines := "", []string{endpointsText(p.options), referencesText(p.options)}
	if p.report == nil || len(p.plan.Left) > 0 {
		lines = append([]string{dueText(p.plan)}, lines...)
	}
	if !p.plan.Empty() {
		lines = append([]string{callsText(p.plan, p.options), quotasText(p.plan, p.options)}, lines...)
	}
	for _, line := range lines {
		if line != "" {
			text += "\n" + cell(line) + "\n"
		}
	}
	if p.plan.Offline {
		return text
	}
	if !p.plan.Empty() && (p.report != nil || p.end.outcome() != "error" && p.end.outcome() != "interrupted") {
		text += "\nPlan digest " + code(p.plan.Digest()) + "\n"
	}
	return text + p.digestLine()
}

// digestLine returns the last line of the page of a successful plan, for programs: the digest that an apply can expect.
// No other text on a page can produce such a line: all of it is escaped, except blocks of code, which are indented.
func (p *page) digestLine() string {
	succeeded := p.end.Command == "plan" && (p.end.outcome() == "ok" || p.end.outcome() == "changes")
	if p.plan == nil || p.plan.Offline || p.report != nil || !succeeded {
		return ""
	}
	return "\n<!-- bh:digest " + p.plan.Digest() + " -->\n"
}

// faultList lists what is wrong, errors first.
func (p *page) faultList(left *room) string {
	var errors, warnings diag.List
	for _, d := range p.faults {
		if d.Severity == diag.Warning {
			warnings = append(warnings, d)
		} else {
			errors = append(errors, d)
		}
	}
	all := append(errors, warnings...)
	var b strings.Builder
	// The faults of thousands of operations must leave room for the operations.
	budget := &room{left.bytes / 3}
	for i, d := range all {
		if text := faultItem(d); !budget.take(text) {
			fmt.Fprintf(&b, "\n%s more of %s faults are left out here.\n", words.Number(len(all)-i), words.Number(len(all)))
			break
		} else {
			b.WriteString(text)
		}
	}
	left.bytes -= b.Len()
	return b.String()
}

// faultItem describes one fault: what, where, why, and what to do.
func faultItem(d diag.Diagnostic) string {
	word := "Error"
	if d.Severity == diag.Warning {
		word = "Warning"
	}
	text := "\n- **" + word + ": " + cell(d.Summary) + "**"
	if d.Code != "" {
		text += " " + code(d.Code)
	}
	var where []string
	if !d.Subject.IsZero() {
		where = append(where, code(d.Subject.String()))
	}
	if !d.Address.IsZero() {
		kind := ""
		if d.Address.Kind == addr.Project {
			kind = "project "
		}
		where = append(where, kind+code(d.Address.Label()))
	}
	if len(where) > 0 {
		text += "<br>" + strings.Join(where, ", ")
	}
	return text + itemText(d.Detail+"\n"+d.Fix) + "\n"
}

// blockBytes is the size up to which a block is shown as it is.
const blockBytes = 10_000

// itemText writes text below the first line of a list item. Lines that begin with a space are meant to be copied, so
// they stay as they are, in a block of code.
func itemText(text string) string {
	var b strings.Builder
	copied := func(l string) bool { return strings.HasPrefix(l, " ") && strings.TrimSpace(l) != "" }
	lines, before := strings.Split(Clean(text), "\n"), "<br>"
	for i := 0; i < len(lines); i++ {
		end := i
		for n := i; n < len(lines) && (copied(lines[n]) || lines[n] == ""); n++ {
			if copied(lines[n]) {
				end = n + 1
			}
		}
		block := strings.Join(lines[i:end], "\n")
		switch {
		case copied(lines[i]) && len(block) <= blockBytes:
			fence := "```"
			for strings.Contains(block, fence) {
				fence += "`"
			}
			b.WriteString("\n\n  " + fence + "\n" + inItem(lines[i:end]) + "\n  " + fence + "\n")
			i, before = end-1, "\n  "
		case strings.TrimSpace(lines[i]) != "":
			b.WriteString(before + cell(strings.TrimSpace(lines[i])))
			before = "<br>"
		}
	}
	return b.String()
}

// inItem indents lines by two columns at least. A line with fewer would end the list item, and with it the block of code
// around it, so that Markdown would interpret it: a comment that opens there hides the rest of a page.
func inItem(lines []string) string {
	least := 2
	for _, l := range lines {
		if strings.TrimSpace(l) != "" {
			least = min(least, len(l)-len(strings.TrimLeft(l, " ")))
		}
	}
	missing := strings.Repeat(" ", 2-least)
	return missing + strings.Join(lines, "\n"+missing)
}

// room is how many bytes are left on a page.
type room struct{ bytes int }

// take reserves room for a text, and reports whether there was enough.
func (r *room) take(text string) bool {
	if len(text) > r.bytes {
		return false
	}
	r.bytes -= len(text)
	return true
}
