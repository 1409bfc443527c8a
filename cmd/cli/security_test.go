package cli

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"buckethead/state/s3"
	"buckethead/vendors"
	"buckethead/vendors/registry"
)

// The permissions that the page about security lists are those that bh doctor --for checks.
func TestSecurity_permissionsAreTheCode(t *testing.T) {
	page, err := os.ReadFile(pagePath("security"))
	if err != nil {
		t.Fatal(err)
	}
	rows := 0
	check := func(name string, list []vendors.Permission) {
		names := map[vendors.Purpose][]string{}
		for _, p := range list {
			names[p.For] = append(names[p.For], "`"+p.Name+"`")
			if p.Name == "" || p.Needed == "" || p.For != vendors.ForPlan && p.For != vendors.ForApply {
				t.Errorf("%s: %+v", name, p)
			}
		}
		rows++
		row := fmt.Sprintf("| `%s` | %s | %s |\n", name, strings.Join(names[vendors.ForPlan], ", "), strings.Join(names[vendors.ForApply], ", "))
		if !strings.Contains(string(page), row) {
			t.Errorf("the page lacks the row\n%s", row)
		}
	}
	for _, v := range registry.All() {
		switch {
		case v.Permissions != nil:
			check(v.Name, v.Permissions(vendors.Settings{}))
		case v.Name != "local":
			t.Errorf("%s lists no permissions", v.Name)
		}
	}
	check(`state "s3"`, s3.Permissions())
	if got := strings.Count(string(page), "needs | an apply needs |"); got != 1 || rows != 4 {
		t.Errorf("%d tables and %d rows", got, rows)
	}
}
