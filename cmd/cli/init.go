package cli

import (
	"context"
	_ "embed"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/urfave/cli/v2"

	"buckethead/config/words"
)

// starter is the file that bh init writes: it plans and applies as it is.
//
//go:embed starter.hcl
var starter []byte

const ignored = "# What bh makes beside this file: state, backups, keys.\n.bh/\n*.bhplan\n"

func initCommand(p Process) *cli.Command {
	return &cli.Command{Name: "init", Usage: "write a first buckets.hcl and make the state", Flags: commonFlags(),
		Action: func(c *cli.Context) error {
			flags, err := readAlone(c, p)
			if err != nil {
				return err
			}
			return runInit(c.Context, p, flags)
		}}
}

// runInit makes what is missing and leaves alone what is there; it may run again.
func runInit(ctx context.Context, p Process, flags common) (err error) {
	if flags.chdir != "" {
		if err := os.MkdirAll(flags.chdir, 0o755); err != nil {
			return fmt.Errorf("make %s: %w", flags.chdir, err)
		}
	}
	dir := flags.chdir
	var wrote []string
	if flags.file == "" {
		made, err := writeNew(filepath.Join(dir, "buckets.hcl"), starter)
		if err != nil {
			return err
		}
		if made {
			wrote = append(wrote, "buckets.hcl")
		}
	}
	made, err := ignore(filepath.Join(dir, ".gitignore"))
	if err != nil {
		return err
	}
	if made {
		wrote = append(wrote, ".gitignore")
	}
	s, diags, err := begin(ctx, p, flags)
	if err != nil {
		return err
	}
	defer func() { err = joinClose(err, s) }()
	for _, name := range wrote {
		s.view.Result("Wrote " + name + ".")
	}
	s.view.Diagnostics(diags)
	if diags.HasErrors() {
		return exitCode(exitError)
	}
	place, err := s.connections.Place(ctx)
	if err != nil {
		return s.stateFault(err)
	}
	store, err := s.openState(ctx)
	if err != nil {
		return err
	}
	if err := store.Close(); err != nil {
		return s.stateFault(err)
	}
	s.view.Result(fmt.Sprintf("Ready: %s, state in %s. Next: bh plan, bh apply.", words.Count(len(s.config.Projects), "project"), place.Name()))
	return nil
}

func writeNew(path string, content []byte) (made bool, err error) {
	file, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o644)
	if errors.Is(err, fs.ErrExist) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("write %s: %w", path, err)
	}
	_, err = file.Write(content)
	return true, errors.Join(err, file.Close())
}

// ignore adds bh's lines to .gitignore where they are not there yet.
func ignore(path string) (made bool, err error) {
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
