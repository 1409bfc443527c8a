package config

import (
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"buckethead/config/faults"
	"buckethead/config/language"
	"buckethead/vendors"
)

func TestParseDuration_readsWhatFormatDurationWrites(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := time.Duration(rapid.Int64Range(0, 1<<62/int64(time.Second)).Draw(t, "seconds")) * time.Second
		if d < 0 {
			t.Skip()
		}
		got, err := language.ParseDuration(language.FormatDuration(d))
		if err != nil || got != d {
			t.Fatalf("%s: got %s, %v", language.FormatDuration(d), got, err)
		}
	})
}

// What most files have comes back as it was written.
func TestFormatDuration(t *testing.T) {
	for _, text := range []string{"0s", "45s", "30m", "1h30m", "12h", "36h", "7d", "14d", "90d", "364d", "3650d"} {
		d, err := language.ParseDuration(text)
		if got := language.FormatDuration(d); err != nil || got != text {
			t.Errorf("%s became %s, %v", text, got, err)
		}
	}
}

func TestParseDuration(t *testing.T) {
	day := 24 * time.Hour
	for text, want := range map[string]time.Duration{
		"90d": 90 * day, "12h": 12 * time.Hour, "30m": 30 * time.Minute, "2w": 14 * day, "1w2d": 9 * day, "1d 12h": 36 * time.Hour, " 1h30m ": 90 * time.Minute, "0s": 0, "45s": 45 * time.Second,
	} {
		if got, err := language.ParseDuration(text); err != nil || got != want {
			t.Errorf("%q: got %s, %v", text, got, err)
		}
	}
	for text, why := range map[string]string{
		"": "empty", "d": "number", "90": "no unit", "1y": "not a unit", "1.5h": `"." is not a unit`, "-1d": "number", "1h1d": "after a smaller", "1d1d": "twice", "99999999999999999999d": "too long", "9999999w": "too long", "1é": `"é"`, "106751d24h": "too long",
	} {
		if _, err := language.ParseDuration(text); err == nil || !strings.Contains(err.Error(), why) {
			t.Errorf("%q: got %v, want %q", text, err, why)
		}
	}
}

func TestParseNetwork_isCanonical(t *testing.T) {
	for text, want := range map[string]string{
		"203.0.113.7": "203.0.113.7/32", "2001:DB8::1": "2001:db8::1/128", "::ffff:10.0.0.1": "10.0.0.1/32", "10.0.0.0/8": "10.0.0.0/8", "2001:db8::/32": "2001:db8::/32",
	} {
		got, fault, _ := network("", text)
		if fault != "" || got != want {
			t.Errorf("%q: got %s, %s", text, got, fault)
		}
		if again, fault, _ := network("", got); fault != "" || again != got {
			t.Errorf("%q changes when it is read again", got)
		}
	}
	for _, text := range []string{"", "home", "10.0.0.5/8", "fe80::1%eth0", "10.0.0.0/33"} {
		if _, fault, fix := network("", text); fault == "" || fix == "" {
			t.Errorf("%q was taken", text)
		}
	}
}

// However the blocks and the locals are ordered, and however they are spread over
// files, the config is the same.
func TestLoad_doesNotCareAboutOrder(t *testing.T) {
	blocks := []string{
		"locals {\n  a = \"${local.b}-x\"\n}\n", "locals {\n  b = upper(var.v)\n  c = lower(local.a)\n}\n", "variable \"v\" {\n  default = \"acme\"\n}\n",
		"cloud \"local\" \"main\" {}\n", "secrets \"age_file\" \"main\" {}\n",
		"project \"one\" {\n  bucket = \"${local.c}-1\"\n}\n", "project \"two\" {\n  for_each = toset([\"b\", \"a\"])\n  bucket = \"${local.c}-${each.key}\"\n}\n",
		"moved {\n  from = project.old\n  to = project.one\n}\n",
	}
	describe := func(c *Config) string {
		var out []string
		for _, p := range c.Projects {
			out = append(out, fmt.Sprint(p.Addr, p.Bucket, p.Cloud, p.Secrets, p.ItemTitle))
		}
		return fmt.Sprint(out, c.Moved[0].From, c.Moved[0].To)
	}
	want := describe(load(t, from(strings.Join(blocks, ""))))
	rapid.Check(t, func(r *rapid.T) {
		shuffled := rapid.Permutation(blocks).Draw(r, "blocks")
		cut := rapid.IntRange(0, len(blocks)).Draw(r, "cut")
		o := Options{Path: "..", Vendors: stubVendors(), Overlay: map[string][]byte{
			"../a.hcl": []byte(strings.Join(shuffled[:cut], "")), "../b.hcl": []byte(strings.Join(shuffled[cut:], "")),
		}}
		c, diags := Load(o)
		if len(diags) > 0 || describe(c) != want {
			r.Fatalf("got %v, %v", describe(c), diags)
		}
	})
}

