package files

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"unicode/utf8"

	"buckethead/config/expr"
	"buckethead/config/functions"
)

const (
	// entriesLimit bounds how many files and folders fileset() looks at.
	entriesLimit = 100_000
	// fileWork is what it takes to find a file.
	fileWork = 4 << 10
)

// treeFiles are the files of a tree as functions read them. What is read counts as made by
// the expression.
type treeFiles struct {
	tree  *tree
	meter *expr.Meter
}

// ForFunctions returns the files that functions may read: those of the repository that a folder is in, or of the
// folder itself. What is read counts as made by the expression.
func ForFunctions(folder string, m *expr.Meter) functions.Files {
	return &treeFiles{newTree(folder), m}
}

// Text returns the content of a file, which must be text in UTF-8. A byte-order mark is no
// part of it.
func (f *treeFiles) Text(path string) (string, error) {
	src, err := f.read(path)
	if err != nil {
		return "", err
	}
	if is := encoding(src); is != "" {
		return "", &functions.Fault{Kind: functions.WrongEncoding, What: fmt.Sprintf("the file %s %s", path, is), Fix: saveAsUTF8}
	}
	if err := Twins(src); err != nil {
		return "", &functions.Fault{Kind: functions.DuplicateKey, What: fmt.Sprintf("in the file %s, %s", path, err),
			Fix: functions.OneSpelling}
	}
	return strings.TrimPrefix(string(src), functions.ByteOrderMark), nil
}

// Bytes returns the content of a file.
func (f *treeFiles) Bytes(path string) ([]byte, error) {
	src, err := f.read(path)
	f.meter.Spend(int64(len(src)))
	return src, err
}

// read counts the work even if the content of the file is an error.
func (f *treeFiles) read(path string) ([]byte, error) {
	f.meter.Toil(fileWork)
	src, err := f.tree.read(path, dataLimit)
	f.meter.Toil(8 * int64(len(src)))
	return src, err
}

// Exists reports whether there is a regular file.
func (f *treeFiles) Exists(path string) (bool, error) {
	f.meter.Toil(fileWork)
	return f.tree.exists(path)
}

// List returns the regular files below a folder. A link counts as its target, if that
// may be read; files of git and bh are left out.
func (f *treeFiles) List(folder string, depth int) ([]string, error) {
	root, name, err := f.tree.find(folder, true)
	if err != nil {
		return nil, noFolder(folder, err)
	}
	defer root.Close()
	if info, err := root.Lstat(name); err != nil || !info.IsDir() {
		return nil, noFolder(folder, errors.Join(err, fs.ErrNotExist))
	}
	w := walk{tree: f.tree, root: root, meter: f.meter, folder: folder, depth: depth}
	if err := w.folderAt(name, "", nil); err != nil {
		return nil, err
	}
	slices.Sort(w.found)
	return w.found, nil
}

func noFolder(folder string, err error) error {
	var refused *Error
	if errors.As(err, &refused) && refused.Refused || !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return &Error{err: err, What: "there is no folder " + folder,
		Fix: "Check the path: a relative one starts from the folder of the configuration."}
}

// walk lists a folder.
type walk struct {
	tree   *tree
	root   *os.Root
	meter  *expr.Meter
	folder string
	depth  int
	seen   int
	found  []string
}

// folderAt lists one folder: at is its path from the root with all links resolved, below how
// names in it begin. within are the folders around it, so that links do not lead in circles.
func (w *walk) folderAt(at, below string, within []string) error {
	if slices.Contains(within, at) {
		return nil
	}
	within = append(within, at)
	dir, err := w.root.Open(at)
	if err != nil {
		return unreadable(path.Join(w.folder, below), err)
	}
	defer dir.Close()
	for {
		entries, err := dir.ReadDir(1000)
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return unreadable(path.Join(w.folder, below), err)
		}
		if w.seen += len(entries); w.seen > entriesLimit {
			return &expr.LimitError{What: fmt.Sprintf("The folder %s has more than %d files and folders in it", w.folder, entriesLimit)}
		}
		w.meter.Spend(int64(len(entries)) * functions.ElementSize)
		w.meter.Toil(int64(len(entries)) * fileWork)
		for _, e := range entries {
			if err := w.entry(at, below, e, within); err != nil {
				return err
			}
		}
	}
}

func (w *walk) entry(at, below string, e fs.DirEntry, within []string) error {
	name := path.Join(below, e.Name())
	if !utf8.ValidString(name) || w.depth > 0 && strings.Count(name, "/") >= w.depth {
		return nil
	}
	resolved, err := w.tree.follow(w.root, name, append(strings.Split(filepath.ToSlash(at), "/"), e.Name()), true)
	if err != nil {
		return nil // a link that leads nowhere or out, or a file that is never read
	}
	info, err := w.root.Lstat(resolved)
	switch {
	case err != nil:
	case info.IsDir() && (w.depth == 0 || strings.Count(name, "/")+1 < w.depth):
		return w.folderAt(resolved, name, within)
	case info.Mode().IsRegular():
		w.found = append(w.found, name)
	}
	return nil
}
