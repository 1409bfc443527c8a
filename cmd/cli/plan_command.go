package cli

import (
	"github.com/urfave/cli/v2"

	"buckethead/planner"
)

func planCommand(r *run) *cli.Command {
	return &cli.Command{Name: "plan", Usage: "show what an apply would do",
		Flags: planFlags(&cli.StringFlag{Name: "out", Usage: "save the plan to `FILE`, for bh apply FILE"},
			&cli.BoolFlag{Name: "destroy", Usage: "plan to destroy everything that is recorded"}, offlineFlag()),
		Action: func(c *cli.Context) error {
			a, err := readPlanArgs(c, r)
			if err == nil {
				err = noArguments(c)
			}
			if err != nil {
				return err
			}
			if c.Bool("destroy") {
				a.mode = planner.DestroyAll
			}
			run := runPlan
			if c.Bool("offline") {
				a.common, run = a.partly(), runOffline
			}
			return inSession(c.Context, r, a.common, func(s *session) error { return run(c.Context, s, a) })
		}}
}
