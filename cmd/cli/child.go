package cli

import (
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"os/signal"
	"slices"
	"syscall"

	"buckethead/config/diag"
)

// The exit codes of shells. exitSignal is added to the number of the signal that ended a command.
const (
	exitNotExecutable = 126
	exitNotFound      = 127
	exitSignal        = 128
)

// forTheCommand catches the signals that bh passes on to a command: those that would otherwise end bh, and the
// others in passedOn, except those that bh was started to ignore, as nohup does.
func forTheCommand(i *interrupts) (signals chan os.Signal, release func()) {
	signals = make(chan os.Signal, 8)
	restore := i.handle(func(s os.Signal) {
		select {
		case signals <- s:
		default: // what the system does if nobody handles them
		}
	})
	for _, s := range passedOn {
		if !signal.Ignored(s) && s != os.Interrupt && s != syscall.SIGTERM {
			signal.Notify(signals, s)
		}
	}
	return signals, func() { signal.Stop(signals); restore() }
}

// runChild runs the command and returns its exit code as the error.
func runChild(s *session, command, environment []string, signals <-chan os.Signal) error {
	p := s.run.clear
	child := exec.Command(command[0], command[1:]...)
	child.Env, child.Stdin, child.Stdout, child.Stderr = environment, p.Stdin, p.Stdout, p.Stderr
	if out, wrapped := p.Stdout.(*result); wrapped {
		child.Stdout = out.to // those of the process, so that a terminal stays a terminal
	}
	for waiting := len(signals); waiting > 0; waiting-- { // they came before the command started, so they are for bh
		if received := <-signals; received == os.Interrupt || received == syscall.SIGTERM {
			return codeOf(received)
		}
	}
	s.run.ending.flush()
	release := unignore()
	err := child.Start()
	release()
	if err != nil {
		return notRun(s, command[0], err)
	}
	// Keys such as Ctrl-C at a terminal send a signal to both bh and the command.
	onTerminal := p.StdinTTY || p.StdoutTTY || p.StderrTTY
	ended := make(chan struct{})
	go func() {
		for {
			select {
			case received := <-signals:
				if onTerminal && slices.Contains(fromTerminal, received) {
					continue // the terminal has sent it to both already
				}
				_ = child.Process.Signal(received) // a child that has ended needs no signal
			case <-ended:
				return
			}
		}
	}()
	err = child.Wait()
	close(ended)
	if child.ProcessState == nil {
		return err
	}
	if status, ok := child.ProcessState.Sys().(syscall.WaitStatus); ok && status.Signaled() {
		return exitCode(exitSignal + int(status.Signal()))
	}
	if code := child.ProcessState.ExitCode(); code != 0 {
		return exitCode(code)
	}
	return nil
}

// notRun shows why a command cannot be run, and returns an exit code. It does not show the command's arguments,
// which could be secrets.
func notRun(s *session, command string, err error) error {
	code, fix := exitCode(exitNotExecutable), "Check that it is a program, and that you may run it."
	if errors.Is(err, exec.ErrNotFound) || errors.Is(err, fs.ErrNotExist) {
		code, fix = exitNotFound, "Give the path of a program, or the name of one in PATH."
	}
	_ = s.fail(diag.Diagnostic{Kind: commandNotRun,
		Detail: command + ": " + cause(err) + ".", Fix: fix, Cause: err})
	return code
}

// cause returns why a command cannot be run, without the command's name.
func cause(err error) string {
	var inner *exec.Error
	if errors.As(err, &inner) {
		return inner.Err.Error()
	}
	var path *fs.PathError
	if errors.As(err, &path) {
		return path.Err.Error()
	}
	return err.Error()
}
