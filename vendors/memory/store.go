package memory

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	"buckethead/vendors"
)

// Store is a [vendors.SecretStore] with every ability that a store can have. It archives
// deleted items. It is safe for concurrent use.
type Store struct {
	world *World
	name  string
	items map[string]item

	recipients vendors.Recipients
}

// item is one item. Its added fields are never changed in place.
type item struct {
	title     string
	keys      vendors.BucketCredentials
	mark      vendors.Mark
	version   int
	updatedAt time.Time
	archived  bool
	visible   bool // the secret is shown
	added     map[string]string
}

func (i item) summary(id string) vendors.ItemSummary {
	return vendors.ItemSummary{ID: id, Title: i.title, Marked: i.mark.Stack != "", UpdatedAt: i.updatedAt}
}

func (i item) whole(id string) vendors.Item {
	out := vendors.Item{ItemSummary: i.summary(id), Version: strconv.Itoa(i.version), Keys: i.keys, Mark: i.mark}
	if i.visible {
		out.Misfits = []vendors.Misfit{{Field: vendors.FieldSecretAccessKey, Aspect: "type",
			Found: vendors.TypeVisible, Want: vendors.TypeConcealed}}
	}
	return out
}

// touch advances the version and the time, which increases with every write even if the clock
// stands still.
func (i *item) touch(now time.Time) {
	i.version++
	if now = now.UTC(); !now.After(i.updatedAt) {
		now = i.updatedAt.Add(1)
	}
	i.updatedAt = now
}

// ListItems returns every live item, by id.
func (s *Store) ListItems(ctx context.Context) ([]vendors.ItemSummary, error) {
	return call(ctx, s.world, s.name, "ListItems", "", func(string) ([]vendors.ItemSummary, error) {
		var out []vendors.ItemSummary
		for id, i := range s.items {
			if !i.archived && !s.world.hidden(KindItem, id) {
				out = append(out, i.summary(id))
			}
		}
		s.world.paged(len(out))
		slices.SortFunc(out, func(a, b vendors.ItemSummary) int { return strings.Compare(a.ID, b.ID) })
		return out, nil
	})
}

// GetItem reads one item. The error is ErrNotFound if it does not exist or is archived.
func (s *Store) GetItem(ctx context.Context, id string) (vendors.Item, error) {
	return call(ctx, s.world, s.name, "GetItem", id, func(op string) (vendors.Item, error) {
		i, there := s.live(id)
		if !there {
			return vendors.Item{}, s.noItem(op, id)
		}
		return i.whole(id), nil
	})
}

func (s *Store) live(id string) (item, bool) {
	i, there := s.items[id]
	return i, there && !i.archived
}

func (s *Store) noItem(op, id string) error {
	return refuse(s.name, op, vendors.ErrNotFound, "there is no item "+id)
}

// Reference returns memory://store/title/field.
func (s *Store) Reference(_, title, field string) (string, error) {
	reference := "memory://" + s.name + "/" + title
	if field != "" {
		reference += "/" + field
	}
	return reference, nil
}

// CreateItem makes a new item.
func (s *Store) CreateItem(ctx context.Context, spec vendors.ItemSpec) (vendors.Item, error) {
	return call(ctx, s.world, s.name, "CreateItem", spec.Title, func(string) (vendors.Item, error) {
		id := s.world.drawID("i")
		made := item{title: spec.Title, keys: spec.Keys, mark: spec.Mark}
		made.touch(s.world.now())
		s.items[id] = made
		return made.whole(id), nil
	})
}

// UpdateItem replaces title, keys and mark. It returns ErrNotFound and ErrConflict as the
// contract says.
func (s *Store) UpdateItem(ctx context.Context, id, version string, spec vendors.ItemSpec) (vendors.Item, error) {
	return call(ctx, s.world, s.name, "UpdateItem", id, func(op string) (vendors.Item, error) {
		i, there := s.live(id)
		if !there {
			return vendors.Item{}, s.noItem(op, id)
		}
		if version != strconv.Itoa(i.version) {
			return vendors.Item{}, refuse(s.name, op, vendors.ErrConflict, "")
		}
		if spec.Keys.SecretAccessKey.IsZero() {
			spec.Keys.SecretAccessKey = i.keys.SecretAccessKey
		}
		i.title, i.keys, i.mark, i.visible = spec.Title, spec.Keys, spec.Mark, false
		i.touch(s.world.now())
		s.items[id] = i
		return i.whole(id), nil
	})
}

// DeleteItem archives an item. If there is none, it succeeds.
func (s *Store) DeleteItem(ctx context.Context, id string) error {
	_, err := call(ctx, s.world, s.name, "DeleteItem", id, func(string) (struct{}, error) {
		if i, there := s.live(id); there {
			i.archived = true
			i.touch(s.world.now())
			s.items[id] = i
		}
		return struct{}{}, nil
	})
	return err
}

// ResolveReference reads the field that a reference to this store names, by the item's title or
// id. The error is ErrInvalid if the reference is malformed, ErrNotFound if it names nothing,
// and ErrConflict if it is ambiguous.
func (s *Store) ResolveReference(ctx context.Context, reference string) (vendors.Secret, error) {
	return call(ctx, s.world, s.name, "ResolveReference", reference, func(op string) (vendors.Secret, error) {
		rest, ours := strings.CutPrefix(reference, "memory://"+s.name+"/")
		cut := strings.LastIndex(rest, "/")
		if !ours || cut <= 0 || cut == len(rest)-1 {
			return vendors.Secret{}, refuse(s.name, op, vendors.ErrInvalid, "a reference is memory://"+s.name+"/item/field")
		}
		name, field := rest[:cut], rest[cut+1:]
		var value string
		found := 0
		for id, i := range s.items {
			if !i.archived && (id == name || i.title == name) {
				found++
				value = i.field(field)
			}
		}
		switch {
		case found > 1:
			return vendors.Secret{}, refuse(s.name, op, vendors.ErrConflict, "several items are called "+name)
		case value == "":
			return vendors.Secret{}, refuse(s.name, op, vendors.ErrNotFound, "there is no "+name+"/"+field)
		}
		return vendors.NewSecret(value), nil
	})
}

func (i item) field(name string) string {
	if slices.Contains(vendors.FieldNames(), name) {
		return i.keys.Field(name).Reveal()
	}
	return i.added[name]
}
