package agefile

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
)

// object is a JSON object that keeps the order of its members, including those that bh does not
// know. Its values are compact.
type object []member

type member struct {
	name  string
	value json.RawMessage
}

// parseObject reads an object. It is an error if two members have the same name, because
// one of them would be lost.
func parseObject(raw []byte) (object, error) {
	d := json.NewDecoder(bytes.NewReader(raw))
	if t, err := d.Token(); err != nil || t != json.Delim('{') {
		return nil, fmt.Errorf("it is not a JSON object")
	}
	var out object
	seen := map[string]bool{}
	for d.More() {
		t, err := d.Token()
		if err != nil {
			return nil, err
		}
		name, _ := t.(string) // a member begins with its name, otherwise Token has failed
		var value json.RawMessage
		if err := d.Decode(&value); err != nil {
			return nil, err
		}
		if seen[name] {
			return nil, fmt.Errorf("it has the member %q twice", name)
		}
		seen[name] = true
		var compact bytes.Buffer
		if err := json.Compact(&compact, value); err != nil {
			return nil, err
		}
		out = append(out, member{name, compact.Bytes()})
	}
	_, err := d.Token()
	return out, err
}

func (o object) index(name string) int {
	return slices.IndexFunc(o, func(m member) bool { return m.name == name })
}

// read decodes a member into a value, which stays as it is if the member is absent or null.
func (o object) read(name string, into any) error {
	i := o.index(name)
	if i < 0 {
		return nil
	}
	if err := json.Unmarshal(o[i].value, into); err != nil {
		// The decoder's own error could quote the value.
		return fmt.Errorf("its member %q is not what bh writes there", name)
	}
	return nil
}

// with returns a copy in which a member has this value, in its old place or at the end.
func (o object) with(name string, value json.RawMessage) object {
	out := slices.Clone(o)
	if i := out.index(name); i >= 0 {
		out[i].value = value
		return out
	}
	return append(out, member{name, value})
}

// without returns a copy without these members.
func (o object) without(names ...string) object {
	return slices.DeleteFunc(slices.Clone(o), func(m member) bool { return slices.Contains(names, m.name) })
}

// compact returns the object on one line.
func (o object) compact() json.RawMessage {
	var b bytes.Buffer
	b.WriteByte('{')
	for i, m := range o {
		if i > 0 {
			b.WriteByte(',')
		}
		b.Write(quoted(m.name))
		b.WriteByte(':')
		b.Write(m.value)
	}
	b.WriteByte('}')
	return b.Bytes()
}

// quoted returns a JSON string, without the escapes for HTML.
func quoted(s string) json.RawMessage {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	_ = e.Encode(s) // a string and a buffer cannot fail
	return bytes.TrimSuffix(b.Bytes(), []byte("\n"))
}
