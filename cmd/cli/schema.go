package cli

import (
	"github.com/urfave/cli/v2"

	"buckethead/cmd/connections"
	"buckethead/cmd/view"
	"buckethead/config"
	"buckethead/vendors/registry"
)

func schemaCommand(p Process) *cli.Command {
	return &cli.Command{Name: "schema", Usage: "print the JSON Schema of buckets.hcl, for editors",
		Description: "The schema is of HCL's JSON form, with the attributes of all vendors.",
		Flags:       commonFlags(&cli.BoolFlag{Name: "lines", Usage: "of what --json writes instead"}),
		Action: func(c *cli.Context) error {
			if _, err := readAlone(c, p); err != nil {
				return err
			}
			schema := view.LinesSchema()
			if !c.Bool("lines") {
				var err error
				if schema, err = config.Schema(config.Options{Vendors: registry.All(), States: connections.StateKinds()}); err != nil {
					return err
				}
			}
			_, err := p.Stdout.Write(schema)
			return err
		}}
}
