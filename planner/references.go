package planner

// noteReference says that the references to an item change, which whoever deployed them has to know.
func (m *maker) noteReference(s *subject, d *draft) {
	r := s.record
	if m.in.Reference == nil || r == nil || r.Item == nil {
		return
	}
	before := m.in.Reference(r.Secrets, r.Item.ID, r.Item.Title)
	after := m.in.Reference(s.desired.Secrets, d.ItemID, s.desired.ItemTitle)
	if before == "" || after == "" || before == after {
		return
	}
	d.Notes = append(d.Notes, "references to "+before+"/... break: they are "+after+"/... from now on; "+
		"bh env --by-id prints references that survive a rename")
}
