package config

import (
	"slices"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
)

// mark is what a value carries through every expression.
type mark string

const (
	// sensitive values must not be shown.
	sensitive mark = "sensitive"
	// environment values come from env(). They may be shown, and they are not
	// written in the file, which is what a secret has to prove.
	environment mark = "environment"
)

// unmark returns the value without its marks, also within, and which it carried.
func unmark(v cty.Value) (plain cty.Value, isSensitive, fromEnvironment bool) {
	if !v.IsMarked() && (v.Type().IsPrimitiveType() || !v.ContainsMarked()) {
		return v, false, false
	}
	v, marks := v.UnmarkDeep()
	_, isSensitive = marks[sensitive]
	_, fromEnvironment = marks[environment]
	return v, isSensitive, fromEnvironment
}

// withheld reports whether an error about the expression could quote a value that
// must not be shown: it reads a marked value, or makes one. Libraries quote what
// they were given, so the whole expression counts and not only its faulty part.
func withheld(e hclsyntax.Expression, ctx *hcl.EvalContext) bool {
	for _, t := range e.Variables() {
		// Two steps name the value itself: var.name, local.name, each.value.
		v, _ := t[:min(2, len(t))].TraverseAbs(ctx)
		if v.ContainsMarked() {
			return true
		}
	}
	found := false
	_ = hclsyntax.VisitAll(e, func(n hclsyntax.Node) hcl.Diagnostics {
		if call, ok := n.(*hclsyntax.FunctionCallExpr); ok {
			found = found || slices.Contains([]string{"env", "sensitive"}, call.Name)
		}
		return nil
	})
	return found
}
