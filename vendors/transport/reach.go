package transport

import (
	"context"
	"errors"
	"net"
	"sync"
)

// reach remembers, for each address, whether it ever answered. The first request to an
// address goes alone; the others wait for it. Where no connection could be made, however
// often it was tried, those that follow in this run fail with the same cause.
type reach struct {
	mu        sync.Mutex
	addresses map[string]*address
}

type address struct {
	turn  chan struct{} // holds a token while nobody tries
	known bool          // it has answered, or down says why it cannot be reached
	down  error
}

// enter waits while another request is the first to an address. The request is the
// first itself where first is not nil: it has to call first with its outcome. The error is
// what the address is known to fail with, or the cause of the end of ctx.
func (r *reach) enter(ctx context.Context, name string) (first func(answered bool, err error), err error) {
	a := r.address(name)
	select {
	case <-a.turn:
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
	if a.known {
		a.turn <- struct{}{}
		return nil, a.down
	}
	return func(answered bool, err error) {
		if unreachable := cannotConnect(err); answered || unreachable {
			a.known = true
			if unreachable {
				a.down = err
			}
		}
		a.turn <- struct{}{}
	}, nil
}

func (r *reach) address(name string) *address {
	r.mu.Lock()
	defer r.mu.Unlock()
	a, met := r.addresses[name]
	if !met {
		if r.addresses == nil {
			r.addresses = map[string]*address{}
		}
		a = &address{turn: make(chan struct{}, 1)}
		a.turn <- struct{}{}
		r.addresses[name] = a
	}
	return a
}

// cannotConnect reports whether no connection could be made at all.
func cannotConnect(err error) bool {
	var notSent *NotSentError
	var dial *net.OpError
	return errors.As(err, &notSent) && errors.As(notSent.Err, &dial) && dial.Op == "dial"
}

// Cause returns why there was no answer, with the address that was tried where no
// connection could be made: "dial tcp 127.0.0.1:1: connect: connection refused". It holds
// nothing of the request.
func Cause(err error) string {
	var dial *net.OpError
	if errors.As(err, &dial) {
		return dial.Error()
	}
	for {
		inner := errors.Unwrap(err)
		if inner == nil {
			return err.Error()
		}
		err = inner
	}
}
