package simulator

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"time"
)

// schema says what a JSON value must be. Names of fields are compared as they are,
// unlike in encoding/json.
type schema struct {
	kind      string // object, list, string, number, integer, bool, time, any
	fields    map[string]*schema
	order     []string // of the required fields
	items     *schema
	enum      []string
	low, high float64 // of numbers, when high is not 0
	longest   int     // of strings and lists, when not 0
	test      func(any) string
}

// field is one field of an object.
type field struct {
	name     string
	required bool
	*schema
}

func must(name string, s *schema) field { return field{name, true, s} }
func may(name string, s *schema) field  { return field{name, false, s} }

func object(fields ...field) *schema {
	out := &schema{kind: "object", fields: map[string]*schema{}}
	for _, f := range fields {
		out.fields[f.name] = f.schema
		if f.required {
			out.order = append(out.order, f.name)
		}
	}
	return out
}

func list(items *schema, longest int) *schema {
	return &schema{kind: "list", items: items, longest: longest}
}
func oneOf(words ...string) *schema                { return &schema{kind: "string", enum: words} }
func number(low, high float64) *schema             { return &schema{kind: "number", low: low, high: high} }
func integer(low, high float64) *schema            { return &schema{kind: "integer", low: low, high: high} }
func text() *schema                                { return &schema{kind: "string"} }
func boolean() *schema                             { return &schema{kind: "bool"} }
func moment() *schema                              { return &schema{kind: "time"} }
func (s schema) and(test func(any) string) *schema { s.test = test; return &s }

// check gives what is wrong with a value, and where.
func (s *schema) check(value any, at string) (pointer, wrong string) {
	var ok bool
	switch s.kind {
	case "object":
		var fields map[string]any
		if fields, ok = value.(map[string]any); ok {
			if pointer, wrong = s.checkFields(fields, at); wrong != "" {
				return pointer, wrong
			}
		}
	case "list":
		var items []any
		if items, ok = value.([]any); ok {
			if s.longest > 0 && len(items) > s.longest {
				return at, fmt.Sprintf("has more than %d items", s.longest)
			}
			for i, item := range items {
				if pointer, wrong = s.items.check(item, at+"/"+strconv.Itoa(i)); wrong != "" {
					return pointer, wrong
				}
			}
		}
	case "any":
		ok = true
	default:
		ok, wrong = s.plain(value)
	}
	if !ok && wrong == "" {
		wrong = "is no " + s.kind
	}
	if wrong == "" && s.test != nil {
		wrong = s.test(value)
	}
	return at, wrong
}

func (s *schema) checkFields(fields map[string]any, at string) (pointer, wrong string) {
	for _, name := range s.order {
		if _, there := fields[name]; !there {
			return at + "/" + name, "is missing"
		}
	}
	for name, value := range fields {
		known := s.fields[name]
		if known == nil {
			return at + "/" + name, "is not known"
		}
		if pointer, wrong := known.check(value, at+"/"+name); wrong != "" {
			return pointer, wrong
		}
	}
	return at, ""
}

// plain checks a value that has no parts.
func (s *schema) plain(value any) (ok bool, wrong string) {
	switch s.kind {
	case "bool":
		_, ok = value.(bool)
	case "number", "integer":
		n, isNumber := value.(json.Number)
		f, err := n.Float64()
		_, fraction := n.Int64()
		if ok = isNumber && err == nil && (s.kind == "number" || fraction == nil); ok && s.high > 0 && (f < s.low || f > s.high) {
			wrong = fmt.Sprintf("is not from %g to %g", s.low, s.high)
		}
	case "string":
		var t string
		if t, ok = value.(string); ok && s.enum != nil && !slices.Contains(s.enum, t) {
			wrong = fmt.Sprintf("is %q and must be one of %q", t, s.enum)
		}
	case "time":
		t, isText := value.(string)
		_, err := time.Parse(time.RFC3339, t)
		ok = isText && err == nil
	}
	return ok, wrong
}

// parseJSON reads one JSON value. A field that is there twice is a fault.
func parseJSON(body []byte) (any, error) {
	d := json.NewDecoder(bytes.NewReader(body))
	d.UseNumber()
	value, err := parseValue(d)
	if err != nil {
		return nil, errors.New("the body is no well-formed JSON")
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("the body goes on after its JSON")
	}
	return value, nil
}

func parseValue(d *json.Decoder) (any, error) {
	token, err := d.Token()
	if err != nil {
		return nil, err
	}
	switch token {
	case json.Delim('['):
		out := []any{}
		for d.More() {
			item, err := parseValue(d)
			if err != nil {
				return nil, err
			}
			out = append(out, item)
		}
		_, err = d.Token()
		return out, err
	case json.Delim('{'):
		out := map[string]any{}
		for d.More() {
			name, err := d.Token()
			if err != nil {
				return nil, err
			}
			value, err := parseValue(d)
			if err != nil {
				return nil, err
			}
			if _, twice := out[name.(string)]; twice {
				return nil, errors.New("twice")
			}
			out[name.(string)] = value
		}
		_, err = d.Token()
		return out, err
	}
	return token, nil
}

// decode reads a body that its schema has accepted.
func decode(body []byte, into any) {
	if err := json.Unmarshal(body, into); err != nil {
		panic(fmt.Sprintf("simulator: the schema accepted what cannot be decoded: %v", err))
	}
}
