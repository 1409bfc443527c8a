package s3

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"buckethead/state"
	"buckethead/state/bolt"
)

func TestPack_comesBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		file := rapid.SliceOfN(rapid.Byte(), 0, 20_000).Draw(t, "file")
		h := header{Stack: rapid.String().Draw(t, "stack"), Lineage: "l", Serial: rapid.Uint64().Draw(t, "serial"), Lock: "k"}
		body, err := pack(h, file)
		if err != nil {
			t.Fatal(err)
		}
		got, back, err := unpack(body)
		if err != nil || !bytes.Equal(back, file) || got.Serial != h.Serial || got.Lock != h.Lock || got.Size != int64(len(file)) {
			t.Fatalf("got %+v, %d bytes, %v", got, len(back), err)
		}
	})
}

// One byte that is another, or one that is missing, is seen wherever it is.
func TestUnpack_seesDamage(t *testing.T) {
	file := bytes.Repeat([]byte("a page of a state\x00\x00\x00"), 200)
	body, err := pack(header{Stack: "main", Lineage: "l", Serial: 7, Lock: "k"}, file)
	if err != nil {
		t.Fatal(err)
	}
	h, _, err := unpack(body)
	if err != nil {
		t.Fatal(err)
	}
	packed := bytes.IndexByte(body, '\n') + 1
	for i := range body {
		cut := append(bytes.Clone(body[:i]), body[i+1:]...)
		if _, back, err := unpack(cut); err == nil && !bytes.Equal(back, file) {
			t.Fatalf("byte %d is missing, and nothing is said", i)
		}
		for bit := range 8 {
			flipped := bytes.Clone(body)
			flipped[i] ^= 1 << bit
			if got, back, err := unpack(flipped); err == nil && (i < packed || got != h || !bytes.Equal(back, file)) {
				t.Fatalf("bit %d of byte %d is another, and nothing is said", bit, i)
			}
		}
	}
}

func TestUnpack_refuses(t *testing.T) {
	good, err := pack(header{Serial: 1}, []byte("file"))
	if err != nil {
		t.Fatal(err)
	}
	line, packed, _ := bytes.Cut(good, []byte("\n"))
	for name, c := range map[string]struct {
		body string
		want string
	}{
		"nothing":              {"", "not a state"},
		"a page of HTML":       {"<html>\n<body>", "not that of a state"},
		"JSON of others":       {"{\"version\": 4}\n", "not that of a state"},
		"no end of a line":     {string(line), "not a state"},
		"a longer first line":  {strings.Repeat("x", headerLimit) + "\n", "not a state"},
		"a file that is cut":   {string(good[:len(good)-3]), "cannot be unpacked"},
		"another size":         {resealed(line, `"size":4`, `"size":3`) + "\n" + string(packed), "does not have the"},
		"a size below nothing": {resealed(line, `"size":4`, `"size":-1`) + "\n" + string(packed), "says that the file has -1 bytes"},
		"without its seal":     {`{"bh_state":2,"size":4}` + "\n" + string(packed), "does not match its seal"},
		"no compression":       {string(line) + "\nfile", "not compressed"},
	} {
		if _, _, err := unpack([]byte(c.body)); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: got %v, want %q", name, err, c.want)
		}
	}
	for what, change := range map[string]string{"a newer layout": `"bh_state":3`, "a field of a newer bh": `"bh_state":2,"quota":1`} {
		newer := resealed(line, `"bh_state":2`, change) + "\n" + string(packed)
		if _, _, err := unpack([]byte(newer)); !errors.Is(err, state.ErrNewer) {
			t.Errorf("%s: %v", what, err)
		}
	}
}

// resealed changes a first line as another bh would write it.
func resealed(line []byte, from, to string) string {
	object, _ := bolt.Unseal(line)
	return string(bolt.Seal([]byte(strings.Replace(string(object), from, to, 1))))
}

func TestDecodeLock_refusesWhatItDoesNotKnow(t *testing.T) {
	text, err := lock{ID: "1", ExpiresIn: 5, Intents: []state.Intent{{Step: "s"}}}.encode()
	if err != nil {
		t.Fatal(err)
	}
	if l, err := decodeLock(text); err != nil || len(l.Intents) != 1 {
		t.Fatalf("got %+v, %v", l, err)
	}
	for from, to := range map[string]string{`"bh_lock": 2`: `"bh_lock": 3`, `"expires_in"`: `"quota": 1, "expires_in"`, `"step"`: `"quota": 1, "step"`} {
		newer := strings.Replace(string(text), from, to, 1)
		if _, err := decodeLock([]byte(newer)); newer == string(text) || !errors.Is(err, state.ErrNewer) {
			t.Errorf("%s: got %v", to, err)
		}
	}
}

func FuzzUnpack(f *testing.F) {
	good, err := pack(header{Serial: 1, Lineage: "l"}, []byte("file"))
	if err != nil {
		f.Fatal(err)
	}
	moved, err := pack(header{MovedTo: "s3://b/k"}, nil)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(good)
	f.Add(moved)
	f.Add([]byte("{\"bh_state\":1}\n"))
	f.Fuzz(func(t *testing.T, body []byte) {
		h, file, err := unpack(body)
		if err == nil && h.MovedTo == "" && int64(len(file)) != h.Size {
			t.Errorf("%d bytes, and the first line says %d", len(file), h.Size)
		}
	})
}

func FuzzDecodeLock(f *testing.F) {
	text, err := lock{ID: "1", ExpiresIn: 5, Holder: state.Holder{Commit: "abc"}}.encode()
	if err != nil {
		f.Fatal(err)
	}
	f.Add(text)
	f.Fuzz(func(t *testing.T, text []byte) {
		l, err := decodeLock(text)
		if err != nil {
			return
		}
		if l.ID == "" || l.ExpiresIn <= 0 {
			t.Errorf("took %+v", l)
		}
		_ = l.Holder.Describe() // whatever stands in it
	})
}
