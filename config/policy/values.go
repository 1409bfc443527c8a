package policy

import (
	"time"

	"github.com/zclconf/go-cty/cty"

	"buckethead/config/addr"
	"buckethead/config/diag"
	"buckethead/config/language"
)

// Operation is an operation of a plan as a policy sees it. Bucket, Cloud and
// Secrets are used where the project is no longer declared. Range is the
// block that the operation comes from, zero if no block does.
type Operation struct {
	Project      addr.Address
	Kind, Reason string
	Blocked      bool
	Changes      []string // the fields that differ
	Bucket       string
	Jurisdiction string
	Location     string
	Cloud        string
	Secrets      string
	ItemTitle    string
	Range        diag.Range
}

// projectType has what a policy can say about a project. Durations are texts, as
// in the file; seconds() compares them.
var projectType = cty.Object(map[string]cty.Type{
	"address": cty.String, "name": cty.String, "key": cty.String, "declared": cty.Bool, "registered": cty.Bool,
	"bucket": cty.String, "cloud": cty.String, "secrets": cty.String, "item_title": cty.String, "access": cty.String,
	"location": cty.String, "jurisdiction": cty.String, "storage_class": cty.String, "allowed_ips": cty.List(cty.String),
	"expires_after": cty.String, "rotate_every": cty.String, "rotate_overlap": cty.String, "protect": cty.Bool,
	"on_destroy": cty.String, "adopt": cty.Bool, "public_access": cty.Bool, "custom_domains": cty.List(cty.String),
	"cors_origins": cty.List(cty.String),
})

// operationType has what a policy can say about an operation.
var operationType = cty.Object(map[string]cty.Type{
	"kind": cty.String, "reason": cty.String, "blocked": cty.Bool, "changes": cty.List(cty.String),
})

// Attributes holds what is known of a project; the rest is unknown.
type Attributes map[string]cty.Value

// AttributesOf returns the attributes of a project of which only the address is known.
func AttributesOf(project addr.Address) Attributes {
	values := make(Attributes, len(projectType.AttributeTypes()))
	for attribute, kind := range projectType.AttributeTypes() {
		values[attribute] = cty.NullVal(kind)
	}
	values["address"], values["name"] = cty.StringVal(project.String()), cty.StringVal(project.Name)
	values.Text("key", project.Key)
	return values
}

// Text sets an attribute to a text; an empty one is null.
func (a Attributes) Text(name, text string) {
	if text != "" {
		a[name] = cty.StringVal(text)
	}
}

// Texts sets an attribute to a list.
func (a Attributes) Texts(name string, texts []string) { a[name] = listOf(texts) }

// Flag sets an attribute to true or false.
func (a Attributes) Flag(name string, value bool) { a[name] = cty.BoolVal(value) }

// Length sets an attribute to a length of time.
func (a Attributes) Length(name string, d time.Duration) {
	a[name] = cty.StringVal(language.FormatDuration(d))
}

func (a Attributes) object() cty.Value { return cty.ObjectVal(a) }

// projectValue returns what the operation knows of a project that is not declared.
func (o Operation) projectValue() cty.Value {
	values := AttributesOf(o.Project)
	values.Flag("declared", false)
	values.Text("bucket", o.Bucket)
	values.Text("jurisdiction", o.Jurisdiction)
	values.Text("location", o.Location)
	values.Text("cloud", o.Cloud)
	values.Text("secrets", o.Secrets)
	values.Text("item_title", o.ItemTitle)
	return values.object()
}

func (o Operation) value() cty.Value {
	return cty.ObjectVal(map[string]cty.Value{"kind": cty.StringVal(o.Kind), "reason": cty.StringVal(o.Reason),
		"blocked": cty.BoolVal(o.Blocked), "changes": listOf(o.Changes)})
}

func listOf(texts []string) cty.Value {
	if len(texts) == 0 {
		return cty.ListValEmpty(cty.String)
	}
	values := make([]cty.Value, len(texts))
	for i, text := range texts {
		values[i] = cty.StringVal(text)
	}
	return cty.ListVal(values)
}
