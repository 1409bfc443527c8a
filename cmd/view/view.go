// Package view shows plans, progress, reports and diagnostics to people and to
// programs: human text, JSON lines, Markdown, a Mermaid picture.
//
// It decides nothing and asks nobody. Each view is made from the same plain data,
// so that what a person reads and what a program reads cannot differ.
package view

import (
	"fmt"
	"io"
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
	// Valid shows that the files are in order, and how many projects they declare.
	Valid(projects int)
	// Result shows, in a sentence, what a command did that has no plan.
	Result(text string)
	// Note shows a sentence that belongs to none of these.
	Note(text string)
	// Waiting shows that all calls to someone wait, why, and until when.
	Waiting(who, why string, until time.Time)
	// Fault shows the error that ended the command, where no diagnostic told of it.
	Fault(error)
	// Tick says that time has passed, about once a second: what is shown of it is
	// repainted.
	Tick()
	// Done is the last call: it ends what is open, and leaves the screen clean.
	Done(End)
}

// End is how a command ended: its name without "bh", and its exit code.
type End struct {
	Command string
	Exit    int
}

// outcome is the exit code in a word.
func (e End) outcome() string {
	switch e.Exit {
	case 0:
		return "ok"
	case 2:
		return "changes"
	case 130, 143:
		return "interrupted"
	}
	return "error"
}

// Options are what views need to know beside what they show.
type Options struct {
	Color    bool // of out; errors follow ErrColor
	ErrColor bool
	Width    int  // columns of out's terminal; 0 where there is none
	ErrWidth int  // the same for err
	Live     bool // err is a terminal whose last lines may show what runs
	Verbose  bool
	Quiet    bool
	Version  string
	Now      func() time.Time
	// Stack is what the files call what they own; "" before they are read.
	Stack string
	// Sources are the files, for the lines that diagnostics point at.
	Sources map[string][]byte
	// Reference names an item without its value; id is empty before it exists.
	Reference func(connection, id, title string) string
	// VendorTitle and VendorLimit give what people call a vendor and the calls
	// that it allows in a time.
	VendorTitle func(vendor string) string
	VendorLimit func(vendor string) (calls int, per time.Duration)
	// VendorWrites returns the writes above which a plan says what the vendor allows,
	// and those words; 0 for none.
	VendorWrites func(vendor string) (writes int, note string)
}

// New makes the view of a format: "human", "json", "markdown" or "mermaid". Results
// go to out, progress and faults to err; JSON has all of it on out. Markdown has a
// page on out, faults included, which Done writes; Mermaid a picture of the plan.
func New(format string, out, err io.Writer, o Options) (View, error) {
	switch format {
	case "", "human", "text":
		h := newHuman(out, err, o)
		return &h, nil
	case "json":
		return newJSON(out, o), nil
	case "markdown":
		return newMarkdown(out, err, o), nil
	case "mermaid":
		return newMermaid(out, err, o), nil
	}
	return nil, fmt.Errorf("there is no format %q; there are human, json, markdown and mermaid", format)
}
