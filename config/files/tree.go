package files

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
)

// What is read is bounded, because it is kept in memory and most of it several times.
// A file of 100,000 projects has 12 MB.
const (
	sourceLimit = 32 << 20 // a file of the language, or of variables
	dataLimit   = 16 << 20 // a file that file() reads
	linkLimit   = 40       // symbolic links on the way to one file, as on Linux
)

// private are the folders whose content is never read, nor the file .git of a
// worktree: git keeps credentials in one and bh its state in the other.
var private = []string{".git", ".bh"}

// Error says why a file is not read. It never has any of the file's content.
type Error struct {
	What    string // a clause, without a full stop
	Fix     string
	Refused bool // the file may be there, and bh does not read it

	err error // the cause, for errors.Is
}

func refuse(what, fix string) error {
	return &Error{What: what, Fix: fix, Refused: true, err: fs.ErrPermission}
}

func (e *Error) Error() string { return e.What }
func (e *Error) Unwrap() error { return e.err }

// tree is the part of the disk that a configuration may read: its repository, or its
// folder if it is in no repository. It is safe for concurrent use.
type tree struct {
	dir  string // from which relative paths start
	root string // with all links resolved
	repo bool   // root is a repository

	mu   sync.Mutex
	seen map[string]bool // folders that were looked at: whether git or bh keep theirs there
}

// newTree returns the tree of a folder. A folder that cannot be found has no files.
func newTree(dir string) *tree {
	t := &tree{dir: dir, seen: map[string]bool{}}
	if abs, err := filepath.Abs(dir); err == nil {
		t.dir = abs
	}
	if real, err := filepath.EvalSymlinks(t.dir); err == nil {
		t.dir = real
	}
	t.root, t.repo = repository(t.dir)
	return t
}

// repository returns the nearest folder, from dir upwards, that has a .git, which is a
// folder or, in a worktree, a file. It returns dir if no folder has one. The root of the
// disk does not count, because it contains everything.
func repository(dir string) (string, bool) {
	for at := dir; at != filepath.Dir(at); at = filepath.Dir(at) {
		if _, err := os.Lstat(filepath.Join(at, ".git")); err == nil {
			return at, true
		}
	}
	return dir, false
}

// within names the tree in an error.
func (t *tree) within() string {
	if t.repo {
		return "the repository"
	}
	return "the folder of the configuration"
}

// outside is the error for a path that leads out of the tree. It is the same whether or not
// the path exists.
func (t *tree) outside(path string, link bool) error {
	if link {
		return refuse(fmt.Sprintf("%s is a link that leads out of %s, and bh reads only files inside it", path, t.within()),
			"Replace the link with the file itself.")
	}
	return refuse(fmt.Sprintf("%s is outside of %s, and bh reads only files inside it", path, t.within()),
		"Copy the file there, or pass its content in as a variable.")
}

// read returns the content of a regular file in the tree.
func (t *tree) read(path string, limit int64) ([]byte, error) {
	root, name, err := t.find(path, true)
	if err != nil {
		return nil, err
	}
	defer root.Close()
	return readRegular(root, path, name, limit)
}

// readRegular reads a file whose path from the root has no links.
func readRegular(root *os.Root, path, name string, limit int64) ([]byte, error) {
	info, err := root.Lstat(name)
	if err != nil {
		return nil, unreadable(path, err)
	}
	if !info.Mode().IsRegular() {
		return nil, irregular(path, info.Mode())
	}
	// It may have become a pipe in the meantime, which must not block.
	file, err := root.OpenFile(name, os.O_RDONLY|nonblocking, 0)
	if err != nil {
		return nil, unreadable(path, err)
	}
	defer file.Close()
	if info, err = file.Stat(); err != nil {
		return nil, unreadable(path, err)
	}
	if !info.Mode().IsRegular() {
		return nil, irregular(path, info.Mode())
	}
	src, err := readBounded(path, file, limit)
	if err == nil && info.Size() == 0 && len(src) > 0 {
		// Files that the system makes up while they are read have no size.
		return nil, irregular(path, fs.ModeIrregular)
	}
	return src, err
}

