package cli

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/aymanbagabas/go-udiff"
	"github.com/urfave/cli/v2"

	"buckethead/cmd/view"
	"buckethead/config"
	"buckethead/vendors/parallel"
)

type fmtArgs struct{ check, diff, color bool }

func fmtCommand(r *run) *cli.Command {
	return &cli.Command{Name: "fmt", Usage: "format files", ArgsUsage: "[FILE|DIR|-]...",
		Flags: append(colorFlags(), chdirFlag(),
			&cli.BoolFlag{Name: "check", Usage: "write nothing; exit 1 if a file is not formatted"},
			&cli.BoolFlag{Name: "diff", Usage: "show what changes"}),
		Action: func(c *cli.Context) error {
			flags, err := r.flags(c)
			if err != nil {
				return err
			}
			if err := r.chdir(flags.chdir); err != nil {
				return err
			}
			paths := c.Args().Slice()
			if len(paths) == 0 {
				paths = []string{"."}
			}
			return runFmt(c.Context, r, fmtArgs{check: c.Bool("check"), diff: c.Bool("diff"), color: colored(r.Process, flags, r.StderrTTY)}, paths)
		}}
}

// runFmt formats every file that it can, and then fails if there were files it could not format.
func runFmt(ctx context.Context, r *run, a fmtArgs, paths []string) error {
	code := exitCode(0)
	for _, path := range paths {
		files, found, err := hclFiles(path)
		if err != nil {
			return err
		}
		for _, file := range files {
			unformatted, err := a.format(ctx, r, file, found)
			if err != nil {
				return err
			}
			if unformatted {
				code = exitError
			}
		}
	}
	if code != 0 {
		return code
	}
	return nil
}

// hclFiles returns the files to format, and whether they were found in a folder.
func hclFiles(path string) (files []string, found bool, err error) {
	if path == "-" {
		return []string{path}, false, nil
	}
	info, err := os.Stat(path)
	switch {
	case err != nil:
		return nil, false, fmt.Errorf("format: %w", err)
	case info.IsDir():
		files, err = filepath.Glob(filepath.Join(path, "*.hcl"))
		return files, true, err
	}
	return []string{path}, false, nil
}

// format formats one file, and reports whether the command has to fail because of it.
func (a fmtArgs) format(ctx context.Context, r *run, path string, found bool) (fails bool, err error) {
	src, mode, err := readSource(ctx, r, path, found)
	if err != nil {
		return false, fmt.Errorf("format: %w", err) // a signal's exit code stays one
	}
	out, diags := config.Format(src, path)
	if diags.HasErrors() {
		v, _ := view.New("human", r.Stdout, r.Stderr, view.Options{ErrColor: a.color,
			Sources: map[string][]byte{path: config.Quotable(src, path)}})
		v.Diagnostics(diags)
		return true, nil
	}
	same := bytes.Equal(src, out)
	switch {
	case path == "-" && !a.check && !a.diff:
		_, err = r.clear.Stdout.Write(out) // it is the user's own text, and may become the file
		return false, err
	case same:
		return false, nil
	case a.diff:
		_, err = io.WriteString(r.Stdout, udiff.Unified(path, path, string(src), string(out)))
	default:
		_, err = fmt.Fprintln(r.Stdout, path)
	}
	if err == nil && !a.check && path != "-" {
		err = replaceFile(path, out, mode)
	}
	return a.check, err
}

func readSource(ctx context.Context, r *run, path string, found bool) ([]byte, fs.FileMode, error) {
	if path == "-" {
		src, err := parallel.Await(ctx, func() ([]byte, error) { return io.ReadAll(r.Stdin) })
		return src, 0, err
	}
	info, err := os.Stat(path)
	if err != nil {
		return nil, 0, err
	}
	src, err := parallel.Await(ctx, func() ([]byte, error) { return config.ReadSource(path, found) })
	return src, info.Mode().Perm(), err
}
