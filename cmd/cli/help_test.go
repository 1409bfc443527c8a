package cli

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// A topic is a whole section of the README, word for word; so its commands are run by scripts.
func TestHelp_topicsAreTheReadme(t *testing.T) {
	readme, err := os.ReadFile(filepath.Join("..", "..", "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	if len(writtenTopics()) < 4 {
		t.Fatalf("only %v", writtenTopics())
	}
	for _, name := range writtenTopics() {
		text, err := topics.ReadFile("topics/" + name + ".md")
		if err != nil {
			t.Fatal(err)
		}
		title, _, _ := strings.Cut(string(text), "\n")
		_, section, found := strings.Cut(string(readme), "\n"+title+"\n")
		if !found {
			t.Errorf("%s: the README has no section %q", name, title)
			continue
		}
		section, _, _ = strings.Cut(section, "\n## ")
		want := title + "\n" + section
		switch {
		case string(text) == want:
		case !*Update:
			t.Errorf("%s is not the section of the README; -update writes it", name)
		default:
			if err := os.WriteFile(filepath.Join("topics", name+".md"), []byte(want), 0o644); err != nil {
				t.Fatal(err)
			}
		}
	}
}

func TestTerminalText(t *testing.T) {
	got := terminalText("## Keys\n\nProse that is **long** is filled, and a command stays whole: `bh state rebuild --force`. It is long enough to be filled again, because it has more than the seventy-eight columns.\n\n```sh\nbh plan   # as it is\n```\n\n| a | b |\n\n### Item\n\n- `one` is an item of a list that has more words than one line of a terminal holds.\n- two\n")
	want := "KEYS\n\nProse that is long is filled, and a command stays whole:\n`bh state rebuild --force`. It is long enough to be filled again, because it\nhas more than the seventy-eight columns.\n\n  bh plan   # as it is\n\n  | a | b |\n\nItem\n\n- `one` is an item of a list that has more words than one line of a terminal\n  holds.\n- two\n"
	if got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}
