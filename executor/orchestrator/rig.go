// Package orchestrator carries out one step at a time: functions over the two
// vendor contracts that take a record and give the next one.
//
// It knows no journal, no parallelism and no plan: executor has those. With the
// vendors, it is the only place that sees a secret's value.
package orchestrator

import (
	"context"
	"time"

	"buckethead/config/addr"
	"buckethead/vendors"
)

// Rig is what steps act on. Buckets is nil for an operation without a cloud.
// Stores finds the store of another connection. Register returns the keys that
// someone brings. Now, Sleep and Fingerprint are required.
type Rig struct {
	Buckets     vendors.BucketProvider
	Secrets     vendors.SecretStore
	Connection  string // the connection address of Secrets
	Stores      func(ctx context.Context, connection string) (vendors.SecretStore, error)
	Register    func(ctx context.Context, project addr.Project) (vendors.BucketCredentials, error)
	Fingerprint func(vendors.Secret) string
	Stack       string
	Now         func() time.Time
	Sleep       func(ctx context.Context, d time.Duration) error
	Waiting     func(why string, until time.Time) // may be nil
	// Stop, when closed, ends a wait between two steps; nil for never.
	Stop <-chan struct{}
}
