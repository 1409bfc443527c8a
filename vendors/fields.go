package vendors

import (
	"slices"
	"unicode/utf8"
)

// keyFields is the table of an item's fields, in the order in which they are written.
var keyFields = []struct {
	name string
	text func(*BucketCredentials) *string // nil for the secret
}{
	{FieldAccessKeyID, func(k *BucketCredentials) *string { return &k.AccessKeyID }},
	{FieldSecretAccessKey, nil},
	{FieldBucket, func(k *BucketCredentials) *string { return &k.Bucket }},
	{FieldEndpointURL, func(k *BucketCredentials) *string { return &k.EndpointURL }},
	{FieldRegion, func(k *BucketCredentials) *string { return &k.Region }},
	{FieldAccountID, func(k *BucketCredentials) *string { return &k.AccountID }},
	{FieldJurisdiction, func(k *BucketCredentials) *string { return &k.Jurisdiction }},
}

// FieldNames lists the fields of an item, in the order in which they are written.
func FieldNames() []string {
	names := make([]string, len(keyFields))
	for i, f := range keyFields {
		names[i] = f.name
	}
	return names
}

// Field returns the value of a field, the zero Secret for any other name.
func (k BucketCredentials) Field(name string) Secret {
	for _, f := range keyFields {
		switch {
		case f.name != name:
		case f.text == nil:
			return k.SecretAccessKey
		default:
			return NewSecret(*f.text(&k))
		}
	}
	return Secret{}
}

// Texts returns the fields without the secret; empty ones are left out.
func (k BucketCredentials) Texts() map[string]string {
	texts := make(map[string]string, len(keyFields))
	for _, f := range keyFields {
		if f.text != nil && *f.text(&k) != "" {
			texts[f.name] = *f.text(&k)
		}
	}
	return texts
}

// KeysOf returns keys with these values in their fields.
func KeysOf(value func(name string) Secret) BucketCredentials {
	var k BucketCredentials
	for _, f := range keyFields {
		if f.text == nil {
			k.SecretAccessKey = value(f.name)
		} else {
			*f.text(&k) = value(f.name).Reveal()
		}
	}
	return k
}

// ValidText reports whether everything in the item is UTF-8.
func (s ItemSpec) ValidText() bool {
	texts := []string{s.Title, s.Mark.Stack, s.Mark.Lineage, s.Mark.Address, s.Mark.Operation}
	for _, name := range FieldNames() {
		texts = append(texts, s.Keys.Field(name).Reveal())
	}
	return !slices.ContainsFunc(texts, func(text string) bool { return !utf8.ValidString(text) })
}
