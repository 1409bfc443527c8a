// Package view shows plans, progress, reports and diagnostics to people and to
// programs: as text, JSON lines, a Markdown page or a Mermaid picture.
//
// It makes no decisions and asks nothing. All views are made from the same plain data,
// so that people and programs read the same.
//
// # Use
//
// [New] returns the [View] of a format. A command calls the methods for what happens, and
// [View.Done] last: a Markdown page is not written before that. [PlanMarkdown],
// [PlanMermaid], [DriftMarkdown], [GraphMermaid] and [GraphDOT] return one document
// without a view.
//
// # Text from outside
//
// Names and messages of providers can contain anything. Text goes through [Clean], so that it
// cannot move the cursor, change colors or imitate another line. Pages also escape what
// Markdown would interpret. This package does not look for secrets: the caller's streams remove
// them.
//
// # Formats for programs
//
// [LinesSchema] is the schema of the JSON lines, and [LinesFormat] its version. Pages and
// sections begin with [Marker] or [DriftMarker], by which a program finds them again. A
// page has at most [MarkdownLimit] characters, and says what it leaves out.
//
// # Concurrency and errors
//
// Methods of a View must be called one at a time; [Serial] makes one safe for concurrent use,
// and [Tee] shows everything on two. Failed writes are not returned: the caller's streams
// remember them.
package view

import (
	"fmt"
	"io"
	"time"

	"buckethead/config/diag"
	"buckethead/executor"
	"buckethead/planner"
	"buckethead/planner/discovery"
	"buckethead/planner/drift"
)

// View shows what happens. Its methods must be called one at a time; [Serial] makes
// sure of that.
type View interface {
	// Plan shows what would be done, or that there is nothing to do.
	Plan(*planner.Plan)
	// Event shows something that happens while a plan runs.
	Event(executor.Event)
	// Report shows the outcome of a plan.
	Report(*planner.Plan, executor.Report)
	// Diagnostics shows faults.
	Diagnostics(diag.List)
	// Checks shows what doctor found in one section, and CheckSummary sums it up.
	Checks(section string, checks []Check)
	CheckSummary(CheckCounts)
	// Drift shows what was done outside of bh, or that nothing was.
	Drift(drift.Report)
	// Discovery shows what exists and is not in the state.
	Discovery(discovery.Discovery)
	// Valid shows that the files are valid, and how many projects they declare.
	Valid(projects int)
	// Result shows, in a sentence, what a command without a plan did.
	Result(text string)
	// Note shows a sentence.
	Note(text string)
	// Waiting shows that all calls to a vendor wait, why, and until when.
	Waiting(who, why string, until time.Time)
	// Fault shows the error that ended the command, unless a diagnostic has shown it.
	Fault(error)
	// Tick says that time has passed, about once a second. It repaints what shows
	// the time.
	Tick()
	// Done is the last call. It finishes what is open, and leaves the screen clean.
	Done(End)
}

// End says how a command ended: its name without "bh", and its exit code.
type End struct {
	Command string
	Exit    int
}

// outcome returns the exit code as a word.
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

// Options holds what views need to know in addition to what they show.
type Options struct {
	Color    bool // of out; errors follow ErrColor
	ErrColor bool
	Width    int  // columns of out's terminal; 0 if it is not a terminal
	ErrWidth int  // the same for err
	Live     bool // err is a terminal whose last lines may show what runs
	Verbose  bool
	Quiet    bool
	Version  string
	Now      func() time.Time
	// Stack is the name of the stack; "" before the files are read.
	Stack string
	// Sources are the files, for the lines that diagnostics point at.
	Sources map[string][]byte
	// Endpoints are the servers that are not the vendors' own.
	Endpoints []Endpoint
	// References are what the declared projects with register read.
	References []Reference
	// Reference names an item without its value. id is empty before the item exists.
	Reference func(connection, id, title string) string
	// VendorTitle returns the usual name of a vendor, and VendorLimit the calls that it allows
	// per period.
	VendorTitle func(vendor string) string
	VendorLimit func(vendor string) (calls int, per time.Duration)
	// VendorWrites returns the number of writes above which a plan says what the vendor allows,
	// and the text to show. 0 means never.
	VendorWrites func(vendor string) (writes int, note string)
}

// New returns the view of a format: "human", "json", "markdown" or "mermaid". Results
// go to out, progress and faults to err. JSON writes everything to out. Markdown writes
// a page to out, including faults, when Done is called; Mermaid writes a picture of the
// plan.
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
	return nil, fmt.Errorf("there is no format %q; the formats are human, json, markdown and mermaid", format)
}
