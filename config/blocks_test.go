package config

import (
	"testing"

	"golang.org/x/text/unicode/norm"
	"pgregory.net/rapid"

	"buckethead/config/addr"
	"buckethead/config/write"
	"buckethead/vendors"
)

// hostile are texts that blocks could be broken by.
func hostile() *rapid.Generator[string] {
	// The language has its texts in NFC, so a key in another form does not exist.
	return rapid.Map(rapid.OneOf(
		rapid.StringOfN(rapid.RuneFrom([]rune("$%{}\"'\\`~!#/*[]<>&| \n\r\t\x00\x1b\u00a0\u200b\u202e\ufeffé日😀-=ab")), 1, 30, -1),
		rapid.StringMatching(`[^\x{d800}-\x{dfff}]{1,20}`),
		rapid.SampledFrom([]string{"${x}", "%{x}", "$${x}", "%%{", "$", "%", "${", "-", "--x", "\\u0041", "<<EOT", "a\"]", "/*"})),
		norm.NFC.String).Filter(func(s string) bool { return s != "" })
}

// TestBlocks_readBack: each block that bh prints says, when it is put into a file, what it was made of.
func TestBlocks_readBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := hostile()
		old, now := addr.Address{Kind: addr.Project, Name: "t", Key: text.Draw(t, "from")}, addr.Address{Kind: addr.Project, Name: "größe", Key: text.Draw(t, "to")}
		gone, owner := addr.Address{Kind: addr.Project, Name: "u", Key: text.Draw(t, "removed")}, text.Draw(t, "owner")
		e := Existing{To: addr.Address{Kind: addr.Project, Name: "v", Key: text.Draw(t, "imported")}, Declared: true, Item: text.Draw(t, "item"), Owner: "acme@0123abcd",
			Bucket: vendors.BucketSpec{ID: vendors.BucketID{Name: "acme-bucket"}}}
		src := header + "project \"v\" {\n  for_each = { " + write.Quoted(e.To.Key) + " = " + write.Quoted(owner) + " }\n  bucket = \"acme-bucket\"\n}\n" +
			write.Moved(old, now) + "\n" + write.Removed(gone) + "\n" + string(Generate([]Existing{e}))
		c, diags := Load(from(src))
		for _, d := range diags {
			t.Fatalf("%s %v\n%s", d.Code, d, src)
		}
		if m := c.Moved[0]; m.From != old || m.To != now {
			t.Errorf("moved %q to %q, want %q to %q:\n%s", m.From, m.To, old, now, src)
		}
		if r := c.Removed[0]; r.From != gone {
			t.Errorf("removed %q, want %q:\n%s", r.From, gone, src)
		}
		if i := c.Imports[0]; i.To != e.To || i.Item != e.Item || i.Owner != e.Owner || i.Bucket != "acme-bucket" {
			t.Errorf("imports %+v, want %+v:\n%s", i, e, src)
		}
	})
}
