package cli

import (
	"embed"
	"fmt"
	"io/fs"
	"path"
	"strings"

	"github.com/urfave/cli/v2"
)

// topics holds sections of the README. A test checks that they are the same there.
//
//go:embed topics/*.md
var topics embed.FS

func helpCommand(r *run) *cli.Command {
	return &cli.Command{Name: "help", Aliases: []string{"h"}, Usage: "explain a command, a topic or the code of an error",
		ArgsUsage: "[COMMAND|TOPIC|CODE]",
		Action: func(c *cli.Context) error {
			name := c.Args().First()
			if name == "" {
				return cli.ShowAppHelp(c)
			}
			if text, err := topics.ReadFile("topics/" + name + ".md"); err == nil {
				_, err := fmt.Fprint(r.Stdout, terminalText(string(text)))
				return err
			}
			if name == "codes" {
				_, err := fmt.Fprint(r.Stdout, codeTable())
				return err
			}
			if code := codeNamed(name); code != "" {
				text, err := explain(code)
				if err == nil {
					_, err = fmt.Fprint(r.Stdout, text)
				}
				return err
			}
			if command := find(c.App.Commands, name); command != nil {
				return cli.ShowCommandHelp(c, name)
			}
			return unknownCommand(c.App.Commands, "", name)
		}}
}

// topicNames returns the names of the topics in their order.
func topicNames() []string {
	files, _ := fs.Glob(topics, "topics/*.md")
	out := make([]string, len(files))
	for i, f := range files {
		out[i] = strings.TrimSuffix(path.Base(f), ".md")
	}
	return out
}
