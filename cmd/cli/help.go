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
	return &cli.Command{Name: "help", Aliases: []string{"h"}, Usage: "show the help of a command, or a topic",
		ArgsUsage: "[COMMAND|TOPIC]",
		Action: func(c *cli.Context) error {
			name := c.Args().First()
			if name == "" {
				return cli.ShowAppHelp(c)
			}
			if text, err := topics.ReadFile("topics/" + name + ".md"); err == nil {
				_, err := fmt.Fprint(r.Stdout, terminalText(string(text)))
				return err
			}
			if command := find(c.App.Commands, name); command != nil {
				return cli.ShowCommandHelp(c, name)
			}
			return unknownCommand(c)
		}}
}

func unknownCommand(c *cli.Context) error {
	name := c.Args().First()
	hint := ""
	if close := nearest(name, commandNames(c.App.Commands)); close != "" {
		hint = fmt.Sprintf("; did you mean %q", close)
	}
	return fmt.Errorf("there is no command %q%s; see bh --help", name, hint)
}

func commandNames(commands []*cli.Command) []string {
	var out []string
	for _, c := range commands {
		out = append(out, c.Names()...)
	}
	return out
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

// helpColumns is how wide a topic is.
const helpColumns = 78

// terminalText formats Markdown for a terminal: it fills prose, and indents tables and what stands between fences.
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
