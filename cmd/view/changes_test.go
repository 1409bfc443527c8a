package view

import (
	"fmt"
	"strings"
	"testing"

	"buckethead/planner"
)

// networks returns the text of a list of so many networks.
func networks(from, to int) string {
	var list []string
	for i := from; i < to; i++ {
		list = append(list, fmt.Sprintf("192.0.2.%d/32", i))
	}
	return strings.Join(list, ", ")
}

// granting is a plan that grants much, and changes what was granted.
func granting() *planner.Plan {
	p := tenants(1)
	change := func(field, before, after string) planner.Change {
		return planner.Change{Field: field, Before: before, After: after}
	}
	p.Operations[0].Changes = []planner.Change{change("bucket", "", "b"), change("public_access", "none", "enabled"),
		change("access", "", "read_only"), change("allowed_ips", "", networks(0, 12)), change("item_title", "", "t"),
		change("expires_after", "", "90d"), change("rotate", "", "every 30d, overlap 7d"), change("protect", "", "true")}
	p.Operations = append(p.Operations,
		planner.Operation{Address: project("reports"), Kind: planner.Update, ItemTitle: "reports",
			Reason: planner.Reason{Word: "settings_changed", Text: "what is declared changed; the keys stay the same"},
			Changes: []planner.Change{change("access", "read_only", "read_write"), change("allowed_ips", networks(0, 40), networks(2, 41)),
				change("lifecycle_rule", `a for "x; y/", delete after 30d; b, delete after 60d`, `a for "x; y/", delete after 30d; b, delete after 7d, abort uploads after 30d`),
				change("custom_domain", "none", "files.example.com in zone 0123, TLS 1.2 and above, with the ciphers AEAD-AES128-GCM-SHA256 AEAD-AES256-GCM-SHA384 ECDHE-ECDSA-AES128-GCM-SHA256"),
				change("cors_rule", "GET from https://a.example.com, for 1h; GET PUT from https://b.example.com, for 1h",
					"GET PUT from https://b.example.com, for 1h; GET from https://a.example.com, for 1h"),
				{Field: "endpoint_url", Before: "https://s3.eu-central-1.example.com:8443", After: "https://s3.us-east-1.example.com:8443", Source: "AWS_ENDPOINT_URL_S3"},
			}},
		planner.Operation{Address: project("leaked"), Kind: planner.Rotate, ItemTitle: "leaked", ItemID: "I",
			Reason: planner.Reason{Word: "rotation_asked", Text: "a rotation was asked for"},
			Notes:  []string{"the old key K1 stops working as soon as the new one is stored"}})
	return p
}

// TestPlan_granting shows what is granted, on terminals and on a page.
func TestPlan_granting(t *testing.T) {
	for name, form := range map[string]struct {
		format string
		width  int
	}{"txt": {"human", 0}, "80.txt": {"human", 80}, "60.txt": {"human", 60}, "md": {"markdown", 0}} {
		golden(t, "plan-granting."+name, []byte(show(t, form.format, form.width, granting())))
	}
}
