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

type fmtArgs struct{ check, diff bool }

func fmtCommand(p Process) *cli.Command {
	return &cli.Command{Name: "fmt", Usage: "bring files into the canonical form", ArgsUsage: "[FILE|DIR|-]...",
		Flags: commonFlags(&cli.BoolFlag{Name: "check", Usage: "write nothing; exit 1 when a file is not formatted"},
			&cli.BoolFlag{Name: "diff", Usage: "show what changes"}),
		Action: func(c *cli.Context) error {
			flags, err := readCommon(c, p)
			if err != nil {
				return err
			}
			if flags.chdir != "" {
				if err := os.Chdir(flags.chdir); err != nil {
					return fmt.Errorf("work in %s: %w", flags.chdir, err)
				}
				p.ending.moved = true
			}
			paths := c.Args().Slice()
			if len(paths) == 0 {
				paths = []string{"."}
			}
			return runFmt(c.Context, p, fmtArgs{check: c.Bool("check"), diff: c.Bool("diff")}, paths)
		}}
}

// runFmt formats every file that it can and then fails for those that it cannot.
func runFmt(ctx context.Context, p Process, a fmtArgs, paths []string) error {
	code := exitCode(0)
	for _, path := range paths {
		files, err := hclFiles(path)
		if err != nil {
			return err
		}
		for _, file := range files {
			unformatted, err := a.format(ctx, p, file)
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

func hclFiles(path string) ([]string, error) {
	if path == "-" {
		return []string{path}, nil
	}
	info, err := os.Stat(path)
	switch {
	case err != nil:
		return nil, fmt.Errorf("format: %w", err)
	case info.IsDir():
		return filepath.Glob(filepath.Join(path, "*.hcl"))
	}
	return []string{path}, nil
}

// format formats one file; it gives whether the command has to fail for it.
func (a fmtArgs) format(ctx context.Context, p Process, path string) (fails bool, err error) {
	src, mode, err := readSource(ctx, p, path)
	if err != nil {
		return false, fmt.Errorf("format: %w", err) // a signal's exit code stays one
	}
	out, diags := config.Format(src, path)
	if diags.HasErrors() {
		v, _ := view.New("human", p.Stdout, p.Stderr, view.Options{Sources: map[string][]byte{path: src}})
		v.Diagnostics(diags)
		return true, nil
	}
	same := bytes.Equal(src, out)
	switch {
	case path == "-" && !a.check && !a.diff:
		_, err = p.Stdout.Write(out)
		return false, err
	case same:
		return false, nil
	case a.diff:
		_, err = io.WriteString(p.Stdout, udiff.Unified(path, path, string(src), string(out)))
	default:
		_, err = fmt.Fprintln(p.Stdout, path)
	}
	if err == nil && !a.check && path != "-" {
		err = replaceFile(path, out, mode)
	}
	return a.check, err
}

func readSource(ctx context.Context, p Process, path string) ([]byte, fs.FileMode, error) {
	if path == "-" {
		src, err := parallel.Await(ctx, func() ([]byte, error) { return io.ReadAll(p.Stdin) })
		return src, 0, err
	}
	info, err := os.Stat(path)
	if err != nil {
		return nil, 0, err
	}
	src, err := parallel.Await(ctx, func() ([]byte, error) { return os.ReadFile(path) })
	return src, info.Mode().Perm(), err
}

// replaceFile writes a file whole or not at all.
func replaceFile(path string, content []byte, mode fs.FileMode) error {
	tmp, err := os.CreateTemp(filepath.Dir(path), ".bh-fmt-*")
	if err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	defer func() { _ = os.Remove(tmp.Name()) }()
	_, err = tmp.Write(content)
	for _, step := range []func() error{func() error { return tmp.Chmod(mode) }, tmp.Sync, tmp.Close, func() error { return os.Rename(tmp.Name(), path) }} {
		if next := step(); err == nil {
			err = next
		}
	}
	if err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	return nil
}
