package cli

import (
	"bytes"
	"context"
	_ "embed"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/urfave/cli/v2"

	"buckethead/config"
	"buckethead/config/diag"
	"buckethead/config/words"
)

// starter is the file that bh init writes, except for the name of the stack. It can be planned and applied as it
// is.
//
//go:embed starter.hcl
var starter []byte

func initCommand(r *run) *cli.Command {
	return &cli.Command{Name: "init", Usage: "write a first buckets.hcl and create the state", Flags: stateFlags(ciFlag(), inputFlag()),
		Action: func(c *cli.Context) error {
			flags, err := r.flagsOnly(c)
			if err != nil {
				return err
			}
			return runInit(c.Context, r, flags, c.String("ci"))
		}}
}

// runInit writes what is missing and leaves the rest as it is, so it can be run again.
func runInit(ctx context.Context, r *run, flags common, ci string) error {
	if flags.chdir != "" {
		if err := os.MkdirAll(flags.chdir, 0o755); err != nil {
			return fmt.Errorf("make %s: %w", flags.chdir, err)
		}
	}
	var notes []string
	if ci != "" {
		var err error
		if notes, err = writeWorkflows(ci, flags.chdir); err != nil {
			return err
		}
	}
	wrote := false
	if flags.file == "" {
		err := createFile(filepath.Join(flags.chdir, "buckets.hcl"), starterFor(flags.chdir), 0o644)
		if err != nil && !errors.Is(err, fs.ErrExist) {
			return err
		}
		wrote = err == nil
	}
	return inSessionWithFaults(ctx, r, flags.partly(), func(s *session, faults diag.List) error {
		if wrote {
			s.view.Result("Wrote buckets.hcl.")
		}
		for _, note := range notes {
			s.view.Result(note)
		}
		if err := s.report(faults); err != nil {
			return err
		}
		return makeState(ctx, s)
	})
}

// starterFor returns the starter with the folder's name as the stack, so files in two folders are two stacks
// even in one account.
func starterFor(folder string) []byte {
	path, err := filepath.Abs(folder)
	if err != nil {
		return starter
	}
	return bytes.Replace(starter, []byte(`stack = "main"`), []byte(`stack = "`+config.StackNameFor(filepath.Base(path))+`"`), 1)
}

// makeState opens the state, which creates it if it does not exist yet.
func makeState(ctx context.Context, s *session) error {
	for _, refused := range s.connections.RefusedHosts() {
		s.view.Note(refused.Cause() + " " + refused.Fix())
	}
	place, err := s.place(ctx)
	if err != nil {
		return err
	}
	store, err := s.openState(ctx)
	if err != nil {
		return err
	}
	if err := s.closeNow(store); err != nil {
		return s.stateFault(err)
	}
	projects := words.Count(len(s.config.Projects), "project")
	if len(s.config.Lacks) > 0 { // there may be more
		projects = words.Count(len(s.config.Names), "project block")
	}
	s.view.Result(fmt.Sprintf("Ready: %s, state in %s. Next: bh plan, bh apply.", projects, place.Name()))
	return nil
}
