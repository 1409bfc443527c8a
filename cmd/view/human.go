package view

import (
	"cmp"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/mattn/go-runewidth"

	"buckethead/config/diag"
	"buckethead/config/words"
	"buckethead/executor"
	"buckethead/planner"
)

// human writes text for people: results to out, progress and faults to err.
type human struct {
	out, err io.Writer
	o        Options
	progress progress
	live     *live // nil without live lines
	reading  bool  // there is no plan yet
	since    time.Time
	code     string // of the first error that was shown
	several  bool   // there were errors with other codes, too
}

func newHuman(out, err io.Writer, o Options) human {
	h := human{out: out, err: err, o: o, reading: o.Live}
	if o.Live && !o.Quiet {
		h.live = newLive(err, o.ErrWidth)
		h.out, h.err, h.since = over{out, h.live}, over{err, h.live}, o.Now()
	}
	return h
}

// planned stores the plan that is about to run.
func (h *human) planned(p *planner.Plan) {
	h.reading = false
	h.progress.plan(p)
	h.repaint()
}

// repaint shows the live lines, if there are any.
func (h *human) repaint() {
	if h.live != nil {
		now := h.o.Now()
		width, height := h.live.size()
		h.live.paint(h.frame(now, width, height), now)
	}
}

func (h *human) Plan(p *planner.Plan) {
	h.planned(p)
	if p.Empty() {
		h.writeTexts(noChanges(p), dueText(p), endpointsText(h.o), referencesText(h.o))
		return
	}
	lines := make([]line, len(p.Operations))
	var kind, label, what int
	for i, o := range p.Operations {
		lines[i] = lineOf(o, h.o)
		kind = max(kind, len(lines[i].kind))
		label = max(label, runewidth.StringWidth(oneLine(lines[i].label)))
		if lines[i].made() && lines[i].reference != "" {
			what = max(what, runewidth.StringWidth(oneLine(lines[i].what)))
		}
	}
	if h.o.Width > 0 { // a longer name has its line for itself
		label = min(label, max(12, h.o.Width/3))
	}
	var b strings.Builder
	for _, l := range lines {
		h.writeLine(&b, l, kind, label, what)
	}
	_, _ = io.WriteString(h.out, b.String()+"\n")
	h.writeTexts(summary(p), dueText(p), callsText(p, h.o), quotasText(p, h.o), endpointsText(h.o), referencesText(h.o))
}

// writeTexts writes each non-empty text on its own lines.
func (h *human) writeTexts(texts ...string) {
	for _, text := range texts {
		if text != "" {
			_, _ = io.WriteString(h.out, hang(oneLine(text), h.o.Width, 2)+"\n")
		}
	}
}

// writeLine writes one operation. Nothing is cut: what does not fit beside the name stands below it, and breaks between
// words.
func (h *human) writeLine(b *strings.Builder, l line, kind, label, what int) {
	text, name := oneLine(l.what), oneLine(l.label)
	switch wide := h.o.Width == 0 || kind+label+what+runewidth.StringWidth(oneLine(l.reference))+12 <= h.o.Width; {
	case l.reference == "" || !l.made() && l.kind != string(planner.Rotate):
	case wide && l.made():
		text = pad(text, what) + "  -> " + oneLine(l.reference)
	default:
		l.details = append([]detail{note("-> " + l.reference)}, l.details...)
	}
	head, column := paint(h.o.Color, colorOf(l.symbol), l.symbol+" "+pad(l.kind, kind))+"  ", kind+label+6
	room := h.o.Width - column
	if h.o.Width > 0 && (runewidth.StringWidth(name) > label || room < 30 && runewidth.StringWidth(text) > room ||
		l.made() && runewidth.StringWidth(text) > room) {
		head += name + "\n      "
		column = 6
	} else {
		head += pad(name, label) + "  "
	}
	if text = hang(text, h.o.Width, column); strings.HasPrefix(text, "BLOCKED") {
		text = paint(h.o.Color, red, text)
	}
	b.WriteString(strings.TrimRight(head+text, " \n") + "\n")
	for _, d := range l.details {
		b.WriteString("      " + h.detail(d.text, 8) + "\n")
		for _, l := range d.lines {
			b.WriteString("        " + h.detail(l, 10) + "\n")
		}
	}
}

// detail breaks a detail between words. A reference is to be copied, so it stays whole.
func (h *human) detail(text string, indent int) string {
	if text = oneLine(text); strings.HasPrefix(text, "-> ") {
		return text
	}
	return hang(text, h.o.Width, indent)
}

func (h *human) Event(e executor.Event) {
	if h.o.Quiet {
		return
	}
	h.progress.event(e)
	if text := h.eventText(e); text != "" {
		h.say(text)
	}
	h.repaint()
}

// eventText returns the line of an event, or "" if it has none or the live lines show it.
func (h *human) eventText(e executor.Event) string {
	lines := h.live == nil || h.o.Verbose
	switch e := e.(type) {
	case executor.StepStarted:
		if h.o.Verbose {
			return fmt.Sprintf("%s: %s %s", e.Address.Label(), e.Step, e.Target)
		}
	case executor.StepDone:
	case executor.Waiting:
		if lines {
			return fmt.Sprintf("%s: %s; next try at %s", e.Address.Label(), e.Why, words.Clock(e.Until))
		}
	case executor.OperationStarted:
		if lines {
			return fmt.Sprintf("%s: %s ...", e.Address.Label(), e.Kind)
		}
	case executor.OperationDone:
		return fmt.Sprintf("%s: %s %s", e.Result.Address.Label(), e.Result.Kind, e.Result.Outcome)
	}
	return ""
}

