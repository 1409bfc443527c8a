package agefile

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"

	"filippo.io/age"

	"buckethead/vendors"
)

// recipient is a public key that can be compared by its text.
type recipient interface {
	age.Recipient
	fmt.Stringer
}

// parseRecipient parses a public key. The error quotes only the beginning of the text, because
// someone may have pasted a private key.
func parseRecipient(text string) (recipient, error) {
	text = strings.TrimSpace(text)
	if r, err := age.ParseX25519Recipient(text); err == nil {
		return r, nil
	}
	if r, err := age.ParseHybridRecipient(text); err == nil {
		return r, nil
	}
	if strings.HasPrefix(strings.ToUpper(text), "AGE-SECRET-KEY-") {
		return nil, errors.New("a recipient is a public key, but this is a private key; " +
			"treat it as leaked, and create a new one")
	}
	return nil, fmt.Errorf("%.12q is not the beginning of an age public key", text)
}

// isHybrid reports whether a key is post-quantum. age never encrypts a file to both kinds of
// keys.
func isHybrid(r recipient) bool {
	_, is := r.(*age.HybridRecipient)
	return is
}

// mixed returns one key of each kind, if there are both.
func mixed(list []recipient) (classic, hybrid recipient, both bool) {
	for _, r := range list {
		if isHybrid(r) {
			hybrid = r
		} else {
			classic = r
		}
	}
	return classic, hybrid, classic != nil && hybrid != nil
}

// mixedWords says that a file cannot have both kinds of recipients.
func mixedWords(classic, hybrid recipient) string {
	return fmt.Sprintf("the recipients %.12s… and %.12s… cannot open the same file: age never mixes post-quantum keys (age1pq1…) "+
		"with classic ones", classic, hybrid)
}

// checkRecipients finds mistakes in the declared recipients. It needs no private key.
func checkRecipients(list []string) []vendors.Problem {
	var out vendors.Problems
	var parsed []recipient
	for _, text := range list {
		r, err := parseRecipient(text)
		switch {
		case err != nil:
			out.Report("recipients", err.Error(), `Write public keys as age-keygen prints them: they begin with "age1".`)
		case slices.Contains(texts(parsed), r.String()):
			out.Report("recipients", fmt.Sprintf("the recipient %.12s… is listed twice", r), "List each recipient once.")
		default:
			parsed = append(parsed, r)
		}
	}
	if classic, hybrid, both := mixed(parsed); both {
		out.Report("recipients", mixedWords(classic, hybrid),
			"Use keys of one kind only; age-keygen -pq creates post-quantum ones.")
	}
	return out
}

// texts returns the keys as text.
func texts(list []recipient) []string {
	out := make([]string, len(list))
	for i, r := range list {
		out[i] = r.String()
	}
	return out
}

// publicKeys returns the public keys of private keys.
func publicKeys(identities []age.Identity) []recipient {
	out := make([]recipient, 0, len(identities))
	for _, i := range identities {
		switch i := i.(type) {
		case *age.X25519Identity:
			out = append(out, i.Recipient())
		case *age.HybridIdentity:
			out = append(out, i.Recipient())
		}
	}
	return out
}

// readers returns the public keys that the file is encrypted to: the declared ones, which must
// be of one kind and include one that bh itself has.
func (k key) readers(identities []age.Identity) ([]recipient, error) {
	own := publicKeys(identities)
	all := k.recipients
	if len(all) == 0 {
		all = own
	}
	among := func(r recipient) bool { return slices.Contains(texts(own), r.String()) }
	if !slices.ContainsFunc(all, among) {
		return nil, &fault{vendors.ErrInvalid,
			fmt.Sprintf("bh could not read the file again: recipients lacks the public key of %s; %s", k.origin(), k.add(own))}
	}
	if classic, hybrid, both := mixed(all); both {
		return nil, &fault{vendors.ErrInvalid,
			fmt.Sprintf("%s; keep identities of one kind in %s", mixedWords(classic, hybrid), k.origin())}
	}
	return all, nil
}

// add says which key to add to the recipients, and what to do if it is of another kind.
func (k key) add(own []recipient) string {
	keys := strings.Join(texts(own), " or ")
	if _, _, both := mixed(slices.Concat(own, k.recipients)); !both {
		return "add " + keys
	}
	if isHybrid(own[0]) {
		return "list only post-quantum keys, including " + keys + ", or create a classic identity with age-keygen"
	}
	return "list only classic keys, including " + keys + ", or create a post-quantum identity with age-keygen -pq"
}

// makeable returns an error if the first write could not create the identity.
func (k key) makeable() error {
	if len(k.recipients) == 0 {
		return nil
	}
	return &fault{vendors.ErrInvalid, fmt.Sprintf(
		"there is no identity in %s, and a new one would not be among the recipients; "+
			"create it with age-keygen -o %s and add its public key, or leave out recipients for the first apply",
		k.path, k.path)}
}

// witness counts the recipients of a file that it is asked to open.
type witness struct {
	age.Identity
	stanzas *int
}

func (w witness) Unwrap(stanzas []*age.Stanza) ([]byte, error) {
	*w.stanzas = len(stanzas)
	return w.Identity.Unwrap(stanzas)
}

func counting(identities []age.Identity, stanzas *int) []age.Identity {
	out := make([]age.Identity, len(identities))
	for i, identity := range identities {
		out[i] = witness{identity, stanzas}
	}
	return out
}

// ReadRecipients implements [vendors.RecipientsReader].
func (s *Store) ReadRecipients(ctx context.Context) (vendors.Recipients, error) {
	const op = "read recipients"
	var out vendors.Recipients
	there := false
	err := s.look(ctx, func(now *loaded) {
		there, out.Stored = now.info != nil, slices.Clone(now.document.recipients)
		out.Outside = len(out.Stored) > 0 && len(out.Stored) != now.stanzas
	})
	if err != nil {
		return vendors.Recipients{}, classify(op, err)
	}
	identities, err := s.key.identities()
	if errors.Is(err, fs.ErrNotExist) && !there {
		return out, classify(op, s.key.makeable())
	}
	var readers []recipient
	if err == nil {
		readers, err = s.key.readers(identities)
	}
	out.Declared = texts(readers)
	return out, classify(op, err)
}

// WriteRecipients implements [vendors.RecipientsWriter]. Every write encrypts to the declared
// recipients; this one does nothing else.
func (s *Store) WriteRecipients(ctx context.Context, declared []string) error {
	const op = "write recipients"
	err := s.change(ctx, func(d *document) error {
		identities, err := s.key.identities()
		if err != nil {
			return err
		}
		readers, err := s.key.readers(identities)
		if err != nil {
			return err
		}
		if !sameSet(texts(readers), declared) {
			return refuse(op, vendors.ErrConflict, "the recipients have changed since the plan was made")
		}
		d.changed = true
		return nil
	})
	return classify(op, err)
}

// sameSet reports whether two lists name the same keys.
func sameSet(a, b []string) bool {
	return slices.Equal(slices.Sorted(slices.Values(a)), slices.Sorted(slices.Values(b)))
}
