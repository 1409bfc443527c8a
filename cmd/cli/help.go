package cli

import (
	"embed"
	"fmt"
	"io/fs"
	"path"
	"strings"

	"github.com/urfave/cli/v2"
)

// topics are sections of the README, as they stand there: a test holds both together.
//
//go:embed topics/*.md
var topics embed.FS

func helpCommand(p Process) *cli.Command {
	return &cli.Command{Name: "help", Aliases: []string{"h"}, Usage: "show the help of a command, or a topic", ArgsUsage: "[COMMAND|TOPIC]",
		Action: func(c *cli.Context) error {
			name := c.Args().First()
			if name == "" {
				return cli.ShowAppHelp(c)
			}
			if text, err := topics.ReadFile("topics/" + name + ".md"); err == nil {
				_, err := fmt.Fprint(p.Stdout, terminalText(string(text)))
				return err
			}
			if command := find(c.App.Commands, name); command != nil {
				return cli.ShowCommandHelp(c, name)
			}
			return unknownCommand(c)
		}}
}

// topicNames gives the topics in the order of their names.
func topicNames() []string {
	files, _ := fs.Glob(topics, "topics/*.md")
	out := make([]string, len(files))
	for i, f := range files {
		out[i] = strings.TrimSuffix(path.Base(f), ".md")
	}
	return out
}

// helpColumns is how wide a topic is.
const helpColumns = 78

// terminalText is Markdown as a terminal shows it: prose is filled anew, and what stands
// between fences or in tables is indented as it is.
func terminalText(markdown string) string {
	var out strings.Builder
	var prose []string
	fill := func() {
		column := 0
		for _, word := range prose {
			if column > 0 && column+1+len([]rune(word)) > helpColumns {
				out.WriteString("\n")
				column = 0
			} else if column > 0 {
				out.WriteString(" ")
				column++
			}
			out.WriteString(word)
			column += len([]rune(word))
		}
		if len(prose) > 0 {
			out.WriteString("\n")
		}
		prose = nil
	}
	fenced := false
	for line := range strings.Lines(markdown) {
		line = strings.TrimRight(line, "\n")
		switch {
		case strings.HasPrefix(line, "```"):
			fill()
			fenced = !fenced
		case fenced:
			out.WriteString("  " + line + "\n")
		case line == "":
			fill()
			out.WriteString("\n")
		case strings.HasPrefix(line, "## "):
			out.WriteString(strings.ToUpper(line[3:]) + "\n")
		case strings.HasPrefix(line, "|"), strings.HasPrefix(line, "!["):
			fill()
			out.WriteString("  " + line + "\n")
		default:
			prose = append(prose, strings.Fields(strings.ReplaceAll(line, "**", ""))...)
		}
	}
	fill()
	return out.String()
}
