package agefile_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"filippo.io/age"

	"buckethead/vendors"
	"buckethead/vendors/agefile"
)

// refused checks that an error is of a kind, says all of these, and shows nothing
// that it must not, and that the act was not done.
func refused(t *testing.T, err, kind error, says ...string) {
	t.Helper()
	var own *vendors.Error
	if !errors.Is(err, kind) || !errors.As(err, &own) || own.OutcomeUnknown {
		t.Fatalf("got %v, want a refusal of kind %v", err, kind)
	}
	text := fmt.Sprintf("%v %+v %#v", err, err, err)
	for _, want := range says {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("%q does not say %q", err, want)
		}
	}
	for _, secret := range []string{"canary", "AGE-SECRET-KEY-1"} {
		if strings.Contains(text, secret) {
			t.Errorf("the error shows %s", secret)
		}
	}
}

func newIdentity(t *testing.T) *age.X25519Identity {
	t.Helper()
	i, err := age.GenerateX25519Identity()
	if err != nil {
		t.Fatal(err)
	}
	return i
}

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

func read(t *testing.T, path string) string {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// everyAct makes one call of each kind and checks that each is refused alike, and
// that the file stays as it is.
func (f *fixture) everyAct(t *testing.T, kind error, says ...string) {
	t.Helper()
	ctx := context.Background()
	before := read(t, f.path)
	fresh := openWith(t, f.dir, nil)
	_, err := fresh.ListItems(ctx)
	refused(t, err, kind, says...)
	_, err = fresh.GetItem(ctx, "x")
	refused(t, err, kind, says...)
	_, err = fresh.CreateItem(ctx, vendors.ItemSpec{Title: "t", Keys: vendors.BucketCredentials{SecretAccessKey: vendors.NewSecret("canary")}})
	refused(t, err, kind, says...)
	refused(t, fresh.DeleteItem(ctx, "x"), kind, says...)
	if after := read(t, f.path); after != before {
		t.Error("the file was changed")
	}
}

func TestLostIdentity_isNeverReplaced(t *testing.T) {
	f := open(t)
	f.create(t, "photos", "s")
	if err := os.Remove(f.identity); err != nil {
		t.Fatal(err)
	}
	f.everyAct(t, vendors.ErrDenied, f.path, f.identity, "is missing", "BH_AGE_IDENTITY")
	// The store that has the content in memory must not write what nobody can open.
	_, err := f.CreateItem(context.Background(), vendors.ItemSpec{Title: "t"})
	refused(t, err, vendors.ErrDenied, "is missing")
	if _, err := os.Stat(f.identity); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a new identity was made: %v", err)
	}
}

func TestWrongIdentity(t *testing.T) {
	f := open(t)
	f.create(t, "photos", "s")
	own := newIdentity(t)
	write(t, f.identity, own.String())
	f.everyAct(t, vendors.ErrDenied, "the identity in "+f.identity+" does not open "+f.path,
		"it is "+own.Recipient().String()+", and the file is encrypted to 1 recipient (X25519)")
}

func TestBrokenIdentity(t *testing.T) {
	for name, text := range map[string]string{
		"no key": "# nothing\n", "another thing": "canary\n", "half a key": newIdentity(t).String()[:40], "a public key": newIdentity(t).Recipient().String(),
		"a key with a typing error": strings.Replace(newIdentity(t).String(), "AGE-SECRET-KEY-1", "AGE-SECRET-KEY-1b", 1),
	} {
		t.Run(name, func(t *testing.T) {
			f := open(t)
			f.create(t, "photos", "s")
			write(t, f.identity, text)
			f.everyAct(t, vendors.ErrInvalid, f.identity, "not an age identity: ")
		})
	}
}

func TestIdentity_mustBeItsOwnersAlone(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("files have no such mode there")
	}
	f := open(t)
	f.create(t, "photos", "s")
	for _, mode := range []fs.FileMode{0o640, 0o604, 0o660} {
		if err := os.Chmod(f.identity, mode); err != nil {
			t.Fatal(err)
		}
		f.everyAct(t, vendors.ErrDenied, f.identity, fmt.Sprintf("%04o", mode), "chmod 600")
	}
	if err := os.Chmod(f.identity, 0o400); err != nil {
		t.Fatal(err)
	}
	f.create(t, "more", "s")
}

