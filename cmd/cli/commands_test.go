package cli

import (
	"fmt"
	"slices"
	"strings"

	"github.com/urfave/cli/v2"
)

// commandFault says why a text that stands for a command, or for a flag, cannot be run; "" if it can, and for
// texts that are neither.
func commandFault(app *cli.App, text string) string {
	if name, _, _ := strings.Cut(strings.TrimLeft(text, "-"), " "); strings.HasPrefix(text, "--") && name != "" {
		name, _, _ = strings.Cut(name, "=")
		if _, known := allFlags(app.Commands)[name]; !known {
			return "there is no such flag"
		}
		return ""
	}
	if text != "bh" && !strings.HasPrefix(text, "bh ") {
		return ""
	}
	words, err := splitWords(text)
	if err != nil {
		return err.Error()
	}
	args, err := arrange(app, words[1:], func(string) string { return "" })
	if err != nil {
		return err.Error()
	}
	if len(args) == 0 {
		return "no command"
	}
	command := find(app.Commands, args[0])
	switch {
	case command == nil:
		return "there is no such command"
	case len(command.Subcommands) > 0 && (len(args) < 2 || find(command.Subcommands, args[1]) == nil):
		return "there is no such command below it"
	case command.Name == "help" && len(args) > 2:
		topic := args[len(args)-1]
		if code := codeNamed(topic); code != "" {
			if _, err := explain(code); err != nil {
				return err.Error()
			}
		} else if !slices.Contains([]string{"codes", "topics", "CODE", "TOPIC", "COMMAND"}, topic) && !slices.Contains(topicNames(), topic) && find(app.Commands, topic) == nil {
			return fmt.Sprintf("there is no help about %q", topic)
		}
	}
	return ""
}
