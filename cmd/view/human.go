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

// human writes text for people: the result to out, progress and faults to err.
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

// planned takes the plan that is about to run.
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
		if lines[i].reference != "" {
			what = max(what, runewidth.StringWidth(oneLine(lines[i].what)))
		}
	}
	// A name takes at most a third of a terminal; what is done takes the rest.
	if h.o.Width > 0 {
		label = min(label, max(12, h.o.Width/3))
		what = min(what, max(12, h.o.Width-kind-label-8))
	}
	var b strings.Builder
	for _, l := range lines {
		h.writeLine(&b, l, kind, label, what)
	}
	_, _ = io.WriteString(h.out, b.String()+"\n")
	h.writeTexts(summary(p), dueText(p), callsText(p, h.o), quotasText(p, h.o), endpointsText(h.o), referencesText(h.o))
}

// writeTexts writes each text that is not empty on lines of its own.
func (h *human) writeTexts(texts ...string) {
	for _, text := range texts {
		if text != "" {
			_, _ = io.WriteString(h.out, hang(oneLine(text), h.o.Width, 2)+"\n")
		}
	}
}

func (h *human) writeLine(b *strings.Builder, l line, kind, label, what int) {
	text := oneLine(l.what)
	if l.reference != "" {
		// On a narrow terminal the reference takes a line of its own.
		if h.o.Width == 0 || kind+label+what+runewidth.StringWidth(oneLine(l.reference))+12 <= h.o.Width {
			text = pad(fit(text, what), what) + "  -> " + oneLine(l.reference)
		} else {
			l.details = append([]string{"-> " + l.reference}, l.details...)
		}
	}
	if strings.HasPrefix(text, "BLOCKED") {
		text = paint(h.o.Color, red, text)
	} else if h.o.Width > 0 {
		text = fit(text, max(20, h.o.Width-kind-label-6))
	}
	head := paint(h.o.Color, colorOf(l.symbol), l.symbol+" "+pad(l.kind, kind))
	b.WriteString(strings.TrimRight(head+"  "+pad(fit(oneLine(l.label), label), label)+"  "+text, " ") + "\n")
	for _, d := range l.details {
		b.WriteString("      " + oneLine(d) + "\n")
	}
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

// stillEvery is how long nothing has to end before a line says what still runs.
const stillEvery = 10 * time.Second

// Tick repaints the live lines. If there are none, it writes from time to time that something still runs.
func (h *human) Tick() {
	if h.live != nil || h.o.Quiet {
		h.repaint()
		return
	}
	if text := h.progress.still(h.o.Now(), stillEvery); text != "" {
		h.say(text)
	}
}

// Done removes the live lines, for nothing runs any more, and says on a terminal how to learn more about an error.
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
			// References are to be copied whole: they stand below the names.
			table = ""
			for _, r := range rows {
				table += fit(oneLine(r[0]), h.o.Width) + "\n      " + oneLine(r[1]) + "\n"
			}
		}
		_, _ = io.WriteString(h.out, table)
	}
	_, _ = fmt.Fprintln(h.out, hang(reportText(r), h.o.Width, 2))
}

// skipped returns why operations were skipped, each cause once: the failures are what people look for.
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
			out[i].Detail += " The same holds for " + words.Count(n, "other project") + "."
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
		_, _ = fmt.Fprintln(h.err, hang(Clean(text), h.o.ErrWidth, 2))
		h.repaint()
	}
}

func (h *human) Valid(projects int) { _, _ = fmt.Fprintln(h.out, validText(projects)) }

func validText(projects int) string {
	return "Valid: " + words.Count(projects, "project") + "."
}

func (h *human) Result(text string) { _, _ = fmt.Fprintln(h.out, Clean(text)) }

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
	_, _ = fmt.Fprintf(h.err, "Error: %s\n", Clean(strings.TrimSuffix(err.Error(), "\n")))
}
