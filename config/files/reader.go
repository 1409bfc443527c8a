package files

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"

	"buckethead/config/diag"
	"buckethead/config/expr"
	"buckethead/config/faults"
	"buckethead/config/mask"
)

// DefaultName is the file that is read if no other is named.
const DefaultName = "buckets.hcl"

// Reader finds, reads and parses the files of one configuration, and reports what is wrong with them.
type Reader struct {
	Path    string            // the file or folder; "" is DefaultName
	Dir     string            // from which relative paths start
	Overlay map[string][]byte // text to use instead of files
	Found   *faults.Found
	Sources *mask.Sources
	Meter   *expr.Meter // counts what the expressions of the files make

	// Folder is where the files are. It is set once bh has looked for them.
	Folder string

	tokens int // of all files, about
}

// Abs returns the path to open for a name as people write it.
func (r *Reader) Abs(name string) string {
	if filepath.IsAbs(name) {
		return name
	}
	return filepath.Join(r.Dir, name)
}

// Configuration finds, reads and parses the files of the language. It returns nothing if there is
// nothing to continue with.
func (r *Reader) Configuration() []File {
	names, found, ok := r.names()
	if !ok {
		return nil
	}
	var read []string
	total := 0
	for _, name := range names {
		src, ok := r.read(name, found)
		if !ok {
			continue
		}
		if total += len(src); total > 2*sourceLimit {
			r.report(faults.TooLarge, hcl.Range{}, fmt.Sprintf("With %s, the files have more than %d MiB, the most that bh reads.",
				name, 2*sourceLimit>>20), "Split the configuration into several, each with its own state.")
			return nil
		}
		r.Sources.Texts[name] = src
		read = append(read, name)
	}
	files := make([]File, 0, len(read))
	for _, name := range read {
		files = append(files, r.Parse(name, r.Sources.Texts[name]))
	}
	return files
}

// report adds a fault that is not about a block.
func (r *Reader) report(k diag.Kind, subject hcl.Range, detail, fix string) *diag.Diagnostic {
	return r.Found.Report(k, subject, hcl.Range{}, detail, fix)
}

// names returns the names of the files and whether bh found them itself, and sets
// Folder.
func (r *Reader) names() (names []string, found, ok bool) {
	path := r.Path
	if path == "" {
		path, found = DefaultName, true
	}
	r.Folder = filepath.Dir(r.Abs(path))
	if _, there := r.Overlay[path]; there {
		return []string{path}, found, true
	}
	info, err := os.Stat(r.Abs(path))
	switch {
	case found && errors.Is(err, fs.ErrNotExist) && !linked(r.Abs(path)):
		there, fix := "", "Run `bh init` to write one, or name another file or folder with --file."
		if others, err := hclFiles(r.Folder); err == nil && len(others) > 0 {
			there = ", but " + others[0]
			if len(others) > 1 {
				there += " and other *.hcl files"
			}
			fix = "Add `--file .` to read all *.hcl files of the folder, or run `bh init --file buckets.hcl` to begin with one."
		}
		detail := fmt.Sprintf("There is no %s in %s%s.", DefaultName, thisFolder(r.Folder), there)
		r.report(faults.MissingFile, hcl.Range{}, detail, fix).Cause = err
		return nil, found, false
	case found:
		return []string{path}, found, true
	case errors.Is(err, fs.ErrNotExist):
		r.report(faults.MissingFile, hcl.Range{}, fmt.Sprintf("There is no file or folder %s.", path),
			"Check the path that --file names, or run `bh init` to write a first "+DefaultName+".").Cause = err
		return nil, found, false
	case err != nil:
		r.unreadable(path, err)
		return nil, found, false
	case !info.IsDir():
		return []string{path}, found, true
	}
	names, ok = r.folder(path)
	return names, true, ok
}

// linked reports whether there is a link, also one that leads nowhere.
func linked(path string) bool {
	info, err := os.Lstat(path)
	return err == nil && info.Mode()&fs.ModeSymlink != 0
}

// thisFolder names a folder for people, because "." means little to them.
func thisFolder(dir string) string {
	if dir == "." {
		return "this folder"
	}
	return dir
}

// hclFiles returns the names of the *.hcl files in a folder, without hidden ones.
func hclFiles(dir string) (names []string, err error) {
	entries, err := ReadFolder(dir)
	for _, e := range entries {
		if !e.IsDir() && filepath.Ext(e.Name()) == ".hcl" && !strings.HasPrefix(e.Name(), ".") {
			names = append(names, e.Name())
		}
	}
	return names, err
}

// folder returns the *.hcl files of a folder, sorted; hidden ones, which editors
// leave behind, do not count.
func (r *Reader) folder(path string) ([]string, bool) {
	r.Folder = r.Abs(path)
	names, err := hclFiles(r.Abs(path))
	if err != nil {
		r.unreadable(path, err)
		return nil, false
	}
	for i, name := range names {
		names[i] = filepath.Join(path, name)
	}
	for name := range r.Overlay {
		if filepath.Dir(name) == filepath.Clean(path) && !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	if len(names) == 0 {
		r.report(faults.MissingFile, hcl.Range{},
			fmt.Sprintf("The folder %s has no file whose name ends in .hcl.", path),
			"Run `bh init` in that folder to write a first "+DefaultName+", or name another folder with --file.")
		return nil, false
	}
	return names, true
}

// read returns the text of one file, from Overlay if it is there.
// found is as in [ReadSource].
func (r *Reader) read(name string, found bool) ([]byte, bool) {
	if src, ok := r.Overlay[name]; ok {
		return src, true
	}
	src, err := ReadSource(r.Abs(name), found)
	if err != nil {
		r.unreadable(name, err)
		return nil, false
	}
	return src, true
}

// unreadable reports why a file or a folder is not read.
func (r *Reader) unreadable(name string, err error) {
	reason := err
	var refused *Error
	var pathError *fs.PathError
	switch {
	case errors.As(err, &refused) && refused.Refused:
		r.report(faults.RefusedFile, hcl.Range{}, faults.Sentence(strings.Replace(refused.What, r.Abs(name), name, 1)),
			refused.Fix).Cause = err
		return
	case errors.As(err, &pathError):
		reason = pathError.Err
	}
	r.report(faults.UnreadableFile, hcl.Range{}, fmt.Sprintf("%s cannot be read: %s.", name, reason),
		"Check that it is a file, or a folder, that you may read.").Cause = err
}
