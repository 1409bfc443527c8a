package executor

import (
	"time"

	"buckethead/executor/orchestrator"
	"buckethead/planner"
	"buckethead/state"
)

// Announcement returns the intents of everything that a plan may do, under every name that it
// may use. It is for a state that others read while the plan runs. It leaves out blocked
// operations. The intents have no ids.
func Announcement(p *planner.Plan, run Run, at time.Time) []state.Intent {
	var out []state.Intent
	for i := range p.Operations {
		o := &p.Operations[i]
		if len(o.Blocked) > 0 {
			continue
		}
		for _, s := range o.Steps {
			if !orchestrator.Mutates(s) {
				continue
			}
			for n, name := range orchestrator.Names(s) {
				intent := intentOf(o, s, name, run, at)
				intent.Retry = n > 0
				out = append(out, intent)
			}
		}
	}
	return out
}

// intentOf returns the intent of a step that is about to act under a name.
func intentOf(o *planner.Operation, s planner.Step, name string, run Run, at time.Time) state.Intent {
	intent := state.Intent{
		Project: o.Address, Operation: o.ID, Sequence: o.Sequence, Step: s.Name(), Name: name,
		Cloud: o.Cloud, Secrets: o.Secrets, Namespace: o.Bucket.Namespace, Run: run.URL, At: at.UTC(),
	}
	if update, is := s.(planner.UpdateSettings); is {
		intent.Change = &update.Change
	}
	return intent
}
