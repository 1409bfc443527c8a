package s3

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"buckethead/state"
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

// One byte that is another, or one that is missing, is seen wherever it is, but for
// what nobody goes by: the words about who wrote it.
func TestUnpack_seesDamage(t *testing.T) {
	file := bytes.Repeat([]byte("a page of a state\x00\x00\x00"), 200)
	body, err := pack(header{Stack: "main", Lineage: "l", Serial: 7, Lock: "k"}, file)
	if err != nil {
		t.Fatal(err)
	}
	packed := bytes.IndexByte(body, '\n') + 1
	for i := range body {
		cut := append(bytes.Clone(body[:i]), body[i+1:]...)
		if _, back, err := unpack(cut); err == nil && !bytes.Equal(back, file) {
			t.Fatalf("byte %d is missing, and nothing is said", i)
		}
		if i < packed || i-packed < 10 {
			continue // the first line is JSON, and the header of gzip has a time of day
		}
		flipped := bytes.Clone(body)
		flipped[i] ^= 0x40
		if _, back, err := unpack(flipped); err == nil && !bytes.Equal(back, file) {
			t.Fatalf("byte %d is another, and nothing is said", i)
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
		"nothing":              {"", "no state"},
		"a page of HTML":       {"<html>\n<body>", "not that of a state"},
		"JSON of others":       {"{\"version\": 4}\n", "not that of a state"},
		"no end of a line":     {string(line), "no state"},
		"a longer first line":  {strings.Repeat("x", headerLimit) + "\n", "no state"},
		"a file that is cut":   {string(good[:len(good)-3]), "cannot be unpacked"},
		"another size":         {strings.Replace(string(line), `"size":4`, `"size":3`, 1) + "\n" + string(packed), "another number of bytes"},
		"a size below nothing": {strings.Replace(string(line), `"size":4`, `"size":-1`, 1) + "\n" + string(packed), "says that the file has -1 bytes"},
		"no compression":       {string(line) + "\nfile", "not compressed"},
	} {
		if _, _, err := unpack([]byte(c.body)); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: got %v, want %q", name, err, c.want)
		}
	}
	newer := strings.Replace(string(good), `"bh_state":1`, `"bh_state":2`, 1)
	if _, _, err := unpack([]byte(newer)); !errors.Is(err, state.ErrNewer) {
		t.Errorf("a newer layout: %v", err)
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
