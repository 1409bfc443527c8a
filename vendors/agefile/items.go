package agefile

import (
	"context"
	"crypto/rand"
	"encoding/hex"

	"buckethead/vendors"
)

// CreateItem implements [vendors.SecretWriter]. It draws a new id for the item.
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

// UpdateItem implements [vendors.SecretWriter]. It keeps everything that a person added.
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

// DeleteItem implements [vendors.SecretWriter]. The item is gone for good, because an age
// file has no archive.
func (s *Store) DeleteItem(ctx context.Context, id string) error {
	const op = "delete item"
	err := s.change(ctx, func(d *document) error {
		d.remove(id)
		return nil
	})
	return classify(op, err)
}
