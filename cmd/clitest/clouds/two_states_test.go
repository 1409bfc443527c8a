package clouds

import (
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	connectsim "buckethead/vendors/sim/connect"
)

// twoStates are two folders with files of one stack, each with a state of its own, on one
// account and one vault.
type twoStates struct {
	a, b   *opAccount
	owners map[string]*opAccount // of every token, item and bucket
}

func newTwoStates(t *testing.T, a *opAccount) *twoStates {
	one := *a.r2Account
	one.dir = t.TempDir()
	one.env = maps.Clone(a.env)
	one.env["BH_LOG_PATH"] = filepath.Join(one.dir, "trace.log")
	b := &opAccount{r2Account: &one, connect: a.connect, vault: a.vault}
	one.transport = b
	return &twoStates{a, b, map[string]*opAccount{}}
}

// things returns what there is at the providers, in full.
func (d *twoStates) things() map[string]string {
	out := map[string]string{}
	for _, x := range d.a.minted() {
		x.LastUse = x.IssuedOn
		out["token "+x.ID] = text(x)
	}
	for _, x := range d.a.live() {
		out["item "+x.ID] = text(x)
	}
	for _, x := range d.a.Buckets() {
		out["bucket "+x.Name] = text(x)
	}
	return out
}

func text(x any) string {
	out, err := json.Marshal(x)
	if err != nil {
		panic(err)
	}
	return string(out)
}

// run runs a command of one of the two. What the other one owns has to be as it was, and what
// is new belongs to the person who ran the command.
func (d *twoStates) run(who *opAccount, args ...string) (string, int) {
	before := d.things()
	out, code := who.bh(args...)
	after := d.things()
	for name, was := range before {
		if d.owners[name] != who && after[name] != was {
			who.t.Errorf("bh %s changed the other's %s:\n was %s\n is  %s", strings.Join(args, " "), name, was, after[name])
		}
	}
	for name := range after {
		if d.owners[name] == nil {
			d.owners[name] = who
		}
	}
	return out, code
}

func (d *twoStates) must(who *opAccount, args ...string) string {
	who.t.Helper()
	out, code := d.run(who, args...)
	if code != 0 {
		who.t.Fatalf("bh %s: exit %d\n%s", strings.Join(args, " "), code, out)
	}
	return out
}

// refuses runs a command that has to fail with these words.
func (d *twoStates) refuses(who *opAccount, words []string, args ...string) string {
	who.t.Helper()
	out, code := d.run(who, args...)
	if code != 1 {
		who.t.Errorf("bh %s: exit %d\n%s", strings.Join(args, " "), code, out)
	}
	return d.says(who, out, words...)
}

func (d *twoStates) says(who *opAccount, out string, words ...string) string {
	who.t.Helper()
	for _, want := range words {
		if !strings.Contains(out, want) {
			who.t.Errorf("it lacks %q:\n%s", want, out)
		}
	}
	return out
}

// settled has to have nothing to do and nothing to say.
func (d *twoStates) settled() {
	d.a.t.Helper()
	for _, who := range []*opAccount{d.a, d.b} {
		if out := d.must(who, "plan"); !strings.HasPrefix(out, "No changes") || strings.Contains(out, "Warning") {
			d.a.t.Fatalf("nothing is to be left to do:\n%s", out)
		}
	}
}

var stateName = regexp.MustCompile(`acme@[0-9a-f]{8}`)

const ofA = `
project "photos" { bucket = "a-photos" }
project "albums" { bucket = "a-albums" }
`

const ofB = `
project "photos" {
  bucket     = "b-photos"
  item_title = "photos of b"
}
project "docs" { bucket = "b-docs" }
`