// exists reports whether there is a regular file. Its answer is the same for everything
// outside of the tree.
func (t *tree) exists(path string) (bool, error) {
	root, name, err := t.find(path, true)
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	defer root.Close()
	info, err := root.Lstat(name)
	return err == nil && info.Mode().IsRegular(), nil
}

// find returns the root, which the caller closes, and the path from there with all
// links resolved. Everything goes through the root, so that nothing outside is touched,
// also when the folders change meanwhile. strict refuses the private folders in the path
// itself, and not only behind links.
func (t *tree) find(path string, strict bool) (*os.Root, string, error) {
	parts, ok := t.relative(path)
	if !ok {
		return nil, "", t.outside(path, false)
	}
	root, err := os.OpenRoot(t.root)
	if err != nil {
		return nil, "", unreadable(path, err)
	}
	name, err := t.follow(root, path, parts, strict)
	if err != nil {
		root.Close()
		return nil, "", err
	}
	return root, name, nil
}

// follow resolves one part of the path after the other.
func (t *tree) follow(root *os.Root, path string, parts []string, strict bool) (string, error) {
	at, links := ".", 0
	for len(parts) > 0 {
		part := parts[0]
		parts = parts[1:]
		switch {
		case part == "" || part == ".":
			continue
		case part == ".." && at == ".":
			return "", t.outside(path, links > 0)
		case part == "..":
			at = filepath.Dir(at)
			continue
		}
		if (strict || links > 0) && t.private(root, at, part) {
			return "", refuse(path+" leads to files of git or bh, which bh never reads",
				"Keep the file elsewhere in "+t.within()+".")
		}
		next := filepath.Join(at, part)
		info, err := root.Lstat(next)
		if err != nil {
			return "", unreadable(path, err)
		}
		if info.Mode()&fs.ModeSymlink == 0 {
			if len(parts) > 0 && !info.IsDir() {
				return "", unreadable(path, fs.ErrNotExist)
			}
			at = next
			continue
		}
		if links++; links > linkLimit {
			return "", refuse(path+" is a link that leads in a circle", "Replace the link with the file itself.")
		}
		target, err := root.Readlink(next)
		if err != nil {
			return "", unreadable(path, err)
		}
		if filepath.IsAbs(target) {
			steps, ok := t.relative(target)
			if !ok {
				return "", t.outside(path, true)
			}
			at, parts = ".", append(steps, parts...)
			continue
		}
		parts = append(strings.Split(filepath.ToSlash(target), "/"), parts...)
	}
	return at, nil
}

// relative returns the steps from the root to a path. They are not cleaned: after a link
// to a folder, ".." is the parent of that folder.
func (t *tree) relative(path string) ([]string, bool) {
	slashed := filepath.ToSlash(path)
	if !filepath.IsAbs(path) {
		if filepath.VolumeName(path) != "" || strings.HasPrefix(slashed, "/") {
			return nil, false
		}
		from, err := filepath.Rel(t.root, t.dir)
		if err != nil {
			return nil, false
		}
		return strings.Split(filepath.ToSlash(from)+"/"+slashed, "/"), true
	}
	rest, ok := strings.CutPrefix(slashed, strings.TrimSuffix(filepath.ToSlash(t.root), "/"))
	if !ok || rest != "" && rest[0] != '/' {
		return nil, false
	}
	return strings.Split(rest, "/"), true
}

// private reports whether a part of a path is a folder of git or bh, whatever name the
// file system lets it go by, or lies in one: a repository can be kept under any name.
func (t *tree) private(root *os.Root, at, part string) bool {
	if slices.ContainsFunc(private, func(name string) bool { return strings.EqualFold(name, part) }) {
		return true
	}
	if info, err := root.Lstat(filepath.Join(at, part)); err == nil {
		for _, name := range private {
			if own, err := root.Lstat(filepath.Join(at, name)); err == nil && os.SameFile(own, info) {
				return true
			}
		}
	}
	return t.bare(root, at)
}

