package agefile

import (
	"context"
	"crypto/rand"
	"encoding/hex"

	"buckethead/vendors"
)

// CreateItem adds an item under an id of its own.
func (s *Store) CreateItem(ctx context.Context, spec vendors.ItemSpec) (vendors.Item, error) {
	const op = "create item"
	var made *entry
	err := s.change(ctx, func(d *document) error {
		now := s.now()
		blank, err := newEntry(drawID(), now)
		if err != nil {
			return err
		}
		if made, err = blank.written(spec, now); err != nil {
			return err
		}
		d.put(made)
		return nil
	})
	if err != nil {
		return vendors.Item{}, classify(op, err)
	}
	return made.item(), nil
}

func drawID() string {
	raw := make([]byte, 12)
	_, _ = rand.Read(raw) // it never fails
	return "i" + hex.EncodeToString(raw)
}

// UpdateItem replaces title, keys and mark of an item, and keeps all that a person
// added. ErrNotFound when there is none of this id, ErrConflict when it is no
// longer of this version.
func (s *Store) UpdateItem(ctx context.Context, id, version string, spec vendors.ItemSpec) (vendors.Item, error) {
	const op = "update item"
	var written *entry
	err := s.change(ctx, func(d *document) error {
		e, there := d.byID[id]
		if !there {
			return s.noItem(op, id)
		}
		if e.versionText() != version {
			return refuse(op, vendors.ErrConflict, "item "+id+" was changed by someone else since it was read")
		}
		var err error
		if written, err = e.written(spec, s.now()); err != nil {
			return err
		}
		d.put(written)
		return nil
	})
	if err != nil {
		return vendors.Item{}, classify(op, err)
	}
	return written.item(), nil
}

// DeleteItem takes an item out of the file, for good: an age file has no archive.
// Absence is success.
func (s *Store) DeleteItem(ctx context.Context, id string) error {
	const op = "delete item"
	err := s.change(ctx, func(d *document) error {
		d.remove(id)
		return nil
	})
	return classify(op, err)
}
