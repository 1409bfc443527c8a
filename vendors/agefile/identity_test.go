package agefile_test

import (
	"bytes"
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"filippo.io/age"
	"filippo.io/age/armor"

	"buckethead/vendors"
)

// encryptedIdentity is an identity under a passphrase, in binary or in armor.
func encryptedIdentity(t *testing.T, armored bool) string {
	t.Helper()
	pass, err := age.NewScryptRecipient("pass")
	if err != nil {
		t.Fatal(err)
	}
	pass.SetWorkFactor(10)
	var out bytes.Buffer
	to, done := age.Recipient(pass), func() error { return nil }
	w, err := age.Encrypt(&out, to)
	if armored {
		a := armor.NewWriter(&out)
		w, err = age.Encrypt(a, to)
		done = a.Close
	}
	if err != nil {
		t.Fatal(err)
	}
	_, err = w.Write([]byte(newIdentity(t).String()))
	if err = errors.Join(err, w.Close(), done()); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

// unlucky is a file that is not an identity: what it is called, and what to do.
type unlucky struct{ name, text, is, do string }

func notIdentities(t *testing.T) []unlucky {
	key := newIdentity(t).String()
	return []unlucky{
		{"encrypted", encryptedIdentity(t, false), "is a file encrypted with age", `export BH_AGE_IDENTITY="$(age -d `},
		{"encrypted, in armor", "\n" + encryptedIdentity(t, true), "is a file encrypted with age", `export BH_AGE_IDENTITY="$(age -d `},
		{"SSH", "-----BEGIN OPENSSH PRIVATE KEY-----\ncanaryb3BlbnNzaC1rZXk\n-----END OPENSSH PRIVATE KEY-----\n", "is an SSH private key", "age-keygen -o NEW-FILE"},
		{"RSA", "-----BEGIN RSA PRIVATE KEY-----\ncanaryMIIEow\n-----END RSA PRIVATE KEY-----\n", "is a private key in PEM", "age-keygen -o NEW-FILE"},
		{"certificate", "-----BEGIN CERTIFICATE-----\ncanaryMIIEow\n", "is a PEM block", "age-keygen"},
		{"OpenPGP", "-----BEGIN PGP PRIVATE KEY BLOCK-----\ncanary\n", "is an OpenPGP key", "age-keygen"},
		{"plugin", "# a YubiKey\nAGE-PLUGIN-YUBIKEY-1canary\n", "line 2 of ", "bh does not run plugins"},
		{"public key", newIdentity(t).Recipient().String() + "\n", "is an age public key", "public keys belong in recipients"},
		{"recipients", "# team\n" + newIdentity(t).Recipient().String() + "\n" + newIdentity(t).Recipient().String() + "\n", "line 2 of ", "public keys belong in recipients"},
		{"what age-keygen says", "Public key: " + newIdentity(t).Recipient().String() + "\n", "is an age public key", "the private key belongs here"},
		{"a key and a plugin", key + "\nAGE-PLUGIN-SE-1canary\n", "line 2 of ", "the identity of an age plugin"},
		{"SSH public key", "ssh-ed25519 canaryAAAAC3 me@host\n", "is an SSH public key", "bh does not use SSH keys"},
		{"empty", "", "is empty", "age-keygen writes it"},
		{"blank", " \r\n\n", "is empty", "age-keygen writes it"},
		{"comments", "# created: today\r\n# canary\r\n", "is only comments", "age-keygen writes it"},
		{"half a key", key[:40], "is an incomplete or mistyped age private key", "copy the whole line again"},
		{"a typing error", strings.Replace(key, "AGE-SECRET-KEY-1", "AGE-SECRET-KEY-1b", 1), "is an incomplete or mistyped age private key", "copy the whole line again"},
		{"quoted", `"` + key + `"`, "with something around it", "without a name, quotes or export"},
		{"exported", "export BH_AGE_IDENTITY=" + key, "with something around it", "without a name, quotes or export"},
		{"small letters", strings.ToLower(key), "in lower case", "in upper case"},
		{"UTF-16", "\xff\xfeA\x00G\x00E\x00", "is text in UTF-16", "save it as UTF-8"},
		{"JWT", "eyJhbGciOiJIUzI1NiJ9.canary.c2ln", "is a JSON web token", "age-keygen"},
		{"reference", "op://canary/key/secret", "is a reference", "identity ="},
		{"another secret", "canary\n", "is something else", "begins with AGE-SECRET-KEY-, as age-keygen"},
	}
}

// Each is named for what it is, with what to do, and nothing of it is shown; also where
// there is no age file yet, before there is a key to store. Nothing is made.
func TestIdentity_isNamedForWhatItIs(t *testing.T) {
	for _, test := range notIdentities(t) {
		t.Run(test.name, func(t *testing.T) {
			f := open(t)
			f.create(t, "photos", "s")
			write(t, f.identity, test.text)
			f.everyAct(t, vendors.ErrInvalid, f.identity, test.is, test.do)

			dir := t.TempDir()
			given := vendors.Settings{"identity": {Secret: vendors.NewSecret(test.text), Source: "BH_AGE_IDENTITY"}}
			if test.text != "" { // or there is none given
				_, err := openWith(t, dir, given).ListItems(context.Background())
				if refused(t, err, vendors.ErrInvalid, "BH_AGE_IDENTITY", test.is); strings.Contains(err.Error(), "export BH_AGE_IDENTITY=\"$(age -d )") {
					t.Errorf("%v", err)
				}
				hides(t, err, test.text)
			}
			write(t, filepath.Join(dir, "identity.txt"), test.text)
			_, err := openWith(t, dir, nil).ListItems(context.Background())
			hides(t, err, test.text)
			if _, err := os.Stat(filepath.Join(dir, "secrets.age")); !errors.Is(err, fs.ErrNotExist) {
				t.Errorf("a file was made: %v", err)
			}
		})
	}
}

func TestIdentity_folder(t *testing.T) {
	f := open(t)
	if err := os.MkdirAll(f.identity, 0o755); err != nil {
		t.Fatal(err)
	}
	_, err := f.ListItems(context.Background())
	refused(t, err, vendors.ErrInvalid, f.identity+" is a folder")
}

// hides checks that no error shows a part of a text.
func hides(t *testing.T, err error, text string) {
	t.Helper()
	if err == nil {
		t.Fatal("it was taken")
	}
	for word := range strings.FieldsSeq(text) {
		for i := 0; i+20 <= len(word); i++ {
			if strings.Contains(err.Error(), word[i:i+20]) {
				t.Fatalf("%q shows %q", err, word[i:i+20])
			}
		}
	}
}

// What age-keygen writes is taken as Windows and editors save it, and a post-quantum key.
func TestIdentity_taken(t *testing.T) {
	hybrid, err := age.GenerateHybridIdentity()
	if err != nil {
		t.Fatal(err)
	}
	key := newIdentity(t).String()
	for name, text := range map[string]string{
		"CRLF":         "# created: today\r\n# public key: x\r\n" + key + "\r\n",
		"BOM":          "\xef\xbb\xbf# created: today\n" + key,
		"spaces":       "  " + key + " \n\n",
		"two":          key + "\n" + newIdentity(t).String() + "\n",
		"post-quantum": "# post-quantum\n" + hybrid.String() + "\n",
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			write(t, filepath.Join(dir, "identity.txt"), text)
			_, err := openWith(t, dir, nil).CreateItem(context.Background(), vendors.ItemSpec{Title: "t", Keys: vendors.BucketCredentials{SecretAccessKey: vendors.NewSecret("s")}})
			if err != nil {
				t.Fatal(err)
			}
			if items, err := openWith(t, dir, nil).ListItems(context.Background()); err != nil || len(items) != 1 {
				t.Errorf("got %v, %v", items, err)
			}
		})
	}
}

