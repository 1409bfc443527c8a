package cli

import (
	"fmt"
	"strings"

	"buckethead/cmd/cli/topics"
	"buckethead/cmd/view"

	"github.com/urfave/cli/v2"
)

func helpCommand(r *run) *cli.Command {
	return &cli.Command{Name: "help", Aliases: []string{"h"}, Usage: "explain a command, a topic or the code of an error",
		ArgsUsage: "[COMMAND...|TOPIC|CODE]",
		Action: func(c *cli.Context) error {
			name := c.Args().First()
			if name == "" {
				return cli.ShowAppHelp(c)
			}
			text, is, err := r.helpText(name)
			switch {
			case err != nil:
				return err
			case is:
				_, err := fmt.Fprint(r.Stdout, text)
				return err
			case find(c.App.Commands, name) != nil:
				return commandHelp(c, c.Args().Slice())
			case nearest(name, topicNames()) != "":
				return fmt.Errorf("there is no topic %q%s; bh help topics lists all", name, didYouMean(name, topicNames()))
			case topicAbout(name) != "":
				return fmt.Errorf("there is no topic %q; did you mean %s; bh help topics lists all", name, topicAbout(name))
			}
			return unknownCommand(c.App.Commands, "", name)
		}}
}

// commandHelp shows the help of a command, which can be below another.
func commandHelp(c *cli.Context, words []string) error {
	commands, line := c.App.Commands, []string{"bh"}
	for _, word := range words {
		next := find(commands, word)
		if next == nil {
			return unknownCommand(commands, strings.Join(line[1:], " "), word)
		}
		commands, line = next.Subcommands, append(line, word)
	}
	return c.App.RunContext(c.Context, append(line, "--help"))
}

// helpText returns the page of a topic or a code, or one of the two lists.
func (r *run) helpText(name string) (text string, is bool, err error) {
	width, color := 0, colored(r.Process, common{}, r.StdoutTTY)
	if r.StdoutTTY {
		width = r.Width
	}
	if page, is := topics.Page(name); is {
		return topics.Text(page, width, color), true, nil
	}
	switch name {
	case "codes":
		return codeTable(), true, nil
	case "topics":
		return topicTable(), true, nil
	}
	if code := codeNamed(name); code != "" {
		page, err := explain(code)
		return topics.Text(page, width, color), true, err
	}
	return "", false, nil
}

// topicNames returns the names of the topics in order.
func topicNames() []string { return topics.Names() }

// topicAbout returns the first topic whose name or title has a word in it, "" if none has.
func topicAbout(word string) string {
	word = strings.ToLower(word)
	if len(word) < 3 {
		return ""
	}
	for _, name := range topicNames() {
		page, _ := topics.Page(name)
		if strings.Contains(name, word) || strings.Contains(strings.ToLower(topics.Title(page)), word) {
			return name
		}
	}
	return ""
}

// topicTable lists all topics with their titles.
func topicTable() string {
	rows := [][]string{{"TOPIC", "ABOUT"}}
	for _, name := range topics.Names() {
		page, _ := topics.Page(name)
		rows = append(rows, []string{name, topics.Title(page)})
	}
	return view.Table(rows)
}
