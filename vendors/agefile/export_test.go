package agefile

import (
	"context"
	"fmt"
	"runtime"

	"buckethead/vendors"
)

// Counts says how often a store has decrypted and written its file.
func Counts(s vendors.SecretStore) (decrypted, written int) {
	g := s.(*Store).gate
	g.file <- struct{}{}
	defer func() { <-g.file }()
	return g.decrypted, g.written
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
