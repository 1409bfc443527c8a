package cli

import (
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"os/signal"
	"slices"
	"strings"
	"syscall"

	"github.com/urfave/cli/v2"

	"buckethead/vendors"
	"buckethead/vendors/registry"
)

// The exit codes of shells for a command that cannot be run.
const (
	exitNotExecutable = 126
	exitNotFound      = 127
)

// execArgs are what bh exec is asked for.
type execArgs struct {
	common
	project string
	command []string
	stale   bool
	keepEnv bool
}

func execCommand(p Process) *cli.Command {
	return &cli.Command{Name: "exec", Usage: "run one command with a project's stored keys in its environment", ArgsUsage: "PROJECT -- COMMAND [ARGUMENTS]",
		Description: "COMMAND gets AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_ENDPOINT_URL_S3\n" +
			"and AWS_REGION, read from the project's item, and neither the tokens that bh\n" +
			"works with nor other AWS settings that would mislead it. Its exit code is\nthat of bh.",
		Flags: commonFlags(
			&cli.BoolFlag{Name: "stale", Usage: "use the item's keys, even if bh did not store them"},
			&cli.BoolFlag{Name: "keep-env", Usage: "give the command the tokens of bh as well"}),
		Action: func(c *cli.Context) error {
			flags, err := readCommon(c, p)
			if err != nil {
				return err
			}
			args := c.Args().Slice()
			if len(args) < 2 {
				return errors.New("bh exec wants a project and a command: bh exec PROJECT -- COMMAND")
			}
			return runExec(p, execArgs{common: flags, project: args[0], command: args[1:], stale: c.Bool("stale"), keepEnv: c.Bool("keep-env")})
		}}
}

// runExec is bh exec: one read of one item, and no call to a cloud. The state is let
// go of before the command runs.
func runExec(p Process, a execArgs) (err error) {
	s, err := open(p, a.common)
	if err != nil {
		return err
	}
	defer func() { err = joinClose(err, s) }()
	ctx, interrupted, stop := s.untilSignal()
	record, snap, err := s.recorded(ctx, a.project)
	var keys vendors.BucketCredentials
	if err == nil {
		keys, err = s.storedKeys(ctx, record, snap, a.stale)
	}
	stop()
	if err != nil {
		return orInterrupted(err, interrupted)
	}
	environment := s.childEnvironment(os.Environ(), a.keepEnv)
	environment = append(environment, "AWS_ACCESS_KEY_ID="+keys.AccessKeyID, "AWS_SECRET_ACCESS_KEY="+keys.SecretAccessKey.Reveal(),
		"AWS_ENDPOINT_URL_S3="+keys.EndpointURL, "AWS_REGION="+keys.Region)
	return runChild(p, a.command, environment)
}

// misleading are settings of AWS clients that would win over, or contradict, the
// ones that the command gets.
var misleading = []string{"AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_SECURITY_TOKEN", "AWS_PROFILE", "AWS_DEFAULT_PROFILE",
	"AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_S3", "AWS_REGION", "AWS_DEFAULT_REGION", "AWS_WEB_IDENTITY_TOKEN_FILE", "AWS_ROLE_ARN",
	"AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "AWS_CONTAINER_CREDENTIALS_FULL_URI"}

// childEnvironment is what a command gets of bh's environment: not the secrets that
// the declared vendors take from it, unless they are asked for.
func (s *session) childEnvironment(environment []string, keep bool) []string {
	withheld := slices.Clone(misleading)
	for _, connection := range slices.Concat(s.config.Clouds, s.config.Secrets) {
		vendor, _ := registry.Find(connection.Vendor)
		for _, setting := range vendor.Settings {
			if setting.Secret && !keep {
				withheld = append(withheld, setting.Env...)
			}
		}
	}
	return slices.DeleteFunc(slices.Clone(environment), func(pair string) bool {
		name, _, _ := strings.Cut(pair, "=")
		return slices.Contains(withheld, name)
	})
}

// runChild runs the command and gives its exit code. Signals that come to bh alone
// are passed on; those of a terminal come to both.
func runChild(p Process, command, environment []string) error {
	child := exec.Command(command[0], command[1:]...)
	child.Env, child.Stdin, child.Stdout, child.Stderr = environment, p.Stdin, p.Stdout, p.Stderr
	if out, wrapped := p.Stdout.(*result); wrapped {
		child.Stdout = out.to // the process's own, so that a terminal stays one
	}
	// Before it starts, so that no signal is lost, nor ends bh and not the command.
	signals := make(chan os.Signal, 8)
	signal.Notify(signals, passedOn...)
	defer signal.Stop(signals)
	if err := child.Start(); err != nil {
		code := exitCode(exitNotExecutable)
		if errors.Is(err, exec.ErrNotFound) || errors.Is(err, fs.ErrNotExist) {
			code = exitNotFound
		}
		_, _ = p.Stderr.Write([]byte("Error: " + command[0] + " cannot be run: " + cause(err) + "\n"))
		return code
	}
	ended := make(chan struct{})
	go func() {
		for {
			select {
			case received := <-signals:
				if p.StdinTTY && slices.Contains(fromTerminal, received) {
					continue // the terminal has sent it to both
				}
				_ = child.Process.Signal(received) // a child that has ended needs none
			case <-ended:
				return
			}
		}
	}()
	err := child.Wait()
	close(ended)
	var exit *exec.ExitError
	switch {
	case err == nil:
		return nil
	case errors.As(err, &exit):
		if status, ok := exit.Sys().(syscall.WaitStatus); ok && status.Signaled() {
			return exitCode(128 + int(status.Signal()))
		}
		return exitCode(exit.ExitCode())
	}
	return err
}

// cause gives why a command cannot be run, without its name.
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
