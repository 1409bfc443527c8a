package refresh

import (
	"context"

	"buckethead/planner/observed"
	"buckethead/vendors"
)

// ask opens a connection and makes one call to it, which it counts.
func ask[R, T any](ctx context.Context, o *observer, connection string,
	open func(context.Context, string) (R, error), call func(R) (T, error)) (R, T, error) {
	reader, err := open(ctx, connection)
	var found T
	if err == nil {
		o.count(connection, reader)
		found, err = call(reader)
	}
	return reader, found, err
}

// counter is a vendor that counts its own calls, and how many it had made before.
type counter struct {
	vendors.CallCounter
	before int
}

// count notes that a call is about to be made.
func (o *observer) count(connection string, reader any) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if _, met := o.calls[connection]; !met {
		if c, able := vendors.As[vendors.CallCounter](reader); able {
			o.counters[connection] = counter{c, c.Calls()}
		}
	}
	o.calls[connection]++
}

// finish records the cost of the reads: a list takes one call for each page, and
// only the vendor knows how many.
func (o *observer) finish() {
	for connection, n := range o.calls {
		if c, counts := o.counters[connection]; counts {
			n = c.Calls() - c.before
		}
		o.world.Calls = append(o.world.Calls,
			observed.Calls{Connection: connection, Vendor: observed.VendorOf(connection), Reads: n})
	}
	o.world.Calls = observed.AddCalls(o.world.Calls)
}
