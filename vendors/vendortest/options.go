package vendortest

import (
	"slices"
	"testing"
	"time"

	"buckethead/vendors"
)

// Faulty is a vendor that misbehaves on command. The suite prepares a test through Vendor, calls
// Arm, makes one call, calls Disarm and checks the effect. Requests counts the requests that were
// sent while it was armed. RetryAfter is the wait that a rate limit asks for.
type Faulty[P any] struct {
	Vendor      P
	Arm, Disarm func()
	Requests    func() int
	RetryAfter  time.Duration
}

// BucketOptions say what a cloud needs for the suite, and what it cannot do.
type BucketOptions struct {
	// Exempt has a reason for each promise that the cloud cannot keep. An
	// unknown promise is a failure.
	Exempt map[string]string
	// Attributes are the vendor's BucketAttributes: the values that they name must be read back as
	// they were sent.
	Attributes []string
	// Prefix begins every name that the suite uses; empty means "conformance".
	Prefix string
	// Location and StorageClass are values that the cloud knows, if Attributes
	// has them.
	Location, StorageClass string
	// ZoneID and Domain are a zone and a domain in it, if Attributes has
	// custom_domain: the suite uses names below that domain.
	ZoneID, Domain string
	// AbsentCredential is an id in the cloud's form that no credential has; empty
	// means "absent0000000000".
	AbsentCredential string
	// Address is the vendor's function of that name, for the settings that a cloud was opened with.
	Address func(p vendors.BucketProvider, id vendors.BucketID) vendors.Address
	// Many is how many buckets and credentials do not fit into one page.
	Many int
	// Pass lets time pass at a cloud that refuses an expiry in the past. It is nil for a cloud that
	// accepts one; the suite then sets one.
	Pass func(t *testing.T, p vendors.BucketProvider, d time.Duration)
	// PutObject puts an object into a bucket behind bh's back.
	PutObject func(t *testing.T, p vendors.BucketProvider, id vendors.BucketID)
	// Cut returns a cloud that acts and whose answer is lost while it is armed;
	// Limit one that answers that there were too many calls.
	Cut, Limit func(t *testing.T) Faulty[vendors.BucketProvider]
}

func (o BucketOptions) has(attribute string) bool { return slices.Contains(o.Attributes, attribute) }

// SecretOptions say what a store needs for the suite, and what it cannot do.
type SecretOptions struct {
	// Exempt has a reason for each promise that the store cannot keep. An
	// unknown promise is a failure.
	Exempt map[string]string
	// Prefix begins every title that the suite uses; empty means "conformance".
	Prefix string
	// Many is how many items do not fit into one page.
	Many int
	// AddField adds a field to an item as a person would, and Field reads one.
	AddField func(t *testing.T, s vendors.SecretStore, id, name, value string)
	Field    func(t *testing.T, s vendors.SecretStore, id, name string) string
	// ShowSecret makes the secret of an item visible to anyone who opens it.
	ShowSecret func(t *testing.T, s vendors.SecretStore, id string)
	// Cut returns a store that acts and whose answer is lost while it is armed;
	// Limit one that answers that there were too many calls.
	Cut, Limit func(t *testing.T) Faulty[vendors.SecretStore]
}

// promise is one subtest.
type promise[S any] struct {
	name string
	keep func(t *testing.T, s S)
}

// run makes a subtest of each promise, and skips the exempt ones with their reason.
func run[S any](t *testing.T, promises []promise[S], exempt map[string]string, suite S) {
	t.Helper()
	known := map[string]bool{}
	for _, p := range promises {
		known[p.name] = true
		t.Run(p.name, func(t *testing.T) {
			if reason, is := exempt[p.name]; is {
				t.Skipf("exempt: %s", reason)
			}
			p.keep(t, suite)
		})
	}
	for name, reason := range exempt {
		if !known[name] || reason == "" {
			t.Errorf("the exemption %q names no promise, or has no reason", name)
		}
	}
}

// need fails the test if an option that a promise needs is missing.
func need(t *testing.T, there bool, option string) {
	t.Helper()
	if !there {
		t.Fatalf("this promise needs the option %s, or an exemption with a reason", option)
	}
}
