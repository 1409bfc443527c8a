package memory

import (
	"context"

	"buckethead/vendors"
)

// Prover stands for every endpoint that keys from elsewhere can name.
type Prover struct{ world *World }

// Prover returns the prover of the world.
func (w *World) Prover() *Prover { return &Prover{w} }

// ProveKeys returns what the world's RefuseKeys says.
func (p *Prover) ProveKeys(ctx context.Context, keys vendors.BucketCredentials) error {
	_, err := call(ctx, p.world, keys.EndpointURL, "ProveKeys", keys.Bucket, func(string) (struct{}, error) {
		if p.world.RefuseKeys != nil {
			return struct{}{}, p.world.RefuseKeys(keys)
		}
		return struct{}{}, nil
	})
	return err
}
