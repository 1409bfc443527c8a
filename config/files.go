package config

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
)

// file is one parsed file. broken is the byte of its first syntax error, or -1.
type file struct {
	name   string
	body   *hclsyntax.Body
	broken int
}

// abs returns the path to open for a name as people write it.
func (o Options) abs(name string) string {
	if filepath.IsAbs(name) {
		return name
	}
	return filepath.Join(o.Dir, name)
}

// readFiles finds, reads and parses the files, and reports what is missing or broken.
// It returns false if there is nothing to continue with.
func (l *loader) readFiles() bool {
	names, found, ok := l.fileNames()
	if !ok {
		return false
	}
	var read []string
	total := 0
	for _, name := range names {
		src, ok := l.readFile(name, found)
		if !ok {
			continue
		}
		if total += len(src); total > 2*sourceLimit {
			l.report(tooLarge, hcl.Range{}, hcl.Range{}, fmt.Sprintf("With %s, the files have more than %d MiB, the most that bh reads.",
				name, 2*sourceLimit>>20), "Split the configuration into several with a state of their own.")
			return false
		}
		l.config.Sources[name] = src
		read = append(read, name)
	}
	for _, name := range read {
		l.files = append(l.files, l.parse(name, l.config.Sources[name]))
	}
	return len(l.files) > 0
}

// fileNames returns the names of the files and whether bh found them itself, and sets
// Config.Dir.
func (l *loader) fileNames() (names []string, found, ok bool) {
	path := l.options.Path
	if path == "" {
		path, found = DefaultFile, true
	}
	l.config.Dir = filepath.Dir(l.options.abs(path))
	if _, there := l.options.Overlay[path]; there {
		return []string{path}, found, true
	}
	info, err := os.Stat(l.options.abs(path))
	switch {
	case found && errors.Is(err, fs.ErrNotExist) && !linked(l.options.abs(path)):
		l.report(missingFile, hcl.Range{}, hcl.Range{},
			fmt.Sprintf("There is no %s in %s.", DefaultFile, thisFolder(l.config.Dir)),
			"Run `bh init` to write one, or name another file or folder with --file.").Cause = err
		return nil, found, false
	case found:
		return []string{path}, found, true
	case errors.Is(err, fs.ErrNotExist):
		l.report(missingFile, hcl.Range{}, hcl.Range{}, fmt.Sprintf("There is no file or folder %s.", path),
			"Check the path that --file names, or run `bh init` to write a first "+DefaultFile+".").Cause = err
		return nil, found, false
	case err != nil:
		l.unreadable(path, err)
		return nil, found, false
	case !info.IsDir():
		return []string{path}, found, true
	}
	names, ok = l.folder(path)
	return names, true, ok
}

// linked reports whether there is a link, also one that leads nowhere.
func linked(path string) bool {
	info, err := os.Lstat(path)
	return err == nil && info.Mode()&fs.ModeSymlink != 0
}

// thisFolder names a folder for people, to whom "." says little.
func thisFolder(dir string) string {
	if dir == "." {
		return "this folder"
	}
	return dir
}

// folder returns the *.hcl files of a folder, sorted; hidden ones, which editors
// leave behind, do not count.
func (l *loader) folder(path string) ([]string, bool) {
	l.config.Dir = l.options.abs(path)
	entries, err := readFolder(l.options.abs(path))
	if err != nil {
		l.unreadable(path, err)
		return nil, false
	}
	var names []string
	for _, e := range entries {
		if !e.IsDir() && filepath.Ext(e.Name()) == ".hcl" && !strings.HasPrefix(e.Name(), ".") {
			names = append(names, filepath.Join(path, e.Name()))
		}
	}
	for name := range l.options.Overlay {
		if filepath.Dir(name) == filepath.Clean(path) && !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	if len(names) == 0 {
		l.report(missingFile, hcl.Range{}, hcl.Range{},
			fmt.Sprintf("The folder %s holds no file whose name ends in .hcl.", path),
			"Run `bh init` in that folder to write a first "+DefaultFile+", or name another folder with --file.")
		return nil, false
	}
	return names, true
}

// readFile returns the text of one file, from Options.Overlay where it stands there.
// found is that of [ReadSource].
func (l *loader) readFile(name string, found bool) ([]byte, bool) {
	if src, ok := l.options.Overlay[name]; ok {
		return src, true
	}
	src, err := ReadSource(l.options.abs(name), found)
	if err != nil {
		l.unreadable(name, err)
		return nil, false
	}
	return src, true
}

func (l *loader) unreadable(name string, err error) {
	reason := err
	var refused *fileError
	var pathError *fs.PathError
	switch {
	case errors.As(err, &refused) && refused.refused:
		l.report(refusedFile, hcl.Range{}, hcl.Range{}, sentence(strings.Replace(refused.what, l.options.abs(name), name, 1)),
			refused.fix).Cause = err
		return
	case errors.As(err, &pathError):
		reason = pathError.Err
	}
	l.report(unreadableFile, hcl.Range{}, hcl.Range{}, fmt.Sprintf("%s cannot be read: %s.", name, reason),
		"Check that it is a file, or a folder, that you may read.").Cause = err
}

// parse turns the text of one file into its body. After a syntax error the body
// holds what could be understood.
func (l *loader) parse(name string, src []byte) file {
	f := file{name: name, broken: -1}
	if !l.readable(name, src) {
		f.broken, f.body = 0, &hclsyntax.Body{}
		return f
	}
	if !l.parsable(name, src) {
		f.broken, f.body = 0, &hclsyntax.Body{}
		return f
	}
	parsed, diags := hclsyntax.ParseConfig(src, name, hcl.InitialPos)
	f.body, _ = parsed.Body.(*hclsyntax.Body)
	if f.body == nil {
		f.body = &hclsyntax.Body{}
	}
	guardIndexes(f.body, src)
	l.meter.body(f.body)
	for i, d := range diags {
		if i < faultsLookedAt {
			l.syntaxFault(d)
		}
		if d.Severity == hcl.DiagError && d.Subject != nil && (f.broken < 0 || d.Subject.Start.Byte < f.broken) {
			f.broken = d.Subject.Start.Byte
		}
	}
	if diags.HasErrors() && f.broken < 0 {
		f.broken = 0
	}
	if f.broken >= 0 {
		l.maskTokens(name, src)
	}
	return f
}

// syntaxFault reports what the parser found.
func (l *loader) syntaxFault(d *hcl.Diagnostic) {
	var subject, context hcl.Range
	if d.Subject != nil {
		subject = *d.Subject
	}
	if d.Context != nil {
		context = *d.Context
	}
	if d.Summary == "Attribute redefined" {
		l.report(duplicateAttribute, subject, context, d.Detail, "Keep one of the two.")
		return
	}
	l.report(invalidSyntax, subject, context, sentence(d.Summary)+" "+d.Detail,
		"Correct the text at this place; `bh fmt` shows the same errors for one file alone.")
}
