package planner

import (
	"slices"
	"strings"
	"time"

	"buckethead/config"
	"buckethead/config/words"
)

// recordGrants adds to the changes of an operation what keys may do and what guards the project: all of it if
// the project is made or taken over, and what differs if new keys replace others. Steps hold the same, so none of
// it is part of the digest.
func (m *maker) recordGrants(o *Operation) {
	want, made := m.desired[o.Address], o.Kind == Provision || o.Kind == Adopt || o.Kind == Register
	if want == nil || !made && !slices.ContainsFunc(o.Steps, issues) {
		return
	}
	var before, now [3]string
	if r := m.recorded[o.Address]; r != nil && !made {
		before = grants(string(r.Applied.Access), r.Applied.AllowedIPs, r.Applied.ExpiresAfter)
	}
	if want.Register == nil { // else whoever issued the keys decides
		now = grants(string(want.Access), want.AllowedIPs, want.ExpiresAfter)
	}
	for i, field := range [...]string{"access", "allowed_ips", "expires_after"} {
		o.grant(field, before[i], now[i])
	}
	if !made {
		return
	}
	if want.Rotate != nil {
		o.grant("rotate", "", "every "+words.Length(want.Rotate.Every)+", overlap "+words.Length(want.Rotate.Overlap))
	}
	if want.Protect {
		o.grant("protect", "", "true")
	}
	if want.OnDestroy != config.Refuse {
		o.grant("on_destroy", "", string(want.OnDestroy))
	}
}

// issues reports whether a step issues new keys.
func issues(s Step) bool {
	_, ok := s.(IssueCredential)
	return ok
}

// grants returns what keys may do: with which access, from where, and for how long.
func grants(access string, allowedIPs []string, expiresAfter time.Duration) [3]string {
	expires := ""
	if expiresAfter > 0 {
		expires = words.Length(expiresAfter)
	}
	return [...]string{access, strings.Join(allowedIPs, ", "), expires}
}

// grant records a change, unless a step has recorded one of that field.
func (o *Operation) grant(field, before, after string) {
	recorded := slices.ContainsFunc(o.Changes, func(c Change) bool { return c.Field == field })
	if before != after && !recorded {
		o.Changes = append(o.Changes, Change{Field: field, Before: before, After: after})
	}
}