// Every way of writing an attribute means the same as the plain one, so that no
// short way around an evaluation differs from it.
func TestLoad_givesForEachTheSameAsBlocks(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		keys := rapid.MapOfN(rapid.StringMatching(`[a-z][a-z0-9]{0,8}`), rapid.StringMatching(`[a-z]{3,9}`), 1, 8).Draw(r, "keys")
		var object, list, blocks strings.Builder
		for _, k := range slices.Sorted(maps.Keys(keys)) {
			fmt.Fprintf(&object, "    %q = %q\n", k, keys[k])
			fmt.Fprintf(&list, "%q, ", k)
			fmt.Fprintf(&blocks, "project %q {\n  bucket = \"x-%s\"\n}\n", "t_"+k, k)
		}
		read := func(src string) []vendors.BucketSpec {
			c, diags := Load(from(header + src))
			if len(diags) > 0 {
				r.Fatal(diags)
			}
			var out []vendors.BucketSpec
			for _, p := range c.Projects {
				out = append(out, p.Bucket)
			}
			return out
		}
		want := read(blocks.String())
		odd := read("project \"t\" {\n  for_each = toset([" + list.String() + "])\n  bucket = join(\"\", [\"x-\", each.key])\n}\n")
		if !reflect.DeepEqual(odd, want) {
			r.Fatalf("evaluated: got %v, want %v", odd, want)
		}
		for _, each := range []string{"toset([" + list.String() + "])", "toset(concat([" + list.String() + "], []))", "{\n" + object.String() + "}", "tomap({\n" + object.String() + "})", "setunion([" + list.String() + "])"} {
			if got := read("project \"t\" {\n  for_each = " + each + "\n  bucket = \"x-${each.key}\"\n}\n"); !reflect.DeepEqual(got, want) {
				r.Fatalf("%s: got %v, want %v", each, got, want)
			}
		}
	})
}

func TestLoad_refusesWhatWouldOverflowTheParser(t *testing.T) {
	for _, src := range []string{
		"a = " + strings.Repeat("(", 5_000), "locals {\n a = " + strings.Repeat("[", 5_000) + "\n}", "locals {\n a = " + strings.Repeat("!", 5_000) + "true\n}",
		"locals {\n a = " + strings.Repeat("-", 5_000) + "1\n}", "locals {\n a = " + strings.Repeat("1 ? 1 : ", 5_000) + "1\n}", "locals {\n a = " + strings.Repeat("\"${", 5_000),
		strings.Repeat("a {\n", 5_000),
		// What looks as if it ended a bracket, in strings and comments and across lines.
		"locals {\n a = " + strings.Repeat("[\"]\",", 5_000) + "\n}", "locals {\n a = " + strings.Repeat("[ # ]\n", 5_000) + "\n}",
		"locals {\n a = " + strings.Repeat("[<<E\n]\nE\n,", 5_000) + "\n}", "locals {\n a = " + strings.Repeat("[/*\n]\n*/", 5_000) + "\n}",
		"locals {\n a = " + strings.Repeat("[\"${\n\"a\"}]\",", 5_000) + "\n}",
		"locals {\n a = (" + strings.Repeat("-\n", 5_000) + "1)\n}", "locals {\n a = " + strings.Repeat("1+", 5_000) + "1\n}",
		"locals {\n a = " + strings.Repeat("true&&", 5_000) + "true\n}", "locals {\n a = local.b" + strings.Repeat("[*]", 5_000) + "\n}",
		"locals {\n a = local.b" + strings.Repeat(".*", 5_000) + "\n}", "locals {\n a = local.b" + strings.Repeat("[local.c]", 5_000) + "\n}",
	} {
		_, diags := Load(from(src))
		if len(diags) != 1 || diags[0].Code != faults.InvalidSyntax.Code || !strings.Contains(diags[0].Detail, "nested") {
			t.Errorf("%.30q was taken: %v", src, codes(diags))
		}
	}
	flat := "locals {\n" + strings.Repeat("# ((( ---\n", 3_000) + " a = \"" + strings.Repeat("(-", 3_000) + "\"\n}\n"
	load(t, from(flat))
	load(t, from("locals {\n a = ["+strings.Repeat("1 - 1 + 1,\n", 5_000)+"]\n}\n"))
}
