package policy

import (
	"os"
	"strings"
	"testing"

	"github.com/zclconf/go-cty/cty"
)

func TestReadme_namesWhatPoliciesCanRead(t *testing.T) {
	readme, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	_, prose, _ := strings.Cut(string(readme), "## Guards")
	prose, _, _ = strings.Cut(prose, "## In CI")
	_, prose, _ = strings.Cut(prose, "```hcl\n")
	_, prose, _ = strings.Cut(prose, "```")
	for _, kind := range []cty.Type{projectType, operationType} {
		for name := range kind.AttributeTypes() {
			if !strings.Contains(prose, "`"+name+"`") {
				t.Errorf("the README does not name %s", name)
			}
		}
	}
}
