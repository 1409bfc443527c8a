package planner

import (
	"maps"
	"slices"
	"strings"

	"buckethead/config/diag"
	"buckethead/vendors"
)

// address returns where the subject's bucket is reached now. It is empty if bh does not manage the
// bucket, or if the address is not known offline.
func (m *maker) address(s *subject) Address {
	if m.in.Address == nil || s.desired == nil || s.desired.Register != nil || s.desired.Cloud == "" {
		return Address{}
	}
	return m.in.Address(s.desired.Cloud, s.bucketID())
}

// addressed returns the fields of an item with the address that the bucket has now, and
// what changes with that. A missing field is filled in and does not count as a change.
func (m *maker) addressed(s *subject, fields map[string]string) (map[string]string, []Change) {
	address := m.address(s)
	out := maps.Clone(fields)
	var changed []Change
	for name, now := range address.Texts() {
		before, known := fields[name]
		if out[name] = now; !known || before == now {
			continue
		}
		c := Change{Field: name, Before: before, After: now}
		if name == vendors.FieldEndpointURL {
			c.Source = address.Variable
		}
		changed = append(changed, c)
	}
	slices.SortFunc(changed, func(a, b Change) int { return strings.Compare(a.Field, b.Field) })
	return out, changed
}

// outOfSight reports whether the settings of the cloud changed so that bh can no longer see, change or
// revoke what the project has there. If so, not seeing it proves nothing.
func (m *maker) outOfSight(s *subject) bool {
	r := s.record
	if r == nil || r.Registered || r.Bucket == nil || m.in.Address == nil || m.forgets(s.project) {
		return false
	}
	now := m.in.Address(r.Cloud, *r.Bucket)
	return m.otherAccount(s, now) || m.otherIssuer(s, now)
}

// otherAccount refuses a project whose bucket is in another account than the cloud's present one.
func (m *maker) otherAccount(s *subject, now Address) bool {
	r := s.record
	if _, there := m.in.Observed.Bucket(r.Cloud, *r.Bucket); there || r.Item == nil {
		return false
	}
	was := r.Item.Fields[vendors.FieldAccountID]
	if was == "" || now.AccountID == "" || was == now.AccountID {
		return false
	}
	return m.unseen(s, otherAccount,
		"The bucket "+r.Bucket.Name+" of "+s.project.String()+" is in the account "+was+", and "+r.Cloud+" names "+
			now.AccountID+"; bh cannot move a bucket to another account, and would leave its keys behind.",
		"Set the account back. For buckets in the other account, declare a cloud block with another name; to "+
			"forget this one and leave it as it is, write a removed block.")
}

// otherIssuer refuses a project whose credentials are of a kind that the cloud can no longer see:
// nobody would revoke them.
func (m *maker) otherIssuer(s *subject, now Address) bool {
	r := s.record
	if r.Active == nil || r.Issuer == "" || now.Issuer == "" || r.Issuer == now.Issuer {
		return false
	}
	if _, live := m.in.Observed.Credential(r.Cloud, r.Active.ID); live {
		return false
	}
	return m.unseen(s, otherIssuer,
		"The credential "+r.Active.ID+" of "+s.project.String()+" is of kind \""+r.Issuer+"\", and "+r.Cloud+
			" now has \""+now.Issuer+"\"; bh could neither see nor revoke it, and would leave it behind.",
		"Set the kind back. To change it, forget the project with a removed block, revoke that credential where it "+
			"was made, and take the bucket over again with adopt = true.")
}

// unseen reports a project that is out of sight.
func (m *maker) unseen(s *subject, kind diag.Kind, detail, fix string) bool {
	d := diag.Diagnostic{Kind: kind, Address: s.project, Detail: detail, Fix: fix}
	if s.desired != nil {
		d.Subject = s.desired.Range
	}
	m.fault(d)
	return true
}
