package orchestrator

import (
	"context"
	"time"

	"buckethead/config/addr"
	"buckethead/planner"
	"buckethead/state"
	"buckethead/vendors"
)

// Provision says what ProvisionBucket makes. Operation is an id that was never
// used before for this project; it ends up in the credential's name.
type Provision struct {
	Project      addr.Project
	Operation    string
	Cloud        string // connection address, for the record
	Bucket       vendors.BucketSpec
	Access       vendors.Access
	AllowedIPs   []string
	ExpiresAfter time.Duration
	ItemTitle    string
}

// ProvisionBucket makes a bucket with its settings, mints a credential that opens it, stores that in
// a new item and proves it. It gives the item's reference. For callers without a
// planner; vendors.ErrExists where the bucket is there already.
func ProvisionBucket(ctx context.Context, rig Rig, p Provision, rec Recorder) (reference string, err error) {
	bare := p.Bucket
	bare.Settings = vendors.BucketSettings{}
	steps := append([]planner.Step{planner.CreateBucket{Spec: bare}}, planner.FreshSettings(p.Bucket)...)
	steps = append(steps,
		planner.IssueCredential{CredentialName: planner.CredentialName(rig.Stack, p.Project, p.Operation, 0), Bucket: p.Bucket.ID,
			Access: p.Access, AllowedIPs: p.AllowedIPs, ExpiresAfter: p.ExpiresAfter},
		planner.StoreCredential{Title: p.ItemTitle},
		planner.VerifyCredential{},
		planner.Settle{Declared: planner.Declared{Cloud: p.Cloud, Secrets: rig.Connection, Applied: state.Applied{
			Location: p.Bucket.Location, StorageClass: p.Bucket.StorageClass, Access: p.Access, AllowedIPs: p.AllowedIPs, ExpiresAfter: p.ExpiresAfter,
			Settings: p.Bucket.Settings}}},
	)
	return run(ctx, rig, steps, Work{Operation: p.Operation, Record: state.Record{Project: p.Project, Cloud: p.Cloud, Secrets: rig.Connection}}, rec)
}

// Registration says which keys RegisterBucket stores. The secret comes from the
// rig's Register.
type Registration struct {
	Project     addr.Project
	Operation   string
	AccessKeyID string
	Bucket      string
	EndpointURL string
	Region      string
	ItemTitle   string
}

// RegisterBucket stores keys that someone brings in a new item and reads them
// back. It gives the item's reference, and touches no cloud.
func RegisterBucket(ctx context.Context, rig Rig, r Registration, rec Recorder) (reference string, err error) {
	keys, err := rig.Register(ctx, r.Project)
	if err != nil {
		return "", err
	}
	steps := []planner.Step{
		planner.TakeCredential{AccessKeyID: r.AccessKeyID, EndpointURL: r.EndpointURL, Region: r.Region, Bucket: r.Bucket,
			Fingerprint: rig.Fingerprint(keys.SecretAccessKey)},
		planner.StoreCredential{Title: r.ItemTitle},
		planner.VerifyCredential{},
		planner.Settle{Declared: planner.Declared{Secrets: rig.Connection, Registered: true}},
	}
	return run(ctx, rig, steps, Work{Operation: r.Operation, Record: state.Record{Project: r.Project, Secrets: rig.Connection, Registered: true}}, rec)
}

// RotateCredentials replaces the credential of a recorded project and stores the
// new one in the same item. The old one is revoked at once where overlap is zero,
// else it stays in the record as retiring.
func RotateCredentials(ctx context.Context, rig Rig, record state.Record, operation string, overlap time.Duration, rec Recorder) (reference string, err error) {
	old := record.Active
	steps := []planner.Step{
		planner.IssueCredential{CredentialName: planner.CredentialName(rig.Stack, record.Project, operation, 0), Bucket: *record.Bucket,
			Access: record.Applied.Access, AllowedIPs: record.Applied.AllowedIPs, ExpiresAfter: record.Applied.ExpiresAfter},
		planner.StoreCredential{ItemID: record.Item.ID, Title: record.Item.Title, Overlap: overlap},
		planner.VerifyCredential{},
	}
	if overlap == 0 {
		steps = append(steps, planner.RevokeCredential{ID: old.ID, CredentialName: old.Name})
	}
	steps = append(steps, planner.Settle{Declared: declaredBy(record)})
	return run(ctx, rig, steps, Work{Operation: operation, Record: record}, rec)
}

// DestroyProject ends a recorded project: it checks that the bucket is empty,
// revokes, detaches its domains, deletes the bucket, and deletes the item last. Each step is idempotent,
// so it may be called again. vendors.ErrNotEmpty, and then nothing was touched.
func DestroyProject(ctx context.Context, rig Rig, record state.Record, rec Recorder) error {
	var steps []planner.Step
	if record.Bucket != nil {
		steps = append(steps, planner.ProbeEmpty{ID: *record.Bucket})
	}
	if !record.Registered {
		for _, c := range append([]*state.CredentialRef{record.Active, record.Pending}, pointers(record.Retiring)...) {
			if c != nil {
				steps = append(steps, planner.RevokeCredential{ID: c.ID, CredentialName: c.Name})
			}
		}
	}
	if record.Bucket != nil {
		steps = append(append(steps, planner.DetachDomains(*record.Bucket, record.Applied.Settings)...), planner.DeleteBucket{ID: *record.Bucket})
	}
	if record.Item != nil {
		steps = append(steps, planner.DeleteItem{ItemID: record.Item.ID, Title: record.Item.Title, Secrets: record.Secrets})
	}
	_, err := run(ctx, rig, append(steps, planner.Settle{Gone: true}), Work{Record: record}, rec)
	return err
}

func pointers(list []state.CredentialRef) []*state.CredentialRef {
	out := make([]*state.CredentialRef, len(list))
	for i := range list {
		out[i] = &list[i]
	}
	return out
}

func declaredBy(r state.Record) planner.Declared {
	return planner.Declared{Cloud: r.Cloud, Secrets: r.Secrets, Registered: r.Registered, Protected: r.Protected, OnDestroy: r.OnDestroy, Applied: r.Applied}
}

// run carries out steps and gives the reference of the item that is there then.
func run(ctx context.Context, rig Rig, steps []planner.Step, w Work, rec Recorder) (string, error) {
	w, err := Run(ctx, rig, steps, w, rec)
	if err != nil || w.Record.Item == nil {
		return "", err
	}
	return rig.Secrets.Reference(w.Record.Item.ID, w.Record.Item.Title, ""), nil
}
