package connections

import (
	"context"

	"buckethead/executor"
	"buckethead/executor/orchestrator"
	"buckethead/planner/refresh"
	"buckethead/state"
	"buckethead/vendors"
)

// Readers returns the reading half of all connections.
func (c *Connections) Readers() refresh.Readers {
	return refresh.Readers{
		Buckets: func(ctx context.Context, address string) (vendors.BucketReader, error) { return c.Cloud(ctx, address) },
		Secrets: func(ctx context.Context, address string) (vendors.SecretReader, error) { return c.Store(ctx, address) },
		Resolve: c.ResolveAll,
	}
}

// Rigs returns the clouds, stores and keys that the operations of a plan act on. snap is the
// state that the plan was made from.
func (c *Connections) Rigs(snap state.Snapshot) executor.Rigs {
	return func(ctx context.Context, cloud, secrets string) (orchestrator.Rig, error) {
		rig := orchestrator.Rig{Connection: secrets, Shape: c.Shape(secrets),
			Issuer: c.Address(cloud, vendors.BucketID{}).Issuer, Stores: c.Store, Register: c.Registered, Stack: c.o.Config.Stack,
			Lineages: snap.Meta.Lineages(), Prover: c.prover(ctx), Now: c.o.Now, Sleep: c.o.Sleep}
		rig.Fingerprint = func(secret vendors.Secret) string { return vendors.Fingerprint(snap.Meta.FingerprintKey, secret) }
		var err error
		if cloud != "" {
			if rig.Buckets, err = c.Cloud(ctx, cloud); err != nil {
				return rig, err
			}
		}
		if secrets != "" {
			rig.Secrets, err = c.Store(ctx, secrets)
		}
		return rig, err
	}
}
