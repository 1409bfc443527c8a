package words_test

import (
	"testing"

	"buckethead/config/words"
)

func TestInShell(t *testing.T) {
	for word, want := range map[string]string{
		"photos": "photos", "": "''", `tenant["north"]`: `'tenant["north"]'`, ".bh/backups/state-1.db": ".bh/backups/state-1.db",
		"s3://states/main": "s3://states/main", "my folder/it's": `'my folder/it'\''s'`, "$HOME": "'$HOME'",
	} {
		if got := words.InShell(word); got != want {
			t.Errorf("%q: got %s, want %s", word, got, want)
		}
	}
}
