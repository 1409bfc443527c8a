package cli

import (
	"github.com/urfave/cli/v2"

	"buckethead/cmd/connections"
	"buckethead/cmd/view"
	"buckethead/config"
	"buckethead/vendors/registry"
)

func schemaCommand(r *run) *cli.Command {
	return &cli.Command{Name: "schema", Usage: "print the JSON Schema of buckets.hcl, for editors",
		Description: "The schema is of HCL's JSON form, with the attributes of all vendors.",
		Flags:       commonFlags(&cli.BoolFlag{Name: "lines", Usage: "of what --json writes instead"}),
		Action: func(c *cli.Context) error {
			if _, err := r.flagsOnly(c); err != nil {
				return err
			}
			schema := view.LinesSchema()
			if !c.Bool("lines") {
				var err error
				o := config.Options{Vendors: registry.All(), States: connections.StateKinds()}
				if schema, err = config.Schema(o); err != nil {
					return err
				}
			}
			_, err := r.Stdout.Write(schema)
			return err
		}}
}
