package orchestrator

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"buckethead/planner"
	"buckethead/state"
	"buckethead/vendors"
)

// Do carries out one step and returns the work as it is afterwards; w itself is not changed.
// Every step except IssueCredential is safe to run again. MoveRecord, ForgetRecord and
// Settle only change the state, so Do returns w for them. Errors of vendors are wrapped
// with what the step tried.
func Do(ctx context.Context, rig Rig, s planner.Step, w Work) (Work, error) {
	switch s := s.(type) {
	case planner.CreateBucket:
		return createBucket(ctx, rig, s, w)
	case planner.ClaimBucket:
		return claimBucket(ctx, rig, s, w)
	case planner.UpdateBucket:
		return updateBucket(ctx, rig, s, w)
	case planner.UpdateSettings:
		return updateSettings(ctx, rig, s, w)
	case planner.ProbeEmpty:
		return w, probeEmpty(ctx, rig, s)
	case planner.EmptyBucket:
		return w, emptyBucket(ctx, rig, s)
	case planner.DeleteBucket:
		return deleteBucket(ctx, rig, s, w)
	case planner.IssueCredential:
		return issueCredential(ctx, rig, s, w)
	case planner.UpdateCredential:
		return updateCredential(ctx, rig, s, w)
	case planner.RevokeCredential:
		return revokeCredential(ctx, rig, s, w)
	case planner.TakeCredential:
		return takeCredential(ctx, rig, s, w)
	case planner.TakeItem:
		return takeItem(ctx, rig, s, w)
	case planner.RetireCredential:
		return retireCredential(rig, s, w), nil
	case planner.StoreCredential:
		return storeCredential(ctx, rig, s, w)
	case planner.ConfirmStored:
		return confirmStored(ctx, rig, s, w)
	case planner.UpdateItem:
		return updateItem(ctx, rig, s, w)
	case planner.DeleteItem:
		return deleteItem(ctx, rig, s, w)
	case planner.VerifyCredential:
		return verifyCredential(ctx, rig, s, w)
	case planner.WriteRecipients:
		return w, writeRecipients(ctx, rig, s)
	case planner.MoveRecord, planner.ForgetRecord, planner.Settle:
		return w, nil
	}
	return w, fmt.Errorf("no such step: %s", s.Name())
}

func createBucket(ctx context.Context, rig Rig, s planner.CreateBucket, w Work) (Work, error) {
	bucket, err := rig.Buckets.CreateBucket(ctx, s.Spec)
	if s.Resume && errors.Is(err, vendors.ErrExists) {
		bucket, err = rig.Buckets.GetBucket(ctx, s.Spec.ID)
	}
	if err != nil {
		return w, fmt.Errorf("create bucket %s: %w", s.Spec.ID.Name, err)
	}
	w.Record.Bucket = &bucket.ID
	w.Record.Applied.Location, w.Record.Applied.StorageClass = s.Spec.Location, s.Spec.StorageClass
	w.Record.Applied.Settings = vendors.BucketSettings{} // those of an earlier bucket are gone
	w.Record.Proof = state.Unproved
	return w, nil
}

func claimBucket(ctx context.Context, rig Rig, s planner.ClaimBucket, w Work) (Work, error) {
	bucket, err := rig.Buckets.GetBucket(ctx, s.ID)
	if err != nil {
		return w, fmt.Errorf("take over bucket %s: %w", s.ID.Name, err)
	}
	w.Record.Bucket = &bucket.ID
	return w, nil
}

func updateBucket(ctx context.Context, rig Rig, s planner.UpdateBucket, w Work) (Work, error) {
	updater, able := vendors.As[vendors.BucketUpdater](rig.Buckets)
	if !able {
		return w, fmt.Errorf("update bucket %s: %w", s.Spec.ID.Name, &vendors.Error{Vendor: w.Record.Cloud,
			Op: "update bucket", Kind: vendors.ErrInvalid, Message: "this cloud cannot change the settings of a bucket"})
	}
	if _, err := updater.UpdateBucket(ctx, s.Spec); err != nil {
		return w, fmt.Errorf("update bucket %s: %w", s.Spec.ID.Name, err)
	}
	w.Record.Applied.StorageClass = s.Spec.StorageClass
	return w, nil
}

func probeEmpty(ctx context.Context, rig Rig, s planner.ProbeEmpty) error {
	prober, able := vendors.As[vendors.EmptinessProber](rig.Buckets)
	if !able {
		return nil // the cloud itself refuses to delete a bucket that holds objects
	}
	found, err := prober.ProbeEmptiness(ctx, s.ID)
	if errors.Is(err, vendors.ErrNotFound) {
		return nil
	}
	if err == nil && !found.Empty() {
		err = &vendors.Error{Vendor: "bh", Op: "probe", Kind: vendors.ErrNotEmpty,
			Message: fmt.Sprintf("the bucket holds objects (%d seen); nothing was revoked or deleted", found.Objects)}
	}
	if err != nil {
		return fmt.Errorf("check that bucket %s is empty: %w", s.ID.Name, err)
	}
	return nil
}

