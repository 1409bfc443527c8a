package view

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"time"

	"buckethead/config/words"
	"buckethead/executor"
	"buckethead/planner"
)

// progress is what is known about a running plan. It learns only from events, and has no clock.
type progress struct {
	total   int // operations of the plan
	begun   time.Time
	running []underWay
	waits   []wait // of vendors
	ended   map[executor.Outcome]int
	last    time.Time // when something last ended, or was last said to run
}

// underWay is an operation that has begun and not ended.
type underWay struct {
	label string
	kind  planner.Kind
	since time.Time
	step  string
	why   string // it waits, until then
	until time.Time
}

// wait says until when a vendor accepts no calls.
type wait struct {
	who, why string
	until    time.Time
}

func (p *progress) plan(plan *planner.Plan) {
	*p = progress{total: len(plan.Operations), ended: map[executor.Outcome]int{}}
}

func (p *progress) event(e executor.Event) {
	switch e := e.(type) {
	case executor.OperationStarted:
		if p.begun.IsZero() {
			p.begun, p.last = e.At, e.At
		}
		p.running = append(p.running, underWay{label: e.Address.Label(), kind: e.Kind, since: e.At})
	case executor.StepStarted:
		p.change(e.Address.Label(), func(u *underWay) {
			u.step, u.why, u.until = strings.ReplaceAll(e.Step, "_", " "), "", time.Time{}
		})
	case executor.StepDone:
		p.change(e.Address.Label(), func(u *underWay) { u.why, u.until = "", time.Time{} })
	case executor.Waiting:
		p.change(e.Address.Label(), func(u *underWay) { u.why, u.until = e.Why, e.Until })
	case executor.OperationDone:
		label := e.Result.Address.Label()
		p.running = slices.DeleteFunc(p.running, func(u underWay) bool { return u.label == label })
		if p.ended == nil {
			p.ended = map[executor.Outcome]int{}
		}
		p.ended[e.Result.Outcome]++
		if e.Result.Ended.After(p.last) {
			p.last = e.Result.Ended
		}
	}
}

func (p *progress) change(label string, change func(*underWay)) {
	for i := range p.running {
		if p.running[i].label == label {
			change(&p.running[i])
		}
	}
}

// waiting notes that a vendor accepts no calls. It replaces an earlier note for that vendor.
func (p *progress) waiting(w wait) {
	p.waits = slices.DeleteFunc(p.waits, func(known wait) bool { return known.who == w.who })
	p.waits = append(p.waits, w)
}

// waitsAt returns the vendors that still accept no calls.
func (p *progress) waitsAt(now time.Time) []wait {
	p.waits = slices.DeleteFunc(p.waits, func(w wait) bool { return !w.until.After(now) })
	return p.waits
}

// shown returns the running operations: first those that work, then those that wait.
func (p *progress) shown(now time.Time) []underWay {
	out := slices.Clone(p.running)
	rank := func(u underWay) int {
		if u.waits(now) {
			return 1
		}
		return 0
	}
	slices.SortStableFunc(out, func(a, b underWay) int { return cmp.Compare(rank(a), rank(b)) })
	return out
}

func (u underWay) waits(now time.Time) bool { return u.why != "" && u.until.After(now) }

// done returns how many operations have ended.
func (p *progress) done() int {
	n := 0
	for _, count := range p.ended {
		n += count
	}
	return n
}

// counts describes the progress: "12 of 40 done, 1 failed, 8 running (2 waiting), 19 to go".
func (p *progress) counts(now time.Time) string {
	parts := append([]string{words.Number(p.ended[executor.Done]) + " of " + words.Number(p.total) + " done"},
		notDone(p.ended)...)
	waiting := 0
	for _, u := range p.running {
		if u.waits(now) {
			waiting++
		}
	}
	running := words.Number(len(p.running)) + " running"
	if waiting > 0 {
		running += " (" + words.Number(waiting) + " waiting)"
	}
	return strings.Join(append(parts, running, words.Number(max(0, p.total-p.done()-len(p.running)))+" to go"), ", ")
}

// stillNamed is how many operations a line names if it says what is still running.
const stillNamed = 3

// still says what is running and for how long, if nothing has ended for a while.
func (p *progress) still(now time.Time, long time.Duration) string {
	if len(p.running) == 0 || now.Sub(p.last) < long {
		return ""
	}
	p.last = now
	var names []string
	for i, u := range p.shown(now) {
		if i == stillNamed {
			names = append(names, "and "+strconv.Itoa(len(p.running)-i)+" more")
			break
		}
		what := cmp.Or(u.step, string(u.kind))
		if u.waits(now) {
			what = u.why + ", until " + words.Clock(u.until)
		}
		names = append(names, u.label+" ("+what+", "+elapsed(now.Sub(u.since))+")")
	}
	return "still running: " + strings.Join(names, ", ") + "; " + p.counts(now)
}

// elapsed returns a length of time in whole seconds.
func elapsed(d time.Duration) string { return max(0, d).Truncate(time.Second).String() }
