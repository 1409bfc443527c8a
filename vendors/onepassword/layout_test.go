package onepassword

import (
	"encoding/json"
	"slices"
	"testing"

	sdk "github.com/1password/onepassword-sdk-go"

	"buckethead/vendors"
)

// ways write an edit onto an item that has some fields, and return what it has then.
var ways = map[string]func(t *testing.T, before []field, e edit) []field{
	"connect": func(t *testing.T, before []field, e edit) []field {
		whole := connectWhole{members: map[string]json.RawMessage{"category": raw("API_CREDENTIAL")}}
		for _, f := range before {
			members := newConnectField(f)
			if f.section == "" {
				delete(members, "section")
			}
			whole.fields = append(whole.fields, members)
			if f.section != "" {
				whole.sections = append(whole.sections, connectSection{ID: f.section})
			}
		}
		out, err := applyConnect(whole, e)
		mustNot(t, err)
		text, err := json.Marshal(out)
		mustNot(t, err)
		x, _, err := fromConnect(text)
		mustNot(t, err)
		for _, f := range x.fields {
			if f.section != "" && !slices.ContainsFunc(x.whole().(connectWhole).sections, func(s connectSection) bool { return s.ID == f.section }) {
				t.Errorf("the field %s is in a section %s that is not there", f.id, f.section)
			}
		}
		return x.fields
	},
	"sdk": func(t *testing.T, before []field, e edit) []field {
		var x sdk.Item
		for _, f := range before {
			made := newSDKField(f)
			if f.section == "" {
				made.SectionID = nil
			} else {
				x.Sections = append(x.Sections, sdk.ItemSection{ID: f.section})
			}
			x.Fields = append(x.Fields, made)
		}
		x = applySDK(x, e)
		for _, f := range x.Fields {
			if f.SectionID != nil && !slices.ContainsFunc(x.Sections, func(s sdk.ItemSection) bool { return s.ID == *f.SectionID }) {
				t.Errorf("the field %s is in a section %s that is not there", f.ID, *f.SectionID)
			}
		}
		return fromSDK(x).fields
	},
}

// TestLayout_misfits: what is not as the layout says is seen, and an update that keeps the
// secret puts it right.
func TestLayout_misfits(t *testing.T) {
	const id, secret = vendors.FieldAccessKeyID, vendors.FieldSecretAccessKey
	own := func(name, section, label string, concealed bool) field {
		return field{id: name, section: section, label: label, concealed: concealed, value: vendors.NewSecret("value of " + name)}
	}
	type misfit = vendors.Misfit
	off := func(field, aspect, found, want string) misfit {
		return misfit{Field: field, Aspect: aspect, Found: found, Want: want}
	}
	tests := []struct {
		name   string
		labels map[string]string
		before []field
		want   []misfit
		after  []string // afterwards, of the two fields
	}{
		{name: "as it is written", before: []field{own(id, "keys", id, false), own(secret, "keys", secret, true)}, after: []string{id, secret}},
		{name: "other labels are declared", labels: map[string]string{id: "Key", secret: "Secret"},
			before: []field{own(id, "keys", id, false), own(secret, "keys", "old", true)},
			want:   []misfit{off(id, "label", id, "Key"), off(secret, "label", "old", "Secret")}, after: []string{"Key", "Secret"}},
		{name: "the secret is shown", before: []field{own(id, "keys", id, false), own(secret, "keys", secret, false)},
			want: []misfit{off(secret, "type", "visible", "concealed")}, after: []string{id, secret}},
		{name: "more is concealed", before: []field{own(id, "keys", id, true), own(secret, "keys", secret, true)}, after: []string{id, secret}},
		{name: "moved to another section", before: []field{own(id, "mine", id, false), own(secret, "", secret, true)},
			want: []misfit{off(id, "section", "mine", "keys"), off(secret, "section", "", "keys")}, after: []string{id, secret}},
		{name: "made by a person, and shown",
			before: []field{{id: "f1", label: id, value: vendors.NewSecret("value of " + id)}, {id: "f2", label: secret, value: vendors.NewSecret("value of " + secret)}},
			want:   []misfit{off(secret, "type", "visible", "concealed")}, after: []string{id, secret}},
		{name: "made by a person, before other labels were declared", labels: map[string]string{id: "Key", secret: "Secret"},
			before: []field{{id: "f1", label: id, value: vendors.NewSecret("value of " + id)}, {id: "f2", label: secret, concealed: true, value: vendors.NewSecret("value of " + secret)}},
			after:  []string{"Key", "Secret"}},
	}
	for _, test := range tests {
		for name, write := range ways {
			t.Run(test.name+"/"+name, func(t *testing.T) {
				l := layout{labels: test.labels}
				if got := l.misfits(test.before); !slices.Equal(got, test.want) {
					t.Errorf("got %v, want %v", got, test.want)
				}
				after := write(t, test.before, l.write(vendors.ItemSpec{Title: "x", Keys: vendors.BucketCredentials{AccessKeyID: "new"}}))
				if got := l.misfits(after); len(got) > 0 {
					t.Errorf("after an update: %v", got)
				}
				if len(after) != 2 || after[0].label != test.after[0] || after[1].label != test.after[1] || !after[1].concealed ||
					after[0].value.Reveal() != "new" || after[1].value.Reveal() != "value of "+secret || after[0].concealed != test.before[0].concealed {
					t.Errorf("after an update: %+v", after)
				}
				if found := l.find(after, secret); found.value.Reveal() != "value of "+secret {
					t.Errorf("the secret is no longer found: %+v", found)
				}
			})
		}
	}
}

// TestShape: the digest follows the labels and nothing else.
func TestShape(t *testing.T) {
	shape := func(labels map[string]string, vault string) string {
		return Vendor.Shape(vendors.Settings{"vault": {Text: vault}, "fields": {Map: labels}})
	}
	plain := shape(nil, "a")
	if plain == "" || plain != shape(map[string]string{}, "b") ||
		plain != shape(map[string]string{vendors.FieldBucket: "bucket"}, "a") ||
		plain == shape(map[string]string{vendors.FieldBucket: "Bucket"}, "a") {
		t.Error("the digest of a shape does not follow its labels alone")
	}
}
