package planner

import (
	"cmp"
	"slices"
	"strings"

	"buckethead/planner/observed"
	"buckethead/state"
	"buckethead/vendors"
)

// settings is what is known of one bucket's settings. bh clears only what it wrote itself:
// want is declared, applied is what bh has recorded as written, and tried is what an
// interrupted step may have written.
type settings struct {
	want, applied, observed vendors.BucketSettings
	tried                   []vendors.SettingsChange
	fresh                   bool // the bucket is made by this operation
}

func (m *maker) settingsOf(s *subject, key observed.BucketKey, fresh bool) settings {
	x := settings{fresh: fresh}
	if s.desired != nil {
		x.want = s.desired.Bucket.Settings
	}
	if fresh {
		return x
	}
	if s.record != nil {
		x.applied = s.record.Applied.Settings
	}
	x.observed, x.tried = m.in.Observed.Settings[key], tried(s.intents)
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
// that bh wrote and that are no longer declared. It returns the cause, because graver ones
// may come before it; the word is "" if nothing differs.
func (m *maker) needSettings(s *subject, d *draft) Reason {
	if d.failed || s.desired.Bucket.Settings.None() && (s.record == nil || s.record.Applied.Settings.None()) &&
		len(s.intents) == 0 {
		return Reason{}
	}
	id := s.bucketID()
	x := m.settingsOf(s, observed.BucketKey{Cloud: s.desired.Cloud, ID: id}, slices.ContainsFunc(d.Steps, makesBucket))
	var cause Reason
	for _, step := range x.updates(id) {
		change := step.Change
		d.change(change.Kind.Block(), orNone(x.before(change)), orNone(change.Settings.Words(change.Kind)))
		d.add(step)
		d.Notes = append(d.Notes, x.notes(change)...)
		if cause.Word == "" {
			cause = x.cause(change.Kind)
		}
	}
	return cause
}

// updates returns the steps that write each group that differs from what is declared.
func (x settings) updates(id vendors.BucketID) []UpdateSettings {
	var steps []UpdateSettings
	for _, kind := range vendors.SettingsKinds() {
		if change, differs := x.change(kind); differs {
			steps = append(steps, UpdateSettings{ID: id, Change: change, Fresh: x.fresh})
		}
	}
	return steps
}

// detach returns the step that detaches every domain that bh attached, if there are any.
func (x settings) detach(id vendors.BucketID) []UpdateSettings {
	x.want = vendors.BucketSettings{}
	if change, differs := x.domains(); differs {
		return []UpdateSettings{{ID: id, Change: change}}
	}
	return nil
}

func orNone(lines []string) string { return cmp.Or(strings.Join(lines, "; "), "none") }

// cause says why a group differs from what is declared.
func (x settings) cause(kind vendors.SettingsKind) Reason {
	switch {
	case !sameSettings(kind, x.want, x.applied):
		return Reason{"settings_changed", "the settings of the bucket that are declared changed"}
	case !x.want.Has(kind):
		return Reason{"interrupted", "an earlier run was stopped and left settings on the bucket that are not declared"}
	}
	return Reason{"settings_drift", "the bucket's settings were changed outside of bh"}
}

// sameSettings reports whether a group says the same twice, or is not there twice.
func sameSettings(kind vendors.SettingsKind, a, b vendors.BucketSettings) bool {
	return a.Has(kind) == b.Has(kind) && slices.Equal(a.Words(kind), b.Words(kind))
}

// change returns what one group has to become, and whether it differs. If the
// cloud could not be asked, what bh wrote to the bucket counts as what is there.
func (x settings) change(kind vendors.SettingsKind) (vendors.SettingsChange, bool) {
	if kind == vendors.DomainSettings {
		return x.domains()
	}
	read := x.observed.Has(kind)
	switch {
	case x.want.Has(kind) && x.fresh:
		return vendors.SettingsChange{Kind: kind, Settings: x.want.Only(kind)}, len(x.want.Words(kind)) > 0
	case x.want.Has(kind):
		meets := read && x.observed.Meets(kind, x.want) || !read && sameSettings(kind, x.applied, x.want)
		return vendors.SettingsChange{Kind: kind, Settings: x.want.Only(kind)}, !meets
	case x.applied.Has(kind) || x.took(kind):
		return vendors.SettingsChange{Kind: kind, Settings: vendors.Cleared(kind)}, !read || len(x.observed.Words(kind)) > 0
	}
	return vendors.SettingsChange{}, false
}

// took reports whether an interrupted step turns out to have written the group:
// then it is bh's to clear.
func (x settings) took(kind vendors.SettingsKind) bool {
	return slices.ContainsFunc(x.tried, func(c vendors.SettingsChange) bool {
		return c.Kind == kind && x.observed.Meets(kind, c.Settings)
	})
}

// domains returns the domains that are to be attached or changed, and those that
// are to go; the others need no call.
func (x settings) domains() (vendors.SettingsChange, bool) {
	const kind = vendors.DomainSettings
	change := vendors.SettingsChange{Kind: kind, Settings: vendors.Cleared(kind), Detach: x.ours()}
	there := x.observed
	if !there.Has(kind) {
		there = x.applied
	}
	change.Detach = slices.DeleteFunc(change.Detach, func(name string) bool {
		_, wanted := x.want.Domain(name)
		_, attached := x.observed.Domain(name)
		return wanted || x.observed.Has(kind) && !attached
	})
	if len(change.Detach) == 0 {
		change.Detach = nil
	}
	for _, d := range x.want.Domains {
		if !there.Meets(kind, vendors.BucketSettings{Domains: []vendors.CustomDomain{d}}) {
			change.Settings.Domains = append(change.Settings.Domains, d)
		}
	}
	return change, len(change.Settings.Domains)+len(change.Detach) > 0
}

// ours returns the domains that bh attached, or may have, sorted.
func (x settings) ours() []string {
	var names []string
	for _, d := range x.applied.Domains {
		names = append(names, d.Domain)
	}
	for _, c := range x.tried {
		for _, d := range c.Settings.Domains {
			names = append(names, d.Domain)
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// there returns a group as far as it is known.
func (x settings) there(kind vendors.SettingsKind) vendors.BucketSettings {
	if x.observed.Has(kind) {
		return x.observed.Only(kind)
	}
	return x.applied.Only(kind)
}

// before says what a change replaces. Of domains it names those alone that change,
// and of those not what stays as it is.
func (x settings) before(change vendors.SettingsChange) []string {
	there := x.there(change.Kind)
	if change.Kind != vendors.DomainSettings {
		return there.Words(change.Kind)
	}
	var list []vendors.CustomDomain
	for _, d := range there.Domains {
		want, wanted := change.Settings.Domain(d.Domain)
		switch {
		case !wanted && !slices.Contains(change.Detach, d.Domain):
			continue
		case wanted && want.MinTLS == "":
			d.MinTLS = ""
		}
		if wanted && len(want.Ciphers) == 0 {
			d.Ciphers = nil
		}
		list = append(list, d)
	}
	return vendors.BucketSettings{Domains: list}.Words(change.Kind)
}

// settingsChanges returns the groups of which only the state has to learn: the
// bucket has them already, or lacks them already.
func settingsChanges(s *subject, steps []Step) []Change {
	want, applied := s.desired.Bucket.Settings, s.record.Applied.Settings
	if s.desired.Register != nil || want.None() && applied.None() {
		return nil
	}
	word := func(x vendors.BucketSettings, kind vendors.SettingsKind) string {
		if !x.Has(kind) {
			return "not declared"
		}
		return orNone(x.Words(kind))
	}
	var out []Change
	for _, kind := range vendors.SettingsKinds() {
		stepped := slices.ContainsFunc(steps, func(step Step) bool {
			update, is := step.(UpdateSettings)
			return is && update.Change.Kind == kind
		})
		if !stepped && !sameSettings(kind, want, applied) {
			out = append(out, Change{Field: kind.Block(), Before: word(applied, kind), After: word(want, kind)})
		}
	}
	return out
}

// leaveSettings plans what has to go before a bucket does: domains, which would
// lead to nothing, and locks, where objects are to be deleted.
func (m *maker) leaveSettings(s *subject, o *Operation, id vendors.BucketID, empties bool) []UpdateSettings {
	x := m.settingsOf(s, observed.BucketKey{Cloud: o.Cloud, ID: id}, false)
	steps := x.detach(id)
	for _, step := range steps {
		o.Notes = append(o.Notes, "the bucket is no longer public under "+strings.Join(step.Change.Detach, ", "))
	}
	locked := len(x.applied.Lock) > 0 ||
		slices.ContainsFunc(x.tried, func(c vendors.SettingsChange) bool { return len(c.Settings.Lock) > 0 })
	if empties && locked {
		change := vendors.SettingsChange{Kind: vendors.LockSettings, Settings: vendors.Cleared(vendors.LockSettings)}
		steps = append(steps, UpdateSettings{ID: id, Change: change})
		o.Notes = append(o.Notes, x.notes(change)...)
	}
	return steps
}
