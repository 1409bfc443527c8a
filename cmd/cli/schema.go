package cli

import (
	"github.com/urfave/cli/v2"

	"buckethead/cmd/view"
)

func schemaCommand(r *run) *cli.Command {
	return &cli.Command{Name: "schema", Usage: "print the JSON Schema of what --json writes",
		Description: "Every line and every document of --json conforms to it.",
		// Without it, an older bh printed the schema of buckets.hcl.
		Flags: []cli.Flag{&cli.BoolFlag{Name: "lines", Usage: "the same", Hidden: true}},
		Action: func(c *cli.Context) error {
			if _, err := r.flagsOnly(c); err != nil {
				return err
			}
			_, err := r.Stdout.Write(view.LinesSchema())
			return err
		}}
}
