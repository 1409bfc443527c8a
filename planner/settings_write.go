package planner

import (
	"slices"
	"strings"

	"buckethead/planner/observed"
	"buckethead/planner/settings"
	"buckethead/state"
	"buckethead/vendors"
)

// settingsOf compares the settings of a bucket. Fresh says that this operation makes the bucket.
func (m *maker) settingsOf(s *subject, key observed.BucketKey, fresh bool) settings.Comparison {
	x := settings.Comparison{Fresh: fresh}
	if s.desired != nil {
		x.Want = s.desired.Bucket.Settings
	}
	if fresh {
		return x
	}
	if s.record != nil {
		x.Applied = s.record.Applied.Settings
	}
	x.Observed, x.Tried = m.in.Observed.Settings[key], tried(s.intents)
	return x
}

// tried returns what the open steps were about to write.
func tried(intents []state.Intent) []vendors.SettingsChange {
	var out []vendors.SettingsChange
	for _, i := range intents {
		if i.Step == StepUpdateSettings && i.Change != nil {
			out = append(out, *i.Change)
		}
	}
	return out
}

// needSettings plans to write the declared settings to the bucket, and to clear those
// that bh wrote and that are no longer declared. It returns the cause instead of setting it, because
// a more serious one may follow. The word is "" if nothing differs.
func (m *maker) needSettings(s *subject, d *draft) Reason {
	if d.failed || s.desired.Bucket.Settings.None() && (s.record == nil || s.record.Applied.Settings.None()) &&
		len(s.intents) == 0 {
		return Reason{}
	}
	id := s.bucketID()
	x := m.settingsOf(s, observed.BucketKey{Cloud: s.desired.Cloud, ID: id}, slices.ContainsFunc(d.Steps, makesBucket))
	var cause Reason
	for _, step := range settingsSteps(x, id) {
		change := step.Change
		d.change(change.Kind.Block(), settings.Text(x.Before(change)), settings.Text(change.Settings.Words(change.Kind)))
		d.add(step)
		d.Notes = append(d.Notes, x.Notes(change)...)
		if cause.Word == "" {
			cause.Word, cause.Text = x.Cause(change.Kind)
		}
	}
	return cause
}

// settingsChanges returns the groups for which only the record has to change: the bucket is already
// as it is declared.
func settingsChanges(s *subject, steps []Step) []Change {
	want, applied := s.desired.Bucket.Settings, s.record.Applied.Settings
	if s.desired.Register != nil || want.None() && applied.None() {
		return nil
	}
	word := func(x vendors.BucketSettings, kind vendors.SettingsKind) string {
		if !x.Has(kind) {
			return "not declared"
		}
		return settings.Text(x.Words(kind))
	}
	var out []Change
	for _, kind := range vendors.SettingsKinds() {
		stepped := slices.ContainsFunc(steps, func(step Step) bool {
			update, is := step.(UpdateSettings)
			return is && update.Change.Kind == kind
		})
		if !stepped && !settings.Same(kind, want, applied) {
			out = append(out, Change{Field: kind.Block(), Before: word(applied, kind), After: word(want, kind)})
		}
	}
	return out
}

// leaveSettings plans what must be removed before the bucket is deleted: domains, which would point
// to nothing, and locks, if objects are deleted.
func (m *maker) leaveSettings(s *subject, o *Operation, id vendors.BucketID, empties bool) []UpdateSettings {
	x := m.settingsOf(s, observed.BucketKey{Cloud: o.Cloud, ID: id}, false)
	steps := detachSteps(x, id)
	for _, step := range steps {
		o.Notes = append(o.Notes, "the bucket is no longer public at "+strings.Join(step.Change.Detach, ", "))
	}
	locked := len(x.Applied.Lock) > 0 ||
		slices.ContainsFunc(x.Tried, func(c vendors.SettingsChange) bool { return len(c.Settings.Lock) > 0 })
	if empties && locked {
		change := vendors.SettingsChange{Kind: vendors.LockSettings, Settings: vendors.Cleared(vendors.LockSettings)}
		steps = append(steps, UpdateSettings{ID: id, Change: change})
		o.Notes = append(o.Notes, x.Notes(change)...)
	}
	return steps
}

// noteShown notes at which addresses a bucket that stays is public.
func (m *maker) noteShown(s *subject, o *Operation) {
	if s.record == nil {
		return
	}
	if names := settings.Shown(s.record.Applied.Settings); len(names) > 0 {
		o.Notes = append(o.Notes, "the bucket stays public at "+strings.Join(names, ", "))
	}
}
