package cloudflare_test

import (
	"strings"
	"testing"

	"buckethead/vendors"
	"buckethead/vendors/cloudflare"
)

// TestCheckBucket_values: what the language lists for an attribute is accepted, and anything else is
// refused offline, with that list.
func TestCheckBucket_values(t *testing.T) {
	for attribute, values := range cloudflare.Vendor.Values {
		check := func(value string) []vendors.Problem {
			spec := vendors.BucketSpec{ID: vendors.BucketID{Name: "photos"}}
			switch attribute {
			case "location":
				spec.Location = value
			case "jurisdiction":
				spec.ID.Namespace = value
			case "storage_class":
				spec.StorageClass = value
			default:
				t.Fatal(attribute)
			}
			return cloudflare.Vendor.CheckBucket(spec)
		}
		for _, value := range append(values, "") {
			if problems := check(value); len(problems) > 0 {
				t.Errorf("%s = %q: %v", attribute, value, problems)
			}
		}
		problems := check("europe")
		if len(problems) != 1 || problems[0].Attribute != attribute ||
			problems[0].Fix != "Use one of "+strings.Join(values, ", ")+"." {
			t.Errorf("%s: %v", attribute, problems)
		}
	}
}
