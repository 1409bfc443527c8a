package clouds

import (
	"slices"
	"strings"
	"testing"

	simulator "buckethead/vendors/sim/cloudflare"
)

// A rule that one instance alone has: it is planned for that one, applied, and gone with its element.
func TestR2_dynamicBlocks(t *testing.T) {
	const file = `
project "stage" {
  for_each = { incoming = "acme-in", media = "acme-media", private = "acme-private" }
  bucket   = each.value
  dynamic "lifecycle_rule" {
    for_each = each.key == "incoming" ? [1] : []
    content {
      id           = "incoming-ttl"
      delete_after = "2d"
    }
  }
}
`
	r2Case(t, simulator.Options{}, func(t *testing.T, a *r2Account) {
		a.declare(file)
		if plan := a.planOf("--verbose"); strings.Count(plan, "lifecycle_rule: ") != 1 || strings.Count(plan, "+ provision") != 3 {
			t.Errorf("the plan says\n%s", plan)
		}
		a.converges(3)
		for _, b := range a.Buckets() {
			has := slices.ContainsFunc(b.Lifecycle, func(r simulator.LifecycleRule) bool { return r.ID == "incoming-ttl" })
			if has != (b.Name == "acme-in") {
				t.Errorf("%s has %+v", b.Name, b.Lifecycle)
			}
		}
		a.declare(strings.Replace(file, `"incoming" ?`, `"nobody" ?`, 1))
		if plan := a.planOf(); !strings.Contains(plan, "lifecycle_rule") {
			t.Errorf("the plan says\n%s", plan)
		}
		a.converges(3)
	})
}
