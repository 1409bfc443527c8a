package planner

import (
	"errors"
	"fmt"
	"maps"
	"slices"

	"buckethead/config"
	"buckethead/config/addr"
	"buckethead/config/diag"
	"buckethead/config/words"
	"buckethead/vendors"
)

// secretsBlock returns the address of the block that declares a store.
func secretsBlock(connection string) addr.Address {
	return addr.Address{Kind: addr.Secrets, Name: connection}
}

// stores returns the operations on whole stores, by address. They come before all others, so that
// those who have left cannot read a key that is stored later.
func (m *maker) stores() []*Operation {
	if m.in.Mode == DestroyAll || m.in.OnlyDue {
		return nil // what is deleted needs no recipients
	}
	var out []*Operation
	for _, secrets := range slices.Sorted(maps.Keys(m.in.Observed.Recipients)) {
		if !m.uses(secrets) {
			continue
		}
		block, _ := config.Find(m.in.Desired.Secrets, secrets)
		r := m.in.Observed.Recipients[secrets]
		if r.Err != nil {
			m.fault(diag.Diagnostic{Kind: recipientsCannotOpen, Subject: block.Range, Cause: r.Err,
				Detail: causeOf(r.Err),
				Fix:    "Correct recipients in " + secretsBlock(secrets).String() + ", or the identity. Nothing was changed."})
			continue
		}
		if o := m.writeRecipients(secrets, r.Recipients); o != nil {
			o.Range = block.Range
			out = append(out, o)
		}
	}
	return out
}

// causeOf returns the text of an error without the action that failed.
func causeOf(err error) string {
	var own *vendors.Error
	if errors.As(err, &own) && own.Err != nil {
		err = own.Err
	}
	return err.Error() + "."
}

// uses reports whether a project in the plan's scope has, or will have, its item in a store.
func (m *maker) uses(secrets string) bool {
	looked := func(p addr.Address) bool { return m.in.Scope == nil || m.in.Scope(p) }
	for p, d := range m.desired {
		if d.Secrets == secrets && looked(p) {
			return true
		}
	}
	for p, r := range m.recorded {
		if r.Secrets == secrets && looked(p) {
			return true
		}
	}
	return false
}

// writeRecipients returns the operation that encrypts a store to the declared recipients. It is nil if
// the store is encrypted to them already, or if that is not known.
func (m *maker) writeRecipients(secrets string, r vendors.Recipients) *Operation {
	if len(r.Stored) == 0 || len(r.Declared) == 0 {
		return nil
	}
	o := &Operation{Address: secretsBlock(secrets), Kind: Update, Secrets: secrets,
		Steps: []Step{WriteRecipients{Declared: r.Declared}}}
	var removed []string
	for _, key := range slices.Sorted(slices.Values(r.Declared)) {
		if !slices.Contains(r.Stored, key) {
			o.Changes = append(o.Changes, Change{Field: "recipients", After: key})
		}
	}
	for _, key := range slices.Sorted(slices.Values(r.Stored)) {
		if !slices.Contains(r.Declared, key) {
			o.Changes = append(o.Changes, Change{Field: "recipients", Before: key})
			removed = append(removed, key)
		}
	}
	switch {
	case r.Outside:
		o.Reason = Reason{"item_edited", "it was encrypted to other recipients outside of bh; it is encrypted again"}
	case len(o.Changes) > 0:
		o.Reason = Reason{"settings_changed", "its recipients changed; it is encrypted again"}
	default:
		return nil
	}
	if len(removed) > 0 {
		o.Notes = m.couldRead(secrets, removed)
	}
	return o
}

// couldRead says which keys the removed recipients could read, and how to renew those keys.
func (m *maker) couldRead(secrets string, removed []string) []string {
	var issued, brought []addr.Address
	for p, r := range m.recorded {
		switch d := m.desired[p]; {
		case r.Secrets != secrets || r.Active == nil || d == nil:
		case r.Registered:
			brought = append(brought, p)
		default:
			issued = append(issued, p)
		}
	}
	shown := make([]string, len(removed))
	for i, key := range removed {
		if shown[i] = key; len(key) > longestKey {
			shown[i] = key[:longestKey] + "…"
		}
	}
	who := words.List(shown...)
	had := " could read %s until now, and may have kept them: "
	var notes []string
	if len(issued) > 0 {
		slices.SortFunc(issued, addr.Address.Compare)
		command := "bh rotate"
		for _, p := range issued {
			command += " " + words.InShell(p.Label())
		}
		notes = append(notes, fmt.Sprintf(who+had, keysOf(issued))+command)
	}
	if len(brought) > 0 {
		slices.SortFunc(brought, addr.Address.Compare)
		notes = append(notes, fmt.Sprintf(who+had, keysOf(brought))+"change them where they were issued")
	}
	return notes
}

// longestKey is how much of a public key a text shows: a classic one has 62 characters, a
// post-quantum one 2,000.
const longestKey = 62

// namedKeys is how many projects a text names.
const namedKeys = 5

// keysOf names the projects that the keys belong to, or counts them.
func keysOf(projects []addr.Address) string {
	if len(projects) > namedKeys {
		return "the keys of " + words.Count(len(projects), "project")
	}
	names := make([]string, len(projects))
	for i, p := range projects {
		names[i] = p.Label()
	}
	return "the keys of " + words.List(names...)
}
