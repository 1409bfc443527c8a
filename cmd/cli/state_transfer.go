package cli

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"buckethead/config"
	"buckethead/state/bolt"
	"buckethead/state/s3"
	"buckethead/vendors"
)

// stateArgs are what the commands of bh state are asked for beside what all are.
type stateArgs struct {
	list  bool          // backup --list
	force bool          // push --force, migrate --force, rebuild --force
	from  string        // migrate --from
	last  time.Duration // lock --for
}

// defaultStatePath is where a state is that no block says the place of.
const defaultStatePath = ".bh/state.db"

// statePull writes the file of the state. It is no text, so it does not go to a
// terminal.
func statePull(s *session, args []string) error {
	if len(args) > 1 || len(args) == 0 && s.p.StdoutTTY {
		return errors.New("bh state pull wants a file to write to; the state is no text, so it is not written to a terminal")
	}
	ctx, interrupted, stop := s.untilSignal()
	defer stop()
	file, err := s.pull(ctx)
	if err != nil {
		return orInterrupted(err, interrupted)
	}
	if len(args) == 0 {
		s.p.ending.answered = true
		_, err = s.p.Stdout.Write(file)
		return err
	}
	if err := writeFile(args[0], file); err != nil {
		return err
	}
	s.view.Result(fmt.Sprintf("Wrote %s.", args[0]))
	return nil
}

func (s *session) pull(ctx context.Context) ([]byte, error) {
	place, err := s.backend()
	if err != nil {
		return nil, s.stateFault(err)
	}
	file, err := place.Pull(ctx)
	if errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("there is no state at %s yet", place.Place())
	}
	if err != nil {
		return nil, s.stateFault(err)
	}
	return file, nil
}

// writeFile writes a file that was not there, for its owner alone.
func writeFile(path string, content []byte) error {
	file, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if errors.Is(err, fs.ErrExist) {
		return fmt.Errorf("%s is there already; nothing was written", path)
	}
	if err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	_, err = file.Write(content)
	return errors.Join(err, file.Close())
}

// statePush puts a file in the place of the state.
func statePush(s *session, args []string) error {
	if len(args) != 1 {
		return errors.New("bh state push wants one file")
	}
	if _, err := os.Stat(args[0]); err != nil {
		return fmt.Errorf("read the file: %w", err)
	}
	ctx, interrupted, stop := s.untilSignal()
	defer stop()
	place, err := s.backend()
	if err != nil {
		return s.stateFault(err)
	}
	kept, err := place.Push(ctx, args[0], bolt.Push{Force: s.force})
	if err != nil {
		return orInterrupted(s.stateFault(err), interrupted)
	}
	s.view.Result(fmt.Sprintf("Pushed %s to %s. %s", args[0], place.Place(), before(kept)))
	return nil
}

// before says what became of the state that was replaced.
func before(kept string) string {
	if kept == "" {
		return "There was no state before."
	}
	return "The state of before is " + kept + "."
}

// stateMigrate brings a state to the place that is declared, and closes the one that
// it comes from: two of them that are both in use would lose sight of credentials.
func stateMigrate(s *session, args []string) (err error) {
	if len(args) > 0 {
		return errors.New("bh state migrate takes no argument; --from names the place where the state is now")
	}
	to, err := s.backend()
	if err != nil {
		return s.stateFault(err)
	}
	from, err := s.otherPlace(s.from)
	if err != nil {
		return err
	}
	if from.Place() == to.Place() {
		return fmt.Errorf("the state is at %s already; declare the new place in the bh block, and name the one it comes from with --from", to.Place())
	}
	ctx, interrupted, stop := s.untilSignal()
	defer stop()
	// Opening would make one where there is none.
	switch _, err := from.Pull(ctx); {
	case errors.Is(err, io.EOF):
		return fmt.Errorf("there is no state at %s; nothing was changed", from.Place())
	case err != nil:
		return orInterrupted(s.stateFault(err), interrupted)
	}
	kept, retired, err := s.move(ctx, from, to)
	if err != nil {
		return orInterrupted(s.stateFault(err), interrupted)
	}
	s.view.Result(fmt.Sprintf("Migrated %s to %s. %s The last version of the old place is %s.", from.Place(), to.Place(), before(kept), retired))
	return nil
}

// move copies a state from one place to another with the old one locked, and retires
// that when the copy is there.
func (s *session) move(ctx context.Context, from, to backend) (kept, retired string, err error) {
	opened, err := from.Open(ctx)
	if err != nil {
		return "", "", err
	}
	defer func() { err = errors.Join(err, opened.Close()) }()
	var file bytes.Buffer
	if _, err := opened.Copy(&file); err != nil {
		return "", "", err
	}
	folder, err := os.MkdirTemp("", "bh-migrate-*")
	if err != nil {
		return "", "", err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(folder)) }()
	path := filepath.Join(folder, "state.db")
	if err := writeFile(path, file.Bytes()); err != nil {
		return "", "", err
	}
	if kept, err = to.Push(ctx, path, bolt.Push{Force: s.force, Moves: true}); err != nil {
		return "", "", err
	}
	name := to.Place()
	if local, is := to.(localState); is {
		name = local.onThisHost()
	}
	if retired, err = opened.Retire(ctx, name); err != nil {
		err = fmt.Errorf("%w; both places have the state now: repeat bh state migrate before anything else", err)
	}
	return kept, retired, err
}

// otherPlace is a place that the command line names: a path, or s3://BUCKET/KEY with
// region, endpoint_url and the like as a query. Its keys come by the default chain.
func (s *session) otherPlace(name string) (backend, error) {
	rest, shared := strings.CutPrefix(name, "s3://")
	if !shared {
		if !filepath.IsAbs(name) {
			name = filepath.Join(s.config.Dir, name)
		}
		return localState{name, s.stateOptions()}, nil
	}
	address, query, _ := strings.Cut(rest, "?")
	bucket, key, _ := strings.Cut(address, "/")
	settings := vendors.Settings{"bucket": {Text: bucket}, "key": {Text: key}}
	values, err := url.ParseQuery(query)
	if err != nil {
		return nil, fmt.Errorf("%s is no place of a state: %w", name, err)
	}
	for _, setting := range s3.Settings() {
		switch value := values.Get(setting.Name); {
		case value != "" && setting.Secret:
			return nil, fmt.Errorf("a secret does not belong on a command line: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY")
		case value != "":
			settings[setting.Name] = vendors.Value{Text: value}
		default:
			for _, name := range setting.Env {
				if text := s.p.get(name); text != "" && settings.Text(setting.Name) == "" {
					settings[setting.Name] = vendors.Value{Text: text}
				}
			}
		}
	}
	for _, p := range s3.CheckSettings(settings) {
		return nil, fmt.Errorf("%s is no place of a state: %s; %s", name, p.Summary, p.Fix)
	}
	return s.sharedState(config.Backend{Kind: s3.Kind, Settings: settings})
}
