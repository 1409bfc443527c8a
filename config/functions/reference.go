package functions

import (
	"fmt"
	"strings"
)

// Reference returns the reference of the functions in Markdown: each with an example and its
// result, then those of Terraform and OpenTofu that do not exist here, and why.
func Reference() string {
	var out strings.Builder
	out.WriteString("Functions have the names and the meaning that they have in Terraform. None of them " +
		"reads the clock, uses the network or returns a random value, so the same files always make the same " +
		"plan.\n")
	group := ""
	for _, d := range Docs() {
		if d.Group != group {
			group = d.Group
			fmt.Fprintf(&out, "\n## %s\n\n", group)
		}
		fmt.Fprintf(&out, "- `%s`: %s Example: `%s` is `%s`.\n", d.Signature, d.Text, d.Example, d.Result)
	}
	out.WriteString("\n## Functions that do not exist\n\n")
	for _, a := range AllAbsent() {
		fmt.Fprintf(&out, "- `%s`: %s %s\n", strings.Join(a.Names, "`, `"), a.Why, a.Fix)
	}
	return out.String()
}
