package config

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"buckethead/config/language"

	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/convert"
)

// outcome is the result of reading one attribute.
type outcome uint8

const (
	unset  outcome = iota // not there, or null, which means the same
	given                 // there, with a value
	faulty                // there and useless; the fault was reported
)

// plain evaluates an attribute that everyone may see: a sensitive value is
// refused here, so that none can reach a plan.
func (s *Scope) plain(a *hclsyntax.Attribute) (cty.Value, outcome) {
	v, ok := s.Evaluate(a.Expr)
	v, of := unmark(v)
	if of.origin != "" || ok && of.sensitive {
		s.Shows(of, a.Expr, a.Name, fmt.Sprintf("plans, state and messages show %s", a.Name))
		return v, faulty
	}
	switch {
	case !ok:
		return v, faulty
	case v.IsNull():
		return v, unset
	}
	return v, given
}

// Text reads an attribute that holds a string; numbers and booleans become one.
func (s *Scope) Text(a *hclsyntax.Attribute) (string, outcome) {
	v, out := s.plain(a)
	if out != given {
		return "", out
	}
	if v.Type() != cty.String {
		converted, err := convert.Convert(v, cty.String)
		if err != nil || !v.Type().IsPrimitiveType() {
			return "", s.Wrong(a, "a string", v)
		}
		v = converted
	}
	return v.AsString(), given
}

// Flag reads an attribute that holds true or false.
func (s *Scope) Flag(a *hclsyntax.Attribute) (bool, outcome) {
	v, out := s.plain(a)
	if out != given {
		return false, out
	}
	if v.Type() != cty.Bool {
		converted, err := convert.Convert(v, cty.Bool)
		if err != nil || converted.IsNull() {
			return false, s.Wrong(a, "true or false", v)
		}
		v = converted
	}
	return v.True(), given
}

// Texts reads an attribute that holds several strings.
func (s *Scope) Texts(a *hclsyntax.Attribute) ([]string, outcome) {
	v, out := s.plain(a)
	if out != given {
		return nil, out
	}
	if !v.Type().IsTupleType() && !v.Type().IsListType() && !v.Type().IsSetType() {
		return nil, s.Wrong(a, "a list of strings", v)
	}
	list := make([]string, 0, v.LengthInt())
	for _, element := range v.Elements() {
		converted, err := convert.Convert(element, cty.String)
		if err != nil || converted.IsNull() || !element.Type().IsPrimitiveType() {
			return nil, s.Wrong(a, "a list of strings", v)
		}
		list = append(list, converted.AsString())
	}
	return list, given
}

// TextMap reads an attribute that holds strings by name.
func (s *Scope) TextMap(a *hclsyntax.Attribute) (map[string]string, outcome) {
	v, out := s.plain(a)
	if out != given {
		return nil, out
	}
	if !v.Type().IsObjectType() && !v.Type().IsMapType() {
		return nil, s.Wrong(a, "an object of strings", v)
	}
	values := make(map[string]string, v.LengthInt())
	for name, element := range v.AsValueMap() {
		converted, err := convert.Convert(element, cty.String)
		if err != nil || converted.IsNull() || !element.Type().IsPrimitiveType() {
			return nil, s.Wrong(a, "an object of strings", v)
		}
		values[name] = converted.AsString()
	}
	return values, given
}

// Duration reads an attribute that holds a length of time, as "90d".
func (s *Scope) Duration(a *hclsyntax.Attribute) (time.Duration, outcome) {
	text, out := s.Text(a)
	if out != given {
		return 0, out
	}
	d, err := language.ParseDuration(text)
	if err != nil {
		s.Report(invalidDuration, a.Expr.Range(), fmt.Sprintf("%q is not a duration for %s: %s.", text, a.Name, err),
			`Write numbers with units, largest first: "90d", "12h", "1w 2d". The units are w, d, h, m and s.`)
		return 0, faulty
	}
	return d, given
}

// Choice reads an attribute that holds one of several words.
func (s *Scope) Choice(a *hclsyntax.Attribute, words ...string) (string, outcome) {
	text, out := s.Text(a)
	if out != given || slices.Contains(words, text) {
		return text, out
	}
	fix := fmt.Sprintf("Write one of: %s.", strings.Join(words, ", "))
	if near := language.Similar(text, words); near != "" {
		fix = fmt.Sprintf("Did you mean %q? %s", near, fix)
	}
	s.Report(invalidValue, a.Expr.Range(), fmt.Sprintf("%s cannot be %q.", a.Name, text), fix)
	return "", faulty
}

func (s *Scope) Wrong(a *hclsyntax.Attribute, want string, v cty.Value) outcome {
	s.Report(wrongType, a.Expr.Range(), fmt.Sprintf("%s takes %s, and this is %s.", a.Name, want, typeName(v.Type())),
		fmt.Sprintf("Give %s %s.", a.Name, want))
	return faulty
}

// typeName says what a value is, in a person's words.
func typeName(t cty.Type) string {
	switch {
	case t == cty.String:
		return "a string"
	case t == cty.Number:
		return "a number"
	case t == cty.Bool:
		return "a boolean"
	case t.IsTupleType(), t.IsListType():
		return "a list"
	case t.IsSetType():
		return "a set"
	case t.IsObjectType(), t.IsMapType():
		return "a map"
	default:
		return "something else"
	}
}
