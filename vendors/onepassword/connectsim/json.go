package connectsim

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
	"time"
)

// shape says what a JSON value must be. Names of members are compared as they are,
// unlike in encoding/json. Null counts as a member that is not there; unverified.
type shape struct {
	kind    string // object, list, string, number, integer, bool, time, any
	members map[string]*shape
	must    []string // members that have to be there
	items   *shape
	enum    []string
}

var (
	aText    = &shape{kind: "string"}
	aNumber  = &shape{kind: "number"}
	anInt    = &shape{kind: "integer"}
	aBool    = &shape{kind: "bool"}
	aTime    = &shape{kind: "time"}
	anything = &shape{kind: "any"}
)

func listOf(items *shape) *shape   { return &shape{kind: "list", items: items} }
func oneOf(words ...string) *shape { return &shape{kind: "string", enum: words} }
func object(m members, must ...string) *shape {
	return &shape{kind: "object", members: m, must: must}
}

type members map[string]*shape

// check gives what is wrong with a value, and where; never the value itself, which
// may be a secret.
func (s *shape) check(value any, at string) (wrong string) {
	switch s.kind {
	case "any":
		return ""
	case "object":
		return s.checkMembers(value, at)
	case "list":
		items, ok := value.([]any)
		if !ok {
			return at + " is no list"
		}
		for i, item := range items {
			if wrong := s.items.check(item, at+"/"+strconv.Itoa(i)); wrong != "" {
				return wrong
			}
		}
		return ""
	}
	if !s.plain(value) {
		return at + " is no " + s.kind
	}
	if s.enum != nil && !slices.Contains(s.enum, value.(string)) {
		return at + " is none of the known words"
	}
	return ""
}

func (s *shape) checkMembers(value any, at string) (wrong string) {
	m, ok := value.(map[string]any)
	if !ok {
		return at + " is no object"
	}
	for _, name := range s.must {
		if m[name] == nil {
			return at + "/" + name + " is missing"
		}
	}
	for _, name := range slices.Sorted(maps.Keys(m)) {
		known := s.members[name]
		switch {
		case known == nil:
			return at + "/" + name + " is not known"
		case m[name] == nil:
			continue
		}
		if wrong := known.check(m[name], at+"/"+name); wrong != "" {
			return wrong
		}
	}
	return ""
}

// plain checks a value that has no parts.
func (s *shape) plain(value any) bool {
	switch s.kind {
	case "bool":
		_, ok := value.(bool)
		return ok
	case "number", "integer":
		n, ok := value.(json.Number)
		_, err := strconv.ParseInt(n.String(), 10, 32)
		return ok && (s.kind == "number" || err == nil)
	case "time":
		text, ok := value.(string)
		_, err := time.Parse(time.RFC3339, text)
		return ok && err == nil
	}
	_, ok := value.(string)
	return ok
}

// parseJSON reads one JSON value. A member that is there twice is a fault.
func parseJSON(text []byte) (any, error) {
	d := json.NewDecoder(bytes.NewReader(text))
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

// decode turns a value that its shape has accepted into a struct.
func decode(value, into any) {
	text, err := json.Marshal(value)
	if err == nil {
		err = json.Unmarshal(text, into)
	}
	if err != nil {
		panic(fmt.Sprintf("connectsim: the shape accepted what cannot be decoded: %v", err))
	}
}

// tree turns a struct into a value of parseJSON.
func tree(from any) any {
	text, err := json.Marshal(from)
	if err != nil {
		panic(fmt.Sprintf("connectsim: encode: %v", err)) // plain data of this package
	}
	value, err := parseJSON(text)
	if err != nil {
		panic(fmt.Sprintf("connectsim: decode: %v", err))
	}
	return value
}
