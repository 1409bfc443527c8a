package connections

import (
	"context"
	"sync"
)

// opened remembers, by key, what was opened and what could not be. No lock is held while
// something is being opened.
type opened[T any] struct {
	mu  sync.Mutex
	all map[string]*opening[T]
}

// opening is one attempt to open something. Its result is valid once done is closed.
type opening[T any] struct {
	done  chan struct{}
	value T
	err   error
}

// get returns what was opened for key, and opens it on first use. Other callers wait for the
// one that opens it, until their own context ends. An opening that was cut off by its context
// is not remembered.
func (o *opened[T]) get(ctx context.Context, key string, open func(context.Context) (T, error)) (T, error) {
	for {
		o.mu.Lock()
		if o.all == nil {
			o.all = map[string]*opening[T]{}
		}
		x, begun := o.all[key]
		if !begun {
			x = &opening[T]{done: make(chan struct{})}
			o.all[key] = x
		}
		o.mu.Unlock()
		if !begun {
			return o.open(ctx, key, x, open)
		}
		select {
		case <-x.done:
		case <-ctx.Done():
			select {
			case <-x.done: // both were ready
			default:
				var none T
				return none, context.Cause(ctx)
			}
		}
		if !o.forgotten(key, x) {
			return x.value, x.err
		}
	}
}

// open fills in an opening. It forgets the attempt if the context ended or the vendor panicked,
// so that nobody waits for it forever.
func (o *opened[T]) open(ctx context.Context, key string, x *opening[T],
	open func(context.Context) (T, error)) (T, error) {
	ended := false
	defer func() {
		if !ended || ctx.Err() != nil {
			o.mu.Lock()
			delete(o.all, key)
			o.mu.Unlock()
		}
		close(x.done)
	}()
	x.value, x.err = open(ctx)
	ended = true
	return x.value, x.err
}

func (o *opened[T]) forgotten(key string, x *opening[T]) bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.all[key] != x
}
