package kit

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
)

// ParseJSON parses one JSON value. A duplicate member is an error.
func ParseJSON(text []byte) (any, error) {
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	value, err := parseValue(d)
	if err != nil {
		return nil, errors.New("the body is not well-formed JSON")
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

// Encode writes plain data as JSON. It panics at anything else.
func Encode(value any) []byte {
	text, err := json.Marshal(value)
	if err != nil {
		panic(fmt.Sprintf("kit: encode: %v", err))
	}
	return text
}

// Decode reads a body that its schema has accepted, and panics if it cannot.
func Decode(body []byte, into any) {
	if err := json.Unmarshal(body, into); err != nil {
		panic(fmt.Sprintf("kit: the schema accepted what cannot be decoded: %v", err))
	}
}
