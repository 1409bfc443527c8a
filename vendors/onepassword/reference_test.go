package onepassword

import (
	"errors"
	"regexp"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"buckethead/vendors"
)

func TestReference(t *testing.T) {
	s := newStore(hostOf(ticking()), nil, "Eng", layout{labels: map[string]string{vendors.FieldAccessKeyID: "Access Key ID", vendors.FieldRegion: "Région"}}, true)
	id, other := strings.Repeat("a", 26), strings.Repeat("b", 26)
	s.listed, s.known = []summary{{id: "1", title: "Twice"}, {id: "2", title: "twice"}}, true
	s.kept[other] = item{id: other, fields: []field{{id: "username", label: vendors.FieldBucket}, {id: "f1", label: "Access Key ID", section: "keys"},
		{id: "f2", label: "access key id", section: "mine"}, {id: "f3", label: vendors.FieldRegion, section: "mine/own"}}}
	for _, c := range []struct{ id, title, field, want string }{
		{id, "photos", vendors.FieldBucket, "op://Eng/photos/keys/bucket"},
		{id, "photos", vendors.FieldAccessKeyID, "op://Eng/photos/keys/Access Key ID"},
		{id, "photos", vendors.FieldRegion, "op://Eng/photos/keys/region"},
		{id, "photos (prod)", vendors.FieldBucket, "op://Eng/" + id + "/keys/bucket"},
		{id, "Twice", vendors.FieldBucket, "op://Eng/" + id + "/keys/bucket"},
		{id, " spaced", vendors.FieldBucket, "op://Eng/" + id + "/keys/bucket"},
		{id, other, vendors.FieldBucket, "op://Eng/" + id + "/keys/bucket"}, // it would mean another item
		{id, "photos", "", "op://Eng/photos"},
		{"", "photos", "", "op://Eng/photos"},
		{"", "photos (prod)", "", ""},
		// As someone else made it.
		{other, "photos", vendors.FieldBucket, "op://Eng/photos/bucket"},
		{other, "photos", vendors.FieldAccessKeyID, "op://Eng/photos/keys/f1"},
		{other, "photos", vendors.FieldEndpointURL, "op://Eng/photos/keys/endpoint_url"},
	} {
		got, err := s.Reference(c.id, c.title, c.field)
		if got != c.want || (err == nil) != (c.want != "") || c.field != "" && !validReference(got) {
			t.Errorf("%s of %q: got %s, want %s (%v)", c.field, c.title, got, c.want, err)
		}
	}
	odd := newStore(hostOf(ticking()), nil, "Büro", layout{}, true)
	if got, err := odd.Reference(id, "photos", vendors.FieldBucket); !errors.Is(err, vendors.ErrInvalid) || !strings.Contains(err.Error(), `"Büro"`) {
		t.Errorf("got %s, %v", got, err)
	}
	odd.vault = vault{id: id}
	if got, _ := odd.Reference(id, "photos", vendors.FieldBucket); got != "op://"+id+"/photos/keys/bucket" {
		t.Errorf("got %s", got)
	}
	odd.name, odd.vault.shared = "Eng", true
	if got, _ := odd.Reference(id, "photos", vendors.FieldBucket); got != "op://"+id+"/photos/keys/bucket" {
		t.Errorf("of a vault that shares its name: got %s", got)
	}
}

// TestPlaced: what someone else made for the keys gets the section that references name; the built-in fields
// of 1Password stay.
func TestPlaced(t *testing.T) {
	own := strings.Repeat("c3", 13)
	for name, write := range ways {
		after := write(t, []field{{id: own, label: vendors.FieldAccessKeyID, value: vendors.NewSecret("a")},
			{id: "credential", label: vendors.FieldSecretAccessKey, concealed: true, value: vendors.NewSecret("s")}},
			layout{}.write(vendors.ItemSpec{Title: "x", Keys: vendors.BucketCredentials{AccessKeyID: "b"}}))
		if len(after) != 2 || after[0].id != own || after[0].section != keysSection.id || after[1].section != "" {
			t.Errorf("%s: %+v", name, after)
		}
	}
}

// strict is the documented grammar of a reference.
var strict = regexp.MustCompile(`^op://([A-Za-z0-9._ -]+)/([A-Za-z0-9._ -]+)(?:/([A-Za-z0-9._ -]+))?/([A-Za-z0-9._ -]+)$`)

