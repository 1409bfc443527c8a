package clouds

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	simulator "buckethead/vendors/sim/cloudflare"
)

// Buckets with all that a bucket can have are declared as they are: the plan has
// adoptions alone, an apply writes nothing to a bucket, and there is nothing left to
// do.
func TestR2_import(t *testing.T) {
	r2Case(t, simulator.Options{SparseLists: true, NotEntitled: []string{"fedramp"}}, func(t *testing.T, a *r2Account) {
		a.declare(r2Photos + "project \"albums\" {\n bucket = \"albums\"\n jurisdiction = \"eu\"\n location = \"weur\"\n}\nproject \"theirs\" { bucket = \"theirs\" }\n")
		a.converges(3)
		a.EditBucket("default", "photos", func(b *simulator.Bucket) { b.ManagedDomain = true })
		// The state is lost, and so are the credentials but for one, of another stack.
		for _, token := range a.minted() {
			if strings.Contains(token.Name, "theirs") {
				a.EditToken(token.ID, func(x *simulator.Token) { x.Name = "bh/prod/project.theirs/0123456789ab" })
			} else {
				a.RemoveToken(token.ID)
			}
		}
		if err := os.RemoveAll(filepath.Join(a.dir, ".bh")); err != nil {
			t.Fatal(err)
		}
		a.declare("")
		a.ResetCounts()
		out := a.must("import", "--all", "--write")
		if !strings.Contains(out, "The bucket theirs was left to ") || !strings.Contains(out, "Added 2 imports") {
			t.Errorf("got\n%s", out)
		}
		text, err := os.ReadFile(filepath.Join(a.dir, "buckets.hcl"))
		if err != nil {
			t.Fatal(err)
		}
		for _, want := range []string{`jurisdiction = "eu"`, `storage_class = "standard"`, `min_tls = "1.2"`, "public_access {", `retain_for = "1d"`, `delete_after = "30d"`, `allowed_origins = ["https://example.com"]`} {
			if !strings.Contains(strings.Join(strings.Fields(string(text)), " "), want) {
				t.Errorf("the file lacks %s:\n%s", want, text)
			}
		}
		plan := a.planOf()
		if !strings.Contains(plan, "Plan: 2 to adopt.") || strings.Contains(plan, "_rule") || strings.Contains(plan, "storage_class") {
			t.Errorf("the plan does more than to adopt:\n%s", plan)
		}
		a.must("apply", "--yes")
		for _, c := range a.Log() {
			if c.Method != "GET" && strings.Contains(c.Path, "/r2/") {
				t.Errorf("it sent %s %s", c.Method, c.Path)
			}
		}
		if out := a.must("plan"); !strings.Contains(out, "No changes") {
			t.Errorf("after the apply:\n%s", out)
		}
		if out := a.must("drift"); !strings.Contains(out, "No drift in 2 projects.") {
			t.Errorf("after the apply:\n%s", out)
		}
	})
}

// A rule that the language has no word for is left alone, and said.
func TestR2_importOfWhatCannotBeSaid(t *testing.T) {
	r2Case(t, simulator.Options{}, func(t *testing.T, a *r2Account) {
		a.declare("")
		a.AddBucket(simulator.Bucket{Name: "odd"})
		a.EditBucket("default", "odd", func(b *simulator.Bucket) {
			b.CORS = []simulator.CORSRule{{Allowed: simulator.CORSAllowed{Methods: []string{"GET"}, Origins: []string{"https://Example.com/path"}}}}
		})
		out := a.must("import", "odd", "--bucket", "odd", "--write")
		if !strings.Contains(out, "BH5021") || !strings.Contains(out, "cors_rule") || !strings.Contains(out, "left out") {
			t.Errorf("it does not say what it left out:\n%s", out)
		}
		if plan := a.planOf(); !strings.Contains(plan, "Plan: 1 to adopt.") {
			t.Errorf("got\n%s", plan)
		}
		a.converges(1)
	})
}
