// Package orchestrator carries out the steps of one operation, through the contracts of
// package vendors.
//
// [Do] carries out a single step: it takes a [Work] with the record of the project, and
// returns the next one. [Run] carries out the steps of an operation in order, and tells a
// [Recorder] before and after each. A [Rig] has the vendors and everything else that steps
// act on.
//
// A mint is never repeated under the same name. If the response is lost, Run tries again under
// another name, and when the operation settles, it revokes what turns up under the first.
//
// [ProvisionBucket], [RegisterBucket], [RotateCredentials] and [DestroyProject] are whole
// operations for callers without a planner.
//
// Plans, parallelism and the journal belong to package executor. Apart from the vendors, this
// is the only package that sees the value of a secret.
package orchestrator

import (
	"context"
	"time"

	"buckethead/config/addr"
	"buckethead/vendors"
)

// Rig holds what steps act on. Buckets is nil for an operation without a cloud. Stores opens
// the store of another connection. Register returns the registered keys, and Prover proves
// them. Now, Sleep and Fingerprint are required.
type Rig struct {
	Buckets     vendors.BucketProvider
	Secrets     vendors.SecretStore
	Connection  string // the connection address of Secrets
	Shape       string // how Secrets writes items, see vendors.Vendor
	Issuer      string // the kind of credentials that Buckets issues, see vendors.Address
	Stores      func(ctx context.Context, connection string) (vendors.SecretStore, error)
	Register    func(ctx context.Context, project addr.Address) (vendors.BucketCredentials, error)
	Prover      vendors.KeyProver
	Fingerprint func(vendors.Secret) string
	Stack       string
	Lineages    []string // of the state; the first goes into the marks of items
	Now         func() time.Time
	Sleep       func(ctx context.Context, d time.Duration) error
	Waiting     func(why string, until time.Time) // may be nil
	// Stop, if it is not nil, ends a wait between two steps when it is closed.
	Stop <-chan struct{}
}
