package config

import (
	"fmt"
	"strings"

	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/convert"

	"buckethead/config/eval"
	"buckethead/config/expr"
	"buckethead/config/faults"
	"buckethead/vendors"
)

// secret reads an attribute that holds a secret: the secret itself, or the
// reference that names it in a store. own is the scheme of the block's own
// vendor, which cannot read its own key from itself.
func (cn *connected) secret(s *eval.Scope, a *hclsyntax.Attribute, own string) (vendors.Secret, string, eval.Outcome) {
	within := *s
	within.Hidden = true
	secret, reference, out := cn.evaluateSecret(&within, a, own)
	if out == eval.Faulty {
		// A refused value may be a secret too, so the lines that are
		// shown with the fault must not contain it.
		s.MaskExpression(a.Expr)
	}
	return secret, reference, out
}

func (cn *connected) evaluateSecret(s *eval.Scope, a *hclsyntax.Attribute, own string) (vendors.Secret, string, eval.Outcome) {
	none := vendors.Secret{}
	if !s.Whole(a.Expr) {
		return none, "", s.Misfit(a)
	}
	v, ok := s.Evaluate(a.Expr)
	if !ok {
		return none, "", eval.Faulty
	}
	v, of := expr.Unmark(v)
	if v.IsNull() {
		return none, "", eval.Unset
	}
	converted, err := convert.Convert(v, cty.String)
	if err != nil || !v.Type().IsPrimitiveType() {
		if of.Origin != "" {
			return none, "", s.Misfit(a)
		}
		return none, "", s.Wrong(a, "a string", v)
	}
	text := converted.AsString()
	if of.Sensitive && cn.ev.Sources.Reference(text) && !cn.ev.WasGiven(of, text) {
		if of.Origin != "" {
			return none, "", s.Misfit(a)
		}
		s.Report(faults.ShownSecret, a.Expr.Range(), a.Name+" is a reference made from a sensitive value, and plans show references.",
			"Write the reference itself, or keep all of it in one variable.")
		return none, "", eval.Faulty
	}
	if reference, out := cn.reference(s, a, text, own); out != eval.Unset {
		return none, reference, out
	}
	switch {
	case text == "":
		what, fix := a.Name+" is empty.", "Give it a value, or remove the attribute."
		if name := s.EmptyVariable(a.Expr); name != "" {
			what = fmt.Sprintf("The environment variable %s is set, but it is empty.", name)
			fix = eval.HowToSet(name) + " In CI, a secret that is not configured, or not passed to forks, is empty."
		}
		s.NotGiven(faults.EmptySecret, a.Expr.Range(), what, fix)
		return none, "", eval.Faulty
	case !of.Sensitive && !of.Environment:
		s.Report(faults.LiteralSecret, a.Expr.Range(),
			"The value of "+a.Name+" is written in the file, or made from text in the file, and the file is committed.",
			`Take it from env("NAME") without a default, from a variable with sensitive = true, or from a secret store by a `+
				`reference such as `+cn.exampleReference()+`.`)
		return none, "", eval.Faulty
	}
	return vendors.NewSecret(text), "", eval.Given
}

// reference recognises a reference such as op://vault/item/field;
// the outcome is unset for any other text.
func (cn *connected) reference(s *eval.Scope, a *hclsyntax.Attribute, text, own string) (string, eval.Outcome) {
	if !cn.ev.Sources.Reference(text) {
		return "", eval.Unset
	}
	scheme, _, _ := strings.Cut(text, "://")
	switch {
	case scheme == own:
		s.Report(faults.UnknownScheme, a.Expr.Range(),
			fmt.Sprintf("This block opens the store that reads %s:// references, so its own %s cannot be one.", scheme, a.Name),
			`Take it from env("NAME").`)
	case !cn.declaredScheme(scheme):
		s.Report(faults.UnknownScheme, a.Expr.Range(),
			fmt.Sprintf("No secrets block is declared that reads %s:// references.", scheme),
			fmt.Sprintf("Declare a block: secrets %q \"main\" { ... }.", vendorOfScheme(cn.vendors, scheme)))
	default:
		return text, eval.Given
	}
	return "", eval.Faulty
}

// declaredScheme reports whether a declared secrets block reads references of scheme.
func (cn *connected) declaredScheme(scheme string) bool {
	for _, one := range cn.secrets.all {
		if one.vendor != nil && one.vendor.ReferenceScheme == scheme {
			return true
		}
	}
	return false
}

// exampleReference writes a reference as a declared store reads it.
func (cn *connected) exampleReference() string {
	for _, one := range cn.secrets.all {
		if one.vendor != nil && one.vendor.ReferenceScheme != "" {
			if one.vendor.ReferenceScheme == "op" {
				break
			}
			return one.vendor.ReferenceScheme + "://item/field"
		}
	}
	return "op://vault/item/field"
}
