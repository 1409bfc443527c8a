package bolt

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"

	"buckethead/config/addr"
	"buckethead/state"
)

// Decode decodes a value that this format wrote. The value must be all of text. Within a
// format, an unknown field is an error, because the next write would lose it. That error wraps
// state.ErrNewer.
func Decode(text []byte, into any) error { return new(decoder).decode(bytes.TrimSpace(text), into) }

// decoder decodes values as Decode does, one after the other.
type decoder struct {
	text []byte // what is left of the current value
	json *json.Decoder
}

// Read implements [io.Reader], for the JSON decoder.
func (d *decoder) Read(into []byte) (n int, err error) {
	if len(d.text) == 0 {
		return 0, io.EOF
	}
	n = copy(into, d.text)
	d.text = d.text[n:]
	return n, nil
}

// decode must not be called again after it has returned an error.
func (d *decoder) decode(text []byte, into any) error {
	if d.json == nil {
		d.json = json.NewDecoder(d)
		d.json.DisallowUnknownFields()
	}
	d.text = text
	err := d.json.Decode(into)
	if err == nil {
		rest, _ := d.json.Buffered().(*bytes.Reader)
		if len(d.text) == 0 && rest != nil && rest.Len() == 0 {
			return nil
		}
		return errors.New("there is data after its end")
	}
	// encoding/json has no type for this error.
	if field, found := strings.CutPrefix(err.Error(), "json: unknown field "); found {
		return &unknown{"it has a field " + field}
	}
	return err
}

// entry decodes an entry of a bucket. Its errors name the entry.
func (d *decoder) entry(bucket, key, text []byte, into any) error {
	if err := d.decode(text, into); err != nil {
		return fmt.Errorf("%q in %s: %w", key, bucket, err)
	}
	for _, p := range addressesIn(into) {
		if p.Kind != addr.Project && !p.IsZero() {
			return fmt.Errorf("%q in %s: %s is not a project", key, bucket, p)
		}
	}
	return nil
}

// addressesIn returns the addresses in a value that was decoded.
func addressesIn(value any) []addr.Address {
	switch v := value.(type) {
	case *state.Record:
		if v.Item != nil {
			return []addr.Address{v.Project, v.Item.Address}
		}
		return []addr.Address{v.Project}
	case *state.Intent:
		return []addr.Address{v.Project}
	case *state.Watch:
		return []addr.Address{v.Project}
	case *state.Entry:
		return []addr.Address{v.Project}
	}
	return nil
}

// unknown is the error for a file with something that this bh does not know. It wraps
// state.ErrNewer.
type unknown struct{ what string }

func (u *unknown) Error() string { return u.what + ", which this bh does not know" }
func (u *unknown) Unwrap() error { return state.ErrNewer }

// unreadable returns the error for a file whose content cannot be used. An intact file from a
// newer bh is not damaged.
func (s *Store) unreadable(cause error) error {
	if u := (*unknown)(nil); errors.As(cause, &u) {
		return fmt.Errorf("%w: %s: %w; use the newer bh", state.ErrNewer, s.name(), cause)
	}
	return s.damaged(cause)
}
