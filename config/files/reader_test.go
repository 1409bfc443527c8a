package files

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"buckethead/config/expr"
	"buckethead/config/faults"
	"buckethead/config/mask"
)

// testReader reads these files.
func testReader(dir string, overlay map[string][]byte) *Reader {
	return &Reader{Path: ".", Dir: dir, Overlay: overlay, Found: &faults.Found{}, Sources: &mask.Sources{Texts: map[string][]byte{}}, Meter: expr.NewMeter()}
}

func TestBounds_ofFiles(t *testing.T) {
	r := testReader("", nil)
	r.tokens = tokenLimit - 100
	if r.Parse("few.hcl", []byte(strings.Repeat("# a-b\n", 10))); len(r.Found.List) > 0 {
		t.Error(r.Found.List)
	}
	if r.Parse("many.hcl", []byte("locals {\n a = ["+strings.Repeat("1,", 100)+"]\n}\n")); len(r.Found.List) != 1 || r.Found.List[0].Code != faults.TooLarge.Code {
		t.Error(r.Found.List)
	}
	large := make([]byte, sourceLimit)
	for i := range large {
		large[i] = '\n'
	}
	r = testReader(t.TempDir(), map[string][]byte{"a.hcl": large, "b.hcl": large, "c.hcl": []byte("# one more\n")})
	if files, found := r.Configuration(), r.Found; files != nil || len(found.List) != 1 || found.List[0].Code != faults.TooLarge.Code || !strings.Contains(found.List[0].Detail, "c.hcl") {
		t.Error(files, found)
	}
}

const canary = "canary-7f3a91"

// written puts files into a new folder.
func written(t *testing.T, texts map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range texts {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}
