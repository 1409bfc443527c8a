package view

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"strconv"
	"time"
	"unicode/utf16"
	"unicode/utf8"

	"buckethead/config/addr"
	"buckethead/config/diag"
	"buckethead/executor"
	"buckethead/planner"
)

// LinesFormat is the version of the JSON lines and documents; each of them has it. It is raised when something is
// removed or changes its meaning, not when something is added.
const LinesFormat = 2

// jsonLines writes one object a line, in the form of Terraform's -json. The first line has the type "version", and the
// last, whatever happens, the type "done".
type jsonLines struct {
	out     io.Writer
	now     func() time.Time
	version string // "" once its line is written

	errors, warnings int
	endpoints        []Endpoint
	references       []Reference
	plan             *planner.Plan
	outcomes         map[addr.Address]executor.Outcome
}

func newJSON(out io.Writer, o Options) *jsonLines {
	return &jsonLines{out: out, now: o.Now, version: o.Version, endpoints: o.Endpoints, references: o.References, outcomes: map[addr.Address]executor.Outcome{}}
}

func (j *jsonLines) write(level, message, kind string, fields map[string]any) {
	if version := j.version; version != "" {
		j.version = ""
		j.write("info", "bh "+version, "version", map[string]any{"bh": version})
	}
	object := map[string]any{"@level": level, "@message": message, "@module": "bh.ui",
		"@timestamp": j.now().UTC().Format(time.RFC3339Nano), "format": LinesFormat, "type": kind}
	for name, value := range fields {
		object[name] = value
	}
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(object); err != nil {
		panic("view: encode a line: " + err.Error()) // it is all text, numbers and plain data of our own
	}
	_, _ = j.out.Write(escaped(b.Bytes())) // a reader that is gone cannot be told
}

// escaped writes characters that would harm a terminal as escapes. In a line of JSON, they occur only within
// strings, where both forms mean the same.
func escaped(line []byte) []byte {
	out := make([]byte, 0, len(line))
	for _, r := range string(line) {
		if r == '\n' || !harmful(r) {
			out = utf8.AppendRune(out, r)
			continue
		}
		for _, unit := range utf16.AppendRune(nil, r) {
			out = fmt.Appendf(out, "\\u%04x", unit)
		}
	}
	return out
}

func (j *jsonLines) Plan(p *planner.Plan) {
	j.plan = p
	for _, o := range p.Operations {
		o.Acts = list(o.Acts)
		j.write("info", o.Address.String()+": plan to "+string(o.Kind), "planned_change",
			map[string]any{"change": map[string]any{
				"resource": map[string]any{"addr": o.Address}, "action": o.Kind, "reason": o.Reason.Word, "operation": o}})
	}
	message := noChanges(p)
	if !p.Empty() {
		message = summary(p)
	}
	fields := map[string]any{"changes": j.counts(p), "blocked": p.Blocked(), "has_changes": !p.Empty(),
		"plan_digest": p.Digest(), "partial": p.Partial, "calls": list(p.Calls()), "refresh": list(p.Refresh),
		"quotas": list(p.Quotas), "endpoints": list(j.endpoints), "references": list(j.references)}
	if p.Offline {
		fields["offline"] = true
	}
	if due := p.Due(); len(due) > 0 {
		fields["due"] = due
	}
	if len(p.Left) > 0 {
		fields["left"] = p.Left
	}
	j.write("info", message, "change_summary", fields)
}

// list returns an empty list instead of nil.
func list[T any](of []T) []T { return append([]T{}, of...) }

func (j *jsonLines) counts(p *planner.Plan) map[planner.Kind]int {
	counts := p.Counts()
	for _, k := range planner.Kinds() {
		counts[k] += 0
	}
	return counts
}

