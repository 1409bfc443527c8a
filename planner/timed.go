package planner

import (
	"maps"
	"time"

	"buckethead/config/addr"
	"buckethead/vendors"
)

// aging says what time alone decides about a project. Since is when its key became too old, zero
// if it did not.
type aging struct {
	since   time.Time
	expired bool // the key does not work any more
}

// ages notes that time alone decides something about a project.
func (m *maker) ages(s *subject, a aging) {
	if known, is := m.timed[s.project]; !is || known.since.IsZero() {
		m.timed[s.project] = a
	}
}

// works reports whether a credential exists and works.
func (m *maker) works(s *subject, cloud, id string) bool {
	c, live := m.in.Observed.Credential(cloud, id)
	if live && c.Status == vendors.Expired {
		m.ages(s, aging{})
	}
	return live && c.Status == vendors.Active
}

// timelessPlan returns the plan without what time alone causes: no key is too old or has expired, and
// no overlap has ended.
func timelessPlan(in Input) *Plan {
	if in.Observed.Credentials != nil {
		in.Observed.Credentials = maps.Clone(in.Observed.Credentials)
		for key, c := range in.Observed.Credentials {
			if c.Status == vendors.Expired {
				c.Status = vendors.Active
				in.Observed.Credentials[key] = c
			}
		}
	}
	m := newMaker(in)
	m.timeless = true
	return m.plan()
}

// leftOut returns the projects whose due rotations are left out. A key that has expired is not left
// alone if there is more to do: what that proves would not work.
func leftOut(in Input, timed map[addr.Address]aging, rest *Plan) map[addr.Address]bool {
	out := map[addr.Address]bool{}
	if in.LeaveDue == nil {
		return out
	}
	more := map[addr.Address]bool{}
	for _, o := range rest.Operations {
		more[o.Address] = true
	}
	for p, a := range timed {
		if !a.since.IsZero() && in.LeaveDue(p) && !in.Rotate[p] && !(a.expired && more[p]) {
			out[p] = true
		}
	}
	return out
}

// markTimed says in a plan what time alone causes. Rest is the plan without that.
func (m *maker) markTimed(plan, rest *Plan) {
	digests := make(map[addr.Address]string, len(rest.Operations))
	for _, o := range rest.Operations {
		digests[o.Address] = o.Digest
	}
	for i := range plan.Operations {
		o := &plan.Operations[i]
		if a, is := m.timed[o.Address]; is {
			o.Timed = &Timed{Due: a.since, Rest: digests[o.Address]}
		}
	}
	if sum := rest.Sum(); sum != plan.Sum() {
		plan.Timeless = sum
	}
}
