package cli_test

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"filippo.io/age"
)

// readers is a folder whose age file several people can open.
type readers struct {
	t                *testing.T
	dir              string
	own, kim, friend *age.X25519Identity
}

func newReaders(t *testing.T) *readers {
	r := &readers{t: t, dir: t.TempDir()}
	for _, key := range []**age.X25519Identity{&r.own, &r.kim, &r.friend} {
		var err error
		if *key, err = age.GenerateX25519Identity(); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Mkdir(filepath.Join(r.dir, ".bh"), 0o700); err != nil {
		t.Fatal(err)
	}
	r.write(".bh/identity.txt", r.own.String()+"\n")
	return r
}

func (r *readers) write(name, text string) {
	r.t.Helper()
	if err := os.WriteFile(filepath.Join(r.dir, name), []byte(text), 0o600); err != nil {
		r.t.Fatal(err)
	}
}

const readersProjects = `
project "a" {
  secrets = age_file.main
  bucket  = "acme-a"
}
project "tenant" {
  for_each = toset(["north"])
  secrets  = age_file.main
  bucket   = "acme-${each.key}"
}
project "elsewhere" {
  secrets = age_file.other
  bucket  = "acme-elsewhere"
}
`

const readersOne = `
project "later" {
  secrets = age_file.main
  bucket  = "acme-later"
}
`

// declare declares who can open the file; none for its own key.
func (r *readers) declare(projects string, keys ...age.Recipient) {
	list := ""
	if len(keys) > 0 {
		var quoted []string
		for _, k := range keys {
			quoted = append(quoted, fmt.Sprintf("%q", k))
		}
		list = "recipients = [" + strings.Join(quoted, ", ") + "]"
	}
	r.write("buckets.hcl", `bh { stack = "case02" }
cloud "local" "main" {}
secrets "age_file" "main" { `+list+` }
secrets "age_file" "other" { path = "other.age" }
`+projects)
}

func (r *readers) bh(args ...string) (string, int) { return formatsBH(r.dir, args...) }

func (r *readers) must(args ...string) string {
	r.t.Helper()
	out, exit := r.bh(args...)
	if exit != 0 {
		r.t.Fatalf("bh %v: exit %d\n%s", args, exit, out)
	}
	return out
}

// open says which of own, kim and friend open the file, by trying each, and how many keys the
// header has.
func (r *readers) open() string {
	r.t.Helper()
	data, err := os.ReadFile(filepath.Join(r.dir, ".bh", "secrets.age"))
	if err != nil {
		r.t.Fatal(err)
	}
	var can []string
	for name, key := range map[string]age.Identity{"own": r.own, "kim": r.kim, "friend": r.friend} {
		if _, err := age.Decrypt(bytes.NewReader(data), key); err == nil {
			can = append(can, name)
		}
	}
	slices.Sort(can)
	header, _, _ := bytes.Cut(data, []byte("\n---"))
	return fmt.Sprintf("%d: %s", bytes.Count(header, []byte("\n-> ")), strings.Join(can, " "))
}

func (r *readers) wants(out string, want ...string) {
	r.t.Helper()
	for _, w := range want {
		if !strings.Contains(out, w) {
			r.t.Errorf("this lacks %q:\n%s", w, out)
		}
	}
}

// A recipient that is taken away, or added, is a change of the whole store: planned once,
// shown in every form, applied before all else, and then there is nothing left to do.
func TestRecipients_change(t *testing.T) {
	r := newReaders(t)
	declare := func(keys ...age.Recipient) { r.declare(readersProjects, keys...) }
	declare(r.own.Recipient(), r.kim.Recipient())
	r.must("apply", "--auto-approve")
	if got := r.open(); got != "2: kim own" {
		t.Fatalf("after the first apply: %s", got)
	}
	r.wants(r.must("plan", "--detailed-exitcode"), "No changes.")

	declare(r.own.Recipient(), r.friend.Recipient())
	kim, friend := r.kim.Recipient().String(), r.friend.Recipient().String()
	rotate := kim + ` could read the keys of a and tenant["north"] until now, and may have kept them: bh rotate a 'tenant["north"]'`
	out, exit := r.bh("plan", "--detailed-exitcode", "--out", filepath.Join(r.dir, "saved.bhplan"))
	if exit != 2 {
		t.Errorf("plan: exit %d", exit)
	}
	r.wants(out, "~ update  secrets.age_file.main", "recipients: + "+friend, "recipients: - "+kim, rotate, "Plan: 1 to update.",
		"Calls: age file 1 write.")
	out, _ = r.bh("plan", "--json")
	r.wants(out, `"addr":"secrets.age_file.main"`, `"operation":{"address":"secrets.age_file.main"`, `"after":"`+friend+`"`, `"before":"`+kim+`"`)
	out, _ = r.bh("plan", "--format", "mermaid")
	r.wants(out, "secrets#46;age_file#46;main", "recipients")
	out, _ = r.bh("plan", "--format", "markdown")
	r.wants(out, "`secrets.age_file.main`", "1 to update")
	r.wants(r.must("show", filepath.Join(r.dir, "saved.bhplan")), "secrets.age_file.main", "recipients: - "+kim)
	r.wants(r.must("drift"), "No drift")

	// A plan of projects that are not in the store leaves it alone.
	r.wants(r.must("plan", "--target", "elsewhere", "--detailed-exitcode"), "No changes.")
	r.must("rotate", "elsewhere", "--auto-approve")
	if got := r.open(); got != "2: kim own" {
		t.Errorf("after a rotation in another store: %s", got)
	}
	out, _ = r.bh("plan", "--target", "a")
	r.wants(out, "~ update  secrets.age_file.main")

	r.must("apply", filepath.Join(r.dir, "saved.bhplan"))
	if got := r.open(); got != "2: friend own" {
		t.Errorf("after the apply: %s", got)
	}
	r.wants(r.must("plan", "--detailed-exitcode"), "No changes.")
	r.wants(r.must("history"), "secrets.age_file.main  update")
	if out := r.must("history", "secrets.age_file.main"); !strings.Contains(out, "update") || strings.Contains(out, "provision") {
		t.Errorf("the history of the store:\n%s", out)
	}
	r.wants(r.must("history", "--json"), `"address": "secrets.age_file.main"`)
	if out, exit := r.bh("apply", filepath.Join(r.dir, "saved.bhplan")); exit == 0 || !strings.Contains(out, "secrets.age_file.main: was to update") {
		t.Errorf("a plan that was applied, again: exit %d\n%s", exit, out)
	}

	// The command that the plan printed works.
	r.must("rotate", "a", `tenant["north"]`, "--auto-approve")

	// Without recipients, the file is for its own key.
	declare()
	out, _ = r.bh("apply", "--auto-approve")
	r.wants(out, "recipients: - "+friend, "secrets.age_file.main: update done", "Apply complete: 1 done.")
	if got := r.open(); got != "1: own" {
		t.Errorf("for its own key: %s", got)
	}

	// A plan that was saved before the recipients changed does not store keys for others.
	r.declare(readersProjects + readersOne)
	r.bh("plan", "--out", filepath.Join(r.dir, "later.bhplan"))
	r.declare(readersProjects+readersOne, r.own.Recipient(), r.friend.Recipient())
	if out, exit := r.bh("apply", filepath.Join(r.dir, "later.bhplan")); exit == 0 || !strings.Contains(out, "secrets.age_file.main: was not in the plan") {
		t.Errorf("a plan of before: exit %d\n%s", exit, out)
	}

	// Destroying everything is for nobody.
	out = r.must("destroy", "--auto-approve", "--allow-destroy", "9")
	if strings.Contains(out, "secrets.age_file.main") {
		t.Errorf("a destroy:\n%s", out)
	}
}

// What cannot work is refused before anything is made.
func TestRecipients_refused(t *testing.T) {
	hybrid, err := age.GenerateHybridIdentity()
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		keys     func(r *readers) []age.Recipient
		validate string // what validate says, "" for nothing
		plan     string // what plan says
	}{
		"both sorts":    {func(r *readers) []age.Recipient { return []age.Recipient{r.own.Recipient(), hybrid.Recipient()} }, "never mixes post-quantum keys", "never mixes post-quantum keys"},
		"one twice":     {func(r *readers) []age.Recipient { return []age.Recipient{r.own.Recipient(), r.own.Recipient()} }, "is listed twice", "is listed twice"},
		"not its own":   {func(r *readers) []age.Recipient { return []age.Recipient{r.kim.Recipient()} }, "", "recipients lacks the public key"},
		"another sort":  {func(r *readers) []age.Recipient { return []age.Recipient{hybrid.Recipient()} }, "", "create a post-quantum identity with age-keygen -pq"},
		"and it is kim": {func(r *readers) []age.Recipient { return []age.Recipient{r.own.Recipient(), r.kim.Recipient()} }, "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			r := newReaders(t)
			r.declare(readersOne, c.keys(r)...)
			out, exit := r.bh("validate")
			if (exit != 0) != (c.validate != "") || !strings.Contains(out, c.validate) {
				t.Errorf("validate: exit %d, want %q\n%s", exit, c.validate, out)
			}
			for _, args := range [][]string{{"plan"}, {"apply", "--auto-approve"}} {
				out, exit := r.bh(args...)
				if (exit != 0) != (c.plan != "") || !strings.Contains(out, c.plan) {
					t.Errorf("%v: exit %d, want %q\n%s", args, exit, c.plan, out)
				}
			}
			if _, err := os.Stat(filepath.Join(r.dir, ".bh", "local")); (err != nil) != (c.plan != "") {
				t.Errorf("the cloud's folder: %v", err)
			}
		})
	}
}
