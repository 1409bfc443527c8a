package connections

import (
	"context"

	"buckethead/vendors"
	"buckethead/vendors/s3keys"
)

// registeredKeys is used as the address of a connection when the log shows requests that prove
// registered keys: their endpoints are not connections.
const registeredKeys = "registered keys"

// prover returns the prover for registered keys. Its calls are observed.
func (c *Connections) prover(ctx context.Context) vendors.KeyProver {
	return observedProver{s3keys.New(c.host(ctx, registeredKeys, vendors.Vendor{}), ""), c.observer(registeredKeys)}
}

type observedProver struct {
	next    vendors.KeyProver
	observe observer
}

func (o observedProver) ProveKeys(ctx context.Context, keys vendors.BucketCredentials) error {
	_, err := read(ctx, o.observe, "ProveKeys", keys.Bucket, func() (struct{}, error) {
		return struct{}{}, o.next.ProveKeys(ctx, keys)
	})
	return err
}
