package orchestrator

import (
	"context"
	"time"

	"buckethead/config/addr"
	"buckethead/planner"
	"buckethead/planner/owners"
	"buckethead/state"
	"buckethead/vendors"
)

// Provision describes what ProvisionBucket makes. Operation is an id that was never
// used before for this project; it becomes part of the credential's name.
type Provision struct {
	Project      addr.Address
	Operation    string
	Cloud        string // connection address, for the record
	Bucket       vendors.BucketSpec
	Access       vendors.Access
	AllowedIPs   []string
	ExpiresAfter time.Duration
	ItemTitle    string
}

// ProvisionBucket makes a bucket with its settings, issues a credential that opens it,
// stores that in a new item and proves it. It returns the item's reference, or
// [vendors.ErrExists] if the bucket exists already. It is for callers without a planner.
func ProvisionBucket(ctx context.Context, rig Rig, p Provision, rec Recorder) (reference string, err error) {
	record := state.Record{Project: p.Project, Cloud: p.Cloud, Secrets: rig.Connection}
	declared := record
	declared.Applied = state.Applied{Location: p.Bucket.Location, StorageClass: p.Bucket.StorageClass,
		Access: p.Access, AllowedIPs: p.AllowedIPs, ExpiresAfter: p.ExpiresAfter, Settings: p.Bucket.Settings}
	mint := mintFor(rig, p.Project, p.Operation, p.Bucket.ID, declared.Applied)
	steps := planner.ProvisionSteps(p.Bucket, mint, planner.StoreCredential{Title: p.ItemTitle})
	return run(ctx, rig, steps, declared, Work{Operation: p.Operation, Record: record}, rec)
}

// Registration describes the keys that RegisterBucket stores. The secret comes from the
// rig's Register.
type Registration struct {
	Project     addr.Address
	Operation   string
	AccessKeyID string
	Bucket      string
	EndpointURL string
	Region      string
	ItemTitle   string
}

// RegisterBucket stores keys from elsewhere in a new item, reads them back and proves that
// they open their bucket. It returns the item's reference, and calls no cloud.
func RegisterBucket(ctx context.Context, rig Rig, r Registration, rec Recorder) (reference string, err error) {
	keys, err := rig.Register(ctx, r.Project)
	if err != nil {
		return "", err
	}
	take := planner.TakeCredential{AccessKeyID: r.AccessKeyID, EndpointURL: r.EndpointURL, Region: r.Region,
		Bucket: r.Bucket, Fingerprint: rig.Fingerprint(keys.SecretAccessKey)}
	steps := planner.RegisterSteps(take, planner.StoreCredential{Title: r.ItemTitle}, planner.VerifyCredential{})
	record := state.Record{Project: r.Project, Secrets: rig.Connection, Registered: true}
	return run(ctx, rig, steps, record, Work{Operation: r.Operation, Record: record}, rec)
}

// RotateCredentials replaces the credential of a recorded project and stores the new one
// in the same item. The old one is revoked at once if overlap is zero; otherwise it stays
// in the record as retiring.
func RotateCredentials(ctx context.Context, rig Rig, record state.Record, operation string,
	overlap time.Duration, rec Recorder) (reference string, err error) {
	store := planner.StoreCredential{ItemID: record.Item.ID, Title: record.Item.Title, Overlap: overlap}
	mint := mintFor(rig, record.Project, operation, *record.Bucket, record.Applied)
	steps := planner.RenewSteps(mint, store, record.Active)
	return run(ctx, rig, steps, record, Work{Operation: operation, Record: record}, rec)
}

// DestroyProject ends a recorded project: it checks that the bucket is empty, revokes the
// credentials, detaches its domains, deletes the bucket, and deletes the items last. Each
// step is idempotent, so it may be called again. If it returns [vendors.ErrNotEmpty], it
// has changed nothing.
func DestroyProject(ctx context.Context, rig Rig, record state.Record, rec Recorder) error {
	steps := append(planner.TeardownOf(record).Steps(), planner.Settle{Gone: true})
	_, err := Run(ctx, rig, steps, Work{Record: record}, rec)
	return err
}

func mintFor(rig Rig, project addr.Address, operation string, bucket vendors.BucketID,
	a state.Applied) planner.IssueCredential {
	return planner.IssueCredential{CredentialName: owners.CredentialName(rig.Stack, project, operation, 0),
		Bucket: bucket, Access: a.Access, AllowedIPs: a.AllowedIPs, ExpiresAfter: a.ExpiresAfter}
}

// run carries out steps, settles as declared, and returns the reference of the item.
func run(ctx context.Context, rig Rig, steps []planner.Step, declared state.Record, w Work,
	rec Recorder) (string, error) {
	w, err := Run(ctx, rig, append(steps, planner.Settle{Declared: planner.DeclaredBy(declared)}), w, rec)
	if err != nil || w.Record.Item == nil {
		return "", err
	}
	return rig.Secrets.Reference(w.Record.Item.ID, w.Record.Item.Title, "")
}
