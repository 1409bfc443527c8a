package planner_test

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"buckethead/config"
	"buckethead/config/addr"
	"buckethead/config/diag"
	"buckethead/config/write"
	"buckethead/planner"
	"buckethead/planner/discovery"
	"buckethead/planner/observed"
	"buckethead/planner/owners"
	"buckethead/vendors"
	"buckethead/vendors/registry"
)

// hostileKeys are keys of for_each that break what is printed without quotes.
var hostileKeys = []string{"${x}", "%{x}", "$${x}", `a"b`, `a\b`, "a'b", "-rf", "a b", "a\nb", "a\tb", "\x1b[31mred", "a\u202eb", "a\u200bb",
	"日本", "😀", "$(id)", "`id`", "!!", "#", "]", `"]`, "a;b", "<<EOT", "~", "*", "{}", "project.t", "\u00a0", "%", "$"}

// inlineBlock finds a block within a line of text.
var inlineBlock = regexp.MustCompile(`removed \{ from = .*? \}( |\.|$)`)

// readBlocks puts the blocks of a text into a file, and returns what they say.
func readBlocks(text string) *config.Config {
	var blocks []string
	for part := range strings.SplitSeq(text, "\n\n") {
		if strings.HasPrefix(part, "  ") && !strings.HasPrefix(part, "  bh ") {
			blocks = append(blocks, part)
		}
	}
	for _, found := range inlineBlock.FindAllString(text, -1) {
		blocks = append(blocks, strings.TrimRight(found, " ."))
	}
	return readFile(strings.Join(blocks, "\n"))
}

func readFile(src string) *config.Config {
	const head = "cloud \"local\" \"main\" {}\nsecrets \"age_file\" \"main\" {}\n"
	c, _ := config.Load(config.Options{Overlay: map[string][]byte{config.DefaultFile: []byte(head + src)}, Vendors: registry.All()})
	return c
}

// TestPrinted_blocksCanBePasted: what the fix of a diagnostic and an objection print for projects of any key is read
// back as what was meant.
func TestPrinted_blocksCanBePasted(t *testing.T) {
	key := rapid.OneOf(rapid.SampledFrom(hostileKeys), rapid.StringMatching(`[a-z${}%"\\' -]{1,12}`))
	rapid.Check(t, func(rt *rapid.T) {
		old, now := addr.Address{Kind: addr.Project, Name: "t", Key: key.Draw(rt, "old")}, addr.Address{Kind: addr.Project, Name: "u", Key: key.Draw(rt, "new")}
		bucket := "acme-bucket"
		in := renamed{recorded: map[string]string{old.String(): bucket}, declared: map[string]string{now.String(): bucket}}.input(t)
		_, diags := planner.Make(in)
		i := slices.IndexFunc(diags, func(d diag.Diagnostic) bool { return d.Code == "BH2020" || d.Code == "BH2021" })
		if i < 0 {
			rt.Fatalf("no rename was seen: %v", diags)
		}
		want := config.Moved{From: old, To: now}
		if old.Key == now.Key {
			want = config.Moved{From: addr.Address{Kind: addr.Project, Name: "t"}, To: addr.Address{Kind: addr.Project, Name: "u"}}
		}
		moved := readBlocks(diags[i].Fix).Moved
		if len(moved) != 1 || moved[0].From != want.From || moved[0].To != want.To {
			rt.Errorf("got %v, want %v of\n%s", moved, want, diags[i].Fix)
		}

		src := "project \"u\" {\n  for_each = { " + write.Quoted(now.Key) +
			" = 1 }\n  bucket = \"acme-bucket\"\n}\n"
		imports := readFile(src + planner.TakeOverBlock(now, bucket, key.Draw(rt, "item"), "acme@0123abcd")).Imports
		if len(imports) != 1 || imports[0].To != now || imports[0].Bucket != bucket {
			rt.Errorf("got %+v", imports)
		}
	})
}

// TestPrinted_releaseCanBePasted: the removed block of a bucket that another state opens.
func TestPrinted_releaseCanBePasted(t *testing.T) {
	for _, key := range hostileKeys {
		p := addr.Address{Kind: addr.Project, Name: "t", Key: key}
		in := renamed{recorded: map[string]string{p.String(): "acme-bucket"}, declared: map[string]string{p.String(): "acme-bucket"}}.input(t)
		in.Observed.Credentials[observed.CredentialKey{Cloud: cloud, ID: "k"}] = vendors.Credential{ID: "k", Status: vendors.Active,
			Name: owners.CredentialName("other", p, owners.OperationID("L", p, 2), 200), Bucket: vendors.BucketID{Name: "acme-bucket"}}
		_, diags := planner.Make(in)
		i := slices.IndexFunc(diags, func(d diag.Diagnostic) bool { return d.Code == "BH2043" })
		if i < 0 {
			t.Fatalf("nothing was said of the other state: %v", diags)
		}
		if removed := readBlocks(diags[i].Fix).Removed; len(removed) != 1 || removed[0].From != p {
			t.Errorf("got %v of %s", removed, diags[i].Fix)
		}
	}
}

// TestDiscover_blocksCanBePasted: a provider's names of buckets may be anything.
func TestDiscover_blocksCanBePasted(t *testing.T) {
	for _, name := range hostileKeys {
		s := surveyed()
		s.addBucket(name, "")
		d := discovery.Discover(s.in)
		i := slices.IndexFunc(d.Buckets, func(b discovery.Bucket) bool { return b.Bucket.Name == name })
		if i < 0 {
			t.Fatalf("%q is not found", name)
		}
		b := d.Buckets[i]
		imports := readFile("project \"" + b.Address.Name + "\" {\n  bucket = " + write.Quoted(name) + "\n}\n" + b.Block).Imports
		if len(imports) != 1 || imports[0].To != b.Address || imports[0].Bucket != name {
			t.Errorf("got %+v of %s", imports, b.Block)
		}
	}
}
