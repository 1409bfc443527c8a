package planner

import "buckethead/vendors"

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