func (h *human) say(text string) {
	_, _ = fmt.Fprintln(h.err, hang(strings.TrimRight(oneLine(text), " "), h.o.ErrWidth, 2))
}

// stillEvery is how long to wait, if nothing ends, before a line says what is still running.
const stillEvery = 10 * time.Second

// Tick repaints the live lines. If there are none, it writes from time to time what is still running.
func (h *human) Tick() {
	if h.live != nil || h.o.Quiet {
		h.repaint()
		return
	}
	if text := h.progress.still(h.o.Now(), stillEvery); text != "" {
		h.say(text)
	}
}

// Done removes the live lines, because nothing is running any more. On a terminal, it says how to learn more about
// an error.
func (h *human) Done(End) {
	h.progress.running = nil
	if h.live != nil {
		h.live.clear()
		h.live = nil
	}
	if h.code == "" || h.o.ErrWidth == 0 || h.o.Quiet {
		return
	}
	text := "Run bh help " + words.InShell(h.code) + " for an explanation."
	if h.several {
		text = "Run bh help CODE for an explanation, such as bh help " + words.InShell(h.code) + "."
	}
	h.say(text)
}

func (h *human) Report(_ *planner.Plan, r executor.Report) {
	h.Diagnostics(r.Diagnostics)
	var rows [][]string
	h.Diagnostics(skipped(r.Results))
	for _, result := range r.Results {
		if result.Outcome != executor.Skipped {
			h.Diagnostics(result.Diagnostics)
		}
		for _, note := range result.Notes {
			h.Note(result.Address.Label() + ": " + note)
		}
		if result.Outcome == executor.Done && result.Reference != "" && result.Kind != planner.Heal {
			rows = append(rows, []string{result.Address.Label(), "-> " + result.Reference})
		}
	}
	if len(rows) > 0 && !h.o.Quiet {
		table := Table(rows)
		if h.o.Width > 0 && tableWidth(rows) > h.o.Width {
			// References are meant to be copied whole, so they go below the names.
			table = ""
			for _, r := range rows {
				table += oneLine(r[0]) + "\n      " + oneLine(r[1]) + "\n"
			}
		}
		_, _ = io.WriteString(h.out, table)
	}
	_, _ = fmt.Fprintln(h.out, hang(reportText(r), h.o.Width, 2))
}

// skipped returns why operations were skipped, each cause once, because people look for the failures.
func skipped(results []executor.Result) diag.List {
	var out diag.List
	others := map[string]int{}
	for _, result := range results {
		for _, d := range result.Diagnostics {
			switch others[d.Detail]++; {
			case result.Outcome != executor.Skipped:
				others[d.Detail]--
			case others[d.Detail] == 1:
				out = append(out, d)
			}
		}
	}
	for i, d := range out {
		if n := others[d.Detail] - 1; n > 0 {
			out[i].Detail += " The same applies to " + words.Count(n, "other project") + "."
		}
	}
	return out
}

// reportText counts the outcomes of a plan.
func reportText(r executor.Report) string {
	counts := r.Counts()
	parts := append([]string{words.Number(counts[executor.Done]) + " done"}, notDone(counts)...)
	head := "Apply complete: "
	switch {
	case r.Interrupted:
		head = "Apply interrupted, state saved: "
	case !r.OK():
		head = "Apply not complete: "
	}
	return head + strings.Join(parts, ", ") + "."
}

// notDone counts the outcomes other than done, if there are any.
func notDone(counts map[executor.Outcome]int) (parts []string) {
	for _, o := range []executor.Outcome{executor.Failed, executor.Blocked, executor.Skipped, executor.Interrupted} {
		if counts[o] > 0 {
			parts = append(parts, words.Number(counts[o])+" "+string(o))
		}
	}
	return parts
}

func (h *human) Diagnostics(l diag.List) {
	for _, d := range l {
		if d.Severity == diag.Error && d.Code != "" {
			h.several = h.several || h.code != "" && h.code != d.Code
			h.code = cmp.Or(h.code, d.Code)
		}
		_, _ = io.WriteString(h.err, diagnosticText(d, h.o.Sources, h.o.ErrColor, h.o.ErrWidth))
	}
	h.repaint()
}

func (h *human) Note(text string) {
	if !h.o.Quiet {
		lines := strings.Split(Clean(text), "\n")
		for i, line := range lines {
			if !strings.HasPrefix(line, " ") { // those are to be copied
				lines[i] = hang(line, h.o.ErrWidth, 2)
			}
		}
		_, _ = fmt.Fprintln(h.err, strings.Join(lines, "\n"))
		h.repaint()
	}
}

func (h *human) Valid(projects int) { _, _ = fmt.Fprintln(h.out, validText(projects)) }

func validText(projects int) string {
	return "Valid: " + words.Count(projects, "project") + "."
}

func (h *human) Result(text string) { _, _ = fmt.Fprintln(h.out, hangLines(text, h.o.Width)) }

func (h *human) Waiting(who, why string, until time.Time) {
	if h.live == nil || h.o.Verbose {
		h.Note(waitText(who, why, until))
	}
	h.progress.waiting(wait{who, why, until})
	h.repaint()
}

func waitText(who, why string, until time.Time) string {
	return who + ": " + why + "; continuing at " + words.Clock(until)
}

func (h *human) Fault(err error) {
	_, _ = fmt.Fprintln(h.err, hangLines("Error: "+strings.TrimSuffix(err.Error(), "\n"), h.o.ErrWidth))
}
