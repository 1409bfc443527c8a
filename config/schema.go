package config

import (
	"encoding/json"
	"slices"
	"strings"

	"buckethead/vendors"
)

// form is what an attribute takes.
type form string

const (
	ofText     form = "string"
	ofTexts    form = "list of strings"
	ofFlag     form = "bool"
	ofLength   form = "length of time"
	ofMoment   form = "date"
	ofAddress  form = "address"
	ofAnything form = "any"
	ofTextMap  form = "map of strings"
)

// attribute is one attribute of a block, for people and their editors. Default is as it
// would be written.
type attribute struct {
	name, doc, def string
	form           form
	required       bool
	words          []string // all that it may be
}

// blockType is one type of block. Labels name its labels; several says that there may
// be more than one with the same labels.
type blockType struct {
	name, doc  string
	labels     []string
	several    bool
	attributes []attribute
	blocks     []blockType
	// byLabel holds what blocks with this first label take, where that decides.
	byLabel map[string]blockType
}

// Schema returns the language as a JSON Schema of its JSON form (draft 2020-12), for
// editors: every block and attribute that Load takes with these vendors and kinds of
// state, and no other.
func Schema(o Options) ([]byte, error) {
	root := map[string]any{"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "The files that bh reads",
		"description": "The JSON form of HCL: the labels of a block are names of objects, and several blocks are a list.",
		"type":        "object", "additionalProperties": false}
	properties := map[string]any{}
	for _, b := range language(o) {
		properties[b.name] = b.schema()
	}
	root["properties"] = properties
	out, err := json.MarshalIndent(root, "", "  ")
	return append(out, '\n'), err
}

// schema describes the value of a block's type: an object for each label, and what is
// in the block at the bottom.
func (b blockType) schema() map[string]any {
	out := b.body()
	if b.several {
		out = oneOrSeveral(out)
	}
	if len(b.labels) == 0 {
		return b.described(out)
	}
	for i := len(b.labels) - 1; i >= 0; i-- {
		if i == 0 && b.byLabel != nil {
			kinds := map[string]any{}
			for label, kind := range b.byLabel {
				kinds[label] = kind.schema()
			}
			return b.described(map[string]any{"type": "object", "properties": kinds, "additionalProperties": false})
		}
		out = map[string]any{"type": "object", "propertyNames": map[string]any{"pattern": "^[A-Za-z_][A-Za-z0-9_-]*$"},
			"additionalProperties": out}
	}
	return b.described(out)
}

func (b blockType) described(out map[string]any) map[string]any {
	if b.doc != "" {
		out["description"] = b.doc
	}
	return out
}

func (b blockType) body() map[string]any {
	out := map[string]any{"type": "object", "additionalProperties": false}
	if b.name == "locals" {
		return map[string]any{"type": "object"}
	}
	properties, required := map[string]any{}, []string{}
	for _, a := range b.attributes {
		properties[a.name] = a.schema()
		if a.required {
			required = append(required, a.name)
		}
	}
	for _, inner := range b.blocks {
		properties[inner.name] = inner.schema()
	}
	out["properties"] = properties
	if len(required) > 0 {
		slices.Sort(required)
		out["required"] = required
	}
	return out
}

func oneOrSeveral(one map[string]any) map[string]any {
	return map[string]any{"anyOf": []any{one, map[string]any{"type": "array", "items": one}}}
}

// expression is what any attribute may be instead: a template that is evaluated.
var expression = map[string]any{"type": "string", "pattern": `\$\{`}

func (a attribute) schema() map[string]any {
	var plain map[string]any
	switch a.form {
	case ofTexts:
		plain = map[string]any{"type": "array", "items": map[string]any{"type": "string"}}
	case ofTextMap:
		plain = map[string]any{"type": "object", "additionalProperties": map[string]any{"type": "string"}}
	case ofFlag:
		plain = map[string]any{"type": "boolean"}
	case ofLength:
		plain = map[string]any{"type": "string", "pattern": `^([0-9.]+(ns|us|ms|s|m|h|d|w))+$`}
	case ofAnything:
		plain = map[string]any{}
	default:
		plain = map[string]any{"type": "string"}
	}
	out := plain
	if len(a.words) > 0 {
		plain["enum"] = a.words
	}
	if a.form != ofAnything && (a.form != ofText || len(a.words) > 0) {
		out = map[string]any{"anyOf": []any{plain, expression}}
	}
	doc := a.doc
	if a.form == ofLength || a.form == ofMoment {
		doc = strings.TrimSpace(doc + " " +
			map[form]string{ofLength: `Such as "30d" or "12h".`, ofMoment: `Such as "2027-01-31".`}[a.form])
	}
	if doc != "" {
		out["description"] = doc
	}
	if a.def != "" {
		out["default"] = a.def
	}
	return out
}

// settingAttributes are those of a block that is described by settings.
func settingAttributes(settings []vendors.Setting) []attribute {
	out := make([]attribute, 0, len(settings))
	for _, s := range settings {
		a := attribute{name: s.Name, doc: s.Doc, def: s.Default, form: ofText}
		switch {
		case s.List:
			a.form = ofTexts
		case s.Map:
			a.form = ofTextMap
		}
		// What the environment gives need not be written.
		a.required = s.Required && len(s.Env) == 0
		if len(s.Env) > 0 {
			a.doc = strings.TrimSpace(a.doc + " (else " + strings.Join(s.Env, ", ") + ")")
		}
		out = append(out, a)
	}
	return out
}
