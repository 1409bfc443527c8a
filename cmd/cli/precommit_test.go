package cli

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// The hooks for pre-commit run commands that exist, with the files that changed where the command takes files.
func TestPreCommit_hooksAreCommands(t *testing.T) {
	text, err := os.ReadFile(filepath.Join("..", "..", ".pre-commit-hooks.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	app := newApp(&run{})
	_, hooks, _ := strings.Cut(string(text), "\n- ")
	found := map[string]bool{}
	for _, hook := range strings.Split(hooks, "\n- ") {
		fields := map[string]string{}
		for _, field := range regexp.MustCompile(`(?m)^ *([a-z_]+): (.+)$`).FindAllStringSubmatch(hook, -1) {
			fields[field[1]] = field[2]
		}
		entry := fields["entry"]
		if fault := commandFault(app, entry); fault != "" || !strings.HasPrefix(entry, "bh ") {
			t.Fatalf("%q: %s", entry, fault)
		}
		command := find(app.Commands, strings.Fields(entry)[1])
		found[command.Name] = true
		takesFiles := strings.Contains(command.ArgsUsage, "FILE") && strings.HasSuffix(command.ArgsUsage, "...")
		if takesFiles == (fields["pass_filenames"] == "false") || fields["language"] != "golang" || fields["id"] != strings.ReplaceAll(entry, " ", "-") || fields["name"] != entry {
			t.Errorf("%v", fields)
		}
		files := regexp.MustCompile(fields["files"])
		for name, want := range map[string]bool{"buckets.hcl": true, "infra/main.hcl": true, ".terraform.lock.hcl": false, "infra/.terraform.lock.hcl": false, "x.hcl.txt": false} {
			if files.MatchString(name) != want {
				t.Errorf("%s: %s", entry, name)
			}
		}
	}
	if len(found) != 2 || !found["fmt"] || !found["validate"] {
		t.Errorf("hooks for %v", found)
	}
}