func TestDamagedFile(t *testing.T) {
	f := open(t)
	f.create(t, "photos", "s")
	good := read(t, f.path)
	flipped := []byte(good)
	flipped[len(flipped)-5] ^= 1
	header := []byte(good)
	header[30] ^= 1
	for name, text := range map[string]string{
		"nothing": "", "plain text": "canary=1\n", "a bit of the content": string(flipped), "a bit of the header": string(header),
		"half": good[:len(good)-20], "half a header": good[:60], "more": good + "x", "broken armor": "-----BEGIN AGE ENCRYPTED FILE-----\ncanary\n",
	} {
		t.Run(name, func(t *testing.T) {
			write(t, f.path, text)
			fresh := openWith(t, f.dir, nil)
			_, err := fresh.ListItems(context.Background())
			if name == "a bit of the header" && errors.Is(err, vendors.ErrDenied) {
				return // the bit was in the key's wrapping, which no identity opens now
			}
			f.everyAct(t, vendors.ErrUnavailable, f.path, "damaged", "restore it")
		})
	}
}

func TestUnreadableContent(t *testing.T) {
	f := open(t)
	f.create(t, "photos", "s")
	item := func(more string) string { return `{"items": [{"id": "a", "title": "one"` + more + `}]}` }
	for text, says := range map[string]string{
		"canary":                                "it is not JSON",
		`["canary"]`:                            "it is not a JSON object",
		"\xff":                                  "not UTF-8",
		`{"format": 3, "items": []}`:            "a newer bh wrote it (format 3",
		`{"format": 2, "recipients": "canary"}`: `its member "recipients"`,
		`{"format": 2, "recipients": ["canary"]}`:                               `its member "recipients"`,
		`{"format": "canary"}`:                                                  `its member "format"`,
		`{"items": {"canary": 1}}`:                                              `its member "items"`,
		`{"items": ["canary"]}`:                                                 "item 1",
		`{"items": [], "items": []}`:                                            `"items" twice`,
		item(`, "title": "two"`):                                                `"title" twice`,
		item(`, "fields": "canary"`):                                            `"fields"`,
		item(`, "fields": {"bucket": ["canary"]}`):                              `"bucket"`,
		item(`, "fields": {"x": 1, "x": "canary"}`):                             `"x" twice`,
		item(`, "mark": {"stack": 1}`):                                          `"mark"`,
		item(`, "version": "canary"`):                                           `"version"`,
		item(`, "updated_at": "canary"`):                                        `"updated_at"`,
		`{"items": [{"id": "a", "title": "one"}, {"id": "a", "title": "two"}]}`: "the same id a",
	} {
		f.encrypt(t, []byte(text), false)
		f.everyAct(t, vendors.ErrUnavailable, f.path, says)
	}
}

func TestHugeFile_isNotRead(t *testing.T) {
	f := open(t)
	f.create(t, "photos", "s")
	if err := os.Truncate(f.path, 64<<20+1); err != nil {
		t.Skipf("no sparse file here: %v", err)
	}
	_, err := openWith(t, f.dir, nil).ListItems(context.Background())
	refused(t, err, vendors.ErrUnavailable, f.path, "67108865 bytes")
}

func TestUnwritablePlace(t *testing.T) {
	ctx := context.Background()
	dir := t.TempDir()
	write(t, filepath.Join(dir, "file"), "")
	f := openWith(t, dir, vendors.Settings{"path": {Text: "file/secrets.age"}})
	_, err := f.CreateItem(ctx, vendors.ItemSpec{Title: "t"})
	refused(t, err, vendors.ErrUnavailable, filepath.Join(dir, "file"))
	if runtime.GOOS == "windows" || os.Geteuid() == 0 {
		t.Skip("this user may write into every folder")
	}
	g := open(t)
	g.create(t, "photos", "s")
	if err := os.Chmod(g.dir, 0o500); err != nil {
		t.Fatal(err)
	}
	defer func() { _ = os.Chmod(g.dir, 0o700) }()
	_, err = g.CreateItem(ctx, vendors.ItemSpec{Title: "t"})
	refused(t, err, vendors.ErrDenied, g.dir)
}

func TestIdentityInTheEnvironment_winsOverTheFile(t *testing.T) {
	ctx, own := context.Background(), newIdentity(t)
	given := vendors.Settings{"identity": {Secret: vendors.NewSecret("# a comment\n" + own.String() + "\n"), Source: "BH_AGE_IDENTITY"}}
	f := openWith(t, t.TempDir(), given)
	f.create(t, "photos", "s")
	if _, err := os.Stat(f.identity); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("an identity file was made: %v", err)
	}
	write(t, f.identity, newIdentity(t).String())
	f.create(t, "more", "s")
	if list, err := openWith(t, f.dir, given).ListItems(ctx); err != nil || len(list) != 2 {
		t.Errorf("got %v, %v", list, err)
	}
	other := vendors.Settings{"identity": {Secret: vendors.NewSecret(newIdentity(t).String()), Source: "BH_AGE_IDENTITY"}}
	_, err := openWith(t, f.dir, other).ListItems(ctx)
	refused(t, err, vendors.ErrDenied, f.path, "BH_AGE_IDENTITY")
	broken := vendors.Settings{"identity": {Secret: vendors.NewSecret("canary"), Source: "BH_AGE_IDENTITY"}}
	_, err = openWith(t, f.dir, broken).ListItems(ctx)
	refused(t, err, vendors.ErrInvalid, "BH_AGE_IDENTITY")
	text := fmt.Sprintf("%v %+v %#v", f.SecretStore, f.SecretStore, f.SecretStore)
	if strings.Contains(text, own.String()) {
		t.Error("printing the store shows the identity")
	}
}

