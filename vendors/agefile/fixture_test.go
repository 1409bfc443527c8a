package agefile_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"testing"
	"time"

	"filippo.io/age"
	"filippo.io/age/armor"

	"buckethead/vendors"
	"buckethead/vendors/agefile"
)

var start = time.Date(2026, 1, 2, 3, 4, 5, 6, time.UTC)

// fixture is an open store and where its files are.
type fixture struct {
	vendors.SecretStore
	dir, path, identity string
}

// Unwrap shows the abilities of what the fixture wraps.
func (f *fixture) Unwrap() any { return f.SecretStore }

func open(t *testing.T) *fixture { return openWith(t, filepath.Join(t.TempDir(), "files"), nil) }

func openWith(t *testing.T, dir string, more vendors.Settings) *fixture {
	t.Helper()
	settings := vendors.Settings{"path": {Text: "secrets.age"}, "identity_file": {Text: "identity.txt"}}
	for name, value := range more {
		settings[name] = value
	}
	s, err := agefile.Vendor.OpenSecrets(context.Background(), vendors.Host{Dir: dir, Now: func() time.Time { return start }}, settings)
	if err != nil {
		t.Fatal(err)
	}
	return &fixture{SecretStore: s, dir: dir, path: filepath.Join(dir, "secrets.age"), identity: filepath.Join(dir, "identity.txt")}
}

func (f *fixture) create(t *testing.T, title, secret string) vendors.Item {
	t.Helper()
	item, err := f.CreateItem(context.Background(), vendors.ItemSpec{Title: title, Keys: vendors.BucketCredentials{AccessKeyID: "K", SecretAccessKey: vendors.NewSecret(secret)}})
	if err != nil {
		t.Fatal(err)
	}
	return item
}

func (f *fixture) resolve(reference string) (vendors.Secret, error) {
	r, _ := vendors.As[vendors.ReferenceResolver](f.SecretStore)
	return r.ResolveReference(context.Background(), reference)
}

// identities reads the private key as a person with age would.
func (f *fixture) identities(t *testing.T) []age.Identity {
	t.Helper()
	text, err := os.ReadFile(f.identity)
	if err != nil {
		t.Fatal(err)
	}
	out, err := age.ParseIdentities(bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// decrypt does what age -d does.
func (f *fixture) decrypt(t *testing.T) []byte {
	t.Helper()
	data, err := os.ReadFile(f.path)
	if err != nil {
		t.Fatal(err)
	}
	var source io.Reader = bytes.NewReader(data)
	if bytes.HasPrefix(data, []byte(armor.Header)) {
		source = armor.NewReader(source)
	}
	plain, err := age.Decrypt(source, f.identities(t)...)
	if err != nil {
		t.Fatal(err)
	}
	text, err := io.ReadAll(plain)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// encrypt does what age -e -o does, with -a when armored.
func (f *fixture) encrypt(t *testing.T, text []byte, armored bool) {
	t.Helper()
	var b bytes.Buffer
	var to io.Writer = &b
	closers := []io.Closer{}
	if armored {
		a := armor.NewWriter(&b)
		to, closers = a, append(closers, a)
	}
	w, err := age.Encrypt(to, f.identities(t)[0].(*age.X25519Identity).Recipient())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Write(text); err != nil {
		t.Fatal(err)
	}
	for _, c := range append([]io.Closer{w}, closers...) {
		if err := c.Close(); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(f.path, b.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
}

// edit changes the decrypted JSON as a person would.
func (f *fixture) edit(t *testing.T, change func(file map[string]any, items []any)) {
	t.Helper()
	var file map[string]any
	if err := json.Unmarshal(f.decrypt(t), &file); err != nil {
		t.Fatal(err)
	}
	change(file, file["items"].([]any))
	text, err := json.MarshalIndent(file, "", "\t")
	if err != nil {
		t.Fatal(err)
	}
	f.encrypt(t, text, false)
}

func member(t *testing.T, item any, name string) map[string]any {
	t.Helper()
	out, is := item.(map[string]any)[name].(map[string]any)
	if !is {
		t.Fatalf("the item's %s is %v", name, item)
	}
	return out
}
