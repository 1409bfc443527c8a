package planner

import (
	"cmp"
	"fmt"
	"slices"

	"buckethead/planner/observed"
	"buckethead/state"
)

// itemID returns the id of the record's item, "" if it has no item.
func itemID(r *state.Record) string {
	if r.Item == nil {
		return ""
	}
	return r.Item.ID
}

// itemGone says which item of a project is gone.
func itemGone(r *state.Record) string {
	return fmt.Sprintf("the item is gone: %s (id %s) in %s", r.Item.Title, r.Item.ID, r.Secrets)
}

// markedItems finds the items that interrupted runs of this project stored and could not record. Only
// an open intent entitles this run to them. They are recognized by the operation id in the mark,
// because the address in it may be the one before a move.
func (m *maker) markedItems(s *subject) []observed.ItemKey {
	var found []observed.ItemKey
	for _, intent := range s.intents {
		if intent.Step != StepStoreCredential {
			continue
		}
		for key, item := range m.in.Observed.Items {
			if key.Secrets != intent.Secrets || !item.Read {
				continue
			}
			_, held := m.owners.Item(key)
			if !held && m.owners.OfOperation(item.Mark, intent.Operation) {
				found = append(found, key)
			}
		}
	}
	slices.SortFunc(found, func(a, b observed.ItemKey) int {
		return cmp.Or(cmp.Compare(a.Secrets, b.Secrets), cmp.Compare(a.ID, b.ID))
	})
	return slices.Compact(found)
}

// markedItem returns the first of the marked items in one store, "" if no item is marked.
func (m *maker) markedItem(s *subject, secrets string) string {
	for _, key := range m.markedItems(s) {
		if key.Secrets == secrets {
			return key.ID
		}
	}
	return ""
}

// itemsNamed returns the ids of the items that a name can mean: the item with that id, or
// else all items with that title.
func (m *maker) itemsNamed(secrets, name string) []string {
	if _, there := m.in.Observed.Item(secrets, name); there {
		return []string{name}
	}
	return m.owners.Titled(secrets, name)
}

// secretsOf returns the store in which the project's item is looked for.
func (m *maker) secretsOf(s *subject) string {
	switch {
	case s.desired != nil:
		return s.desired.Secrets
	case s.record != nil:
		return s.record.Secrets
	}
	return ""
}

// ownItems returns the items that were read and can hold the project's keys: the
// recorded one, and one that an interrupted run made.
func (m *maker) ownItems(s *subject) []string {
	var out []string
	secrets := m.secretsOf(s)
	if s.record != nil {
		out = append(out, itemID(s.record))
	}
	out = append(out, m.markedItem(s, secrets))
	return slices.DeleteFunc(out, func(id string) bool {
		item, there := m.in.Observed.Item(secrets, id)
		return id == "" || !there || !item.Read
	})
}
