package agefile_test

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"filippo.io/age"

	"buckethead/vendors"
	"buckethead/vendors/agefile"
)

func recipients(list ...string) vendors.Settings { return vendors.Settings{"recipients": {List: list}} }

func (f *fixture) recipients(t *testing.T) vendors.Recipients {
	t.Helper()
	r, _ := vendors.As[vendors.RecipientsReader](f)
	out, err := r.ReadRecipients(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func (f *fixture) writeRecipients(declared []string) error {
	w, _ := vendors.As[vendors.RecipientsWriter](f)
	return w.WriteRecipients(context.Background(), declared)
}

// opens says which of the keys open the file, and how many it has.
func (f *fixture) opens(t *testing.T, keys ...age.Identity) (opening []bool, header int) {
	t.Helper()
	data := []byte(read(t, f.path))
	for _, k := range keys {
		_, err := age.Decrypt(bytes.NewReader(data), k)
		opening = append(opening, err == nil)
	}
	return opening, bytes.Count(data[:bytes.Index(data, []byte("\n---"))], []byte("\n-> "))
}

// The file says whom it was written for; who is declared now is another matter, until it is
// written for them. Nothing else of it changes.
func TestRecipients_compared(t *testing.T) {
	own, friend, third := newIdentity(t), newIdentity(t), newIdentity(t)
	key := func(i *age.X25519Identity) string { return i.Recipient().String() }
	dir := t.TempDir()
	f := openWith(t, dir, recipients(key(own), key(friend)))
	write(t, f.identity, own.String())
	if got := f.recipients(t); len(got.Stored) != 0 || !slices.Equal(got.Declared, []string{key(own), key(friend)}) {
		t.Errorf("before there is a file: %+v", got)
	}
	item := f.create(t, "shared", "s")
	if got := f.recipients(t); got.Outside || !slices.Equal(got.Stored, got.Declared) || len(got.Stored) != 2 {
		t.Errorf("just written: %+v", got)
	}

	for _, c := range []struct {
		settings vendors.Settings
		opens    []bool
	}{
		{recipients(key(third), key(own)), []bool{true, false, true}},
		{nil, []bool{true, false, false}},
		{recipients(key(friend), key(third), key(own)), []bool{true, true, true}},
	} {
		f = openWith(t, dir, c.settings)
		got := f.recipients(t)
		if slices.Equal(got.Stored, got.Declared) || got.Outside {
			t.Errorf("declared others: %+v", got)
		}
		for range 2 { // it is idempotent
			if err := f.writeRecipients(got.Declared); err != nil {
				t.Fatal(err)
			}
		}
		opens, header := f.opens(t, own, friend, third)
		if !slices.Equal(opens, c.opens) || header != len(got.Declared) {
			t.Errorf("written for %v: own, friend and third open it: %v, and the header has %d", got.Declared, opens, header)
		}
		for _, again := range []*fixture{f, openWith(t, dir, c.settings)} {
			if now := again.recipients(t); now.Outside || !slices.Equal(now.Stored, got.Declared) {
				t.Errorf("after the write: %+v", now)
			}
			if same, err := again.GetItem(t.Context(), item.ID); err != nil || same.Version != item.Version || !same.UpdatedAt.Equal(item.UpdatedAt) {
				t.Errorf("the item is %+v (%v), and was %+v", same, err, item)
			}
		}
	}
	if err := f.writeRecipients([]string{key(own)}); !errors.Is(err, vendors.ErrConflict) {
		t.Errorf("a plan of other recipients: %v", err)
	}
}

// Who encrypts the file by hand, to fewer or more, is noticed.
func TestRecipients_outside(t *testing.T) {
	own, friend := newIdentity(t), newIdentity(t)
	f := openWith(t, t.TempDir(), recipients(own.Recipient().String(), friend.Recipient().String()))
	write(t, f.identity, own.String())
	f.create(t, "shared", "s")
	f.encrypt(t, f.decrypt(t), true) // to its own key alone, with armor
	got := f.recipients(t)
	if !got.Outside {
		t.Errorf("got %+v", got)
	}
	if err := f.writeRecipients(got.Declared); err != nil {
		t.Fatal(err)
	}
	if got := f.recipients(t); got.Outside {
		t.Errorf("after the write: %+v", got)
	}
}

// A file of the first format does not say, and learns it with the next write.
func TestRecipients_firstFormat(t *testing.T) {
	f := open(t)
	f.create(t, "photos", "s")
	f.encrypt(t, []byte(`{"format": 1, "recipients": ["a member of someone's own"], "items": []}`), false)
	if got := f.recipients(t); len(got.Stored) > 0 || got.Outside || len(got.Declared) != 1 {
		t.Errorf("got %+v", got)
	}
	f.create(t, "albums", "s")
	if got := f.recipients(t); !slices.Equal(got.Stored, got.Declared) || len(got.Stored) != 1 {
		t.Errorf("after a write: %+v", got)
	}
}

// What no write could encrypt the file to is refused when the settings are checked, or when
// the store is read.
func TestRecipients_cannotWork(t *testing.T) {
	own := newIdentity(t)
	hybrid, err := age.GenerateHybridIdentity()
	if err != nil {
		t.Fatal(err)
	}
	classicKey, hybridKey := own.Recipient().String(), hybrid.Recipient().String()
	for name, c := range map[string]struct {
		list     []string
		identity string // "" for none yet
		checked  string // what the check says, "" for nothing
		read     string // what reading says
	}{
		"classic":                     {[]string{classicKey}, own.String(), "", ""},
		"post-quantum":                {[]string{hybridKey}, hybrid.String(), "", ""},
		"none declared":               {nil, own.String(), "", ""},
		"none declared, no identity":  {nil, "", "", ""},
		"both sorts":                  {[]string{classicKey, hybridKey}, own.String(), "never mixes post-quantum keys", ""},
		"one twice":                   {[]string{classicKey, " " + classicKey + " "}, own.String(), "is listed twice", ""},
		"not its own":                 {[]string{newIdentity(t).Recipient().String()}, own.String(), "", "lacks the public key"},
		"not its own, of another one": {[]string{hybridKey}, own.String(), "", "create a post-quantum identity with age-keygen -pq"},
		"two identities":              {nil, own.String() + "\n" + hybrid.String(), "", "keep identities of one kind"},
		"no identity":                 {[]string{classicKey}, "", "", "age-keygen -o"},
	} {
		t.Run(name, func(t *testing.T) {
			settings := recipients(c.list...)
			settings["path"], settings["identity_file"] = vendors.Value{Text: "p"}, vendors.Value{Text: "i"}
			var said []string
			for _, p := range agefile.Vendor.CheckSettings(settings) {
				said = append(said, p.Attribute+": "+p.Summary)
			}
			if text := strings.Join(said, "\n"); (text == "") != (c.checked == "") || !strings.Contains(text, c.checked) {
				t.Errorf("the check says %q, want %q", text, c.checked)
			}
			if c.checked != "" {
				return
			}
			dir := t.TempDir()
			if c.identity != "" {
				write(t, filepath.Join(dir, "i"), c.identity)
			}
			s, err := agefile.Vendor.OpenSecrets(t.Context(), vendors.Host{Dir: dir, Now: func() time.Time { return start }}, settings)
			if err != nil {
				t.Fatal(err)
			}
			_, err = s.(vendors.RecipientsReader).ReadRecipients(t.Context())
			if c.read != "" {
				refused(t, err, vendors.ErrInvalid, c.read)
			} else if err != nil {
				t.Error(err)
			}
			_, created := s.CreateItem(t.Context(), vendors.ItemSpec{Title: "t"})
			if (created == nil) != (err == nil) {
				t.Errorf("reading says %v, and a write says %v", err, created)
			}
			if _, err := os.Stat(filepath.Join(dir, "p")); (err == nil) != (created == nil) {
				t.Errorf("the file: %v", err)
			}
		})
	}
}
