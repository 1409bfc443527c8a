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
	}
	return secret, reference, out
}

func (s *scope) evaluateSecret(a *hclsyntax.Attribute, own string) (vendors.Secret, string, outcome) {
	none := vendors.Secret{}
	v, ok := s.evaluate(a.Expr)
	if !ok {
		return none, "", faulty
	}
	v, isSensitive, fromEnvironment := unmark(v)
	if v.IsNull() {
		return none, "", unset
	}
	converted, err := convert.Convert(v, cty.String)
	if err != nil || !v.Type().IsPrimitiveType() {
		return none, "", s.wrong(a, "a string", v)
	}
	text := converted.AsString()
	if reference, out := s.reference(a, text, own); out != unset {
		return none, reference, out
	}
	switch {
	case text == "":
		s.lack(emptySecret, a.Expr.Range(),
			fmt.Sprintf("%s is empty. A variable of the environment may be set without a value.", a.Name),
			"Set the variable that it comes from, or remove the attribute.")
		return none, "", faulty
	case !isSensitive && !fromEnvironment:
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
	scheme, _, found := strings.Cut(text, "://")
	if !found || !s.l.anyScheme(scheme) {
		return "", unset
	}
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
