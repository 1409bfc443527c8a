package cli

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/urfave/cli/v2"

	"buckethead/config/words"
)

func initCommand(r *run) *cli.Command {
	return &cli.Command{Name: "init", Usage: "write a first buckets.hcl and create the state",
		Description: "Asks on a terminal for what the flags do not say. Without a terminal, or with\n" +
			"--input=false, it takes a cloud, a store and a state on this machine, to try\n" +
			"bh with. Files that exist stay as they are.\n\n" +
			"--state s3 declares a state that runners share. Any other word than local and\n" +
			"s3 is the path of a state on this machine.",
		Flags: initFlags(),
		Action: func(c *cli.Context) error {
			flags, err := r.flagsOnly(c)
			if err != nil {
				return err
			}
			return runInit(c.Context, r, flags, starter{Cloud: c.String("cloud"), Secrets: c.String("secrets"), State: c.String("state"),
				Stack: c.String("stack"), CI: c.String("ci")})
		}}
}

func initFlags() []cli.Flag {
	flags := stateFlags(
		&cli.StringFlag{Name: "cloud", Usage: "where the buckets are: `VENDOR`, local or cloudflare_r2"},
		&cli.StringFlag{Name: "secrets", Usage: "where the keys go: `VENDOR`, age_file or onepassword"},
		&cli.StringFlag{Name: "stack", Usage: "the `NAME` that marks what the file owns"},
		&cli.StringFlag{Name: "ci", Usage: "write the workflows for `SERVICE` too: github or gitlab"},
		inputFlag())
	at := slices.IndexFunc(flags, func(f cli.Flag) bool { return f.Names()[0] == "state" })
	flags[at] = &cli.StringFlag{Name: "state", Usage: "where the state is: `PLACE`, local, s3 or a path"}
	return flags
}

// runInit writes what is missing and leaves the rest as it is, so it can be run again. It asks before it writes
// anything.
func runInit(ctx context.Context, r *run, flags common, chosen starter) error {
	if flags.chdir != "" {
		if err := os.MkdirAll(flags.chdir, 0o755); err != nil {
			return fmt.Errorf("make %s: %w", flags.chdir, err)
		}
	}
	if err := r.chdir(flags.chdir); err != nil {
		return err
	}
	flags.chdir = ""
	path, missing, err := firstFile(flags.file)
	switch {
	case err != nil:
		return err
	case missing && mayAskFor(r, flags):
		err = chosen.ask(ctx, r)
	case !missing:
		err = chosen.fitsNoFile(path)
	}
	if err == nil {
		err = chosen.complete()
	}
	if err != nil {
		return err
	}
	var text []byte
	if missing {
		if text, err = chosen.file(); err != nil {
			return err
		}
	}
	notes, err := writeFirst(path, text, chosen)
	if err != nil {
		return err
	}
	if missing || isPlace(flags.state) { // the file says it
		flags.state = ""
	}
	return startSession(ctx, r, flags, chosen, missing, notes)
}

// firstFile returns the file that bh init would write, and whether it is missing.
func firstFile(named string) (path string, missing bool, err error) {
	path = named
	if path == "" {
		path = firstName
	}
	_, err = os.Lstat(path)
	if !errors.Is(err, fs.ErrNotExist) || filepath.Ext(path) != ".hcl" {
		return path, false, nil // what is wrong with it, if anything, the session says
	}
	others, err := filepath.Glob("[^.]*.hcl")
	if err != nil || len(others) == 0 || named != "" {
		return path, true, err
	}
	return "", false, fmt.Errorf("there is a configuration already: %s; bh init --file . uses it, "+
		"and bh init --file buckets.hcl begins another one beside it", words.List(others...))
}

// writeFirst writes the workflows for a CI service, a first file if there is a text for it, and a .gitignore. It
// returns what it wrote.
func writeFirst(name string, text []byte, chosen starter) (notes []string, err error) {
	if chosen.CI != "" {
		if notes, err = writeWorkflows(chosen.CI, ""); err != nil {
			return nil, err
		}
	}
	if text == nil {
		return append([]string{name + " is there already, and stays as it is."}, notes...), nil
	}
	if err := createFile(name, text, 0o644); err != nil {
		return nil, err
	}
	wrote := []string{"Wrote " + name + "."}
	ignore := filepath.Join(filepath.Dir(name), ".gitignore")
	lines := ignored
	if !isPlace(chosen.State) && filepath.IsLocal(chosen.State) {
		file := filepath.ToSlash(filepath.Clean(chosen.State))
		lines += "/" + file + "*\n/" + path.Join(path.Dir(file), "backups") + "/\n"
	}
	switch err := createFile(ignore, []byte(lines), 0o644); {
	case err == nil:
		wrote = append(wrote, "Wrote "+ignore+".")
	case !errors.Is(err, fs.ErrExist):
		return nil, err
	case !ignores(ignore):
		wrote = append(wrote, "Add a line *.bhplan to "+ignore+": saved plans are no part of the repository.")
	}
	return append(wrote, notes...), nil
}

// ignored is the .gitignore of a configuration. The folder .bh has one of its own.
const ignored = "# bh: its folder, and saved plans\n.bh/\n*.bhplan\n"

func ignores(path string) bool {
	text, err := os.ReadFile(path)
	return err != nil || strings.Contains(string(text), ".bhplan")
}
