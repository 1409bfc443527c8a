package agefile

import (
	"bytes"
	"errors"
	"fmt"
	"testing"
	"time"

	"buckethead/vendors"
)

var modified = time.Date(2026, 5, 6, 7, 8, 9, 0, time.UTC)

// FuzzDecode: no content makes decode panic; what it reads, encode writes and
// decode reads again, byte for byte the same, with every member that bh does not
// know.
func FuzzDecode(f *testing.F) {
	for _, seed := range []string{
		"", " ", "{}", `{"items":null}`, `{"format":1,"x":[1,{"y":null}],"items":[{"title":"t"},{"title":"t"}]}`,
		`{"items":[{"id":"a","title":"t","fields":{"bucket":"b","api_token":"t","n":1e400},"notes":"<&>\u2028\ud800","mark":{"stack":"s","z":0}}]}`,
		`{"items":[{"id":"a","version":18446744073709551615,"created_at":"x","updated_at":"9999-12-31T23:59:59.999999999Z","digest":"d"}]}`,
		`{"items":[{"mark":null,"fields":null,"id":null}]}`, `{"a":1,"a":2}`, `[]`, `{"items":[[]]}`, `{"format":2}`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		first, err := decode(text, modified)
		if err != nil {
			return
		}
		written := encoded(t, first)
		second, err := decode(written, modified)
		if err != nil {
			t.Fatalf("what was written cannot be read: %v\n%s", err, written)
		}
		if again := encoded(t, second); !bytes.Equal(written, again) {
			t.Fatalf("written twice it differs:\n%s\n%s", written, again)
		}
		sameUnknown(t, first, second)
		settled, err := decode(text, modified)
		if err != nil {
			t.Fatalf("the same text is refused now: %v", err)
		}
		if settled.settle() != nil {
			return // a time that JSON cannot hold
		}
		third, err := decode(encoded(t, settled), modified)
		if err != nil {
			t.Fatalf("what was settled cannot be read: %v", err)
		}
		sameUnknown(t, first, third)
		for _, e := range third.entries {
			if e.edit != "" {
				t.Fatalf("after it was written down, an edit is still seen in\n%s", e.text)
			}
		}
	})
}

func encoded(t *testing.T, d *document) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := d.encode(&b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func sameUnknown(t *testing.T, before, after *document) {
	t.Helper()
	if got, want := after.members.compact(), before.members.compact(); !bytes.Equal(got, want) {
		t.Fatalf("the file has %s, had %s", got, want)
	}
	if len(after.entries) != len(before.entries) {
		t.Fatalf("there are %d items, were %d", len(after.entries), len(before.entries))
	}
	for i, e := range before.entries {
		mine := []string{memberVersion, memberUpdatedAt, memberDigest}
		got, want := after.entries[i].members.without(mine...).compact(), e.members.without(mine...).compact()
		if !bytes.Equal(got, want) || after.entries[i].id != e.id {
			t.Fatalf("item %s is %s, was %s", e.id, got, want)
		}
	}
}

func TestDigest_seesContentAndNoLayout(t *testing.T) {
	parse := func(text string) *entry {
		t.Helper()
		e, err := parseEntry([]byte(text), 0, modified)
		if err != nil {
			t.Fatal(err)
		}
		return e
	}
	base := parse(`{"id":"a","title":"tü<","fields":{"bucket":"b","x":1}}`).digest()
	for _, same := range []string{
		`{ "fields" : {"x":1,"bucket":"b"}, "title":"t\u00fc\u003c", "id":"a" }`,
		`{"id":"a","title":"tü<","fields":{"bucket":"b","x":1},"version":7,"updated_at":"2026-01-01T00:00:00Z","digest":"d"}`,
	} {
		if parse(same).digest() != base {
			t.Errorf("another layout has another digest: %s", same)
		}
	}
	for _, other := range []string{
		`{"id":"b","title":"tü<","fields":{"bucket":"b","x":1}}`, `{"id":"a","title":"t","fields":{"bucket":"b","x":1}}`,
		`{"id":"a","title":"tü<","fields":{"bucket":"c","x":1}}`, `{"id":"a","title":"tü<","fields":{"bucket":"b","x":2}}`,
		`{"id":"a","title":"tü<","fields":{"bucket":"b","x":1},"notes":""}`, `{"id":"a","title":"tü<","fields":{"bucket":"b","x":1},"mark":{}}`,
	} {
		if parse(other).digest() == base {
			t.Errorf("an edit has the same digest: %s", other)
		}
	}
}

func TestClassify(t *testing.T) {
	for _, c := range []struct {
		name    string
		err     error
		kind    error
		unknown bool
	}{
		{"a fault", &fault{vendors.ErrConflict, "m"}, vendors.ErrConflict, false},
		{"a wrapped fault", fmt.Errorf("act: %w", &fault{vendors.ErrInvalid, "m"}), vendors.ErrInvalid, false},
		{"the vendor's own", refuse("op", vendors.ErrNotFound, "m"), vendors.ErrNotFound, false},
		{"anything else", errors.New("disk full"), vendors.ErrUnavailable, false},
		{"after the rename", fmt.Errorf("%w: %w", errUnsynced, errors.New("disk gone")), vendors.ErrUnavailable, true},
		{"a folder that is not there to be synced", syncDir("/no/such/folder"), vendors.ErrUnavailable, true},
	} {
		err := classify("op", c.err)
		var own *vendors.Error
		if !errors.As(err, &own) || !errors.Is(err, c.kind) || own.OutcomeUnknown != c.unknown {
			t.Errorf("%s: got %#v", c.name, err)
		}
	}
	if err := classify("op", nil); err != nil {
		t.Errorf("no error became %v", err)
	}
}
