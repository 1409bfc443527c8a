package config

import (
	"time"

	"github.com/zclconf/go-cty/cty"

	"buckethead/config/addr"
	"buckethead/config/diag"
	"buckethead/config/language"
)

// PlannedOperation is an operation of a plan as a policy sees it. Bucket, Cloud and
// Secrets are used where the project is no longer declared. Range is the
// block that the operation comes from, zero if no block does.
type PlannedOperation struct {
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

// projectType has what a policy can say of a project. Lengths of time are texts, as
// in the file; seconds() compares them.
var projectType = cty.Object(map[string]cty.Type{
	"address": cty.String, "name": cty.String, "key": cty.String, "declared": cty.Bool, "registered": cty.Bool,
	"bucket": cty.String, "cloud": cty.String, "secrets": cty.String, "item_title": cty.String, "access": cty.String,
	"location": cty.String, "jurisdiction": cty.String, "storage_class": cty.String, "allowed_ips": cty.List(cty.String),
	"expires_after": cty.String, "rotate_every": cty.String, "rotate_overlap": cty.String, "protect": cty.Bool,
	"on_destroy": cty.String, "adopt": cty.Bool, "public_access": cty.Bool, "custom_domains": cty.List(cty.String),
	"cors_origins": cty.List(cty.String),
})

// operationType has what a policy can say of an operation.
var operationType = cty.Object(map[string]cty.Type{
	"kind": cty.String, "reason": cty.String, "blocked": cty.Bool, "changes": cty.List(cty.String),
})

// projectValue returns a declared project; what is not declared is null.
func projectValue(p Project) cty.Value {
	values := unsaid()
	name(values, p.Addr)
	every, overlap := cty.NullVal(cty.String), cty.NullVal(cty.String)
	if p.Rotate != nil {
		every, overlap = length(p.Rotate.Every), cty.StringVal(language.FormatDuration(p.Rotate.Overlap))
	}
	settings := p.Bucket.Settings
	var domains, origins []string
	for _, d := range settings.Domains {
		domains = append(domains, d.Domain)
	}
	for _, r := range settings.CORS {
		origins = append(origins, r.AllowedOrigins...)
	}
	for attribute, value := range map[string]cty.Value{
		"declared": cty.True, "registered": cty.BoolVal(p.Register != nil),
		"bucket": orNull(p.Bucket.ID.Name), "cloud": orNull(p.Cloud), "secrets": orNull(p.Secrets),
		"item_title": orNull(p.ItemTitle),
		"location":   orNull(p.Bucket.Location), "jurisdiction": orNull(p.Bucket.ID.Namespace),
		"storage_class": orNull(p.Bucket.StorageClass),
		"protect":       cty.BoolVal(p.Protect), "rotate_every": every, "rotate_overlap": overlap,
		"allowed_ips": listOf(p.AllowedIPs), "custom_domains": listOf(domains), "cors_origins": listOf(origins),
		"public_access": cty.BoolVal(settings.PublicAccess != nil && settings.PublicAccess.Enabled),
	} {
		values[attribute] = value
	}
	if p.Register == nil { // of keys that someone brings, these say nothing
		values["access"], values["on_destroy"] = orNull(string(p.Access)), orNull(string(p.OnDestroy))
		values["adopt"], values["expires_after"] = cty.BoolVal(p.Adopt), length(p.ExpiresAfter)
	}
	return cty.ObjectVal(values)
}

// projectValue returns what the operation knows of a project that is not declared.
func (o PlannedOperation) projectValue() cty.Value {
	values := unsaid()
	name(values, o.Project)
	for attribute, text := range map[string]string{"bucket": o.Bucket, "jurisdiction": o.Jurisdiction,
		"location": o.Location, "cloud": o.Cloud, "secrets": o.Secrets, "item_title": o.ItemTitle} {
		values[attribute] = orNull(text)
	}
	values["declared"] = cty.False
	return cty.ObjectVal(values)
}

func (o PlannedOperation) value() cty.Value {
	return cty.ObjectVal(map[string]cty.Value{"kind": cty.StringVal(o.Kind), "reason": cty.StringVal(o.Reason),
		"blocked": cty.BoolVal(o.Blocked), "changes": listOf(o.Changes)})
}

// unsaid returns every attribute of a project as null.
func unsaid() map[string]cty.Value {
	values := make(map[string]cty.Value, len(projectType.AttributeTypes()))
	for attribute, kind := range projectType.AttributeTypes() {
		values[attribute] = cty.NullVal(kind)
	}
	return values
}

func name(values map[string]cty.Value, p addr.Address) {
	values["address"], values["name"], values["key"] = cty.StringVal(p.String()), cty.StringVal(p.Name), orNull(p.Key)
}

func orNull(text string) cty.Value {
	if text == "" {
		return cty.NullVal(cty.String)
	}
	return cty.StringVal(text)
}

func length(d time.Duration) cty.Value {
	if d == 0 {
		return cty.NullVal(cty.String)
	}
	return cty.StringVal(language.FormatDuration(d))
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
