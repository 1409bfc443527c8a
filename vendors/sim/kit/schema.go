package kit

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"time"
)

// Schema says what a JSON value must be. Names of fields are case-sensitive, unlike in
// encoding/json.
type Schema struct {
	Kind   string // object, list, string, number, integer, bool, time, any
	Fields map[string]*Schema

	required  []string
	nulls     bool // a field that is null counts as absent
	items     *Schema
	enum      []string
	low, high float64 // of numbers, if high is not 0
	longest   int     // of lists, if not 0
	test      func(any) string
}

// Field is one field of an object.
type Field struct {
	name     string
	required bool
	*Schema
}

// Must is a required field.
func Must(name string, s *Schema) Field { return Field{name, true, s} }

// May is an optional field.
func May(name string, s *Schema) Field { return Field{name, false, s} }

// Object has these fields and no others. None of them may be null.
func Object(fields ...Field) *Schema {
	out := &Schema{Kind: "object", Fields: map[string]*Schema{}}
	for _, f := range fields {
		out.Fields[f.name] = f.Schema
		if f.required {
			out.required = append(out.required, f.name)
		}
	}
	return out
}

// Nullable is an object in which null counts as a field that is not there.
func Nullable(fields ...Field) *Schema {
	out := Object(fields...)
	out.nulls = true
	return out
}

// List has up to longest items; 0: any number.
func List(items *Schema, longest int) *Schema {
	return &Schema{Kind: "list", items: items, longest: longest}
}

// OneOf is a string that is one of some words.
func OneOf(words ...string) *Schema { return &Schema{Kind: "string", enum: words} }

// Number is a number from low to high; any number if high is 0.
func Number(low, high float64) *Schema { return &Schema{Kind: "number", low: low, high: high} }

// Integer is a Number without a fraction.
func Integer(low, high float64) *Schema { return &Schema{Kind: "integer", low: low, high: high} }

// Plain is a value of one of the other kinds: string, bool, time or any.
func Plain(kind string) *Schema { return &Schema{Kind: kind} }

// And adds a check for a value of the right kind.
func (s Schema) And(test func(any) string) *Schema { s.test = test; return &s }

// Check says what is wrong with a value, and where. It never shows the value, which may be a
// secret.
func (s *Schema) Check(value any, at string) (pointer, wrong string) {
	ok := true
	switch s.Kind {
	case "object":
		var fields map[string]any
		if fields, ok = value.(map[string]any); ok {
			pointer, wrong = s.checkFields(fields, at)
		}
	case "list":
		var items []any
		if items, ok = value.([]any); ok {
			pointer, wrong = s.checkItems(items, at)
		}
	case "any":
	default:
		if ok = s.plain(value); ok && s.enum != nil && !slices.Contains(s.enum, value.(string)) {
			return at, fmt.Sprintf("is not one of the known words %q", s.enum)
		}
	}
	switch {
	case !ok:
		return at, "is not a valid " + s.Kind
	case wrong != "":
		return pointer, wrong
	case s.test != nil:
		return at, s.test(value)
	}
	return at, ""
}

func (s *Schema) checkItems(items []any, at string) (pointer, wrong string) {
	if s.longest > 0 && len(items) > s.longest {
		return at, fmt.Sprintf("has more than %d items", s.longest)
	}
	for i, item := range items {
		if pointer, wrong = s.items.Check(item, at+"/"+strconv.Itoa(i)); wrong != "" {
			return pointer, wrong
		}
	}
	return at, ""
}

func (s *Schema) checkFields(fields map[string]any, at string) (pointer, wrong string) {
	for _, name := range s.required {
		if value, there := fields[name]; !there || s.nulls && value == nil {
			return at + "/" + name, "is missing"
		}
	}
	for _, name := range slices.Sorted(maps.Keys(fields)) {
		known := s.Fields[name]
		switch {
		case known == nil:
			return at + "/" + name, "is not known"
		case s.nulls && fields[name] == nil:
			continue
		}
		if pointer, wrong := known.Check(fields[name], at+"/"+name); wrong != "" {
			return pointer, wrong
		}
	}
	return at, ""
}

// plain checks a value that has no parts.
func (s *Schema) plain(value any) (ok bool) {
	switch s.Kind {
	case "bool":
		_, ok = value.(bool)
	case "number", "integer":
		n, isNumber := value.(json.Number)
		f, err := n.Float64()
		_, fraction := n.Int64()
		ok = isNumber && err == nil && (s.Kind == "number" || fraction == nil) && (s.high == 0 || s.low <= f && f <= s.high)
	case "time":
		t, isText := value.(string)
		_, err := time.Parse(time.RFC3339, t)
		ok = isText && err == nil
	default:
		_, ok = value.(string)
	}
	return ok
}
