package cli

import (
	"encoding/json"
	"fmt"

	"github.com/urfave/cli/v2"
)

func validateCommand(p Process) *cli.Command {
	return &cli.Command{Name: "validate", Usage: "check the files, offline", Flags: commonFlags(),
		Action: func(c *cli.Context) error {
			flags, err := readAlone(c, p)
			if err != nil {
				return err
			}
			s, err := open(p, flags)
			if err != nil {
				return err
			}
			if flags.json {
				err = json.NewEncoder(p.Stdout).Encode(map[string]any{"type": "validated", "valid": true, "projects": len(s.config.Projects)})
			} else {
				_, err = fmt.Fprintf(p.Stdout, "Valid: %s.\n", count(len(s.config.Projects), "project"))
			}
			return joinClose(err, s)
		}}
}

func count(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}
