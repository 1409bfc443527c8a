package write

import (
	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclwrite"
	"github.com/zclconf/go-cty/cty"

	"buckethead/config/addr"
)

// Moved returns the block that moves a project to another address.
func Moved(from, to addr.Address) string {
	return "moved {\n  from = " + Address(from) + "\n  to   = " + Address(to) + "\n}"
}

// Removed returns, on one line, the block that makes bh forget a project.
func Removed(p addr.Address) string { return "removed { from = " + Address(p) + " }" }

// Address returns an address as it is written in a file. It differs from the address's own
// form in keys that look like templates or have characters that cannot be seen.
func Address(p addr.Address) string {
	return string(hclwrite.TokensForTraversal(traversal(p)).Bytes())
}

// Quoted returns a text as it is written in a file, in quotes.
func Quoted(text string) string {
	return string(hclwrite.TokensForValue(cty.StringVal(text)).Bytes())
}

func traversal(p addr.Address) hcl.Traversal {
	t := hcl.Traversal{hcl.TraverseRoot{Name: "project"}, hcl.TraverseAttr{Name: p.Name}}
	if p.Key != "" {
		t = append(t, hcl.TraverseIndex{Key: cty.StringVal(p.Key)})
	}
	return t
}
