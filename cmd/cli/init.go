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
	"strings"

	"github.com/urfave/cli/v2"

	"buckethead/config"
	"buckethead/config/diag"
	"buckethead/config/words"
)

// starter is the file that bh init writes, but for the name of the stack. It can be planned and applied as it is.
//
//go:embed starter.hcl
var starter []byte

const ignored = "# What bh makes beside this file: state, backups, keys.\n.bh/\n*.bhplan\n"

func initCommand(r *run) *cli.Command {
	return &cli.Command{Name: "init", Usage: "write a first buckets.hcl and make the state", Flags: commonFlags(),
		Action: func(c *cli.Context) error {
			flags, err := r.flagsOnly(c)
			if err != nil {
				return err
			}
			return runInit(c.Context, r, flags)
		}}
}

// runInit writes what is missing and leaves the rest as it is, so it may run again.
func runInit(ctx context.Context, r *run, flags common) error {
	if flags.chdir != "" {
		if err := os.MkdirAll(flags.chdir, 0o755); err != nil {
			return fmt.Errorf("make %s: %w", flags.chdir, err)
		}
	}
	var wrote []string
	if flags.file == "" {
		switch err := createFile(filepath.Join(flags.chdir, "buckets.hcl"), starterFor(flags.chdir), 0o644); {
		case err == nil:
			wrote = append(wrote, "buckets.hcl")
		case !errors.Is(err, fs.ErrExist):
			return err
		}
	}
	added, err := ignore(filepath.Join(flags.chdir, ".gitignore"))
	if err != nil {
		return err
	}
	if added {
		wrote = append(wrote, ".gitignore")
	}
	return inSessionWithFaults(ctx, r, flags, func(s *session, faults diag.List) error {
		for _, name := range wrote {
			s.view.Result("Wrote " + name + ".")
		}
		if err := s.report(faults); err != nil {
			return err
		}
		return makeState(ctx, s)
	})
}

// starterFor returns the starter with a stack that is called as the folder is: files in two folders are then two stacks,
// also in one account.
func starterFor(folder string) []byte {
	path, err := filepath.Abs(folder)
	if err != nil {
		return starter
	}
	return bytes.Replace(starter, []byte(`stack = "main"`), []byte(`stack = "`+config.StackNameFor(filepath.Base(path))+`"`), 1)
}

// makeState opens the state, which makes it if it is not there yet.
func makeState(ctx context.Context, s *session) error {
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
	s.view.Result(fmt.Sprintf("Ready: %s, state in %s. Next: bh plan, bh apply.",
		words.Count(len(s.config.Projects), "project"), place.Name()))
	return nil
}

// ignore adds bh's lines to .gitignore unless they are there already.
func ignore(path string) (added bool, err error) {
	present, err := os.ReadFile(path)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return false, fmt.Errorf("read %s: %w", path, err)
	}
	for _, line := range strings.Split(string(present), "\n") {
		if strings.Trim(strings.TrimSpace(line), "/") == ".bh" {
			return false, nil
		}
	}
	if len(present) > 0 && !strings.HasSuffix(string(present), "\n") {
		present = append(present, '\n')
	}
	if err := os.WriteFile(path, append(present, ignored...), 0o644); err != nil {
		return false, fmt.Errorf("write %s: %w", path, err)
	}
	return true, nil
}
