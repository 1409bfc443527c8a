package cli

import (
	"encoding/json"
	"fmt"
	"runtime"
	"runtime/debug"

	"github.com/urfave/cli/v2"

	"buckethead/vendors/registry"
)

// A release sets these when it is linked: what this build calls itself, and the commit
// that it was built from, which Go knows where it was built in a repository.
var (
	version = "0.1.0-dev"
	commit  = ""
)

func versionCommand(p Process) *cli.Command {
	return &cli.Command{Name: "version", Usage: "say which bh this is", Flags: commonFlags(),
		Action: func(c *cli.Context) error {
			revision, modified := buildCommit()
			if !c.Bool("json") {
				_, err := fmt.Fprintln(p.Stdout, "bh "+version)
				return err
			}
			var names []string
			for _, v := range registry.All() {
				names = append(names, v.Name)
			}
			enc := json.NewEncoder(p.Stdout)
			enc.SetIndent("", "  ")
			return enc.Encode(map[string]any{"version": version, "commit": revision, "modified": modified, "go": runtime.Version(),
				"os": runtime.GOOS, "arch": runtime.GOARCH, "vendors": names})
		}}
}

func buildCommit() (revision string, modified bool) {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return commit, false
	}
	revision = commit
	for _, s := range info.Settings {
		switch s.Key {
		case "vcs.revision":
			revision = s.Value
		case "vcs.modified":
			modified = s.Value == "true"
		}
	}
	return revision, modified
}
