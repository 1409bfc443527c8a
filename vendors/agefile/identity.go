package agefile

import (
	"bytes"
	"fmt"
	"strings"

	"filippo.io/age"
	"filippo.io/age/armor"

	"buckethead/config/words"
	"buckethead/vendors"
)

// notIdentity is something that a person may mistake for an identity, and what to do about it.
type notIdentity struct {
	is, do string
	// begins lists what the text or the line begins with.
	begins []string
}

const (
	newIdentity = "create an identity with age-keygen -o NEW-FILE, and set identity_file to that file"
	privateKey  = "AGE-SECRET-KEY-"
)

// wholeFiles are recognised by the beginning of the text, and lines by the beginning of a line.
// The text itself is never shown: it may be a secret.
var (
	wholeFiles = []notIdentity{
		{"a file encrypted with age", "", []string{"age-encryption.org/", armor.Header}},
		{"text in UTF-16, which > writes in PowerShell", "save it as UTF-8", []string{"\xff\xfe", "\xfe\xff"}},
		{"an SSH private key", "bh does not use SSH keys; " + newIdentity, []string{"-----BEGIN OPENSSH PRIVATE KEY-----"}},
		{"an OpenPGP key or message", newIdentity, []string{"-----BEGIN PGP "}},
		{"a private key in PEM, as SSH and TLS use it", "bh does not use such keys; " + newIdentity,
			[]string{"-----BEGIN PRIVATE KEY", "-----BEGIN RSA PRIVATE KEY", "-----BEGIN EC PRIVATE KEY",
				"-----BEGIN DSA PRIVATE KEY", "-----BEGIN ENCRYPTED PRIVATE KEY"}},
		{"a PEM block", newIdentity, []string{"-----BEGIN "}},
	}
	lines = []notIdentity{
		{"an incomplete or mistyped age private key", "copy the whole line again, in upper case", []string{privateKey}},
		{"the identity of an age plugin", "bh does not run plugins; " + newIdentity, []string{"AGE-PLUGIN-"}},
		{"an age public key", "the private key belongs here, a line that begins with " + privateKey +
			"; public keys belong in recipients", []string{"age1", "Public key: age1"}},
		{"an SSH public key", "bh does not use SSH keys; " + newIdentity, []string{"ssh-", "ecdsa-sha2-", "sk-ssh-", "sk-ecdsa-"}},
		{"a JSON web token", newIdentity, []string{"eyJ"}},
		{"a reference", "write it in the file, as identity = \"...\" in the secrets block", []string{"op://", "age://"}},
		{"the name of a file", "file names belong in identity_file", []string{"/", "./", "../", "~/", ".bh/"}},
	}
	somethingElse = notIdentity{is: "something else", do: "an identity is a line that begins with " + privateKey +
		", as age-keygen writes it"}
)

// parseIdentities reads private keys, one per line, and skips comments. Its error says what the
// text is instead, and shows none of it.
func (k key) parseIdentities(text []byte) ([]age.Identity, error) {
	text = bytes.TrimPrefix(text, []byte("\xef\xbb\xbf"))
	for _, n := range wholeFiles {
		if n.match(string(bytes.TrimSpace(text))) {
			return nil, k.notIdentity("", n)
		}
	}
	var out []age.Identity
	var comments bool
	for i, line := range strings.Split(string(text), "\n") {
		line = strings.TrimSpace(line)
		if comment := strings.HasPrefix(line, "#"); line == "" || comment {
			comments = comments || comment
			continue
		}
		found, err := age.ParseIdentities(strings.NewReader(line))
		if err != nil { // it could contain a part of the key
			where := fmt.Sprintf("line %d of ", i+1)
			if !strings.Contains(strings.TrimSpace(string(text)), "\n") {
				where = ""
			}
			return nil, k.notIdentity(where, lineOf(line))
		}
		k.learned(vendors.NewSecret(line))
		out = append(out, found...)
	}
	if len(out) > 0 {
		return out, nil
	}
	nothing := notIdentity{is: "empty", do: somethingElse.do}
	if comments {
		nothing.is = "only comments"
	}
	return nil, k.notIdentity("", nothing)
}

