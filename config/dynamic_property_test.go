package config

import (
	"fmt"
	"reflect"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// TestDynamic_isAsIfItWereWritten: a project with dynamic blocks is the project in which each block is written.
func TestDynamic_isAsIfItWereWritten(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var dynamic, written strings.Builder
		for g := range rapid.IntRange(1, 4).Draw(t, "groups") {
			days := rapid.SliceOfN(rapid.IntRange(1, 9), 0, 3).Draw(t, "days")
			if rapid.Bool().Draw(t, "ordinary") {
				block := fmt.Sprintf("  lock_rule {\n    prefix = \"o%d\"\n    retain_for = \"7d\"\n  }\n", g)
				dynamic.WriteString(block)
				written.WriteString(block)
			}
			name := rapid.SampledFrom([]string{"lifecycle_rule", "r"}).Draw(t, "iterator")
			list := strings.Join(strings.Fields(fmt.Sprint(days)), ", ")
			fmt.Fprintf(&dynamic, "  dynamic \"lifecycle_rule\" {\n    for_each = %s\n    iterator = %s\n    content {\n      prefix = \"%d-${%[2]s.key}\"\n      delete_after = \"${%[2]s.value}d\"\n    }\n  }\n",
				list, name, g)
			for i, n := range days {
				fmt.Fprintf(&written, "  lifecycle_rule {\n    prefix = \"%d-%d\"\n    delete_after = \"%dd\"\n  }\n", g, i, n)
			}
		}
		read := func(blocks, more string) []Project {
			c, diags := Load(from(cloudHeader+"project \"p\" {\n"+more+blocks+"}\n", "TOKEN", "t"))
			if len(diags) > 0 {
				t.Fatal(diags, "\n", blocks)
			}
			return c.Projects
		}
		const plain, several = "  bucket = \"acme\"\n", "  for_each = toset([\"north\", \"south\"])\n  bucket = \"acme-${each.key}\"\n"
		own := strings.ReplaceAll(strings.ReplaceAll(dynamic.String(), "for_each = [", "for_each = each.key == \"\" ? [] : ["), "? [] : []", "? [1] : []")
		for _, c := range []struct{ more, dynamic string }{{plain, dynamic.String()}, {several, dynamic.String()}, {several, own}} {
			got, want := read(c.dynamic, c.more), read(written.String(), c.more)
			for i := range got {
				if !reflect.DeepEqual(got[i].Bucket, want[i].Bucket) {
					t.Fatalf("got %+v, want %+v of\n%s", got[i].Bucket, want[i].Bucket, c.dynamic)
				}
			}
		}
	})
}
