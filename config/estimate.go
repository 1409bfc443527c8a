package config

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/zclconf/go-cty/cty"
)

const digitsLimit = 4096 // of a number that parseint reads

// estimates say how many bytes a function is about to make, for those that can make far
// more than they are given. An argument that does not fit counts as nothing: the
// function says what is wrong with it.
var estimates = map[string]func(m *meter, args []cty.Value) int64{
	"format": func(_ *meter, a []cty.Value) int64 { return formatted(a) },
	"formatlist": func(_ *meter, a []cty.Value) int64 {
		longest := 1
		for _, list := range a {
			if plain, _ := list.Unmark(); !listLike(plain) {
				continue
			} else if plain.IsKnown() && !plain.IsNull() {
				longest = max(longest, plain.LengthInt())
			}
		}
		return product(int64(longest), formatted(a)+elementSize)
	},
	"indent": func(_ *meter, a []cty.Value) int64 {
		return product(number(a, 0), int64(strings.Count(text(a, 1), "\n"))) + int64(len(text(a, 1)))
	},
	"join": func(m *meter, a []cty.Value) int64 {
		total := int64(0)
		for i := 1; i < len(a); i++ {
			elements(a, i, func(v cty.Value) {
				total += int64(len(text(a, 0))) + m.size(v, 0)
				m.spendable(total)
			})
		}
		return total
	},
	"replace": replaced,
	"regex": func(m *meter, a []cty.Value) int64 {
		if p := m.pattern(text(a, 0)); p != nil {
			p.end(m, text(a, 1), 0)
		}
		return 0
	},
	"regexall": matched,
	"split": func(_ *meter, a []cty.Value) int64 {
		return product(int64(strings.Count(text(a, 1), text(a, 0)))+1, elementSize)
	},
	"distinct": func(m *meter, a []cty.Value) int64 {
		if v, _ := a[0].Unmark(); listLike(v) && v.IsKnown() && !v.IsNull() && !texts(v) {
			m.toil(product(product(int64(v.LengthInt()), int64(v.LengthInt())), elementSize))
		}
		return 0
	},
	"contains": searched,
	"index":    searched,
	"coalesce": func(m *meter, a []cty.Value) int64 { return unified(m, cty.TupleVal(a)) },
	"tolist":   func(m *meter, a []cty.Value) int64 { return unified(m, a[0]) },
	"tomap":    func(m *meter, a []cty.Value) int64 { return unified(m, a[0]) },
	"toset":    func(m *meter, a []cty.Value) int64 { return unified(m, a[0]) },
	"setproduct": func(_ *meter, a []cty.Value) int64 {
		total := int64(len(a)) * elementSize
		for i := range a {
			count := int64(0)
			elements(a, i, func(cty.Value) { count++ })
			total = product(total, count)
		}
		return total
	},
	"parseint": func(m *meter, a []cty.Value) int64 {
		if len(text(a, 0)) > digitsLimit {
			m.end(&limitError{fmt.Sprintf("The number has more than %d digits", digitsLimit)})
		}
		return 0
	},
	"csvdecode":  func(_ *meter, a []cty.Value) int64 { return parsed(text(a, 0), ",\n") },
	"jsondecode": func(_ *meter, a []cty.Value) int64 { return parsed(text(a, 0), ",[{") },
	"yamldecode": func(_ *meter, a []cty.Value) int64 { return 3 * parsed(text(a, 0), "\n,[{") / 2 },
	"jsonencode": func(m *meter, a []cty.Value) int64 { return m.encoded(a, false) },
	"yamlencode": func(m *meter, a []cty.Value) int64 { return m.encoded(a, true) },
}

// spendable ends the evaluation if so much more would be too much.
func (m *meter) spendable(bytes int64) {
	if m.err != nil || bytes > evaluationLimit-m.spent {
		m.end(beyond("makes values", evaluationLimit))
	}
}

// text returns an argument that is a string, or "".
func text(args []cty.Value, i int) string {
	if i >= len(args) {
		return ""
	}
	v, _ := args[i].Unmark()
	if v.Type() != cty.String || !v.IsKnown() || v.IsNull() {
		return ""
	}
	return v.AsString()
}

// number returns an argument that is a number, or 0.
func number(args []cty.Value, i int) int64 {
	if i >= len(args) {
		return 0
	}
	v, _ := args[i].Unmark()
	if v.Type() != cty.Number || !v.IsKnown() || v.IsNull() {
		return 0
	}
	n, _ := v.AsBigFloat().Int64()
	return max(n, 0)
}

func listLike(v cty.Value) bool {
	t := v.Type()
	return t.IsListType() || t.IsTupleType() || t.IsSetType()
}