func emptyBucket(ctx context.Context, rig Rig, s planner.EmptyBucket) error {
	emptier, able := vendors.As[vendors.BucketEmptier](rig.Buckets)
	if !able {
		return fmt.Errorf("empty bucket %s: %w", s.ID.Name, &vendors.Error{Vendor: "bh", Op: "empty bucket",
			Kind: vendors.ErrInvalid, Message: "this cloud cannot empty a bucket"})
	}
	if err := emptier.EmptyBucket(ctx, s.ID); err != nil {
		return fmt.Errorf("empty bucket %s: %w", s.ID.Name, err)
	}
	return nil
}

func deleteBucket(ctx context.Context, rig Rig, s planner.DeleteBucket, w Work) (Work, error) {
	if err := rig.Buckets.DeleteBucket(ctx, s.ID); err != nil {
		return w, fmt.Errorf("delete bucket %s: %w", s.ID.Name, err)
	}
	w.Record.Bucket = nil
	return w, nil
}

func issueCredential(ctx context.Context, rig Rig, s planner.IssueCredential, w Work) (Work, error) {
	now := second(rig.Now())
	issued, err := rig.Buckets.IssueCredential(ctx, vendors.CredentialSpec{Name: s.CredentialName, Bucket: s.Bucket,
		Access: s.Access, AllowedIPs: s.AllowedIPs, ExpiresAt: expiry(now, s.ExpiresAfter)})
	if err != nil {
		return w, fmt.Errorf("issue credential %s: %w", s.CredentialName, err)
	}
	w.Keys, w.Record.Issuer = issued.Keys, rig.Issuer
	w.Record = withPending(w.Record, state.CredentialRef{ID: issued.Credential.ID, Name: s.CredentialName, IssuedAt: now,
		ExpiresAt: expiry(now, s.ExpiresAfter), Fingerprint: rig.Fingerprint(issued.Keys.SecretAccessKey)})
	return w, nil
}

func expiry(from time.Time, after time.Duration) time.Time {
	if after == 0 {
		return time.Time{}
	}
	return from.Add(after)
}

func updateCredential(ctx context.Context, rig Rig, s planner.UpdateCredential, w Work) (Work, error) {
	active := *w.Record.Active
	if active.IssuedAt.IsZero() {
		live, err := rig.Buckets.GetCredential(ctx, s.ID)
		if err != nil {
			return w, fmt.Errorf("read credential %s: %w", s.ID, err)
		}
		active.IssuedAt = live.IssuedAt
	}
	active.ExpiresAt = expiry(active.IssuedAt, s.ExpiresAfter)
	err := rig.Buckets.UpdateCredential(ctx, s.ID, vendors.CredentialSpec{Name: s.CredentialName, Bucket: s.Bucket,
		Access: s.Access, AllowedIPs: s.AllowedIPs, ExpiresAt: active.ExpiresAt})
	if err != nil {
		return w, fmt.Errorf("update credential %s: %w", s.ID, err)
	}
	w.Record.Active = &active
	if w.Record.Proof == state.Restricted {
		w.Record.Proof = state.Unproved // other addresses may be allowed by now
	}
	return w, nil
}

func revokeCredential(ctx context.Context, rig Rig, s planner.RevokeCredential, w Work) (Work, error) {
	if err := rig.Buckets.RevokeCredential(ctx, s.ID); err != nil {
		return w, fmt.Errorf("revoke credential %s: %w", s.ID, err)
	}
	if w.Record.Active != nil && w.Record.Active.ID == s.ID {
		w.Record.Active = nil
	}
	if w.Record.Pending != nil && w.Record.Pending.ID == s.ID {
		w.Record.Pending = nil
	}
	w.Record.Retiring = slices.DeleteFunc(slices.Clone(w.Record.Retiring), func(c state.CredentialRef) bool {
		return c.ID == s.ID
	})
	if len(w.Record.Retiring) == 0 {
		w.Record.Retiring = nil
	}
	return w, nil
}

func takeCredential(ctx context.Context, rig Rig, s planner.TakeCredential, w Work) (Work, error) {
	keys, err := rig.Register(ctx, w.Record.Project)
	if err != nil {
		return w, fmt.Errorf("read the keys of %s: %w", w.Record.Project, err)
	}
	if rig.Fingerprint(keys.SecretAccessKey) != s.Fingerprint {
		return w, fmt.Errorf("read the keys of %s: the secret changed since the plan was made; plan again", w.Record.Project)
	}
	w.Keys = vendors.BucketCredentials{AccessKeyID: s.AccessKeyID, SecretAccessKey: keys.SecretAccessKey, Bucket: s.Bucket,
		EndpointURL: s.EndpointURL, Region: s.Region}
	w.Record.Pending = &state.CredentialRef{ID: s.AccessKeyID, IssuedAt: second(rig.Now()), Fingerprint: s.Fingerprint}
	return w, nil
}