func TestRecipients(t *testing.T) {
	ctx, own, friend := context.Background(), newIdentity(t), newIdentity(t)
	f := openWith(t, t.TempDir(), recipients(friend.Recipient().String()))
	_, err := f.CreateItem(ctx, vendors.ItemSpec{Title: "t"})
	refused(t, err, vendors.ErrInvalid, f.identity, "recipients")
	write(t, f.identity, own.String())
	_, err = f.CreateItem(ctx, vendors.ItemSpec{Title: "t"})
	refused(t, err, vendors.ErrInvalid, own.Recipient().String())
	if _, err := os.Stat(f.path); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a refused write made a file: %v", err)
	}

	both := openWith(t, f.dir, recipients(own.Recipient().String(), friend.Recipient().String()))
	both.create(t, "shared", "s")
	for _, i := range []*age.X25519Identity{own, friend} {
		if _, err := age.Decrypt(bytes.NewReader([]byte(read(t, f.path))), i); err != nil {
			t.Errorf("a recipient cannot open the file: %v", err)
		}
	}
	openWith(t, f.dir, nil).create(t, "own", "s")
	if _, err := age.Decrypt(bytes.NewReader([]byte(read(t, f.path))), friend); err == nil {
		t.Error("who is no recipient any more can open the file")
	}
}

func TestSettings(t *testing.T) {
	paths := vendors.Settings{"path": {Text: "p"}, "identity_file": {Text: "i"}}
	with := func(s vendors.Settings) vendors.Settings {
		out := vendors.Settings{}
		for _, from := range []vendors.Settings{paths, s} {
			for name, value := range from {
				out[name] = value
			}
		}
		return out
	}
	private := newIdentity(t).String()
	for name, c := range map[string]struct {
		settings vendors.Settings
		want     int
	}{
		"good":         {with(vendors.Settings{"recipients": {List: []string{newIdentity(t).Recipient().String()}}}), 0},
		"no paths":     {vendors.Settings{}, 2},
		"no recipient": {with(vendors.Settings{"recipients": {List: []string{"age1nonsense", ""}}}), 2},
		"a secret key": {with(vendors.Settings{"recipients": {List: []string{private}}}), 1},
	} {
		got := agefile.Vendor.CheckSettings(c.settings)
		if len(got) != c.want {
			t.Errorf("%s: %v", name, got)
		}
		if strings.Contains(fmt.Sprint(got), private) {
			t.Errorf("%s: the problem shows the key", name)
		}
		_, err := agefile.Vendor.OpenSecrets(context.Background(), vendors.Host{Dir: t.TempDir(), Now: func() time.Time { return start }}, c.settings)
		if (err == nil) != (c.want == 0) {
			t.Errorf("%s: open returns %v", name, err)
		}
	}
	for range 20 {
		if got := agefile.Vendor.CheckSettings(vendors.Settings{}); got[0].Attribute != "path" || got[1].Attribute != "identity_file" {
			t.Fatalf("the problems come in another order: %v", got)
		}
	}
	for title, want := range map[string]int{"photos (prod)": 0, "a/b": 0, "日本": 0, "": 1, " ": 1, "a\nb": 1, "a\tb": 1} {
		if got := agefile.Vendor.CheckItemTitle(title); len(got) != want {
			t.Errorf("%q: %v", title, got)
		}
	}
}

func TestTextThatJSONCannotHold_isRefused(t *testing.T) {
	f := open(t)
	for _, spec := range []vendors.ItemSpec{
		{Title: "\xff"}, {Title: "t", Keys: vendors.BucketCredentials{SecretAccessKey: vendors.NewSecret("canary\xff")}},
		{Title: "t", Mark: vendors.Mark{Stack: "\xff"}},
	} {
		_, err := f.CreateItem(context.Background(), spec)
		refused(t, err, vendors.ErrInvalid, "not UTF-8")
	}
}
