// Package parallel runs functions in goroutines, with a limit on how many run at once, and passes
// their panics on to the goroutine that waits for them.
//
// # Use
//
// [Each] calls a function for a range of numbers until one call fails. A [Group] runs different
// functions. [Await] stops waiting for a function when a context ends, although nothing can stop
// the function itself.
//
// # Panics
//
// A panic in a goroutine ends the whole process, even if its parent recovers panics. Here it is
// caught, and raised again as a [*Panic], with the stack of the goroutine, in the call that waits
// for the goroutine: [Group.Wait], [Each] or [Await]. Recovering there covers the goroutine too.
//
// # What is left to callers
//
// This package passes no context to functions; they use the caller's. Functions store their
// results themselves, each in its own place.
package parallel

import (
	"context"
	"fmt"
	"runtime/debug"
	"sync"
)

// Panic is what Wait and Await panic with. Stack is that of the goroutine in which
// Value was raised first.
type Panic struct {
	Value any
	Stack []byte
}

func (p *Panic) Error() string { return fmt.Sprint(p.Value) }

// Group runs functions concurrently. The zero value runs any number of them at once. Go and
// Wait must be called by the same goroutine.
type Group struct {
	running sync.WaitGroup
	slots   chan struct{} // nil for no limit
	mu      sync.Mutex
	fault   *Panic // the first
}

// NewGroup returns a group that runs at most limit functions at once; limit is 1 or more.
func NewGroup(limit int) *Group { return &Group{slots: make(chan struct{}, limit)} }

// Go runs f in a new goroutine. It blocks while the limit is reached.
func (g *Group) Go(f func()) {
	if g.slots != nil {
		g.slots <- struct{}{}
	}
	g.running.Go(func() {
		if fault := guarded(f); fault != nil {
			g.mu.Lock()
			if g.fault == nil {
				g.fault = fault
			}
			g.mu.Unlock()
		}
		if g.slots != nil {
			<-g.slots
		}
	})
}

// Wait returns when all functions have. It panics with the first [Panic] in one of them.
func (g *Group) Wait() {
	g.running.Wait()
	if g.fault != nil {
		panic(g.fault)
	}
}

// Await returns what f returns or, if ctx ends first, the cause of that. If ctx has already ended, f is not called.
// When ctx ends, f is left running: Await is for calls that cannot be cancelled, such as opening a pipe that nobody
// writes to, and f must not change anything that outlives the command.
func Await[T any](ctx context.Context, f func() (T, error)) (T, error) {
	type result struct {
		value T
		err   error
		fault *Panic
	}
	var none T
	if ctx.Err() != nil {
		return none, context.Cause(ctx)
	}
	ended := make(chan result, 1)
	go func() {
		var r result
		r.fault = guarded(func() { r.value, r.err = f() })
		ended <- r
	}()
	var r result
	select {
	case r = <-ended:
	case <-ctx.Done():
		select {
		case r = <-ended: // both were ready
		default:
			return none, context.Cause(ctx)
		}
	}
	if r.fault != nil {
		panic(r.fault)
	}
	return r.value, r.err
}

// guarded calls f and returns its panic, or nil.
func guarded(f func()) (fault *Panic) {
	defer func() {
		switch value := recover().(type) {
		case nil:
		case *Panic: // of a goroutine that f waited for
			fault = value
		default:
			fault = &Panic{value, debug.Stack()}
		}
	}()
	f()
	return nil
}
