package orchestrator

import (
	"context"
	"errors"
	"fmt"
	"time"

	"buckethead/planner"
	"buckethead/state"
	"buckethead/vendors"
)

// proveFor bounds the proof of keys that are not new: they work, or they do not. Only if the
// server is busy or does not answer, the proof is repeated.
const proveFor = 30 * time.Second

// ProveKeys proves that the keys of a recorded project, which were read from its item, open the
// bucket: through the cloud that issued them or, if they were registered, at the endpoint in
// the record.
func ProveKeys(ctx context.Context, rig Rig, r state.Record, keys vendors.BucketCredentials) error {
	deadline := rig.Now().Add(proveFor)
	for pause := time.Second; ; pause *= 2 {
		err := proveOnce(ctx, rig, r, keys)
		wait := pause
		if refused := (*vendors.Error)(nil); errors.As(err, &refused) {
			wait = max(wait, refused.RetryAfter)
		}
		again := rig.Now().Add(wait)
		if err == nil || ctx.Err() != nil || !mayPass(err) || again.After(deadline) {
			return err
		}
		if rig.Waiting != nil {
			rig.Waiting("the server of the bucket does not answer yet", again)
		}
		if rig.Sleep(ctx, wait) != nil {
			return err
		}
	}
}

// proveOnce returns nil if no proof is possible.
func proveOnce(ctx context.Context, rig Rig, r state.Record, keys vendors.BucketCredentials) error {
	if !r.Registered {
		verifier, able := vendors.As[vendors.CredentialVerifier](rig.Buckets)
		if !able || r.Bucket == nil {
			return nil
		}
		return verifier.VerifyCredential(ctx, *r.Bucket, keys)
	}
	if rig.Prover == nil {
		return errors.New("nothing here can prove registered keys")
	}
	// What bh stored, not what someone has written into the item since.
	stored := r.Item.Fields
	keys.Bucket, keys.EndpointURL = stored[vendors.FieldBucket], stored[vendors.FieldEndpointURL]
	keys.Region = stored[vendors.FieldRegion]
	return rig.Prover.ProveKeys(ctx, keys)
}

// mayPass reports whether a second try soon may have another result.
func mayPass(err error) bool {
	return !errors.Is(err, vendors.ErrUnreachable) &&
		(errors.Is(err, vendors.ErrUnavailable) || errors.Is(err, vendors.ErrRateLimited))
}

// proveRegistered proves registered keys, and returns what to record about them.
func proveRegistered(ctx context.Context, rig Rig, s planner.VerifyCredential, w Work,
	keys vendors.BucketCredentials) (state.Proof, error) {
	if s.ReadBack {
		return state.Waived, nil
	}
	if err := ProveKeys(ctx, rig, w.Record, keys); err != nil {
		return state.Unproved, fmt.Errorf("%w: %w", ErrUnproved, err)
	}
	return state.Proved, nil
}