// An identity that does not open the file says whose it is, and how many others can.
func TestForeignIdentity(t *testing.T) {
	f := open(t)
	f.create(t, "photos", "s")
	hybrid, err := age.GenerateHybridIdentity()
	if err != nil {
		t.Fatal(err)
	}
	write(t, f.identity, hybrid.String()+"\n"+newIdentity(t).String())
	f.everyAct(t, vendors.ErrDenied, "does not open "+f.path, "they are age1pq1", "... and age1", "encrypted to 1 recipient (X25519)")

	write(t, f.path, encryptedIdentity(t, true))
	own := newIdentity(t)
	write(t, f.identity, own.String())
	f.everyAct(t, vendors.ErrDenied, f.path+" is encrypted with a passphrase", "| age -r "+own.Recipient().String()+" -o NEW-FILE")
}

// What is no age file at all is named as well.
func TestNotAnAgeFile(t *testing.T) {
	for text, is := range map[string]string{
		`{"format": 1, "items": [{"secret": "canary"}]}`:                      "is not encrypted",
		"# created: today\n" + newIdentity(t).String():                        "is an age identity",
		"version https://git-lfs.github.com/spec/v1\noid sha256:canary\n":     "git lfs pull",
		"\x00GITCRYPT\x00canary":                                              "git-crypt unlock",
		"<<<<<<< HEAD\n-----BEGIN AGE ENCRYPTED FILE-----\ncanary\n=======\n": "an unresolved merge",
		"-----BEGIN PGP MESSAGE-----\ncanary":                                 "is an OpenPGP message",
		"canary":                                                              "is damaged, or is not an age file",
	} {
		f := open(t)
		f.create(t, "photos", "s")
		write(t, f.path, text)
		f.everyAct(t, vendors.ErrUnavailable, f.path, is, "restore it from a copy")
	}
}
