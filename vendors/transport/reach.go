package transport

import (
	"context"
	"errors"
	"net"
	"sync"

	"buckethead/vendors"
)

// reach remembers, for each address, whether it accepts connections. The first request to an
// address goes alone until it is connected; the others wait for it. If no connection could be
// made after all tries, later requests in this run fail with the same cause.
type reach struct {
	mu        sync.Mutex
	addresses map[string]*address
}

type address struct {
	turn  chan struct{} // holds a token while nobody is trying
	known bool          // it accepts connections, or down says why not
	down  error
}

// enter waits while another request is the first to an address. The error is the known failure
// of the address, or the cause of the end of ctx.
func (r *reach) enter(ctx context.Context, name string) (*first, error) {
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
	return &first{address: a}, nil
}

// first is the first request to an address; nil for one that is not.
type first struct {
	address *address
	over    bool
}

// reached releases the other requests: the address accepts connections.
func (f *first) reached() { f.decide(true, nil) }

// ended says how the request ended. If no connection could be made, the others fail with the
// same cause; if it was interrupted, the next one becomes the first.
func (f *first) ended(err error) { f.decide(cannotConnect(err), err) }

func (f *first) decide(known bool, down error) {
	if f == nil || f.over {
		return
	}
	f.over = true
	if f.address.known = known; known {
		f.address.down = down
	}
	f.address.turn <- struct{}{}
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

// Cause returns why there was no response, with the address if no connection could be made: "dial
// tcp 127.0.0.1:1: connect: connection refused". It contains nothing from the request.
func Cause(err error) string {
	var dial *net.OpError
	if errors.As(err, &dial) {
		return dial.Error()
	}
	for {
		inner := errors.Unwrap(err)
		if inner == nil {
			return vendors.Excerpt(err.Error(), vendors.MessageLength) // it can quote the response
		}
		err = inner
	}
}
