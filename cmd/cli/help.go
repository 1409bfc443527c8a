package cli

import (
	"embed"
	"fmt"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"

	"buckethead/cmd/connections"
	"buckethead/config"
	"buckethead/config/functions"
	"buckethead/config/language"
	"buckethead/vendors/registry"

	"github.com/urfave/cli/v2"
)

// topics holds sections of the README. A test checks that they match.
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
			if text, is := topic(name); is {
				_, err := fmt.Fprint(r.Stdout, terminalText(text))
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

// generatedTopics are the topics that are generated from tables.
var generatedTopics = map[string]func() string{
	"functions": functions.Reference,
	"language": func() string {
		o := config.Options{Vendors: registry.All(), States: connections.StateKinds()}
		return language.Reference(config.Language(o))
	},
}

// topic returns the Markdown of a topic.
func topic(name string) (string, bool) {
	if generated := generatedTopics[name]; generated != nil {
		return generated(), true
	}
	text, err := topics.ReadFile("topics/" + name + ".md")
	return string(text), err == nil
}

// topicNames returns the names of the topics in order.
func topicNames() []string {
	out := append(writtenTopics(), slices.Collect(maps.Keys(generatedTopics))...)
	slices.Sort(out)
	return out
}

// writtenTopics returns the names of the topics that are sections of the README.
func writtenTopics() []string {
	files, _ := fs.Glob(topics, "topics/*.md")
	out := make([]string, len(files))
	for i, f := range files {
		out[i] = strings.TrimSuffix(path.Base(f), ".md")
	}
	return out
}
