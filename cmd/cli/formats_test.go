package cli_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"buckethead/cmd/cli"
)

var writeFormats = flag.Bool("formats.write", false, "write the golden files of the current format that do not exist yet")

const formatsHead = `bh { stack = "golden" }
cloud "local" "main" {}
secrets "age_file" "main" {}
project "photos" {
  bucket = "golden-photos"
  rotate {
    every   = "90d"
    overlap = "7d"
  }
}
project "tenant" {
  for_each = toset(["north", "south"])
  bucket   = "golden-${each.key}"
  protect  = each.key == "north"
}
project "vendor_drop" {
  bucket = "vendor-drop"
  register {
    access_key_id     = "AKIAEXAMPLE"
    secret_access_key = env("VENDOR_DROP_SECRET")
    endpoint_url      = "https://s3.example.com"
    verify            = false
  }
}
`

const formatsNext = formatsHead + `project "reports" {
  bucket = "golden-reports"
  access = "read_only"
}
`

// TestFormats works with what a bh of each format left behind: a folder with its state,
// its age file and its local cloud, and a plan that it saved. "bh" stands for ".bh".
func TestFormats(t *testing.T) {
	root := filepath.Join("..", "..", "testdata", "formats")
	if *writeFormats {
		writeGoldenFolder(t, filepath.Join(root, "2", "folder"))
	}
	folders, err := filepath.Glob(filepath.Join(root, "*", "folder"))
	if err != nil || len(folders) == 0 {
		t.Fatalf("no folders in %s (%v)", root, err)
	}
	for _, folder := range folders {
		t.Run(filepath.Base(filepath.Dir(folder)), func(t *testing.T) {
			dir := t.TempDir()
			if err := os.CopyFS(dir, os.DirFS(folder)); err != nil {
				t.Fatal(err)
			}
			if err := os.Rename(filepath.Join(dir, "bh"), filepath.Join(dir, ".bh")); err != nil {
				t.Fatal(err)
			}
			if err := os.Chmod(filepath.Join(dir, ".bh", "identity.txt"), 0o600); err != nil { // git keeps no modes
				t.Fatal(err)
			}
			for _, run := range []struct {
				args   []string
				exit   int
				golden string // "" for what is not compared
				want   string
			}{
				{args: []string{"plan", "--detailed-exitcode"}, want: "No changes."},
				{args: []string{"status", "--json"}, golden: "status.json"},
				{args: []string{"history", "--json"}, golden: "history.json"},
				{args: []string{"drift"}},
				{args: []string{"show", filepath.Join(dir, "saved-plan.json")}, golden: "saved-plan.txt"},
				{args: []string{"--file", filepath.Join(dir, "next.hcl"), "apply", filepath.Join(dir, "saved-plan.json")}, want: "Apply complete: 1 done."},
				{args: []string{"--file", filepath.Join(dir, "next.hcl"), "plan", "--detailed-exitcode"}, want: "No changes."},
			} {
				out, exit := formatsBH(dir, run.args...)
				if exit != run.exit || !strings.Contains(out, run.want) {
					t.Fatalf("bh %v: exit %d, want %d and %q:\n%s", run.args, exit, run.exit, run.want, out)
				}
				if run.golden == "" {
					continue
				}
				want, err := os.ReadFile(filepath.Join(folder, run.golden))
				if err != nil {
					t.Fatal(err)
				}
				if run.golden == "saved-plan.txt" {
					out = strings.ReplaceAll(out, "      access read_only\n", "") // texts may say more than they did
				} else {
					out = laterMember.ReplaceAllString(out, "")
					out, want = inOrder(t, out), []byte(inOrder(t, oldNames.Replace(string(want))))
				}
				if out != string(want) {
					t.Errorf("bh %v printed\n%swant\n%s", run.args, out, want)
				}
			}
		})
	}
}

// oldNames writes the documents of lines of format 1 as today's are: those that the folders have
// were made before an address was called one.
var oldNames = strings.NewReplacer(`"project":`, `"address":`, `"format": 1`, `"format": 2`)

// laterMember is what documents have that were made after the folders.
var laterMember = regexp.MustCompile(`\s*"revoke_at": "[^"]*",`)

// inOrder sorts the members of a JSON document.
func inOrder(t *testing.T, text string) string {
	t.Helper()
	var value any
	if err := json.Unmarshal([]byte(text), &value); err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	out, _ := json.MarshalIndent(value, "", "  ")
	return string(out)
}

// formatsBH runs bh on a folder, at the time at which the golden files were made.
func formatsBH(dir string, args ...string) (string, int) {
	var out bytes.Buffer
	now := time.Date(2026, 11, 30, 12, 0, 0, 0, time.UTC)
	if args[0] != "--file" {
		args = append([]string{"--file", filepath.Join(dir, "buckets.hcl")}, args...)
	}
	exit := cli.Main(cli.Process{Args: args, Env: formatsEnv, Stdin: strings.NewReader(""), Stdout: &out, Stderr: &out,
		Now: func() time.Time { return now }, Hooks: cli.Hooks{NoSync: true}})
	return out.String(), exit
}

func writeGoldenFolder(t *testing.T, folder string) {
	t.Helper()
	if _, err := os.Stat(folder); err == nil {
		return
	}
	write := func(name, text string) {
		if err := os.WriteFile(filepath.Join(folder, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	must := func(args ...string) string {
		out, exit := formatsBH(folder, args...)
		if exit != 0 {
			t.Fatalf("bh %v: exit %d\n%s", args, exit, out)
		}
		return out
	}
	if err := os.MkdirAll(folder, 0o755); err != nil {
		t.Fatal(err)
	}
	write("buckets.hcl", formatsHead)
	write("next.hcl", formatsNext)
	must("apply", "--auto-approve")
	must("rotate", "photos", "--auto-approve") // leaves a key that is retiring
	must("--file", filepath.Join(folder, "next.hcl"), "plan", "--out", filepath.Join(folder, "saved-plan.json"))
	write("saved-plan.txt", must("show", filepath.Join(folder, "saved-plan.json")))
	write("status.json", must("status", "--json"))
	write("history.json", must("history", "--json"))
	for _, bucket := range []string{"golden-photos", "golden-north", "golden-south"} {
		write(filepath.Join(".bh", "local", bucket, "object.txt"), "git keeps no empty folder\n")
	}
	for _, temporary := range []string{".bh/backups", ".bh/secrets.age.lock"} {
		if err := os.RemoveAll(filepath.Join(folder, temporary)); err != nil {
			t.Fatal(err)
		}
	}
	if err := errors.Join(os.Remove(filepath.Join(folder, ".bh", ".gitignore")),
		os.Rename(filepath.Join(folder, ".bh"), filepath.Join(folder, "bh"))); err != nil {
		t.Fatal(err)
	}
}

func formatsEnv(name string) (string, bool) {
	if name == "VENDOR_DROP_SECRET" {
		return "an-example-and-no-secret", true
	}
	return "", false
}
