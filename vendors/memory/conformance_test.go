package memory_test

import (
	"testing"
	"time"

	"buckethead/vendors"
	"buckethead/vendors/memory"
	"buckethead/vendors/vendortest"
)

// lost and limited are what a vendor's adapter makes of a reset and of a 429.
var (
	lost    = &vendors.Error{Vendor: "memory", Op: "call", Kind: vendors.ErrUnavailable, Message: "the connection was cut", OutcomeUnknown: true}
	limited = &vendors.Error{Vendor: "memory", Op: "call", Kind: vendors.ErrRateLimited, RetryAfter: 30 * time.Second}
)

func paged() *memory.World {
	w, _ := newWorld()
	w.PageSize = 4
	return w
}

// faulty returns a vendor of a world that misbehaves while it is armed.
func faulty[P any](w *memory.World, vendor P, before, after error) vendortest.Faulty[P] {
	answer := func(err error) func(memory.Call) error {
		if err == nil {
			return nil
		}
		return func(memory.Call) error { return err }
	}
	return vendortest.Faulty[P]{
		Vendor:     vendor,
		Arm:        func() { w.Before, w.After = answer(before), answer(after) },
		Disarm:     func() { w.Before, w.After = nil, nil },
		Requests:   func() int { return w.Reads() + w.Writes() },
		RetryAfter: limited.RetryAfter,
	}
}

func TestConformance_buckets(t *testing.T) {
	w, _ := newWorld()
	vendortest.Buckets(t, func(*testing.T) vendors.BucketProvider { return paged().Cloud("main") }, vendortest.BucketOptions{
		Attributes: w.Vendor().BucketAttributes, Location: "weur", StorageClass: "infrequent_access", Many: 9,
		ZoneID: "zone", Domain: "example.com",
		Address: func(_ vendors.BucketProvider, id vendors.BucketID) vendors.Address {
			return w.Vendor().Address(vendors.Settings{"name": {Text: "main"}}, id)
		},
		PutObject: func(t *testing.T, p vendors.BucketProvider, id vendors.BucketID) {
			if !p.(*memory.Cloud).PutObjects(id, 1) {
				t.Fatalf("there is no bucket %v", id)
			}
		},
		Cut: func(*testing.T) vendortest.Faulty[vendors.BucketProvider] {
			w := paged()
			return faulty[vendors.BucketProvider](w, w.Cloud("main"), nil, lost)
		},
		Limit: func(*testing.T) vendortest.Faulty[vendors.BucketProvider] {
			w := paged()
			return faulty[vendors.BucketProvider](w, w.Cloud("main"), limited, nil)
		},
	})
}

func TestConformance_secrets(t *testing.T) {
	vendortest.Secrets(t, func(*testing.T) vendors.SecretStore { return paged().Store("main") }, vendortest.SecretOptions{
		Many: 9,
		AddField: func(t *testing.T, s vendors.SecretStore, id, name, value string) {
			if !s.(*memory.Store).AddField(id, name, value) {
				t.Fatalf("there is no item %s", id)
			}
		},
		ShowSecret: func(_ *testing.T, s vendors.SecretStore, id string) { s.(*memory.Store).ShowSecret(id) },
		Field: func(_ *testing.T, s vendors.SecretStore, id, name string) string {
			return s.(*memory.Store).Field(id, name)
		},
		Cut: func(*testing.T) vendortest.Faulty[vendors.SecretStore] {
			w := paged()
			return faulty[vendors.SecretStore](w, w.Store("main"), nil, lost)
		},
		Limit: func(*testing.T) vendortest.Faulty[vendors.SecretStore] {
			w := paged()
			return faulty[vendors.SecretStore](w, w.Store("main"), limited, nil)
		},
	})
}