// Two states of one stack name live side by side: neither takes, rewrites, revokes or
// deletes what the other owns, in anything that people do with them.
func TestTwoStates_lives(t *testing.T) {
	if testing.Short() {
		t.Skip("runs bh a hundred times")
	}
	opCase(t, connectsim.Options{}, func(t *testing.T, a *opAccount) {
		d := newTwoStates(t, a)
		nameA := d.firstApplies(t)
		d.ordinaryLife(t)
		nameB := d.refusals(t, nameA)
		d.bucketTakenOver(t, nameA, nameB)
		d.itemTakenOver(t, nameA, nameB)
		d.destroyed(t)
		d.lost(t, d.a, d.b)
		d.lost(t, d.b, d.a)
		d.lost(t, d.a, d.b)
	})
}

func (d *twoStates) firstApplies(t *testing.T) (nameA string) {
	d.a.declare(ofA)
	if out := d.must(d.a, "apply", "--yes"); strings.Contains(out, "Warning") {
		t.Errorf("the first of the two is warned:\n%s", out)
	}
	d.b.declare(strings.Replace(ofB, `"photos of b"`, `"photos"`, 1))
	out := d.refuses(d.b, []string{"BH2044", "2 credentials and 2 items of acme@", "bh { stack = ", "bh state rebuild",
		"BH2008", "It belongs to acme@"}, "plan")
	nameA = stateName.FindString(out)
	d.b.declare(ofB)
	d.says(d.b, d.must(d.b, "plan"), "BH2044", nameA)
	d.says(d.b, d.must(d.b, "apply", "--yes"), "BH2044", nameA)
	d.settled()
	return nameA
}

// ordinaryLife rotates, renames and makes more, in turn.
func (d *twoStates) ordinaryLife(t *testing.T) {
	d.must(d.a, "rotate", "photos", "--no-overlap", "--yes")
	d.must(d.b, "rotate", "photos", "--no-overlap", "--yes")
	d.settled()
	d.a.declare(strings.Replace(ofA, `"photos" {`, `"pictures" {`, 1) + "moved {\n from = project.photos\n to = project.pictures\n}\n")
	d.must(d.a, "apply", "--yes")
	d.a.declare(ofA + "moved {\n from = project.pictures\n to = project.photos\n}\n")
	d.must(d.a, "apply", "--yes")
	d.settled()
	for _, who := range []*opAccount{d.a, d.b} {
		if out := d.must(who, "drift"); !strings.Contains(out, "No drift") {
			t.Errorf("drift:\n%s", out)
		}
	}
}

// refusals are ways to take what the other state owns without naming it.
func (d *twoStates) refusals(t *testing.T, nameA string) (nameB string) {
	nameB = stateName.FindString(d.must(d.a, "discover"))
	if nameB == nameA || nameB == "" {
		t.Fatalf("a finds things of %q, and is %q itself", nameB, nameA)
	}
	out := d.says(d.b, d.must(d.b, "discover"), "owned by "+nameA, nameA+" project.albums")
	if strings.Contains(out, "bh import") {
		t.Errorf("what another state owns is offered:\n%s", out)
	}
	d.says(d.b, d.must(d.b, "import", "--all"), "a-albums was left to "+nameA, "There is nothing to import")
	d.refuses(d.b, []string{"belongs to " + nameA, "--owner " + nameA}, "import", "taken", "--bucket", "a-albums")
	d.refuses(d.b, []string{"--owner names acme@00000000"}, "import", "taken", "--bucket", "a-albums", "--owner", "acme@00000000")
	block := "import {\n to = project.taken\n bucket = \"a-albums\"\n"
	printed := "    import {\n      to     = project.taken\n      bucket = \"a-albums\"\n      owner  = \"" + nameA + "\"\n    }\n"
	for name, text := range map[string]string{
		"nothing":       "project \"taken\" { bucket = \"a-albums\" }\n",
		"adopt":         "project \"taken\" {\n bucket = \"a-albums\"\n adopt = true\n}\n",
		"a bare import": "project \"taken\" { bucket = \"a-albums\" }\n" + block + "}\n",
		"a wrong owner": "project \"taken\" { bucket = \"a-albums\" }\n" + block + "owner = \"" + nameB + "\"\n}\n",
	} {
		d.b.declare(ofB + text)
		out := d.refuses(d.b, []string{"BH2041", "a-albums in cloudflare_r2.main belongs to " + nameA, printed}, "apply", "--yes")
		if name == "a wrong owner" != strings.Contains(out, "The import block names "+nameB) {
			t.Errorf("%s:\n%s", name, out)
		}
	}
	d.b.declare(ofB + "project \"taken\" { bucket = \"a-albums\" }\n" + block + "item = \"albums\"\n}\n")
	d.refuses(d.b, []string{"BH2041", nameA}, "apply", "--yes")
	d.b.declare(ofB)
	d.settled()
	return nameB
}

