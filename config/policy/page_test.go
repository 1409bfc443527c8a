package policy

import (
	"os"
	"strings"
	"testing"

	"github.com/zclconf/go-cty/cty"
)

func TestPage_namesWhatPoliciesCanRead(t *testing.T) {
	page, err := os.ReadFile("../../cmd/cli/topics/policies.md")
	if err != nil {
		t.Fatal(err)
	}
	_, prose, _ := strings.Cut(string(page), "## Rules of your own")
	_, prose, _ = strings.Cut(prose, "```hcl\n")
	_, prose, _ = strings.Cut(prose, "```")
	prose, _, _ = strings.Cut(prose, "```sh")
	for _, kind := range []cty.Type{projectType, operationType} {
		for name := range kind.AttributeTypes() {
			if !strings.Contains(prose, "`"+name+"`") {
				t.Errorf("the page does not name %s", name)
			}
		}
	}
}
