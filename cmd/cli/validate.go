package cli

import "github.com/urfave/cli/v2"

func validateCommand(r *run) *cli.Command {
	return &cli.Command{Name: "validate", Usage: "check the files, offline", Flags: fileFlags(),
		Action: func(c *cli.Context) error {
			flags, err := r.flagsOnly(c)
			if err != nil {
				return err
			}
			return inSession(c.Context, r, flags, func(s *session) error {
				if err := checkProjects(c.Context, s); err != nil {
					return err
				}
				s.view.Valid(len(s.config.Projects))
				return nil
			})
		}}
}