// searched counts the work of comparing each element, by a call of a function, which makes
// nothing.
func searched(m *meter, a []cty.Value) int64 {
	elements(a, 0, func(cty.Value) { m.toil(2 * callWork) })
	return 0
}

// unified counts the work of finding one type for all elements, which makes nothing.
func unified(m *meter, v cty.Value) int64 {
	m.toil(m.unifying(v))
	return 0
}

// texts reports whether all elements of a list are strings.
func texts(v cty.Value) bool {
	t := v.Type()
	return !t.IsTupleType() && t.ElementType() == cty.String ||
		t.IsTupleType() && !slices.ContainsFunc(t.TupleElementTypes(), func(t cty.Type) bool { return t != cty.String })
}

// elements calls f for each element of an argument. Those of a set are not in order.
func elements(args []cty.Value, i int, f func(cty.Value)) {
	v, _ := args[i].Unmark()
	if !listLike(v) || !v.IsKnown() || v.IsNull() {
		return
	}
	for it := v.ElementIterator(); it.Next(); {
		_, element := it.Element()
		f(element)
	}
}

// product multiplies without overflow, to a number that is beyond every bound.
func product(a, b int64) int64 {
	const most = 1 << 50
	if a != 0 && b > most/a {
		return most
	}
	return a * b
}

var formatNumber = regexp.MustCompile(`[0-9]+`)

// formatted is at least the length of what a format makes: widths, and each verb may
// stand for the longest argument, in which JSON writes six bytes for one.
func formatted(args []cty.Value) int64 {
	format := text(args, 0)
	total, longest := int64(len(format)), int64(0)
	for i := 1; i < len(args); i++ {
		longest = max(longest, int64(len(text(args, i))))
		elements(args, i, func(v cty.Value) { longest = max(longest, int64(len(text([]cty.Value{v}, 0)))) })
	}
	if strings.ContainsAny(format, "vq") {
		longest *= 6
	}
	verbs := int64(strings.Count(format, "%"))
	if verbs == 0 {
		return total
	}
	for _, digits := range formatNumber.FindAllString(format, -1) {
		if len(digits) > 9 {
			return product(1<<30, 1<<20)
		}
		width := int64(0)
		for _, d := range digits {
			width = 10*width + int64(d-'0')
		}
		total += width
	}
	return total + product(verbs, longest)
}

func replaced(m *meter, a []cty.Value) int64 {
	in, old, by := text(a, 0), text(a, 1), text(a, 2)
	if len(old) < 2 || old[0] != '/' || old[len(old)-1] != '/' {
		return product(int64(strings.Count(in, old)), int64(len(by))) + int64(len(in))
	}
	re := m.pattern(old[1 : len(old)-1])
	if re == nil {
		return 0
	}
	captured := product(int64(strings.Count(by, "$")), int64(len(in)))
	return product(re.matches(m, in, int64(len(by))), int64(len(by))) + captured + int64(len(in))
}

func matched(m *meter, a []cty.Value) int64 {
	re := m.pattern(text(a, 0))
	if re == nil {
		return 0
	}
	each := int64(re.first.NumSubexp()+1) * elementSize
	return product(re.matches(m, text(a, 1), each), each)
}

// parsed is about what data takes once it is values: each of these bytes is the end of one.
func parsed(data, ends string) int64 {
	count := int64(0)
	for i := range len(ends) {
		count += int64(strings.Count(data, ends[i:i+1]))
	}
	return product(count, elementSize)
}

// encoded is at most the length of a value as JSON or YAML, which writes each level on a
// line of its own, indented.
func (m *meter) encoded(args []cty.Value, lines bool) int64 {
	total := int64(0)
	var walk func(v cty.Value, depth int64)
	walk = func(v cty.Value, depth int64) {
		v, _ = v.Unmark()
		total += 8
		if lines {
			total += 2 * depth
		}
		switch t := v.Type(); {
		case v.IsNull() || !v.IsKnown():
		case t == cty.String:
			s := v.AsString()
			total += int64(len(s))
			for i := range len(s) {
				if c := s[i]; c < ' ' || c == '<' || c == '>' || c == '&' || c == '"' || c == '\\' {
					total += 5
				}
			}
		case t.IsObjectType():
			for name := range t.AttributeTypes() {
				total += int64(len(name))
				walk(v.GetAttr(name), depth+1)
			}
		case v.CanIterateElements():
			for it := v.ElementIterator(); it.Next(); {
				key, element := it.Element()
				total += int64(len(text([]cty.Value{key}, 0)))
				walk(element, depth+1)
			}
		}
		m.spendable(total)
	}
	walk(args[0], 0)
	return total
}
