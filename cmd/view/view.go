// Package view shows plans, progress, reports and diagnostics to people and to
// programs: human text, JSON lines, Markdown.
//
// It decides nothing and asks nobody. Each view is made from the same plain data,
// so that what a person reads and what a program reads cannot differ.
package view

import (
	"fmt"
	"io"
	"sync"
	"time"

	"buckethead/config/diag"
	"buckethead/executor"
	"buckethead/planner"
)

// View shows what happens. Methods are called one at a time; Serial sees to that
// where they could not be.
type View interface {
	// Plan shows what would be done, or that there is nothing to do.
	Plan(*planner.Plan)
	// Event shows something that happens while a plan runs.
	Event(executor.Event)
	// Report shows what became of a plan.
	Report(*planner.Plan, executor.Report)
	// Diagnostics shows faults.
	Diagnostics(diag.List)
	// Checks shows what doctor found in one section, CheckSummary what it comes to.
	Checks(section string, checks []Check)
	CheckSummary(CheckCounts)
	// Drift shows what was done outside of bh, or that nothing was.
	Drift(planner.Drift)
	// Discovery shows what exists and is not this state's.
	Discovery(planner.Discovery)
	// Note shows a sentence that belongs to none of these.
	Note(text string)
}

// Options are what views need to know beside what they show.
type Options struct {
	Color    bool // of out; errors follow ErrColor
	ErrColor bool
	Width    int // columns of out's terminal; 0 where there is none
	ErrWidth int // the same for err
	Verbose  bool
	Quiet    bool
	Version  string
	Now      func() time.Time
	// Sources are the files, for the lines that diagnostics point at.
	Sources map[string][]byte
	// Reference names an item without its value; id is empty before it exists.
	Reference func(connection, id, title string) string
	// VendorTitle and VendorLimit give what people call a vendor and the calls
	// that it allows in a time.
	VendorTitle func(vendor string) string
	VendorLimit func(vendor string) (calls int, per time.Duration)
	// VendorWrites gives the writes above which a plan says what the vendor allows,
	// and those words; 0 for none.
	VendorWrites func(vendor string) (writes int, note string)
}

// New makes the view of a format: "human", "json" or "markdown". Results go to
// out, progress and faults to err; JSON has all of it on out.
func New(format string, out, err io.Writer, o Options) (View, error) {
	switch format {
	case "", "human", "text":
		return &human{out: out, err: err, o: o}, nil
	case "json":
		return newJSON(out, o), nil
	case "markdown":
		return &markdown{human: human{out: out, err: err, o: o}}, nil
	}
	return nil, fmt.Errorf("there is no format %q; there are human, json and markdown", format)
}

// Serial lets many goroutines show things on one view: a signal, a wait and a step
// that ends come when they come.
func Serial(v View) View { return &serial{v: v} }

type serial struct {
	mu sync.Mutex
	v  View
}

func (s *serial) do(show func(View)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	show(s.v)
}

func (s *serial) Plan(p *planner.Plan)   { s.do(func(v View) { v.Plan(p) }) }
func (s *serial) Event(e executor.Event) { s.do(func(v View) { v.Event(e) }) }
func (s *serial) Report(p *planner.Plan, r executor.Report) {
	s.do(func(v View) { v.Report(p, r) })
}
func (s *serial) Diagnostics(l diag.List) { s.do(func(v View) { v.Diagnostics(l) }) }
func (s *serial) Note(text string)        { s.do(func(v View) { v.Note(text) }) }

// Tee shows everything on both.
func Tee(a, b View) View { return tee{a, b} }

type tee struct{ a, b View }

func (t tee) Plan(p *planner.Plan)   { t.a.Plan(p); t.b.Plan(p) }
func (t tee) Event(e executor.Event) { t.a.Event(e); t.b.Event(e) }
func (t tee) Report(p *planner.Plan, r executor.Report) {
	t.a.Report(p, r)
	t.b.Report(p, r)
}
func (t tee) Diagnostics(l diag.List) { t.a.Diagnostics(l); t.b.Diagnostics(l) }
func (t tee) Note(text string)        { t.a.Note(text); t.b.Note(text) }
