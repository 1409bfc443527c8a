package config

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"

	"buckethead/config/functions"
)

// The forms of names that may be shown wherever they stand. A secret that someone wrote into
// env() instead of a name does not look like these.
var (
	upperName = regexp.MustCompile(`^[A-Z_][A-Z0-9_]{0,63}$`)
	lowerName = regexp.MustCompile(`^(BH_VAR_)?[a-z]{1,16}(_[a-z]{1,16}|_[0-9]{1,4})+$`)
)

func variableName(text string) bool {
	return upperName.MatchString(text) || lowerName.MatchString(text)
}

// setting says how to set one of these variables.
func setting(names ...string) string {
	return fmt.Sprintf("Set %s: run `export %s=...` before bh; in CI, add it to the env of the job.",
		strings.Join(names, " or "), names[0])
}

// unset reports an env() that has no value, and whether that is what is wrong.
func (s *scope) unset(e hclsyntax.Expression, d *hcl.Diagnostic) bool {
	names := functions.UnsetNames(hcl.Diagnostics{d})
	if len(names) == 0 || d.Subject == nil {
		return false
	}
	detail, fix := "A variable of the environment that env() reads here is not set.",
		"Set it in the environment, or give env() a default as its second argument."
	if s.nameable(e, names) {
		detail, fix = s.unsetFault(names)
	}
	s.lack(unsetEnvironment, *d.Subject, detail, fix)
	return true
}

// unsetFault says that variables are not set, and what to do.
func (s *scope) unsetFault(names []string) (detail, fix string) {
	detail = capital((&functions.UnsetError{Names: names}).Error()) + "."
	fix = setting(names...)
	if text, empty := s.l.options.env(names[0]); empty && text == "" && len(names) == 1 {
		detail = fmt.Sprintf("The environment variable %s is set, but it is empty.", names[0])
		fix += " What CI does not have, or keeps from forks, is empty there."
	}
	if !s.hidden && !slices.ContainsFunc(names, s.l.options.SecretVariable) { // a secret has no default
		fix += fmt.Sprintf(` Or write a default: env("%s", "...").`, names[0])
	}
	return detail, fix
}

// unsetIn reports the variables without a default that an expression reads by their names and
// that are not set, and whether there are some.
func (s *scope) unsetIn(e hclsyntax.Expression) bool {
	var names []string
	_ = hclsyntax.VisitAll(e, func(n hclsyntax.Node) hcl.Diagnostics {
		if call, ok := n.(*hclsyntax.FunctionCallExpr); ok && call.Name == "env" && len(call.Args) == 1 {
			name, written := literal(call.Args[0])
			if text, _ := s.l.options.env(name); written && text == "" && variableName(name) {
				names = append(names, name)
			}
		}
		return nil
	})
	if names == nil {
		return false
	}
	slices.Sort(names)
	detail, fix := s.unsetFault(slices.Compact(names))
	s.report(unsetEnvironment, e.Range(), detail, fix)
	return true
}

// nameable reports whether names may be shown: they look like names, and stand in the
// expression or are made of nothing that must not be shown.
func (s *scope) nameable(e hclsyntax.Expression, names []string) bool {
	if slices.ContainsFunc(names, func(name string) bool { return !variableName(name) }) {
		return false
	}
	written := !slices.ContainsFunc(names, func(name string) bool { return !writes(e, name) })
	return written || !carriedBy(s.l.meter.reads(e, s.ctx)).sensitive
}

// emptyVariable returns a variable that an expression reads by its name and that is set to
// nothing, or "" if it reads no such variable.
func (s *scope) emptyVariable(e hclsyntax.Expression) string {
	empty := ""
	_ = hclsyntax.VisitAll(e, func(n hclsyntax.Node) hcl.Diagnostics {
		call, ok := n.(*hclsyntax.FunctionCallExpr)
		if !ok || call.Name != "env" || len(call.Args) == 0 {
			return nil
		}
		name, written := literal(call.Args[0])
		if text, set := s.l.options.env(name); written && set && strings.TrimSpace(text) == "" && variableName(name) {
			empty = name
		}
		return nil
	})
	return empty
}

// writes reports whether a text stands in an expression as it is.
func writes(e hclsyntax.Expression, text string) bool {
	found := false
	_ = hclsyntax.VisitAll(e, func(n hclsyntax.Node) hcl.Diagnostics {
		if x, ok := n.(hclsyntax.Expression); ok {
			own, written := literal(x)
			found = found || written && own == text
		}
		return nil
	})
	return found
}

// literal returns the text of an expression that is nothing but text in quotes.
func literal(e hclsyntax.Expression) (string, bool) {
	t, ok := e.(*hclsyntax.TemplateExpr)
	if !ok || !t.IsStringLiteral() {
		return "", false
	}
	v, diags := t.Value(nil)
	if diags.HasErrors() {
		return "", false
	}
	return v.AsString(), true
}
