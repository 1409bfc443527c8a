package cli_test

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"buckethead/config/write"
)

// TestPasted_movedBlocks renames projects of keys that break what is printed without care, puts the blocks that bh prints
// into the file, and nothing is destroyed.
func TestPasted_movedBlocks(t *testing.T) {
	dir := t.TempDir()
	keys := []string{"${x}", "%{x}", "$${x}", `a"b`, `a\b`, "it's", "-rf", "a b", "a\nb", "a\x1b[31mb", "a\u202eb", "日本", "😀", "$(id)", "`id`", "!!", `"]`, "\u00a0"}
	declare := func(name func(i int) string, blocks string) {
		src := "bh { stack = \"pasted\" }\ncloud \"local\" \"main\" {}\nsecrets \"age_file\" \"main\" {}\nproject \"t\" {\n  for_each = {\n"
		for i := range keys {
			src += fmt.Sprintf("    %s = \"acme-%d\"\n", write.Quoted(name(i)), i)
		}
		src += "  }\n  bucket     = each.value\n  item_title = each.value\n}\n" + blocks
		if err := os.WriteFile(filepath.Join(dir, "buckets.hcl"), []byte(src), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	must := func(args ...string) string {
		out, exit := formatsBH(dir, args...)
		if exit != 0 {
			t.Fatalf("bh %v: exit %d\n%s", args, exit, out)
		}
		return out
	}
	declare(func(i int) string { return keys[i] }, "")
	must("apply", "--auto-approve")
	renamed := func(i int) string { return fmt.Sprint("n", i) }
	declare(renamed, "")
	blocks := regexp.MustCompile(`(?m)^ +moved \{\n.*\n.*\n +\}$`).FindAllString(must("plan"), -1)
	if len(blocks) != len(keys) {
		t.Fatalf("%d blocks are printed, want %d", len(blocks), len(keys))
	}
	slices.Reverse(blocks)
	declare(renamed, strings.Join(blocks, "\n"))
	if out := must("plan"); !strings.Contains(out, fmt.Sprintf("Plan: %d to move.", len(keys))) {
		t.Errorf("with the blocks:\n%s", out)
	}
}
