package agefile

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"
	"unicode"

	"buckethead/vendors"
)

const (
	vendorName = "age_file"
	scheme     = "age"
)

// Vendor describes the age file, for the registry.
var Vendor = vendors.Vendor{
	Name: vendorName, Title: "age file", ReferenceScheme: scheme,
	Settings: []vendors.Setting{
		{Name: "path", Default: ".bh/secrets.age", Example: `path = "secrets.age"`,
			Doc: "The encrypted file. A relative path starts from the folder of the configuration."},
		{Name: "identity_file", Default: ".bh/identity.txt", Example: `identity_file = "/etc/bh/identity.txt"`,
			Doc: "The private key that opens the file, as age-keygen writes it. The first write creates it if it is missing."},
		{Name: "identity", Env: []string{"BH_AGE_IDENTITY"}, Secret: true, Example: `identity = env("AGE_IDENTITY")`,
			Doc: "The private key itself; it takes precedence over identity_file."},
		{Name: "recipients", List: true,
			Example: `recipients = ["age1wl4cvktldpn5w039wvq50dd8n4t4uxq272j0jtr025l49kffrq6ssdsrrh"]`,
			Doc: "All public keys that can open the file: all classic or all post-quantum, including the " +
				"identity's own. The default is the identity's own."},
	},
	Reference: func(_ vendors.Settings, id, title, field string) (string, error) {
		return referenceTo(id, title, field)
	},
	Files: func(s vendors.Settings) (stored, keys []string) {
		return []string{s.Text("path")}, []string{s.Text("identity_file")}
	},
	Permissions: func(vendors.Settings) []vendors.Permission {
		const opens = "it opens every key in the file, and in old copies of it"
		return []vendors.Permission{
			{For: vendors.ForPlan, Name: "the identity", Needed: "list items: the whole file is encrypted", Opens: opens},
			{For: vendors.ForApply, Name: "the identity", Needed: "read and write items", Opens: opens},
		}
	},
	CheckSettings:  checkSettings,
	CheckItemTitle: checkItemTitle,
	OpenSecrets:    open,
}

func open(_ context.Context, host vendors.Host, s vendors.Settings) (vendors.SecretStore, error) {
	const op = "open"
	for _, p := range checkSettings(s) {
		return nil, refuse(op, vendors.ErrInvalid, p.Summary+": "+p.Fix)
	}
	if s["identity"].Reference != "" {
		return nil, refuse(op, vendors.ErrInvalid, "identity is a reference that was not resolved")
	}
	path, err := absolute(host.Dir, s.Text("path"))
	if err != nil {
		return nil, classify(op, err)
	}
	identity, err := absolute(host.Dir, s.Text("identity_file"))
	if err != nil {
		return nil, classify(op, err)
	}
	store := &Store{path: path, now: host.Now, gate: newGate(),
		key: key{path: identity, given: s["identity"].Secret, source: s["identity"].Source, learned: host.Learned}}
	for _, text := range s["recipients"].List {
		r, err := parseRecipient(text)
		if err != nil {
			return nil, refuse(op, vendors.ErrInvalid, err.Error())
		}
		store.key.recipients = append(store.key.recipients, r)
	}
	return store, nil
}

func absolute(dir, path string) (string, error) {
	if !filepath.IsAbs(path) {
		path = filepath.Join(dir, path)
	}
	return filepath.Abs(path)
}

func checkSettings(s vendors.Settings) []vendors.Problem {
	var out []vendors.Problem
	for _, file := range []struct{ setting, example string }{
		{"path", ".bh/secrets.age"}, {"identity_file", ".bh/identity.txt"},
	} {
		if s.Text(file.setting) == "" {
			out = append(out, vendors.Problem{Attribute: file.setting, Summary: file.setting + " is empty",
				Fix: fmt.Sprintf("Name a file, such as %s = %q.", file.setting, file.example)})
		}
	}
	return append(out, checkRecipients(s["recipients"].List)...)
}

func checkItemTitle(title string) []vendors.Problem {
	switch {
	case strings.TrimSpace(title) == "":
		return []vendors.Problem{{Attribute: "item_title", Summary: "the item's title is empty",
			Fix: "Remove the attribute, or write a title."}}
	case strings.ContainsFunc(title, unicode.IsControl):
		return []vendors.Problem{{Attribute: "item_title", Summary: "the item's title has a control character",
			Fix: "Write it on one line, without tabs."}}
	}
	return nil
}
