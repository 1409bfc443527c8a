package planner

import (
	"maps"
	"slices"

	"buckethead/config/diag"
	"buckethead/vendors"
)

// Address is where a bucket is reached by now. Variable is the environment variable that the
// endpoint comes from, "" if it comes from a file or a default.
type Address struct {
	vendors.Address
	Variable string
}

// address returns where the subject's bucket is reached by now: nothing if bh does not manage
// the bucket, or if that is not known offline.
func (m *maker) address(s *subject) Address {
	if m.in.Address == nil || s.desired == nil || s.desired.Register != nil || s.desired.Cloud == "" {
		return Address{}
	}
	return m.in.Address(s.desired.Cloud, s.bucketID())
}

// addressed returns the fields of an item with the address that the bucket has by now, and
// what changes with that. A field that is missing is filled in and is no change by itself.
func (m *maker) addressed(s *subject, fields map[string]string) (map[string]string, []Change) {
	address := m.address(s)
	out := maps.Clone(fields)
	var changed []Change
	now := address.Texts()
	for _, name := range slices.Sorted(maps.Keys(now)) {
		before, known := fields[name]
		if out[name] = now[name]; !known || before == now[name] {
			continue
		}
		c := Change{Field: name, Before: before, After: now[name]}
		if name == vendors.FieldEndpointURL {
			c.Source = address.Variable
		}
		changed = append(changed, c)
	}
	return out, changed
}

// otherAccount reports that the cloud block names another account than the one that the
// project's bucket is in: there, nothing of the project can be seen, changed or revoked.
func (m *maker) otherAccount(s *subject) bool {
	r := s.record
	if r == nil || r.Registered || r.Item == nil || r.Bucket == nil || m.in.Address == nil || m.forgets(s.project) {
		return false
	}
	was, now := r.Item.Fields[vendors.FieldAccountID], m.in.Address(r.Cloud, *r.Bucket).AccountID
	_, there := m.in.Observed.Buckets[BucketKey{r.Cloud, *r.Bucket}]
	if there || was == "" || now == "" || was == now {
		return false
	}
	d := diag.Diagnostic{Code: "BH2030", Project: s.project, Summary: "The cloud is another account now",
		Detail: "The bucket " + r.Bucket.Name + " of " + s.project.String() + " is in the account " + was + ", and " +
			r.Cloud + " names " + now + "; bh cannot move a bucket to another account, and would leave its keys behind.",
		Fix: "Set the account back. For buckets in the other account, declare a cloud block of another name; " +
			"to forget this one and leave it as it is, write a removed block."}
	if s.desired != nil {
		d.Subject = s.desired.Range
	}
	m.fault(d)
	return true
}
