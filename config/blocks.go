package config

import (
	"github.com/hashicorp/hcl/v2/hclwrite"
	"github.com/zclconf/go-cty/cty"

	"buckethead/config/addr"
)

// MovedBlock returns the block that gives a project another address.
func MovedBlock(from, to addr.Address) string {
	return "moved {\n  from = " + AddressText(from) + "\n  to   = " + AddressText(to) + "\n}"
}

// RemovedBlock returns, on one line, the block that lets go of a project.
func RemovedBlock(p addr.Address) string { return "removed { from = " + AddressText(p) + " }" }

// AddressText returns an address as it stands in a file. It differs from the address's own
// form in keys that look like templates or have characters that cannot be seen.
func AddressText(p addr.Address) string {
	return string(hclwrite.TokensForTraversal(addressTraversal(p)).Bytes())
}

// Quoted returns a text as it stands in a file, in quotes.
func Quoted(text string) string {
	return string(hclwrite.TokensForValue(cty.StringVal(text)).Bytes())
}
