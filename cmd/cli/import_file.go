package cli

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"

	"buckethead/config"
	"buckethead/config/diag"
	"buckethead/config/words"
)

// importedFile is the name of the file that gets the blocks if --file is a folder.
const importedFile = "imported.hcl"

// withBlocks returns the file that gets the blocks, its text with them, and the faults that the files would then have.
func withBlocks(s *session, blocks []byte) (path string, text []byte, faults diag.List, err error) {
	path = cmp.Or(s.flags.file, config.DefaultFile)
	if info, err := os.Stat(path); err == nil && info.IsDir() {
		path = filepath.Join(path, importedFile)
	}
	present, err := config.ReadSource(path, s.flags.file == "")
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return path, nil, nil, err
	}
	text = config.Append(present, blocks)
	o := fileOptions(s.run.Process, s.flags)
	o.Overlay = map[string][]byte{path: text}
	_, faults = config.Load(o)
	return path, text, faults, nil
}

// addBlocks replaces the file atomically. It follows links.
func addBlocks(path string, text []byte) error {
	mode := fs.FileMode(0o644)
	if target, err := filepath.EvalSymlinks(path); err == nil {
		path = target
	}
	if info, err := os.Stat(path); err == nil {
		mode = info.Mode().Perm()
	}
	return replaceFile(path, text, mode)
}

// writeImports shows the blocks, or adds them to the file.
func writeImports(s *session, a importArgs, list []config.Existing) error {
	if len(list) == 0 {
		s.view.Note("There is nothing to import.")
		return nil
	}
	return writeBlocks(s, a, list, config.Generate(list), nil)
}

// writeBlocks is writeImports with the blocks as they were made, and more for JSON.
func writeBlocks(s *session, a importArgs, list []config.Existing, blocks []byte, more map[string]any) error {
	path, text, faults, err := withBlocks(s, blocks)
	if err != nil {
		return err
	}
	if faults.HasErrors() {
		s.view.Diagnostics(faults)
		return s.fail(diag.Diagnostic{Kind: blocksDoNotFit,
			Detail: "With them, " + path + " would have the errors above. Nothing was written.",
			Fix: "Choose another name, or write the blocks by hand: " +
				"without --write, this command prints them."})
	}
	if a.write {
		// They are names of providers, and the file is shared like what is printed.
		if s.run.secrets.Replace(string(blocks)) != string(blocks) {
			return s.fail(diag.Diagnostic{Kind: secretInBlocks,
				Detail: path + " was not changed.", Fix: twoUses})
		}
		if err := addBlocks(path, text); err != nil {
			return err
		}
	}
	switch {
	case a.json:
		projects := []string{}
		for _, e := range list {
			projects = append(projects, e.To.String())
		}
		out := map[string]any{"projects": projects, "hcl": string(blocks), "file": path, "written": a.write}
		maps.Copy(out, more)
		return s.writeJSON(out)
	case a.write:
		_, err = fmt.Fprintf(s.run.Stdout, "Added %s to %s. Next: bh plan, bh apply.\n",
			words.Count(len(list), "import"), path)
	default:
		if _, err = s.run.Stdout.Write(blocks); err == nil {
			s.view.Note("With --write this is added to " + path + ".")
		}
	}
	return err
}
