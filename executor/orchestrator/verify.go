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

// verifyFor bounds the proof. R2 promises that a new key works within a minute, and stores
// can be late as well.
const verifyFor = 90 * time.Second

// ErrUnproved is wrapped by the error of a proof that did not succeed in time.
var ErrUnproved = errors.New("the stored credential could not be proved")

// verifyCredential reads the item back from the store and proves that the keys in it open
// the bucket. It tries again, with growing pauses, until they do or 90 seconds have passed.
func verifyCredential(ctx context.Context, rig Rig, s planner.VerifyCredential, w Work) (Work, error) {
	deadline := rig.Now().Add(verifyFor)
	pause := time.Second
	for {
		read, err := prove(ctx, rig, w)
		if err == nil {
			item := *w.Record.Item
			item.UpdatedAt = read.UpdatedAt
			w.Record.Item, w.Record.Proof = &item, state.Proved
			if w.Record.Registered {
				w.Record.Proof, err = proveRegistered(ctx, rig, s, w, read.Keys)
			}
			return w, err
		}
		if ctx.Err() != nil || !passing(err) || rig.Now().Add(pause).After(deadline) {
			return w, fmt.Errorf("%w: %w", ErrUnproved, err)
		}
		if rig.Waiting != nil {
			rig.Waiting("the new key does not work everywhere yet", rig.Now().Add(pause))
		}
		if err := rig.Sleep(ctx, pause); err != nil {
			return w, fmt.Errorf("%w: %w", ErrUnproved, err)
		}
		pause = min(2*pause, 10*time.Second)
	}
}

// passing reports whether a failed proof may succeed later. Keys take up to a minute to work
// everywhere, and stores can show an older item for a while.
func passing(err error) bool {
	return slices.ContainsFunc([]error{vendors.ErrDenied, vendors.ErrNotFound, vendors.ErrUnavailable,
		vendors.ErrRateLimited, errStale}, func(kind error) bool { return errors.Is(err, kind) })
}

var errStale = errors.New("the item does not hold the secret that was stored")

// prove tries once, and returns the item. Of registered keys it only reads the item back.
func prove(ctx context.Context, rig Rig, w Work) (vendors.Item, error) {
	r := w.Record
	if r.Item == nil || r.Active == nil {
		return vendors.Item{}, errors.New("there is no stored credential")
	}
	item, err := rig.Secrets.GetItem(ctx, r.Item.ID)
	if err != nil {
		return vendors.Item{}, fmt.Errorf("read the item back: %w", err)
	}
	if item.Keys.AccessKeyID != r.Active.ID || rig.Fingerprint(item.Keys.SecretAccessKey) != r.Active.Fingerprint {
		return vendors.Item{}, fmt.Errorf("read the item back: %w", errStale)
	}
	if r.Registered || r.Bucket == nil {
		return item, nil
	}
	if verifier, able := vendors.As[vendors.CredentialVerifier](rig.Buckets); able {
		if err := verifier.VerifyCredential(ctx, *r.Bucket, item.Keys); err != nil {
			return vendors.Item{}, fmt.Errorf("open the bucket with the stored keys: %w", err)
		}
	}
	return item, nil
}
