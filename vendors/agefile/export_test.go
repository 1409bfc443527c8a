package agefile

import (
	"context"
	"fmt"

	"buckethead/vendors"
)

// Fill puts n items into a store by one write, for benchmarks.
func Fill(s vendors.SecretStore, n int) error {
	store := s.(*Store)
	return store.change(context.Background(), func(d *document) (*document, error) {
		var entries []*entry
		for i := range n {
			blank, err := newEntry(drawID(), store.now())
			if err != nil {
				return nil, err
			}
			e, err := blank.written(vendors.ItemSpec{Title: fmt.Sprintf("item %d", i), Keys: vendors.BucketCredentials{AccessKeyID: "K",
				SecretAccessKey: vendors.NewSecret("secret"), Bucket: "b", EndpointURL: "https://example.com", Region: "auto"}}, store.now())
			if err != nil {
				return nil, err
			}
			entries = append(entries, e)
		}
		return newDocument(d.members, entries)
	})
}
