package cli

import (
	"embed"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"

	"buckethead/cmd/connections"
	"buckethead/config"
	"buckethead/config/language"
	"buckethead/vendors/registry"

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
			if text, is := topic(name); is {
				_, err := fmt.Fprint(r.Stdout, terminalText(text))
				return err
			}
			if command := find(c.App.Commands, name); command != nil {
				return cli.ShowCommandHelp(c, name)
			}
			return unknownCommand(c)
		}}
}

// languageTopic is the topic that is generated.
const languageTopic = "language"

// topic returns the Markdown of a topic.
func topic(name string) (string, bool) {
	if name == languageTopic {
		o := config.Options{Vendors: registry.All(), States: connections.StateKinds()}
		return language.Reference(config.Language(o)), true
	}
	text, err := topics.ReadFile("topics/" + name + ".md")
	return string(text), err == nil
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
	out := append(writtenTopics(), languageTopic)
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

// helpColumns is how wide a topic is.
const helpColumns = 78

// plainProse removes the marks of Markdown that mean nothing on a terminal.
var plainProse = strings.NewReplacer("**", "", "`", "")

// terminalText formats Markdown for a terminal: it fills prose and the items of lists, and indents tables and what
// stands between fences.
func terminalText(markdown string) string {
	var out strings.Builder
	var prose []string
	fill := func() {
		column, indent := 0, ""
		if len(prose) > 0 && prose[0] == "-" {
			indent = "  "
		}
		for _, word := range prose {
			if column > 0 && column+1+len([]rune(word)) > helpColumns {
				out.WriteString("\n" + indent)
				column = len(indent)
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
		case strings.HasPrefix(line, "### "):
			out.WriteString(line[4:] + "\n")
		case strings.HasPrefix(line, "|"), strings.HasPrefix(line, "!["):
			fill()
			out.WriteString("  " + line + "\n")
		case strings.HasPrefix(line, "- "):
			fill()
			prose = strings.Fields(plainProse.Replace(line))
		default:
			prose = append(prose, strings.Fields(plainProse.Replace(line))...)
		}
	}
	fill()
	return out.String()
}
