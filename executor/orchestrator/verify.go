package orchestrator

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"buckethead/planner"
	"buckethead/state"
	"buckethead/vendors"
)

// verifyFor bounds the proof. R2 promises that a new key works within a minute, and stores
// can be late as well. Of a key that not every address may use, a refusal is more likely to
// mean that this machine may not: restrictedFor bounds how long it counts as too early.
const (
	verifyFor     = 90 * time.Second
	restrictedFor = 7 * time.Second
)

// ErrUnproved is wrapped by the error of a proof that did not succeed in time.
var ErrUnproved = errors.New("the stored credential could not be proved")

// verifyCredential reads the item back from the store and proves that the keys in it open
// the bucket. It tries again, with growing pauses, until they do, the cause is final, or 90
// seconds have passed. If only some addresses may use the keys, and they are refused here,
// that is a note: then the item was read back, and nobody can tell more from this machine.
func verifyCredential(ctx context.Context, rig Rig, s planner.VerifyCredential, w Work) (Work, error) {
	begun := rig.Now()
	pause := time.Second
	for {
		updatedAt, err := prove(ctx, rig, w)
		refused := errors.Is(err, errRefused) && len(s.AllowedIPs) > 0
		bound := verifyFor
		if refused {
			bound = restrictedFor
		}
		over := ctx.Err() != nil || err != nil && !passing(err) || rig.Now().Add(pause).After(begun.Add(bound))
		switch {
		case err == nil:
			return proved(w, state.Proved, updatedAt), nil
		case refused && over && ctx.Err() == nil:
			w.Notes = append(w.Notes, "not proved from here: only "+strings.Join(s.AllowedIPs, ", ")+" may use it")
			return proved(w, state.Restricted, updatedAt), nil
		case over:
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

func proved(w Work, proof state.Proof, updatedAt time.Time) Work {
	item := *w.Record.Item
	item.UpdatedAt = updatedAt
	w.Record.Item, w.Record.Proof = &item, proof
	return w
}

// passing reports whether a failed proof may succeed later. Keys take up to a minute to work
// everywhere, and stores can show an older item for a while. An endpoint that takes no
// connection is a fault of the declaration, or of this machine.
func passing(err error) bool {
	return !vendors.Unreachable(err) && slices.ContainsFunc([]error{vendors.ErrDenied, vendors.ErrNotFound, vendors.ErrUnavailable,
		vendors.ErrRateLimited, errStale}, func(kind error) bool { return errors.Is(err, kind) })
}

var (
	errStale   = errors.New("the item does not hold the secret that was stored")
	errRefused = errors.New("the keys were refused")
)

// prove tries once, and returns the item's time.
func prove(ctx context.Context, rig Rig, w Work) (time.Time, error) {
	r := w.Record
	if r.Item == nil || r.Active == nil {
		return time.Time{}, errors.New("there is no stored credential")
	}
	item, err := rig.Secrets.GetItem(ctx, r.Item.ID)
	if err != nil {
		return time.Time{}, fmt.Errorf("read the item back: %w", err)
	}
	if item.Keys.AccessKeyID != r.Active.ID || rig.Fingerprint(item.Keys.SecretAccessKey) != r.Active.Fingerprint {
		return time.Time{}, fmt.Errorf("read the item back: %w", errStale)
	}
	if r.Registered || r.Bucket == nil {
		return item.UpdatedAt, nil // registered keys are of a cloud that bh does not call
	}
	if verifier, able := vendors.As[vendors.CredentialVerifier](rig.Buckets); able {
		if err := verifier.VerifyCredential(ctx, *r.Bucket, item.Keys); err != nil {
			err = fmt.Errorf("open the bucket with the stored keys: %w", err)
			if errors.Is(err, vendors.ErrDenied) {
				err = refusal{err}
			}
			return item.UpdatedAt, err
		}
	}
	return item.UpdatedAt, nil
}

// refusal marks the error of keys that the bucket does not take.
type refusal struct{ error }

func (r refusal) Is(target error) bool { return target == errRefused }
func (r refusal) Unwrap() error        { return r.error }