// bucketTakenOver has b take a bucket from a, which a is told; and a releases it.
func (d *twoStates) bucketTakenOver(t *testing.T, nameA, nameB string) {
	out := d.must(d.b, "import", "taken", "--bucket", "a-albums", "--owner", nameA)
	taken := ofB + out[strings.Index(out, "project \"taken\""):strings.Index(out, "With --write")]
	d.b.declare(taken)
	d.owners["bucket a-albums"] = d.b
	d.says(d.b, d.must(d.b, "apply", "--yes"), "taken over from "+nameA)
	d.says(d.b, d.must(d.b, "plan"), "No changes", "BH2043", nameA)
	d.says(d.a, d.must(d.a, "plan"), "No changes", "BH2043", "a-albums of albums is opened by a credential of "+nameB)
	d.a.declare(`project "photos" { bucket = "a-photos" }`)
	d.refuses(d.a, []string{"BLOCKED: " + nameB + " has a credential that opens the bucket", "removed { from = project.albums }"}, "apply", "--yes")
	d.refuses(d.a, []string{"BLOCKED: " + nameB}, "destroy", "albums", "--yes")
	d.a.declare("project \"photos\" { bucket = \"a-photos\" }\nremoved { from = project.albums }\n")
	d.must(d.a, "apply", "--yes")
	d.says(d.b, d.must(d.b, "plan"), "BH2043", "revoke the credential")
	// A person revokes the old key and deletes the item, as b says and as discover shows.
	d.says(d.a, d.must(d.a, "discover"), "owned by "+nameB, "this state project.albums")
	for _, x := range d.a.minted() {
		if d.owners["token "+x.ID] == d.a && strings.Contains(x.Name, "/project.albums/") {
			d.a.RemoveToken(x.ID)
		}
	}
	for _, x := range d.a.live() {
		if x.Title == "albums" {
			d.a.connect.RemoveItem(x.ID)
		}
	}
	d.settled()
}

