package view

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"sync"
	"time"
	"unicode/utf16"
	"unicode/utf8"

	"buckethead/config/diag"
	"buckethead/executor"
	"buckethead/planner"
)

// UIVersion is the version of the JSON lines. The minor part rises when something
// is added, the major part when something changes its meaning.
const UIVersion = "1.1"

// jsonLines writes one object a line, in the shape that Terraform's -json has.
type jsonLines struct {
	mu  sync.Mutex
	out io.Writer
	now func() time.Time
}

func newJSON(out io.Writer, o Options) *jsonLines {
	j := &jsonLines{out: out, now: o.Now}
	j.write("info", "bh "+o.Version, "version", map[string]any{"bh": o.Version, "ui": UIVersion})
	return j
}

func (j *jsonLines) write(level, message, kind string, fields map[string]any) {
	object := map[string]any{"@level": level, "@message": message, "@module": "bh.ui", "@timestamp": j.now().UTC().Format(time.RFC3339Nano), "type": kind}
	for name, value := range fields {
		object[name] = value
	}
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	_ = enc.Encode(object) // all of it is text, numbers and plain data of ours
	j.mu.Lock()
	defer j.mu.Unlock()
	_, _ = j.out.Write(escaped(b.Bytes())) // a reader that went away cannot be told
}

// escaped writes in digits what would harm a terminal that shows the line. A line of
// JSON has such characters within strings alone, and there both forms say the same.
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
	for _, o := range p.Operations {
		j.write("info", o.Project.String()+": plan to "+string(o.Kind), "planned_change", map[string]any{"change": map[string]any{
			"resource": map[string]any{"addr": o.Project.String()}, "action": o.Kind, "reason": o.Reason.Word, "operation": o}})
	}
	message := "No changes."
	if !p.Empty() {
		message = summary(p)
	}
	j.write("info", message, "change_summary", map[string]any{"changes": j.counts(p), "blocked": p.Blocked(), "has_changes": !p.Empty(),
		"plan_digest": p.Digest(), "partial": p.Partial, "calls": p.Calls(), "refresh": p.Refresh, "quotas": quotas(p)})
}

// quotas are an empty list rather than none.
func quotas(p *planner.Plan) []planner.Quota { return append([]planner.Quota{}, p.Quotas...) }

func (j *jsonLines) counts(p *planner.Plan) map[planner.Kind]int {
	counts := p.Counts()
	for _, k := range planner.Kinds() {
		counts[k] += 0
	}
	return counts
}

func (j *jsonLines) Event(e executor.Event) {
	hook := func(addr string, more map[string]any) map[string]any {
		more["resource"] = map[string]any{"addr": addr}
		return map[string]any{"hook": more}
	}
	switch e := e.(type) {
	case executor.OperationStarted:
		j.write("info", e.Project.String()+": "+string(e.Kind)+" ...", "apply_start", hook(e.Project.String(), map[string]any{"action": e.Kind}))
	case executor.StepStarted:
		j.write("info", e.Project.String()+": "+e.Step, "apply_progress", hook(e.Project.String(), map[string]any{"step": e.Step, "target": e.Target}))
	case executor.StepDone:
	case executor.Waiting:
		j.write("info", e.Project.String()+": "+e.Why, "apply_progress", hook(e.Project.String(), map[string]any{"waiting": e.Why, "until": e.Until.UTC()}))
	case executor.OperationDone:
		r := e.Result
		kind, level := "apply_complete", "info"
		if r.Outcome != executor.Done {
			kind, level = "apply_errored", "error"
		}
		j.write(level, r.Project.String()+": "+string(r.Kind)+" "+string(r.Outcome), kind, hook(r.Project.String(), map[string]any{
			"action": r.Kind, "outcome": r.Outcome, "reference": r.Reference, "elapsed_seconds": r.Ended.Sub(r.Started).Seconds()}))
	}
}

func (j *jsonLines) Report(_ *planner.Plan, r executor.Report) {
	j.Diagnostics(r.Diagnostics)
	outcomes := map[string]executor.Outcome{}
	for _, result := range r.Results {
		j.Diagnostics(result.Diagnostics)
		outcomes[result.Project.String()] = result.Outcome
	}
	j.write("info", reportText(r), "apply_summary", map[string]any{"outcomes": outcomes, "counts": r.Counts(), "complete": r.OK(), "interrupted": r.Interrupted})
}

func (j *jsonLines) Diagnostics(l diag.List) {
	for _, d := range l {
		body := map[string]any{"severity": d.Severity, "code": d.Code, "summary": d.Summary, "detail": d.Detail, "fix": d.Fix}
		if !d.Subject.IsZero() {
			body["range"] = d.Subject
		}
		if !d.Project.IsZero() {
			body["project"] = d.Project
		}
		level := "error"
		if d.Severity == diag.Warning {
			level = "warn"
		}
		j.write(level, d.Summary, "diagnostic", map[string]any{"diagnostic": body})
	}
}

func (j *jsonLines) Note(text string) { j.write("info", text, "log", nil) }
