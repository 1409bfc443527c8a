package config

import (
	"fmt"
	"strings"

	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/convert"

	"buckethead/vendors"
)

// secret reads an attribute that holds a secret: the secret itself, or the
// reference that names it in a store. own is the scheme of the block's own
// vendor, which cannot read its own key out of itself.
func (s *scope) secret(a *hclsyntax.Attribute, own string) (vendors.Secret, string, outcome) {
	within := *s
	within.hidden = true
	secret, reference, out := within.evaluateSecret(a, own)
	if out == faulty {
		// What was refused may be a secret all the same, so the lines that are
		// shown with the fault must not have it.
		s.l.mask(a.Expr)
		s.maskElements(a.Expr)
	}
	return secret, reference, out
}

func (s *scope) evaluateSecret(a *hclsyntax.Attribute, own string) (vendors.Secret, string, outcome) {
	none := vendors.Secret{}
	if !s.whole(a.Expr) {
		return none, "", s.misfit(a)
	}
	v, ok := s.evaluate(a.Expr)
	if !ok {
		return none, "", faulty
	}
	v, of := unmark(v)
	if v.IsNull() {
		return none, "", unset
	}
	converted, err := convert.Convert(v, cty.String)
	if err != nil || !v.Type().IsPrimitiveType() {
		if of.origin != "" {
			return none, "", s.misfit(a)
		}
		return none, "", s.wrong(a, "a string", v)
	}
	text := converted.AsString()
	if of.sensitive && s.l.isReference(text) && !s.l.given(of, text) {
		if of.origin != "" {
			return none, "", s.misfit(a)
		}
		s.report(shownSecret, a.Expr.Range(), a.Name+" is a reference that is made of a sensitive value, and plans show references.",
			"Write the reference itself, or keep all of it in one variable.")
		return none, "", faulty
	}
	if reference, out := s.reference(a, text, own); out != unset {
		return none, reference, out
	}
	switch {
	case text == "":
		what, fix := a.Name+" is empty.", "Give it a value, or remove the attribute."
		if name := s.emptyVariable(a.Expr); name != "" {
			what = fmt.Sprintf("The environment variable %s is set, but it is empty.", name)
			fix = setting(name) + " A secret that CI does not have, or keeps from forks, is empty there."
		}
		s.lack(emptySecret, a.Expr.Range(), what, fix)
		return none, "", faulty
	case !of.sensitive && !of.environment:
		s.report(literalSecret, a.Expr.Range(),
			"The value of "+a.Name+" is written in the file, or made of what is written there, and the file is committed.",
			`Take it from env("NAME") without a default, from a variable with sensitive = true, or from a secret store by a `+
				`reference such as `+s.l.exampleReference()+`.`)
		return none, "", faulty
	}
	return vendors.NewSecret(text), "", given
}

// reference tells a reference such as op://vault/item/field from any other text;
// the outcome is unset if it is not one.
func (s *scope) reference(a *hclsyntax.Attribute, text, own string) (string, outcome) {
	if !s.l.isReference(text) {
		return "", unset
	}
	scheme, _, _ := strings.Cut(text, "://")
	switch {
	case scheme == own:
		s.report(unknownScheme, a.Expr.Range(),
			fmt.Sprintf("This block opens the store that reads %s:// references, so its own %s cannot be one.", scheme, a.Name),
			`Take it from env("NAME").`)
	case !s.l.declaredScheme(scheme):
		s.report(unknownScheme, a.Expr.Range(),
			fmt.Sprintf("No secrets block is declared that reads %s:// references.", scheme),
			fmt.Sprintf("Declare a block: secrets %q \"main\" { ... }.", s.l.vendorOfScheme(scheme)))
	default:
		return text, given
	}
	return "", faulty
}

// isReference reports whether a text is a reference into a store of some known vendor.
func (l *loader) isReference(text string) bool {
	scheme, _, found := strings.Cut(text, "://")
	return found && l.anyScheme(scheme)
}

// anyScheme reports whether a store of any known vendor reads references of scheme.
func (l *loader) anyScheme(scheme string) bool { return l.vendorOfScheme(scheme) != "" }

// vendorOfScheme names the vendor whose store reads references of scheme, or "".
func (l *loader) vendorOfScheme(scheme string) string {
	for _, v := range l.options.Vendors {
		if scheme != "" && v.ReferenceScheme == scheme {
			return v.Name
		}
	}
	return ""
}

// declaredScheme reports whether a declared secrets block reads references of scheme.
func (l *loader) declaredScheme(scheme string) bool {
	for _, c := range l.secrets.all {
		if c.vendor != nil && c.vendor.ReferenceScheme == scheme {
			return true
		}
	}
	return false
}

// exampleReference writes a reference as a declared store reads it.
func (l *loader) exampleReference() string {
	for _, c := range l.secrets.all {
		if c.vendor != nil && c.vendor.ReferenceScheme != "" {
			if c.vendor.ReferenceScheme == "op" {
				break
			}
			return c.vendor.ReferenceScheme + "://item/field"
		}
	}
	return "op://vault/item/field"
}