// TestReference_parsesIntoItsParts: of any names. TestCore shows that 1Password's own parser accepts what strict does.
func TestReference_parsesIntoItsParts(t *testing.T) {
	name := rapid.OneOf(rapid.StringMatching(`[A-Za-z0-9._ -]{1,12}`), rapid.StringMatching(`[a-c/?#%&()é日 :@"'$\\{}]{1,8}`), rapid.String(),
		rapid.StringMatching(`[a-z0-9]{26}`), rapid.SampledFrom([]string{"IT/Dev", "", " ", ".", "..", "a?attribute=otp", "op://"}))
	ids := rapid.StringMatching(`[a-z0-9]{26}`)
	rapid.Check(t, func(t *rapid.T) {
		vaultName, vaultID, title, id := name.Draw(t, "vault"), ids.Draw(t, "vault id"), name.Draw(t, "title"), ids.Draw(t, "id")
		l := layout{labels: map[string]string{}}
		for _, f := range vendors.FieldNames() {
			l.labels[f] = name.Draw(t, f)
		}
		s := newStore(hostOf(ticking()), nil, vaultName, l, true)
		if rapid.Bool().Draw(t, "the vault is known") {
			s.vault = vault{id: vaultID, title: vaultName}
		}
		for _, f := range vendors.FieldNames() {
			text, err := s.Reference(id, title, f)
			if err != nil {
				if s.vault.id != "" || regexp.MustCompile(`^[A-Za-z0-9._ -]+$`).MatchString(vaultName) && strings.TrimSpace(vaultName) == vaultName {
					t.Fatalf("%v", err)
				}
				continue
			}
			parts := strict.FindStringSubmatch(text)
			if parts == nil || !validReference(text) {
				t.Fatalf("%q does not parse", text)
			}
			label := l.label(f)
			if v := parts[1]; v != vaultName && v != s.vault.id || s.vault.id == "" && v != vaultName {
				t.Errorf("%q names the vault %q, want %q", text, v, vaultName)
			}
			if parts[2] != title && parts[2] != id || parts[3] != "keys" || parts[4] != label && parts[4] != f {
				t.Errorf("%q is made of %q, and not of %q (%s), keys and %q", text, parts[1:], title, id, label)
			}
		}
	})
}

// TestElsewhere: references to an item need no look at it exactly if those of bh's own items name the same fields.
func TestElsewhere(t *testing.T) {
	const id, secret = vendors.FieldAccessKeyID, vendors.FieldSecretAccessKey
	labels := map[string]string{id: "username", secret: "credential"}
	own := func(l layout, more ...field) (out []field) {
		for _, name := range vendors.FieldNames() {
			out = append(out, l.field(name))
		}
		return append(out, more...)
	}
	random := strings.Repeat("c3", 13)
	tests := []struct {
		name   string
		labels map[string]string
		fields []field
		want   bool
		key    fieldName // of the access key id
	}{
		{"bh's own", nil, own(layout{}), false, fieldName{"keys", id}},
		{"bh's own, with labels", labels, own(layout{labels: labels}), false, fieldName{"keys", "username"}},
		{"a label that stands in no reference", map[string]string{id: "Schlüssel"}, own(layout{labels: map[string]string{id: "Schlüssel"}}), false, fieldName{"keys", id}},
		{"none", nil, nil, false, fieldName{"keys", id}},
		{"made by a person, where bh would", nil, []field{{id: random, section: "keys", label: id}}, false, fieldName{"keys", id}},
		{"built in", labels, []field{{id: "username", label: "username"}, {id: "credential", label: "credential"}}, true, fieldName{"", "username"}},
		{"built in, with another label", nil, []field{{id: "username", label: id}}, true, fieldName{"", id}},
		{"built in, and its label stands in no reference", map[string]string{id: "Schlüssel"}, []field{{id: "username", label: "Schlüssel"}}, true, fieldName{"", "username"}},
		{"in no section", nil, []field{{id: random, label: id}}, true, fieldName{"", id}},
		{"in a section of its own", nil, []field{{id: random, section: random, label: id}}, true, fieldName{random, id}},
		{"bh's own, moved", nil, []field{{id: id, section: "mine", label: id}}, true, fieldName{"mine", id}},
		{"bh's own, beside one in no section", labels, own(layout{labels: labels}, field{id: "username", label: "username"}), false, fieldName{"keys", "username"}},
		{"bh's own, beside one in a section, which may have the same name", labels,
			own(layout{labels: labels}, field{id: random, section: "mine", label: "Username"}), true, fieldName{"keys", id}},
		{"built in, beside one of the same label", labels,
			[]field{{id: "username", label: "username"}, {id: random, section: "mine", label: "username"}}, true, fieldName{"", "username"}},
		{"as before, and only the second is called as declared", labels,
			[]field{{id: "username", label: "Username"}, {id: random, section: "mine", label: "username"}}, true, fieldName{"mine", "username"}},
	}
	for _, test := range tests {
		l := layout{labels: test.labels}
		if got := l.read(item{fields: test.fields}).Elsewhere; got != test.want {
			t.Errorf("%s: got %t", test.name, got)
		}
		if got := namedIn(test.fields, l, id); got != test.key {
			t.Errorf("%s: got %q, want %q", test.name, got, test.key)
		}
	}
}
