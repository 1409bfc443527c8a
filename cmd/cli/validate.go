package cli

import (
	"github.com/urfave/cli/v2"
)

func validateCommand(p Process) *cli.Command {
	return &cli.Command{Name: "validate", Usage: "check the files, offline", Flags: commonFlags(),
		Action: func(c *cli.Context) error {
			flags, err := readAlone(c, p)
			if err != nil {
				return err
			}
			ctx := c.Context
			s, err := open(ctx, p, flags)
			if err != nil {
				return err
			}
			if err := s.checkProjects(ctx); err != nil {
				return joinClose(err, s)
			}
			s.view.Valid(len(s.config.Projects))
			return joinClose(nil, s)
		}}
}
