package cli

import (
	"encoding/json"
	"fmt"
	"runtime"

	"github.com/urfave/cli/v2"

	"buckethead/vendors/registry"
)

func versionCommand(r *run) *cli.Command {
	return &cli.Command{Name: "version", Usage: "show the version of bh", Flags: []cli.Flag{jsonFlag()},
		Action: func(c *cli.Context) error {
			revision, modified := buildCommit()
			if !c.Bool("json") {
				_, err := fmt.Fprintln(r.Stdout, "bh "+version)
				return err
			}
			var names []string
			for _, v := range registry.All() {
				names = append(names, v.Name)
			}
			enc := json.NewEncoder(r.Stdout)
			enc.SetIndent("", "  ")
			return enc.Encode(map[string]any{"version": version, "commit": revision, "modified": modified,
				"go": runtime.Version(), "os": runtime.GOOS, "arch": runtime.GOARCH, "vendors": names})
		}}
}
