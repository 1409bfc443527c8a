package cli

import (
	"context"
	"errors"
	"os"
	"sync"
	"syscall"

	"buckethead/vendors/parallel"
)

// interrupts turns signals into the end of a run. The first one cancels the run's context, with its exit code as the
// cause, and the second one ends the process at once. A command that can stop more gracefully handles signals itself
// while it runs.
type interrupts struct {
	signals <-chan os.Signal
	cancel  context.CancelCauseFunc
	exit    chan exitCode // receives the code of a second signal

	mu      sync.Mutex
	came    int
	handler func(os.Signal) // nil for the default, see above
}

func newInterrupts(signals <-chan os.Signal, cancel context.CancelCauseFunc) *interrupts {
	return &interrupts{signals: signals, cancel: cancel, exit: make(chan exitCode, 1)}
}

// watch takes signals until stop is called.
func (i *interrupts) watch() (stop func()) {
	quit, ended := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(ended)
		for {
			select {
			case signal := <-i.signals:
				i.arrived(signal)
			case <-quit:
				return
			}
		}
	}()
	return func() { close(quit); <-ended }
}

func (i *interrupts) arrived(signal os.Signal) {
	i.mu.Lock()
	defer i.mu.Unlock()
	if i.handler != nil {
		i.handler(signal)
		return
	}
	i.end(signal)
}

// end cancels the run, or ends the process if the run was cancelled before.
func (i *interrupts) end(signal os.Signal) {
	if i.came++; i.came == 1 {
		i.cancel(codeOf(signal))
		return
	}
	select {
	case i.exit <- codeOf(signal):
	default: // it is ending
	}
}

// handle passes signals to handler, one at a time, until release is called.
func (i *interrupts) handle(handler func(os.Signal)) (release func()) {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.handler = handler
	return func() {
		i.mu.Lock()
		defer i.mu.Unlock()
		i.handler = nil
	}
}

// stopFirst handles signals while operations run. The first one closes stop, so that running steps finish and are
// saved, and calls told. The second cancels the run, and the third ends the process.
//
// signalled returns the exit code of the first signal, or 0 before there is one. release waits for told; if there was
// a first signal, the next one after release ends the process.
func (i *interrupts) stopFirst(told func()) (stop <-chan struct{}, signalled func() exitCode, release func()) {
	stopping := make(chan struct{})
	var first exitCode
	var telling parallel.Group // a stuck terminal must not hold up the next signal
	restore := i.handle(func(signal os.Signal) {
		if first != 0 {
			i.end(signal)
			return
		}
		first = codeOf(signal)
		close(stopping)
		telling.Go(told)
	})
	signalled = func() exitCode {
		i.mu.Lock()
		defer i.mu.Unlock()
		return first
	}
	release = sync.OnceFunc(func() {
		restore()
		telling.Wait()
		i.mu.Lock()
		defer i.mu.Unlock()
		if first != 0 {
			i.came = max(i.came, 1)
		}
	})
	return stopping, signalled, release
}

// codeOf returns the exit code of a signal.
func codeOf(signal os.Signal) exitCode {
	if signal == syscall.SIGTERM {
		return exitTerminated
	}
	return exitInterrupted
}

// interrupted returns the exit code of the signal that cancelled a context, or 0 if none did.
func interrupted(ctx context.Context) exitCode {
	var code exitCode
	errors.As(context.Cause(ctx), &code)
	return code
}
