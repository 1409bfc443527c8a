package agefile

import (
	"context"
	"fmt"
	"runtime"
	"testing"

	"filippo.io/age"

	"buckethead/vendors"
)

// counted is a recipient that counts what is encrypted to it.
type counted struct {
	recipient
	files int
}

func (c *counted) Wrap(key []byte) ([]*age.Stanza, error) {
	c.files++
	return c.recipient.Wrap(key)
}

// CountWrites counts how often a store writes its file, until stop is called, which returns
// the number. The store must have an identity.
func CountWrites(s vendors.SecretStore) (stop func() int) {
	c := &counted{recipient: ownRecipient(s)}
	restore := encryptTo(s, c)
	return func() int {
		restore()
		return c.files
	}
}

// stranger is a recipient that passes for another one.
type stranger struct {
	recipient
	name string
}

func (s stranger) String() string { return s.name }

// ForbidDecryption makes a store encrypt its file to a key that nobody has, so that it
// cannot read what it writes, except from memory.
func ForbidDecryption(tb testing.TB, s vendors.SecretStore) {
	tb.Helper()
	lost, err := age.GenerateX25519Identity()
	if err != nil {
		tb.Fatal(err)
	}
	encryptTo(s, stranger{lost.Recipient(), ownRecipient(s).String()})
}

// ownRecipient returns the public key of a store's identity.
func ownRecipient(s vendors.SecretStore) recipient {
	identities, err := s.(*Store).key.identities()
	if err != nil {
		panic(err)
	}
	return identities[0].(*age.X25519Identity).Recipient()
}

// encryptTo replaces the recipients of a store until restore is called.
func encryptTo(s vendors.SecretStore, r recipient) (restore func()) {
	store := s.(*Store)
	set := func(to []recipient) (before []recipient) {
		store.gate.file <- struct{}{}
		defer func() { <-store.gate.file }()
		before, store.key.recipients = store.key.recipients, to
		return before
	}
	before := set([]recipient{r})
	return func() { set(before) }
}

// LimitSize sets how large a file may be, until restore is called.
func LimitSize(size int) (restore func()) {
	before := sizeLimit
	sizeLimit = size
	return func() { sizeLimit = before }
}

// HoldWrites keeps the writes of a store waiting until release is called.
func HoldWrites(s vendors.SecretStore) (release func()) {
	g := s.(*Store).gate
	g.lead <- struct{}{}
	return func() { <-g.lead }
}

// AwaitWaiting returns when n writes of a store wait.
func AwaitWaiting(s vendors.SecretStore, n int) {
	g := s.(*Store).gate
	for waiting := -1; waiting != n; runtime.Gosched() {
		g.mu.Lock()
		waiting = len(g.waiting)
		g.mu.Unlock()
	}
}

// Fill puts n items into a store by one write, for benchmarks.
func Fill(s vendors.SecretStore, n int) error {
	store := s.(*Store)
	return store.change(context.Background(), func(d *document) error {
		for i := range n {
			blank, err := newEntry(drawID(), store.now())
			if err != nil {
				return err
			}
			e, err := blank.written(vendors.ItemSpec{Title: fmt.Sprintf("item %d", i), Keys: vendors.BucketCredentials{AccessKeyID: "K",
				SecretAccessKey: vendors.NewSecret("secret"), Bucket: "b", EndpointURL: "https://example.com", Region: "auto"}}, store.now())
			if err != nil {
				return err
			}
			d.put(e)
		}
		return nil
	})
}