// match reports whether text begins like one of these.
func (n notIdentity) match(text string) bool {
	for _, prefix := range n.begins {
		if strings.HasPrefix(text, prefix) {
			return true
		}
	}
	return false
}

// lineOf says what a line is if it is not a private key.
func lineOf(line string) notIdentity {
	for _, n := range lines {
		if n.match(line) {
			return n
		}
	}
	if strings.Contains(strings.ToUpper(line), privateKey) {
		return notIdentity{is: "an age private key with something around it, or in lower case",
			do: "put only the key on the line, in upper case, without a name, quotes or export"}
	}
	return somethingElse
}

// notIdentity returns the error for a text without an identity. where may name a line.
func (k key) notIdentity(where string, n notIdentity) error {
	if n.do == "" {
		n.do = "bh does not ask for passphrases; decrypt it first, with age -d"
		if k.given.IsZero() {
			n.do = `bh does not ask for passphrases; decrypt it for this shell only: export BH_AGE_IDENTITY="$(age -d ` + words.FileInShell(k.path) + `)"`
		}
	}
	return &fault{vendors.ErrInvalid, fmt.Sprintf("not an age identity: %s%s is %s; %s", where, k.origin(), n.is, n.do)}
}

// foreign returns the error for an age file that none of the identities opens. stanzas are the
// kinds of its recipients.
func (k key) foreign(path string, identities []age.Identity, stanzas []string) error {
	var own []string
	encrypt := "age"
	for _, r := range publicKeys(identities) {
		text := r.String()
		encrypt += " -r " + words.InShell(text)
		if len(text) > 80 { // a post-quantum key has two thousand characters
			text = text[:24] + "..."
		}
		own = append(own, text)
	}
	is := "it is"
	if len(own) > 1 {
		is = "they are"
	}
	if len(stanzas) == 1 && stanzas[0] == "scrypt" {
		return &fault{vendors.ErrDenied, fmt.Sprintf("%s is encrypted with a passphrase, which bh does not ask for; "+
			"encrypt it to the identity in %s instead: age -d %s | %s -o NEW-FILE",
			path, k.origin(), words.FileInShell(path), encrypt)}
	}
	count := "1 recipient"
	if len(stanzas) != 1 {
		count = fmt.Sprintf("%d recipients", len(stanzas))
	}
	return &fault{vendors.ErrDenied, fmt.Sprintf("the identity in %s does not open %s: %s %s, and the file is encrypted to %s (%s); "+
		"use the identity that the file was written with, or have someone who can open it add this one to the recipients",
		k.origin(), path, is, strings.Join(own, " and "), count, strings.Join(stanzas, ", "))}
}

// notAgeFile says what a file that cannot be decrypted is, judging by its beginning. It returns
// "" if it may be a damaged age file.
func notAgeFile(head []byte) string {
	text := strings.TrimSpace(string(head))
	for _, known := range []struct{ begins, is string }{
		{"{", "is not encrypted"},
		{"# created: ", "is an age identity, not an age file"}, {privateKey, "is an age identity, not an age file"},
		{"version https://git-lfs.github.com/", "is a Git LFS pointer: git lfs pull gets the file"},
		{"\x00GITCRYPT", "is locked by git-crypt: git-crypt unlock decrypts it"},
		{"<<<<<<< ", "is an unresolved merge: choose one of the two versions"},
		{"-----BEGIN PGP ", "is an OpenPGP message, not an age file"},
	} {
		if strings.HasPrefix(text, known.begins) {
			return known.is
		}
	}
	if len(head) == 0 {
		return "is damaged: it is empty"
	}
	return ""
}
