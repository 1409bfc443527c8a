package planner

import (
	"slices"

	"buckethead/planner/settings"
	"buckethead/state"
	"buckethead/vendors"
)

// ProvisionSteps returns the steps that make a bucket, write its settings and issue its first
// credential. [Make] adds the same steps one by one, if they are still needed.
func ProvisionSteps(spec vendors.BucketSpec, mint IssueCredential, store StoreCredential) []Step {
	updates := settingsSteps(settings.Comparison{Want: spec.Settings, Fresh: true}, spec.ID)
	return slices.Concat([]Step{newBucket(spec, false)}, asSteps(updates), RenewSteps(mint, store, nil))
}

// newBucket returns the step that makes a bucket. Its settings have steps of their own.
func newBucket(spec vendors.BucketSpec, resume bool) CreateBucket {
	spec.Settings = vendors.BucketSettings{}
	return CreateBucket{Spec: spec, Resume: resume}
}

// settingsSteps returns the steps that write each group that differs from what is declared.
func settingsSteps(x settings.Comparison, id vendors.BucketID) []UpdateSettings {
	var steps []UpdateSettings
	for _, change := range x.Changes() {
		steps = append(steps, UpdateSettings{ID: id, Change: change, Fresh: x.Fresh})
	}
	return steps
}

// detachSteps returns the step that detaches every domain that bh attached, if there are any.
func detachSteps(x settings.Comparison, id vendors.BucketID) []UpdateSettings {
	if change, attached := x.Detach(); attached {
		return []UpdateSettings{{ID: id, Change: change}}
	}
	return nil
}

// RenewSteps returns the steps that issue a credential, store it and prove it. The old
// credential, if there is one, is revoked last, or retires if the store step has an overlap.
func RenewSteps(mint IssueCredential, store StoreCredential, old *state.CredentialRef) []Step {
	steps := []Step{mint, store, VerifyCredential{AllowedIPs: mint.AllowedIPs}}
	if old != nil && store.Overlap == 0 {
		steps = append(steps, revoke(*old))
	}
	return steps
}

func revoke(c state.CredentialRef) RevokeCredential {
	return RevokeCredential{ID: c.ID, CredentialName: c.Name}
}

// RegisterSteps returns the steps that store registered keys and prove them.
func RegisterSteps(take TakeCredential, store StoreCredential, proof VerifyCredential) []Step {
	return []Step{take, store, proof}
}

// Teardown lists what is removed when a project ends. [Teardown.Steps] puts it in order.
type Teardown struct {
	Bucket      *vendors.BucketID // nil if there is no bucket, or it is kept
	Probe       bool              // stop before anything is removed if the bucket holds objects
	Empty       bool              // delete the objects first
	Credentials []RevokeCredential
	Settings    []UpdateSettings // settings that must not outlive the bucket
	Items       []DeleteItem
}

// TeardownOf returns everything that a record names, for callers that have not checked
// what the providers really have.
func TeardownOf(r state.Record) Teardown {
	t := Teardown{Bucket: r.Bucket, Probe: true, Items: formerItems(&r)}
	if !r.Registered {
		if r.Active != nil {
			t.Credentials = append(t.Credentials, revoke(*r.Active))
		}
		for _, c := range r.Retiring {
			t.Credentials = append(t.Credentials, revoke(c))
		}
		if r.Pending != nil {
			t.Credentials = append(t.Credentials, revoke(*r.Pending))
		}
	}
	if r.Bucket != nil {
		t.Settings = detachSteps(settings.Comparison{Applied: r.Applied.Settings}, *r.Bucket)
	}
	if r.Item != nil {
		t.Items = append(t.Items, DeleteItem{ItemID: r.Item.ID, Title: r.Item.Title, Secrets: r.Secrets})
	}
	return t
}

// formerItems returns the steps that delete the items in stores that the project has left.
func formerItems(r *state.Record) []DeleteItem {
	var out []DeleteItem
	for _, f := range r.Former {
		out = append(out, DeleteItem{ItemID: f.ID, Title: f.Title, Secrets: f.Secrets})
	}
	return out
}

// Steps returns the steps in their order: check that the bucket is empty, revoke, detach and
// delete the bucket, and delete the items last, because the credentials are found by them.
func (t Teardown) Steps() []Step {
	var steps []Step
	if t.Bucket != nil && t.Probe {
		steps = append(steps, ProbeEmpty{ID: *t.Bucket})
	}
	steps = slices.Concat(steps, asSteps(t.Credentials), asSteps(t.Settings))
	if t.Bucket != nil && t.Empty {
		steps = append(steps, EmptyBucket{ID: *t.Bucket})
	}
	if t.Bucket != nil {
		steps = append(steps, DeleteBucket{ID: *t.Bucket})
	}
	return append(steps, asSteps(t.Items)...)
}

func asSteps[S Step](list []S) []Step {
	out := make([]Step, len(list))
	for i, s := range list {
		out[i] = s
	}
	return out
}

// DeclaredBy returns what a record already has of its declaration.
func DeclaredBy(r state.Record) Declared {
	return Declared{Cloud: r.Cloud, Secrets: r.Secrets, Registered: r.Registered,
		Protected: r.Protected, OnDestroy: r.OnDestroy, Applied: r.Applied}
}
