package planner

import (
	"slices"

	"buckethead/config/addr"
	"buckethead/planner/observed"
	"buckethead/vendors"
)

// SettingsReading names the settings of one bucket that a plan depends on. Applied
// says that bh wrote some of them.
type SettingsReading struct {
	Project addr.Address
	Bucket  observed.BucketKey
	Kinds   []vendors.SettingsKind
	Applied bool
}

// SettingsToRead returns the settings that refresh must read once the buckets are
// known. It is empty if no settings are declared or were declared before.
func SettingsToRead(in Input) []SettingsReading {
	if in.Mode == DestroyAll || !concernsSettings(in) {
		return nil
	}
	m := newMaker(in)
	var out []SettingsReading
	for i := range in.Desired.Projects {
		p := &in.Desired.Projects[i]
		if p.Register != nil || in.Scope != nil && !in.Scope(p.Addr) {
			continue
		}
		s := &subject{project: p.Addr, desired: p, record: m.recorded[p.Addr], intents: m.intents[p.Addr]}
		key := observed.BucketKey{Cloud: p.Cloud, ID: s.bucketID()}
		if _, there := in.Observed.Buckets[key]; !there || !m.mayTake(s) {
			continue
		}
		x := m.settingsOf(s, key, false)
		kinds := slices.DeleteFunc(vendors.SettingsKinds(), func(kind vendors.SettingsKind) bool {
			open := slices.ContainsFunc(x.Tried, func(c vendors.SettingsChange) bool { return c.Kind == kind })
			return !x.Want.Has(kind) && !x.Applied.Has(kind) && !open
		})
		if len(kinds) > 0 {
			out = append(out, SettingsReading{p.Addr, key, kinds, !x.Applied.None()})
		}
	}
	return out
}

// concernsSettings reports whether anything is declared, applied or open.
func concernsSettings(in Input) bool {
	for i := range in.Desired.Projects {
		if !in.Desired.Projects[i].Bucket.Settings.None() {
			return true
		}
	}
	for _, r := range in.Recorded.Records {
		if !r.Applied.Settings.None() {
			return true
		}
	}
	return len(tried(in.Recorded.Intents)) > 0
}

// mayTake reports whether the project has its bucket, or may take over an existing bucket of that
// name.
func (m *maker) mayTake(s *subject) bool {
	if s.record != nil && s.record.Bucket != nil {
		return true
	}
	_, imported := m.imports[s.project]
	_, open := s.open(StepCreateBucket)
	return imported || open || s.desired.Adopt
}
