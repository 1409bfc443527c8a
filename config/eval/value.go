package eval

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/convert"

	"buckethead/config/expr"
	"buckethead/config/faults"
	"buckethead/config/language"
)

// Outcome is the result of reading one attribute.
type Outcome uint8

const (
	Unset  Outcome = iota // not there, or null, which means the same
	Given                 // there, with a value
	Faulty                // there and useless; the fault was reported
)

// plain evaluates an attribute that everyone may see: a sensitive value is
// refused here, so that none can reach a plan.
func (s *Scope) plain(a *hclsyntax.Attribute) (cty.Value, Outcome) {
	v, ok := s.Evaluate(a.Expr)
	v, of := expr.Unmark(v)
	if of.Origin != "" || ok && of.Sensitive {
		s.Shows(of, a.Expr, a.Name, fmt.Sprintf("plans, state and messages show %s", a.Name))
		return v, Faulty
	}
	switch {
	case !ok:
		return v, Faulty
	case v.IsNull():
		return v, Unset
	}
	return v, Given
}

// Text reads an attribute that holds a string; numbers and booleans become one.
func (s *Scope) Text(a *hclsyntax.Attribute) (string, Outcome) {
	v, out := s.plain(a)
	if out != Given {
		return "", out
	}
	if v.Type() != cty.String {
		converted, err := convert.Convert(v, cty.String)
		if err != nil || !v.Type().IsPrimitiveType() {
			return "", s.Wrong(a, "a string", v)
		}
		v = converted
	}
	return v.AsString(), Given
}

// Flag reads an attribute that holds true or false.
func (s *Scope) Flag(a *hclsyntax.Attribute) (bool, Outcome) {
	v, out := s.plain(a)
	if out != Given {
		return false, out
	}
	if v.Type() != cty.Bool {
		converted, err := convert.Convert(v, cty.Bool)
		if err != nil || converted.IsNull() {
			return false, s.Wrong(a, "true or false", v)
		}
		v = converted
	}
	return v.True(), Given
}

// Texts reads an attribute that holds several strings.
func (s *Scope) Texts(a *hclsyntax.Attribute) ([]string, Outcome) {
	v, out := s.plain(a)
	if out != Given {
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
	return list, Given
}

// TextMap reads an attribute that holds strings by name.
func (s *Scope) TextMap(a *hclsyntax.Attribute) (map[string]string, Outcome) {
	v, out := s.plain(a)
	if out != Given {
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
	return values, Given
}

// Duration reads an attribute that holds a length of time, as "90d".
func (s *Scope) Duration(a *hclsyntax.Attribute) (time.Duration, Outcome) {
	text, out := s.Text(a)
	if out != Given {
		return 0, out
	}
	d, err := language.ParseDuration(text)
	if err != nil {
		s.Report(faults.InvalidDuration, a.Expr.Range(), fmt.Sprintf("%q is not a duration for %s: %s.", text, a.Name, err),
			`Write numbers with units, largest first: "90d", "12h", "1w 2d". The units are w, d, h, m and s.`)
		return 0, Faulty
	}
	return d, Given
}

// Choice reads an attribute that holds one of several words.
func (s *Scope) Choice(a *hclsyntax.Attribute, words ...string) (string, Outcome) {
	text, out := s.Text(a)
	if out != Given || slices.Contains(words, text) {
		return text, out
	}
	fix := fmt.Sprintf("Write one of: %s.", strings.Join(words, ", "))
	if near := language.Similar(text, words); near != "" {
		fix = fmt.Sprintf("Did you mean %q? %s", near, fix)
	}
	s.Report(faults.InvalidValue, a.Expr.Range(), fmt.Sprintf("%s cannot be %q.", a.Name, text), fix)
	return "", Faulty
}

func (s *Scope) Wrong(a *hclsyntax.Attribute, want string, v cty.Value) Outcome {
	s.Report(faults.WrongType, a.Expr.Range(), fmt.Sprintf("%s takes %s, and this is %s.", a.Name, want, typeName(v.Type())),
		fmt.Sprintf("Give %s %s.", a.Name, want))
	return Faulty
}

// typeName describes the type of a value for people.
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

// Misfit reports a secret whose value cannot be used, and says nothing about the value.
func (s *Scope) Misfit(a *hclsyntax.Attribute) Outcome {
	s.Report(faults.SecretFault, a.Expr.Range(), fmt.Sprintf("%s cannot be made from the value of %s in this "+
		"way. The result is not shown, because it is a secret.", a.Name, s.ev.secretIn(a.Expr)),
		"Use the value as it is: "+a.Name+` = env("NAME"), or a part of it if it is JSON: jsondecode(env("NAME")).KEY.`)
	return Faulty
}
