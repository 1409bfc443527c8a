package cli

import (
	"cmp"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"strings"
)

// workflows has the files that run bh in CI, in a folder for each service.
//
//go:embed workflows
var workflows embed.FS

// workflowsOf says where each service looks for them, from the root of the repository.
var workflowsOf = map[string]string{"github": ".github/workflows", "gitlab": ".gitlab"}

// The files name the repository and the commit of the action with these words, unless this bh is a release.
const (
	unknownAction  = "OWNER/buckethead@COMMIT"
	unknownArchive = "OWNER/buckethead/releases"
)

// writeWorkflows writes the workflows of a service that are not there yet, and returns what to say of it.
func writeWorkflows(service, folder string) (notes []string, err error) {
	place := workflowsOf[service]
	root, within, err := rootFor(folder)
	if err != nil {
		return nil, err
	}
	files, err := workflows.ReadDir("workflows/" + service)
	if err != nil {
		return nil, err
	}
	if err := os.MkdirAll(filepath.Join(root, place), 0o755); err != nil {
		return nil, fmt.Errorf("make %s: %w", place, err)
	}
	for _, f := range files {
		text, err := workflows.ReadFile(path.Join("workflows", service, f.Name()))
		if err != nil {
			return nil, err
		}
		err = createFile(filepath.Join(root, place, f.Name()), []byte(workflowFor(string(text), within)), 0o644)
		if errors.Is(err, fs.ErrExist) {
			continue
		}
		if err != nil {
			return nil, err
		}
		notes = append(notes, "Wrote "+place+"/"+f.Name()+".")
	}
	if len(notes) == 0 {
		return []string{"The workflows for " + service + " are there already."}, nil
	}
	return append(notes, leftToDo(service)...), nil
}

// leftToDo says what the files need before they work.
func leftToDo(service string) []string {
	var out []string
	switch {
	case service == "gitlab":
		out = append(out, "Its first lines say what to set, and how to include it.")
	case !isRelease():
		out = append(out, "Replace OWNER/buckethead@COMMIT: the repository of bh, and a commit of it.")
	}
	return append(out, "Set the secrets that they need: bh help ci.")
}

// isRelease reports whether this bh knows where its release is.
func isRelease() bool { return repository != "" && commit != "" }

// workflowFor fills in which bh to use, and the folder of the configuration where it is not the repository's own.
func workflowFor(text, within string) string {
	if isRelease() {
		text = strings.NewReplacer(unknownAction, repository+"@"+commit, "; the full SHA of its commit", "", unknownArchive, repository+"/releases").Replace(text)
	}
	if within == "." {
		return text
	}
	var out strings.Builder
	for line := range strings.Lines(text) {
		word := strings.TrimLeft(line, " ")
		indent := line[:len(line)-len(word)]
		if name, ok := strings.CutPrefix(word, "paths: ["); ok {
			line = indent + "paths: [" + within + "/" + name
		}
		out.WriteString(line)
		if strings.HasPrefix(word, "command: ") {
			out.WriteString(indent + "working-directory: " + within + "\n")
		}
		if strings.HasPrefix(word, "- tar -xzf ") { // the last line before a job's own
			out.WriteString(indent + "- cd " + within + "\n")
		}
	}
	return out.String()
}

// plainFolder matches what needs no quotes in YAML and in a shell.
var plainFolder = regexp.MustCompile(`^(\.|[A-Za-z0-9_][A-Za-z0-9._/-]*)$`)

// rootFor returns the folder that the workflows of a configuration belong below, and the way from there to the
// configuration. The root is that of the repository, or the folder itself outside a repository.
func rootFor(folder string) (root, within string, err error) {
	folder, err = filepath.Abs(folder)
	if err != nil {
		return "", "", err
	}
	root = cmp.Or(repositoryAbove(folder), folder)
	within, err = filepath.Rel(root, folder)
	if within = filepath.ToSlash(within); err == nil && !plainFolder.MatchString(within) {
		err = fmt.Errorf("bh init --ci cannot write workflows for a folder called %q; use one of letters, digits, ., _ and -", within)
	}
	return root, within, err
}