func (j *jsonLines) Event(e executor.Event) {
	hook := func(a addr.Address, more map[string]any) map[string]any {
		more["resource"] = map[string]any{"addr": a}
		return map[string]any{"hook": more}
	}
	switch e := e.(type) {
	case executor.OperationStarted:
		j.write("info", e.Address.String()+": "+string(e.Kind)+" ...", "apply_start",
			hook(e.Address, map[string]any{"action": e.Kind}))
	case executor.StepStarted:
		j.write("info", e.Address.String()+": "+e.Step, "apply_progress",
			hook(e.Address, map[string]any{"step": e.Step, "target": e.Target}))
	case executor.StepDone:
	case executor.Waiting:
		j.write("info", e.Address.String()+": "+e.Why, "apply_progress",
			hook(e.Address, map[string]any{"waiting": e.Why, "until": e.Until.UTC()}))
	case executor.OperationDone:
		r := e.Result
		j.outcomes[r.Address] = r.Outcome
		kind, level := "apply_complete", "info"
		if r.Outcome != executor.Done {
			kind, level = "apply_errored", "error"
		}
		body := map[string]any{"action": r.Kind, "outcome": r.Outcome, "reference": r.Reference,
			"elapsed_seconds": r.Ended.Sub(r.Started).Seconds()}
		if len(r.Notes) > 0 {
			body["notes"] = r.Notes
		}
		of := r.Address
		j.write(level, of.String()+": "+string(r.Kind)+" "+string(r.Outcome), kind, hook(of, body))
	}
}

func (j *jsonLines) Report(_ *planner.Plan, r executor.Report) {
	j.Diagnostics(r.Diagnostics)
	for _, result := range r.Results {
		j.Diagnostics(result.Diagnostics)
		j.outcomes[result.Address] = result.Outcome
	}
	j.write("info", reportText(r), "apply_summary",
		map[string]any{"outcomes": j.outcomes, "counts": j.outcomeCounts(), "complete": r.OK(), "interrupted": r.Interrupted})
}

func (j *jsonLines) Diagnostics(l diag.List) {
	for _, d := range l {
		body := map[string]any{"severity": d.Severity, "code": d.Code, "summary": d.Summary, "detail": d.Detail, "fix": d.Fix}
		if !d.Subject.IsZero() {
			body["range"] = d.Subject
		}
		if !d.Address.IsZero() {
			body["address"] = d.Address
		}
		if d.Omitted > 0 {
			body["omitted"] = d.Omitted
		}
		level := "error"
		if d.Severity == diag.Warning {
			level = "warn"
			j.warnings++
		} else {
			j.errors++
		}
		j.write(level, d.Summary, "diagnostic", map[string]any{"diagnostic": body})
	}
}

func (j *jsonLines) Valid(projects int) {
	j.write("info", validText(projects), "validated", map[string]any{"valid": true, "projects": projects})
}

func (j *jsonLines) Result(text string) { j.write("info", text, "result", nil) }

func (j *jsonLines) Note(text string) { j.write("info", text, "log", nil) }

func (j *jsonLines) Waiting(who, why string, until time.Time) {
	j.write("info", waitText(who, why, until), "waiting", map[string]any{"who": who, "waiting": why, "until": until.UTC()})
}

func (j *jsonLines) Fault(err error) { j.Diagnostics(diag.List{faultOf(err)}) }

func (j *jsonLines) Tick() {}

// Done writes the last line: how the command ended, and what it did.
func (j *jsonLines) Done(e End) {
	fields := map[string]any{"command": e.Command, "exit_code": e.Exit, "outcome": e.outcome(), "errors": j.errors,
		"warnings": j.warnings, "counts": j.outcomeCounts(), "outcomes": j.outcomes}
	if j.plan != nil {
		fields["plan_digest"], fields["has_changes"] = j.plan.Digest(), !j.plan.Empty()
	}
	level := "info"
	if e.outcome() == "error" {
		level = "error"
	}
	j.write(level, "Ended with exit code "+strconv.Itoa(e.Exit)+".", "done", fields)
}

// outcomeCounts counts every outcome, including those that did not occur.
func (j *jsonLines) outcomeCounts() map[executor.Outcome]int {
	counts := map[executor.Outcome]int{executor.Done: 0, executor.Failed: 0, executor.Blocked: 0, executor.Skipped: 0,
		executor.Interrupted: 0}
	for _, o := range j.outcomes {
		counts[o]++
	}
	return counts
}
