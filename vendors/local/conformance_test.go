package local_test

import (
	"os"
	"path/filepath"
	"testing"

	"buckethead/vendors"
	"buckethead/vendors/local"
	"buckethead/vendors/vendortest"
)

func TestConformance(t *testing.T) {
	vendortest.Buckets(t, func(t *testing.T) vendors.BucketProvider { return open(t) }, vendortest.BucketOptions{
		Attributes: local.Vendor.BucketAttributes, Location: "weur",
		// More than the folders' batches hold is not needed: a folder has no pages.
		Many: 12,
		Address: func(p vendors.BucketProvider, id vendors.BucketID) vendors.Address {
			return local.Vendor.Address(vendors.Settings{"root": {Text: p.(*fixture).root}}, id)
		},
		PutObject: func(t *testing.T, p vendors.BucketProvider, id vendors.BucketID) {
			if err := os.WriteFile(filepath.Join(p.(*fixture).root, id.Name, "object"), []byte("data"), 0o600); err != nil {
				t.Fatal(err)
			}
		},
		Exempt: map[string]string{
			"cut connection after the act = OutcomeUnknown and exactly one request": "a folder has no connection; what fails after a rename is tested in this package",
			"429 = ErrRateLimited with RetryAfter":                                  "a folder has no rate limit",
		},
	})
}
