package memory

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"buckethead/vendors"
)

// Items returns every live item as it is, by title and id. It does not count as a call.
func (s *Store) Items() []vendors.Item { return s.which(false) }

// Archived returns every item that was deleted, by title and id. It does not count as a call.
func (s *Store) Archived() []vendors.Item { return s.which(true) }

func (s *Store) which(archived bool) []vendors.Item {
	s.world.mu.Lock()
	defer s.world.mu.Unlock()
	out := make([]vendors.Item, 0, len(s.items))
	for id, i := range s.items {
		if i.archived == archived {
			out = append(out, i.whole(id))
		}
	}
	slices.SortFunc(out, func(a, b vendors.Item) int {
		return cmp.Or(strings.Compare(a.Title, b.Title), strings.Compare(a.ID, b.ID))
	})
	return out
}

// Item returns one live item as it is. It does not count as a call.
func (s *Store) Item(id string) (vendors.Item, bool) {
	s.world.mu.Lock()
	defer s.world.mu.Unlock()
	i, there := s.live(id)
	return i.whole(id), there
}

// EditItem changes title, keys or mark as a person would: version and time move.
// It reports whether there is such an item.
func (s *Store) EditItem(id string,
	change func(title *string, keys *vendors.BucketCredentials, mark *vendors.Mark)) bool {
	return s.edit(id, func(i *item) { change(&i.title, &i.keys, &i.mark) })
}

// AddField adds a field to an item, as a person would. It reports whether there is such an item.
func (s *Store) AddField(id, name, value string) bool {
	return s.edit(id, func(i *item) {
		i.added = maps.Clone(i.added)
		if i.added == nil {
			i.added = map[string]string{}
		}
		i.added[name] = value
	})
}

// ShowSecret makes the secret of an item visible, as a person would.
func (s *Store) ShowSecret(id string) bool { return s.edit(id, func(i *item) { i.visible = true }) }

func (s *Store) edit(id string, change func(*item)) bool {
	s.world.mu.Lock()
	defer s.world.mu.Unlock()
	i, there := s.live(id)
	if there {
		change(&i)
		i.touch(s.world.now())
		s.items[id] = i
	}
	return there
}

// Field returns the value of a field of a live item, either one of bh's or an added one, or ""
// if there is none. It does not count as a call.
func (s *Store) Field(id, name string) string {
	s.world.mu.Lock()
	defer s.world.mu.Unlock()
	i, _ := s.live(id)
	return i.field(name)
}

// RemoveItem removes an item for good, behind bh's back.
func (s *Store) RemoveItem(id string) {
	s.world.mu.Lock()
	defer s.world.mu.Unlock()
	delete(s.items, id)
}
