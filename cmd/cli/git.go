package cli

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"time"

	"buckethead/config"
)

// gitTimeout bounds how long git may take to say whether it tracks a file.
const gitTimeout = 5 * time.Second

// tracked reports whether git tracks a file, which need not exist. known is false if bh cannot find out: git is missing,
// does not trust the repository, or takes too long.
func tracked(ctx context.Context, declared *config.Config, path string) (is, known bool) {
	path, err := filepath.Abs(path)
	if err != nil {
		return false, false
	}
	dir := filepath.Dir(path)
	for !exists(dir) && dir != filepath.Dir(dir) {
		dir = filepath.Dir(dir)
	}
	if !inRepository(dir) {
		return false, true
	}
	git, err := exec.LookPath("git")
	if err != nil {
		return false, false
	}
	name, err := filepath.Rel(dir, path)
	if err != nil {
		return false, false
	}
	ctx, cancel := context.WithTimeout(ctx, gitTimeout)
	defer cancel()
	// The repository may configure a program that watches its files; it is not run.
	command := exec.CommandContext(ctx, git, "-C", dir, "-c", "core.fsmonitor=false", "ls-files", "--error-unmatch", "--",
		":(literal)"+filepath.ToSlash(name))
	command.Env = append(childEnvironment(declared, nil, os.Environ(), false), "GIT_OPTIONAL_LOCKS=0")
	command.WaitDelay = time.Second
	err = command.Run()
	var exit *exec.ExitError
	switch {
	case err == nil:
		return true, true
	case errors.As(err, &exit) && exit.ExitCode() == 1:
		return false, true
	}
	return false, false
}

// inRepository reports whether a folder is in a git repository.
func inRepository(dir string) bool { return repositoryAbove(dir) != "" }

// repositoryAbove returns the nearest folder, from dir upwards, that has a .git, or "".
func repositoryAbove(dir string) string {
	for ; ; dir = filepath.Dir(dir) {
		if exists(filepath.Join(dir, ".git")) {
			return dir
		}
		if dir == filepath.Dir(dir) {
			return ""
		}
	}
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}
