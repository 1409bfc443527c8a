package parallel

import (
	"context"
	"sync/atomic"
)

// Each calls f for 0 to n-1, at most limit at once. After a call returns an error, or ctx ends,
// it starts no further calls. It returns when all started calls have returned, with the error
// of the lowest number, or the cause of the end of ctx.
func Each(ctx context.Context, limit, n int, f func(i int) error) error {
	var failed atomic.Bool
	faults := make([]error, n)
	g := NewGroup(limit)
	for i := 0; i < n && !failed.Load() && ctx.Err() == nil; i++ {
		g.Go(func() {
			if failed.Load() || ctx.Err() != nil {
				return // it was waiting for a place
			}
			if faults[i] = f(i); faults[i] != nil {
				failed.Store(true)
			}
		})
	}
	g.Wait()
	for _, err := range faults {
		if err != nil {
			return err
		}
	}
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return nil
}
