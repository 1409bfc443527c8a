package functions

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/zclconf/go-cty/cty"
)

const (
	digitsLimit = 4096 // of a number that parseint reads
	gzipRatio   = 800  // bytes that a character of Base64 can expand to with gzip
)

// Meter counts what an expression makes, and ends its evaluation by a panic if that is too much.
type Meter interface {
	// Spendable ends the evaluation if so many more bytes would be too many.
	Spendable(bytes int64)
	// Size returns about how many bytes a value takes.
	Size(v cty.Value) int64
	// Toil counts what takes time, and ends the evaluation if it is too much.
	Toil(work int64)
	// Patterns are the regular expressions that expressions had so far.
	Patterns() *Patterns
	// TooLarge ends the evaluation for another reason, which is a sentence.
	TooLarge(why string)
}

// Estimates say how many bytes a function is about to make, for those that can make far
// more than they are given. An argument that does not fit counts as nothing: the
// function says what is wrong with it.
var Estimates = map[string]func(m Meter, args []cty.Value) int64{
	"format": func(_ Meter, a []cty.Value) int64 { return formatted(a) },
	"formatlist": func(_ Meter, a []cty.Value) int64 {
		longest := 1
		for _, list := range a {
			if plain, _ := list.Unmark(); !listLike(plain) {
				continue
			} else if plain.IsKnown() && !plain.IsNull() {
				longest = max(longest, plain.LengthInt())
			}
		}
		return product(int64(longest), formatted(a)+ElementSize)
	},
	"indent": func(_ Meter, a []cty.Value) int64 {
		return product(number(a, 0), int64(strings.Count(text(a, 1), "\n"))) + int64(len(text(a, 1)))
	},
	"join": func(m Meter, a []cty.Value) int64 {
		total := int64(0)
		for i := 1; i < len(a); i++ {
			elements(a, i, func(v cty.Value) {
				total += int64(len(text(a, 0))) + m.Size(v)
				m.Spendable(total)
			})
		}
		return total
	},
	"replace": replaced,
	"regex": func(m Meter, a []cty.Value) int64 {
		if p := m.Patterns().of(m, text(a, 0)); p != nil {
			p.end(m, text(a, 1), 0)
		}
		return 0
	},
	"regexall": matched,
	"split": func(_ Meter, a []cty.Value) int64 {
		return product(int64(strings.Count(text(a, 1), text(a, 0)))+1, ElementSize)
	},
	"distinct": func(m Meter, a []cty.Value) int64 {
		if v, _ := a[0].Unmark(); listLike(v) && v.IsKnown() && !v.IsNull() && !allText(v) {
			m.Toil(product(product(int64(v.LengthInt()), int64(v.LengthInt())), ElementSize))
		}
		return 0
	},
	"contains": searched,
	"index":    searched,
	"matchkeys": func(m Meter, a []cty.Value) int64 {
		return searched(m, a[1:2]) + searched(m, a[2:3])
	},
	"cidrsubnets": func(m Meter, a []cty.Value) int64 { m.Toil(int64(len(a)) * 2 * CallWork); return 0 },
	"base64gunzip": func(m Meter, a []cty.Value) int64 {
		m.Toil(min(product(2*gzipRatio, int64(len(text(a, 0)))), 2*StringLimit))
		return 0
	},
	"coalesce": func(m Meter, a []cty.Value) int64 { return unified(m, cty.TupleVal(a)) },
	"tolist":   func(m Meter, a []cty.Value) int64 { return unified(m, a[0]) },
	"tomap":    func(m Meter, a []cty.Value) int64 { return unified(m, a[0]) },
	"toset":    func(m Meter, a []cty.Value) int64 { return unified(m, a[0]) },
	"setproduct": func(_ Meter, a []cty.Value) int64 {
		total := int64(len(a)) * ElementSize
		for i := range a {
			count := int64(0)
			elements(a, i, func(cty.Value) { count++ })
			total = product(total, count)
		}
		return total
	},
	"parseint": func(m Meter, a []cty.Value) int64 {
		if len(text(a, 0)) > digitsLimit {
			m.TooLarge(fmt.Sprintf("The number has more than %d digits", digitsLimit))
		}
		return 0
	},
	"csvdecode":  func(_ Meter, a []cty.Value) int64 { return parsed(text(a, 0), ",\n") },
	"jsondecode": func(_ Meter, a []cty.Value) int64 { return parsed(text(a, 0), ",[{") },
	"yamldecode": func(_ Meter, a []cty.Value) int64 { return 3 * parsed(text(a, 0), "\n,[{") / 2 },
	"jsonencode": func(m Meter, a []cty.Value) int64 { return encoded(m, a, false) },
	"yamlencode": func(m Meter, a []cty.Value) int64 { return encoded(m, a, true) },
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
func searched(m Meter, a []cty.Value) int64 {
	elements(a, 0, func(cty.Value) { m.Toil(2 * CallWork) })
	return 0
}

// unified counts the work of finding one type for all elements, which makes nothing.
func unified(m Meter, v cty.Value) int64 {
	m.Toil(Unifying(v))
	return 0
}

// allText reports whether all elements of a list are strings.
func allText(v cty.Value) bool {
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

func replaced(m Meter, a []cty.Value) int64 {
	in, old, by := text(a, 0), text(a, 1), text(a, 2)
	if len(old) < 2 || old[0] != '/' || old[len(old)-1] != '/' {
		return product(int64(strings.Count(in, old)), int64(len(by))) + int64(len(in))
	}
	re := m.Patterns().of(m, old[1:len(old)-1])
	if re == nil {
		return 0
	}
	captured := product(int64(strings.Count(by, "$")), int64(len(in)))
	return product(re.matches(m, in, int64(len(by))), int64(len(by))) + captured + int64(len(in))
}

func matched(m Meter, a []cty.Value) int64 {
	re := m.Patterns().of(m, text(a, 0))
	if re == nil {
		return 0
	}
	each := int64(re.first.NumSubexp()+1) * ElementSize
	return product(re.matches(m, text(a, 1), each), each)
}

// parsed is about what data takes once it is values: each of these bytes is the end of one.
func parsed(data, ends string) int64 {
	count := int64(0)
	for i := range len(ends) {
		count += int64(strings.Count(data, ends[i:i+1]))
	}
	return product(count, ElementSize)
}

// encoded is at most the length of a value as JSON or YAML, which writes each level on a
// line of its own, indented.
func encoded(m Meter, args []cty.Value, lines bool) int64 {
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
		m.Spendable(total)
	}
	walk(args[0], 0)
	return total
}
