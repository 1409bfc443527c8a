package cli

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/urfave/cli/v2"
)

// completeCommand is what the shells call for what can be typed next. Its arguments are the words after bh, the last of
// them as far as it was typed, which may be "". It writes a line for each way to continue: a word and, after a tab,
// what it is. If nothing fits, or anything goes wrong, it writes nothing, and the shell offers files.
func completeCommand(r *run) *cli.Command {
	return &cli.Command{Name: "__complete", Hidden: true, Usage: "say for a shell what can be typed next", ArgsUsage: "-- WORD...",
		Flags: []cli.Flag{&cli.BoolFlag{Name: "next", Usage: "as if another, empty word followed"}},
		Action: func(c *cli.Context) error {
			words := c.Args().Slice()
			if c.Bool("next") || len(words) == 0 {
				words = append(words, "")
			}
			for _, found := range completions(c.Context, r.Process, c.App, words) {
				if _, err := fmt.Fprintln(r.Stdout, found); err != nil {
					return err
				}
			}
			return nil
		}}
}

// completionTime bounds how long the files are read for the names in them. Who typed a tab waits.
const completionTime = 2 * time.Second

// completions returns what the last word can become.
func completions(ctx context.Context, p Process, app *cli.App, words []string) []string {
	ctx, cancel := context.WithTimeout(ctx, completionTime)
	defer cancel()
	line := &completing{ctx: ctx, p: p, app: app, named: map[string]string{}}
	words = withoutQuotes(words)
	before := ""
	if n := len(words); n > 1 && strings.HasPrefix(words[n-2], "-") && words[n-1] == "=" { // as bash divides --flag=value
		words[n-1] = ""
	} else if n > 2 && words[n-2] == "=" {
		words = append(words[:n-2], words[n-1])
	} else if name, typed, is := strings.Cut(words[n-1], "="); is && strings.HasPrefix(name, "-") {
		words, before = append(words[:n-1], name, typed), name+"="
	}
	if !line.read(words[:len(words)-1]) {
		return nil
	}
	line.typed = words[len(words)-1]
	var out []string
	for _, one := range line.ways() {
		if strings.HasPrefix(one, line.typed) && !strings.ContainsAny(one, "\r\n") {
			out = append(out, before+one)
		}
	}
	return out
}

// withoutQuotes undoes what shells need to keep a word together.
func withoutQuotes(words []string) []string {
	out := slices.Clone(words)
	for i, word := range out {
		if strings.HasPrefix(word, "'") || strings.HasPrefix(word, `"`) {
			word = strings.TrimSuffix(word[1:], word[:1])
		}
		out[i] = strings.ReplaceAll(word, `\`, "")
	}
	return out
}

// read takes the words that are complete. It reports false after "--", because what follows is not bh's.
func (l *completing) read(words []string) bool {
	known, commands := allFlags(l.app.Commands), l.app.Commands
	for _, word := range words {
		name, _, hasValue := strings.Cut(strings.TrimLeft(word, "-"), "=")
		next := find(commands, word)
		switch {
		case l.flag != "":
			l.named[l.flag], l.flag = word, ""
		case word == "--":
			return false
		case strings.HasPrefix(word, "-"):
			if known[name] && !hasValue {
				l.flag = name
			}
		case next != nil && len(l.args) == 0:
			if l.command != nil {
				l.above = l.command.Name
			}
			l.command, commands = next, next.Subcommands
		case l.command == nil:
			return false
		default:
			l.args = append(l.args, word)
		}
	}
	return true
}

// ways returns everything that could be typed.
func (l *completing) ways() []string {
	switch {
	case l.flag != "":
		return l.values(l.flag)
	case strings.HasPrefix(l.typed, "-"):
		return l.flags()
	case l.command == nil:
		return described(l.app.Commands)
	case len(l.args) == 0 && len(visible(l.command.Subcommands)) > 0:
		return described(l.command.Subcommands)
	}
	return l.arguments()
}

func (l *completing) flags() []string {
	var flags []cli.Flag
	if l.command != nil {
		flags = l.command.Flags
	}
	var out []string
	for _, f := range append(slices.Clone(flags), cli.HelpFlag) {
		if f, is := f.(cli.DocGenerationFlag); is {
			out = append(out, withUsage("--"+f.Names()[0], strings.ReplaceAll(f.GetUsage(), "`", "")))
		}
	}
	return out
}
