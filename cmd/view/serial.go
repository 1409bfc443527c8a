package view

import (
	"sync"
	"time"

	"buckethead/config/diag"
	"buckethead/executor"
	"buckethead/planner"
)

// Serial makes a view safe for use by several goroutines: signals, waits and the ends of steps can come at any time.
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
func (s *serial) Diagnostics(l diag.List)             { s.do(func(v View) { v.Diagnostics(l) }) }
func (s *serial) Checks(section string, list []Check) { s.do(func(v View) { v.Checks(section, list) }) }
func (s *serial) CheckSummary(c CheckCounts)          { s.do(func(v View) { v.CheckSummary(c) }) }
func (s *serial) Valid(projects int)                  { s.do(func(v View) { v.Valid(projects) }) }
func (s *serial) Result(text string)                  { s.do(func(v View) { v.Result(text) }) }
func (s *serial) Note(text string)                    { s.do(func(v View) { v.Note(text) }) }
func (s *serial) Waiting(who, why string, until time.Time) {
	s.do(func(v View) { v.Waiting(who, why, until) })
}
func (s *serial) Fault(err error) { s.do(func(v View) { v.Fault(err) }) }
func (s *serial) Tick()           { s.do(func(v View) { v.Tick() }) }
func (s *serial) Done(e End)      { s.do(func(v View) { v.Done(e) }) }

// Tee returns a view that shows everything on both views.
func Tee(a, b View) View { return tee{a, b} }

type tee struct{ a, b View }

func (t tee) both(show func(View)) { show(t.a); show(t.b) }

func (t tee) Plan(p *planner.Plan)   { t.both(func(v View) { v.Plan(p) }) }
func (t tee) Event(e executor.Event) { t.both(func(v View) { v.Event(e) }) }
func (t tee) Report(p *planner.Plan, r executor.Report) {
	t.both(func(v View) { v.Report(p, r) })
}
func (t tee) Diagnostics(l diag.List)             { t.both(func(v View) { v.Diagnostics(l) }) }
func (t tee) Checks(section string, list []Check) { t.both(func(v View) { v.Checks(section, list) }) }
func (t tee) CheckSummary(c CheckCounts)          { t.both(func(v View) { v.CheckSummary(c) }) }
func (t tee) Valid(projects int)                  { t.both(func(v View) { v.Valid(projects) }) }
func (t tee) Result(text string)                  { t.both(func(v View) { v.Result(text) }) }
func (t tee) Note(text string)                    { t.both(func(v View) { v.Note(text) }) }
func (t tee) Waiting(who, why string, until time.Time) {
	t.both(func(v View) { v.Waiting(who, why, until) })
}
func (t tee) Fault(err error) { t.both(func(v View) { v.Fault(err) }) }
func (t tee) Tick()           { t.both(func(v View) { v.Tick() }) }
func (t tee) Done(e End)      { t.both(func(v View) { v.Done(e) }) }
