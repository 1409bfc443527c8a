package onepassword

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"

	"buckethead/vendors"
	"buckethead/vendors/transport"
)

// connectItem has the members that lists and items share.
type connectItem struct {
	ID        string      `json:"id"`
	Title     string      `json:"title"`
	Version   json.Number `json:"version"`
	Tags      []string    `json:"tags"`
	State     string      `json:"state"` // empty, ARCHIVED or DELETED
	UpdatedAt time.Time   `json:"updatedAt"`
}

// connectWhole is an item as Connect wrote it, so that members we do not know are preserved.
type connectWhole struct {
	members  map[string]json.RawMessage
	fields   []map[string]json.RawMessage
	sections []connectSection
}

type connectSection struct {
	ID    string `json:"id"`
	Label string `json:"label,omitempty"`
}

// connectField has the members of a field that we read.
type connectField struct {
	ID      string          `json:"id"`
	Type    string          `json:"type"`
	Label   string          `json:"label"`
	Value   string          `json:"value"`
	Section *connectSection `json:"section"`
}

// fromConnect converts an item, and returns it with its state.
func fromConnect(text json.RawMessage) (item, string, error) {
	var head connectItem
	var body struct {
		Fields   []map[string]json.RawMessage `json:"fields"`
		Sections []connectSection             `json:"sections"`
	}
	whole := connectWhole{}
	for _, into := range []any{&head, &body, &whole.members} {
		if err := json.Unmarshal(text, into); err != nil {
			return item{}, "", err
		}
	}
	whole.fields, whole.sections = body.Fields, body.Sections
	out := item{id: head.ID, title: head.Title, version: head.Version.String(), updatedAt: head.UpdatedAt.UTC(),
		tags: head.Tags, whole: func() any { return whole }}
	for _, members := range whole.fields {
		f, err := readConnectField(members)
		if err != nil {
			return item{}, "", err
		}
		out.fields = append(out.fields, f)
	}
	return out, head.State, nil
}

func readConnectField(members map[string]json.RawMessage) (field, error) {
	text, err := json.Marshal(members)
	if err != nil {
		return field{}, err
	}
	var f connectField
	if err := json.Unmarshal(text, &f); err != nil {
		return field{}, err
	}
	in := ""
	if f.Section != nil {
		in = f.Section.ID
	}
	return field{id: f.ID, section: in, label: f.Label, concealed: f.Type == "CONCEALED",
		value: vendors.NewSecret(f.Value)}, nil
}

// inSection reports whether a field is in the section with a name or an id.
func (w connectWhole) inSection(f field, name string) bool {
	return f.section != "" && (f.section == name || slices.ContainsFunc(w.sections, func(s connectSection) bool {
		return s.ID == f.section && strings.EqualFold(s.Label, name)
	}))
}

// toConnect returns a new item.
func toConnect(vault string, e edit) map[string]json.RawMessage {
	start := connectWhole{members: map[string]json.RawMessage{"category": raw("API_CREDENTIAL"),
		"vault": raw(map[string]string{"id": vault})}}
	out, err := applyConnect(start, e)
	if err != nil {
		panic(fmt.Sprintf("onepassword: an item of no fields: %v", err)) // an empty item cannot be misread
	}
	return out
}

// applyConnect returns the members of an item after an edit.
func applyConnect(w connectWhole, e edit) (map[string]json.RawMessage, error) {
	out := map[string]json.RawMessage{}
	for name, value := range w.members {
		out[name] = value
	}
	tags := []string{}
	if text, there := w.members["tags"]; there && json.Unmarshal(text, &tags) != nil {
		return nil, fmt.Errorf("the tags are not a list")
	}
	if e.tag != "" && !slices.Contains(tags, e.tag) {
		tags = append(tags, e.tag)
	}
	fields, sections := slices.Clone(w.fields), slices.Clone(w.sections)
	for _, want := range e.fields {
		have := make([]field, len(fields))
		for i, members := range fields {
			var err error
			if have[i], err = readConnectField(members); err != nil {
				return nil, err
			}
		}
		in := ""
		switch i := place(have, want); {
		case i >= 0 && want.value.IsZero() && !want.keep:
			fields = slices.Delete(fields, i, i+1)
		case i >= 0:
			fields[i], in = changedConnectField(fields[i], have[i], want), placed(have[i], want)
		case !want.value.IsZero():
			fields, in = append(fields, newConnectField(want)), want.section
		}
		if in != "" && !slices.ContainsFunc(sections, func(s connectSection) bool { return s.ID == in }) {
			sections = append(sections, connectSection{ID: in, Label: sectionTitle(e.sections, in)})
		}
	}
	out["title"], out["tags"], out["fields"], out["sections"] = raw(e.title), raw(tags), raw(fields), raw(sections)
	return out, nil
}