// itemTakenOver has b take an item from a with the key in it, and a take it back.
func (d *twoStates) itemTakenOver(t *testing.T, nameA, nameB string) {
	var id, key string
	for _, x := range d.a.live() {
		if x.Title == "photos" {
			id, key = x.ID, value(x, "access_key_id")
		}
	}
	text, err := os.ReadFile(filepath.Join(d.b.dir, "buckets.hcl"))
	if err != nil {
		t.Fatal(err)
	}
	give := func(to *opAccount) {
		for _, name := range []string{"item " + id, "token " + key, "bucket a-photos"} {
			d.owners[name] = to
		}
	}
	import_ := func(owner string) string {
		return "import {\n to = project.snaps\n bucket = \"a-photos\"\n item = \"" + id + "\"\n owner = \"" + owner + "\"\n}\n"
	}
	snaps := "project \"snaps\" {\n bucket = \"a-photos\"\n item_title = \"photos\"\n}\n"
	d.b.write("buckets.hcl", string(text)+snaps+import_("acme@00000000"))
	d.refuses(d.b, []string{"BH2041", "names acme@00000000"}, "apply", "--yes")
	d.b.write("buckets.hcl", string(text)+snaps+import_(nameA))
	give(d.b)
	d.must(d.b, "apply", "--yes")
	d.says(d.b, d.must(d.b, "plan"), "No changes")
	if n := len(d.a.minted()); n != 4 {
		t.Errorf("there are %d tokens, want 4: the key is taken over with the item", n)
	}
	blocked := []string{"BLOCKED: " + nameB + " took its item over", "removed { from = project.photos }", "bh state rm photos", "owner = \"" + nameB + "\""}
	d.refuses(d.a, blocked, "apply", "--yes")
	d.refuses(d.a, blocked[:1], "rotate", "photos", "--yes")
	d.refuses(d.a, blocked[:1], "destroy", "photos", "--yes")
	if out, code := d.run(d.a, "drift"); code != 2 || !strings.Contains(out, nameB) {
		t.Errorf("drift: exit %d\n%s", code, out)
	}
	d.must(d.b, "rotate", "snaps", "--no-overlap", "--yes")
	d.refuses(d.a, blocked, "apply", "--yes")
	// It is taken back, and then b is told and releases it.
	d.must(d.a, "state", "rm", "photos")
	d.a.declare(strings.Replace(snaps+import_(nameB), "snaps", "photos", 2))
	for _, x := range d.a.live() {
		if x.ID == id {
			key = value(x, "access_key_id")
		}
	}
	give(d.a)
	d.must(d.a, "apply", "--yes")
	d.says(d.a, d.must(d.a, "plan"), "No changes")
	d.refuses(d.b, []string{"BLOCKED: " + nameA + " took its item over"}, "apply", "--yes")
	d.b.write("buckets.hcl", string(text)+"removed { from = project.snaps }\n")
	d.must(d.b, "apply", "--yes")
	d.settled()
}

// destroyed ends one of the two, which begins again.
func (d *twoStates) destroyed(t *testing.T) {
	d.must(d.b, "destroy", "--yes", "--allow-destroy", "3")
	for name := range d.things() {
		if d.owners[name] == d.b {
			t.Errorf("%s of the one that was destroyed is there", name)
		}
	}
	d.says(d.a, d.must(d.a, "plan"), "No changes")
	d.b.declare(ofB)
	d.must(d.b, "apply", "--yes")
	d.settled()
}

// lost loses the state of one of the two, and makes it again from its own things.
func (d *twoStates) lost(t *testing.T, who, other *opAccount) {
	name := stateName.FindString(d.must(other, "discover"))
	if err := os.Remove(filepath.Join(who.dir, ".bh/state.db")); err != nil {
		t.Fatal(err)
	}
	lineage := strings.TrimPrefix(name, "acme@")
	d.refuses(who, []string{"BH5061", "LINEAGE", lineage, "project.photos", "--lineage"}, "state", "rebuild")
	d.refuses(who, []string{"nothing has the lineage \"01234567\"", lineage}, "state", "rebuild", "--lineage", "01234567")
	if _, err := os.Stat(filepath.Join(who.dir, ".bh/state.db")); err == nil {
		t.Error("a rebuild that was refused made a state")
	}
	tokens := len(who.minted())
	out := d.must(who, "state", "rebuild", "--lineage", lineage)
	d.says(who, out, "Left to other states:", "Nothing was changed at any provider")
	if strings.Contains(out, "Not known:") {
		t.Errorf("what the other state owns is reported as unknown:\n%s", out)
	}
	if out := d.must(who, "plan"); !strings.Contains(out, "to update.") || strings.Contains(out, "rotate") || strings.Contains(out, "Warning") {
		t.Errorf("the plan after it does more than to prove:\n%s", out)
	}
	d.must(who, "apply", "--yes")
	d.settled()
	if n := len(who.minted()); n != tokens {
		t.Errorf("there were %d tokens and are %d", tokens, n)
	}
	for _, one := range []*opAccount{who, other} {
		out := d.must(one, "discover")
		if names := slices.Compact(slices.Sorted(slices.Values(stateName.FindAllString(out, -1)))); len(names) != 1 || strings.Contains(out, "this state") {
			t.Errorf("it no longer says what belongs to whom:\n%s", out)
		}
	}
}
