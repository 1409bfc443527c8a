package cli

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"sync/atomic"
	"syscall"
)

// joinRelative gives path as it is seen from dir.
func joinRelative(dir, path string) string {
	if filepath.IsAbs(path) {
		return path
	}
	return filepath.Join(dir, path)
}

// codeOf is the exit code of a signal.
func codeOf(signal os.Signal) exitCode {
	if signal == syscall.SIGTERM {
		return exitTerminated
	}
	return exitInterrupted
}

// untilSignal gives a context that ends at the first signal, for work that changes
// nothing. interrupted gives the signal's exit code, 0 before there is one. After
// stop it takes no signal any more: one that came is in interrupted, and the next
// is for whoever waits then.
func (s *session) untilSignal() (ctx context.Context, interrupted func() exitCode, stop func()) {
	ctx, cancel := context.WithCancel(context.Background())
	var code atomic.Int64
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		select {
		case signal := <-s.p.Signals:
			code.Store(int64(codeOf(signal)))
			cancel()
		case <-ctx.Done():
		}
	}()
	return ctx, func() exitCode { return exitCode(code.Load()) }, func() { cancel(); <-ended }
}

// interruptible reads what a person types; a signal ends the wait with its exit
// code. The read itself goes on until the process ends: nothing can stop it.
func interruptible[T any](signals <-chan os.Signal, read func() (T, error)) (T, error) {
	type answer struct {
		value T
		err   error
	}
	answered := make(chan answer, 1)
	go func() {
		value, err := read()
		answered <- answer{value, err}
	}()
	select {
	case a := <-answered:
		return a.value, a.err
	case signal := <-signals:
		var none T
		return none, codeOf(signal)
	}
}

func orInterrupted(err error, interrupted func() exitCode) error {
	if code := interrupted(); code != 0 {
		return code
	}
	return err
}

// stopOnSignal closes stop at the first signal and calls cancel at the second.
func (s *session) stopOnSignal(cancel func()) (stop chan struct{}, signalled func() exitCode, end func()) {
	stop, done := make(chan struct{}), make(chan struct{})
	var code atomic.Int64
	go func() {
		select {
		case signal := <-s.p.Signals:
			code.Store(int64(codeOf(signal)))
			s.view.Note("Stopping: running steps end and are saved. Once more to end at once.")
			close(stop)
		case <-done:
			return
		}
		select {
		case <-s.p.Signals:
			cancel()
		case <-done:
		}
	}()
	return stop, func() exitCode { return exitCode(code.Load()) }, func() { close(done) }
}

// joinClose closes what the session holds; an exit code that was decided stays.
func joinClose(err error, s *session) error {
	closed := s.close()
	if err != nil || closed == nil {
		return err
	}
	return fmt.Errorf("close: %w", closed)
}
