package words_test

import (
	"os/exec"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"buckethead/config/words"
)

func TestInShell(t *testing.T) {
	for word, want := range map[string]string{
		"photos": "photos", "": "''", `tenant["north"]`: `'tenant["north"]'`, ".bh/backups/state-1.db": ".bh/backups/state-1.db",
		"s3://states/main": "s3://states/main", "my folder/it's": `'my folder/it'\''s'`, "$HOME": "'$HOME'", "acme@1b2c": "acme@1b2c",
		"a\nb'c": `$'a\012b\'c'`, "\xff": `$'\377'`, "a\u202eb": `$'a\342\200\256b'`, "größe": "größe",
	} {
		if got := words.InShell(word); got != want {
			t.Errorf("%q: got %s, want %s", word, got, want)
		}
	}
	for path, want := range map[string]string{"-x": "./-x", "a-x": "a-x", "- y": "'./- y'"} {
		if got := words.FileInShell(path); got != want {
			t.Errorf("%q: got %s, want %s", path, got, want)
		}
	}
}

// TestInShell_everyShell: a shell reads each word as it was. Words that can be seen are read by
// any shell, the others by bash.
func TestInShell_everyShell(t *testing.T) {
	shells := []string{"sh", "dash", "bash", "zsh"}
	shells = slices.DeleteFunc(shells, func(name string) bool { _, err := exec.LookPath(name); return err != nil })
	if len(shells) == 0 {
		t.Skip("there is no shell")
	}
	word := rapid.OneOf(rapid.StringOf(rapid.RuneFrom([]rune(" ab-!$`'\"\\{}[]()*?~#&;|<>=%\n\t\x1b\u00a0\u200bé😀"))), rapid.String())
	rapid.Check(t, func(t *rapid.T) {
		list := rapid.SliceOfN(word.Filter(func(s string) bool { return !strings.Contains(s, "\x00") }), 1, 20).Draw(t, "words")
		var visible, all []string
		for _, w := range list {
			all = append(all, words.InShell(w))
			if !strings.HasPrefix(all[len(all)-1], "$'") {
				visible = append(visible, w)
			}
		}
		for _, shell := range shells {
			of := list
			if shell == "sh" || shell == "dash" {
				of = visible
			}
			line := "printf '%s\\0'"
			for _, w := range of {
				line += " " + words.InShell(w)
			}
			if len(of) == 0 {
				continue
			}
			out, err := exec.Command(shell, "-c", line).Output()
			if got := strings.Split(strings.TrimSuffix(string(out), "\x00"), "\x00"); err != nil || !slices.Equal(got, of) {
				t.Fatalf("%s -c %s\nread %q (%v), want %q", shell, line, got, err, of)
			}
		}
	})
}
