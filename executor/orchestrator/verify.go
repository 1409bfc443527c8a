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

// verifyFor bounds the proof. R2 promises that a new key works within a minute, and stores can
// be late as well. If a key may be used only from some addresses, a refusal more likely means
// that this machine is not allowed: restrictedFor bounds how long it counts as too early.
const (
	verifyFor     = 90 * time.Second
	restrictedFor = 7 * time.Second
)

// ErrUnproved is wrapped by the error of a proof that did not succeed in time.
var ErrUnproved = errors.New("the stored credential could not be proved")

// verifyCredential reads the item back from the store and proves that the keys in it open
// the bucket. It tries again, with growing pauses, until they do, the cause is final, or 90
// seconds have passed. If only some addresses may use the keys, and they are refused here,
// that is a note: the item was read back, and more cannot be found out from this machine.
func verifyCredential(ctx context.Context, rig Rig, s planner.VerifyCredential, w Work) (Work, error) {
	begun := rig.Now()
	pause := time.Second
	for {
		read, err := prove(ctx, rig, w)
		if err == nil && w.Record.Registered {
			proof, err := proveRegistered(ctx, rig, s, w, read.Keys)
			w.Record.Applied.Unverified = s.ReadBack // by the block: the proof is due once the block says otherwise
			return proved(w, proof, read), err
		}
		bound := verifyFor
		if knownAndDenied(err) && len(s.AllowedIPs) > 0 {
			bound = restrictedFor
		}
		over := ctx.Err() != nil || err != nil && !passing(err) || rig.Now().Add(pause).After(begun.Add(bound))
		switch {
		case err == nil:
			return proved(w, state.Proved, read), nil
		case over && denied(err) && len(s.AllowedIPs) > 0 && ctx.Err() == nil:
			w.Notes = append(w.Notes, "not proved from here: only "+strings.Join(s.AllowedIPs, ", ")+" may use it")
			return proved(w, state.Restricted, read), nil
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

func proved(w Work, proof state.Proof, read vendors.Item) Work {
	item := *w.Record.Item
	item.UpdatedAt = read.UpdatedAt
	w.Record.Item, w.Record.Proof = &item, proof
	return w
}

// passing reports whether a failed proof may succeed later. Keys take up to a minute to work
// everywhere, and stores can show an older item for a while. If an endpoint accepts no
// connection, the declaration or this machine is at fault.
func passing(err error) bool {
	return !vendors.Unreachable(err) && slices.ContainsFunc([]error{vendors.ErrDenied, vendors.ErrNotFound, vendors.ErrUnavailable,
		vendors.ErrRateLimited, errStale}, func(kind error) bool { return errors.Is(err, kind) })
}

var errStale = errors.New("the item does not hold the secret that was stored")

// prove tries once, and returns the item. For registered keys, it only reads the item back.
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
	if r.Registered {
		return item, nil
	}
	if err := proveOnce(ctx, rig, r, item.Keys); err != nil {
		return item, &refusedError{fmt.Errorf("open the bucket with the stored keys: %w", err)}
	}
	return item, nil
}

// refusedError is the error for keys that did not open the bucket. The item was read back.
type refusedError struct{ error }

func (e *refusedError) Unwrap() error { return e.error }

// denied reports whether the cloud refused the keys themselves.
func denied(err error) bool {
	var refused *refusedError
	return errors.As(err, &refused) && errors.Is(refused, vendors.ErrDenied)
}

// knownAndDenied reports whether the cloud already knows the keys and still refuses them.
func knownAndDenied(err error) bool {
	var answer *vendors.Error
	return denied(err) && errors.As(err, &answer) && answer.Code != unknownYet
}

// unknownYet is the code of R2 for keys that it does not know, or does not know yet.
// https://developers.cloudflare.com/r2/api/error-codes/
const unknownYet = "Unauthorized"