// bare reports whether a folder is one in which git keeps a repository.
func (t *tree) bare(root *os.Root, at string) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	if is, known := t.seen[at]; known {
		return is
	}
	is := !slices.ContainsFunc([]string{"HEAD", "objects", "refs"}, func(name string) bool {
		_, err := root.Lstat(filepath.Join(at, name))
		return err != nil
	})
	t.seen[at] = is
	return is
}

func unreadable(path string, err error) error {
	e := &Error{err: err, What: path + " cannot be read", Fix: "Check that it is a file that you may read."}
	var pathError *fs.PathError
	switch {
	case errors.Is(err, fs.ErrNotExist):
		e.What, e.Fix = "there is no file "+path, "Check the path: a relative one starts from the folder of the configuration."
	case errors.As(err, &pathError):
		e.What += ": " + pathError.Err.Error()
	}
	return e
}

func irregular(path string, mode fs.FileMode) error {
	is := "not an ordinary file"
	switch {
	case mode.IsDir():
		is = "a folder"
	case mode&fs.ModeNamedPipe != 0:
		is = "a pipe"
	case mode&fs.ModeDevice != 0:
		is = "a device"
	case mode&fs.ModeSocket != 0:
		is = "a socket"
	}
	return refuse(fmt.Sprintf("%s is %s, and bh reads only ordinary files", path, is), "Name an ordinary file.")
}

// readBounded reads all of it, and no more than the limit.
func readBounded(path string, from io.Reader, limit int64) ([]byte, error) {
	src, err := io.ReadAll(io.LimitReader(from, limit+1))
	switch {
	case err != nil:
		return nil, unreadable(path, err)
	case int64(len(src)) > limit:
		return nil, refuse(fmt.Sprintf("%s is larger than %d MiB, the most that bh reads from one file", path, limit>>20), "Split the file.")
	}
	return src, nil
}

// ReadSource reads a file of the language, or of variables. found says that its name was
// found in a folder or is the default: then it must be a regular file below the folder's
// repository. A file that a person named can be anywhere and of any kind. But a link in a
// repository is refused if it leads out of the repository, or to the files of git or bh.
func ReadSource(path string, found bool) ([]byte, error) {
	if found {
		return newTree(filepath.Dir(path)).read(filepath.Base(path), sourceLimit)
	}
	root, name, err := findNamed(path)
	if err != nil {
		return nil, err
	}
	if root != nil {
		defer root.Close()
		if info, err := root.Lstat(name); err == nil && info.Mode().IsRegular() {
			return readRegular(root, path, name, sourceLimit)
		}
	}
	file, err := os.Open(path)
	if err != nil {
		return nil, unreadable(path, err)
	}
	defer file.Close()
	return readBounded(path, file, sourceLimit)
}

// findNamed finds what a person named if it is in a repository. It refuses a path if links in
// the repository lead to a place that the person cannot have meant. root is nil for a path that
// is not in a repository, or that cannot be found.
func findNamed(path string) (root *os.Root, name string, err error) {
	abs, err := filepath.Abs(path)
	if err != nil {
		return nil, "", unreadable(path, err)
	}
	top, isRepo := repository(filepath.Dir(abs))
	if !isRepo {
		return nil, "", nil
	}
	rest, err := filepath.Rel(top, abs)
	if err != nil {
		return nil, "", unreadable(path, err)
	}
	t := newTree(top)
	root, name, err = t.find(rest, false)
	var refused *Error
	if errors.As(err, &refused) && refused.Refused {
		refused.What = strings.Replace(refused.What, rest, path, 1)
		return nil, "", refused
	}
	return root, name, nil // where it cannot be found, opening it says why
}

// ReadFolder lists a folder that a person named.
func ReadFolder(path string) ([]fs.DirEntry, error) {
	root, _, err := findNamed(path)
	if err != nil {
		return nil, err
	}
	if root != nil {
		defer root.Close()
	}
	return os.ReadDir(path)
}