func newConnectField(want field) map[string]json.RawMessage {
	return map[string]json.RawMessage{"id": raw(want.id), "type": raw(connectType(want)), "label": raw(want.label),
		"value": raw(want.value.Reveal()), "section": raw(map[string]string{"id": want.section})}
}

func connectType(f field) string {
	if f.concealed {
		return "CONCEALED"
	}
	return "STRING"
}

// changedConnectField returns the members of a field after an edit. Unknown members stay, and
// so does the type, unless the field is a secret that is visible.
func changedConnectField(members map[string]json.RawMessage, have, want field) map[string]json.RawMessage {
	out := maps.Clone(members)
	if !want.keep {
		out["value"] = raw(want.value.Reveal())
	}
	if shows(have, want) {
		out["type"] = raw(connectType(want))
	}
	if have.label != want.label {
		out["label"] = raw(want.label)
	}
	if in := placed(have, want); in != have.section {
		out["section"] = raw(map[string]string{"id": in})
	}
	return out
}

func sectionTitle(list []section, id string) string {
	for _, s := range list {
		if s.id == id {
			return s.title
		}
	}
	return id
}

// raw encodes a value that can always be encoded.
func raw(v any) json.RawMessage {
	text, err := json.Marshal(v)
	if err != nil {
		panic(fmt.Sprintf("onepassword: encode %T: %v", v, err))
	}
	return text
}

// redactConnect returns a body that is safe to show: without the values of fields. A body that
// is not JSON is not shown.
func redactConnect(r *http.Request, body []byte) string {
	return withoutSent(r, redactValues(body))
}

// withoutSent removes the token of a request, and the values of the item in it, from a text of
// the server, which may repeat them.
func withoutSent(r *http.Request, text string) string {
	text = transport.Hide(r, text)
	if r == nil || r.GetBody == nil {
		return text
	}
	body, err := r.GetBody()
	if err != nil {
		return ""
	}
	var sent struct {
		Fields []connectField `json:"fields"`
	}
	if json.NewDecoder(body).Decode(&sent) != nil {
		return text
	}
	for _, f := range sent.Fields {
		if f.Type == "CONCEALED" && f.Value != "" {
			text = strings.ReplaceAll(text, f.Value, "(sensitive)")
		}
	}
	return text
}

func redactValues(body []byte) string {
	if len(body) == 0 {
		return ""
	}
	decoder := json.NewDecoder(bytes.NewReader(body))
	decoder.UseNumber()
	var v any
	if !json.Valid(body) || decoder.Decode(&v) != nil {
		return fmt.Sprintf("(%d bytes that are not JSON, not shown)", len(body))
	}
	text, err := json.Marshal(withoutValues(v))
	if err != nil {
		return fmt.Sprintf("(%d bytes, not shown)", len(body))
	}
	return string(text)
}

// withoutValues replaces the values of fields, notes, and one-time passwords.
func withoutValues(v any) any {
	switch v := v.(type) {
	case map[string]any:
		for name, member := range v {
			switch strings.ToLower(name) {
			case "value", "totp", "notesplain", "password", "credential":
				v[name] = "(sensitive)"
			default:
				v[name] = withoutValues(member)
			}
		}
	case []any:
		for i := range v {
			v[i] = withoutValues(v[i])
		}
	}
	return v
}
