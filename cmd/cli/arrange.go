package cli

import (
	"fmt"
	"slices"
	"strings"

	"github.com/urfave/cli/v2"
)

// arrange sorts arguments into the order that the flag parser needs: the command, its flags, then the rest. So flags
// work before and after the command, and after file names. The flags in BH_CLI_ARGS and BH_CLI_ARGS_command come
// first, so that typed flags win.
func arrange(app *cli.App, args []string, env func(string) string) ([]string, error) {
	command, words := app.Commands, []string{}
	var flags, rest []string
	known := allFlags(app.Commands)
	for i := 0; i < len(args); i++ {
		arg := args[i]
		name, _, hasValue := strings.Cut(strings.TrimLeft(arg, "-"), "=")
		switch {
		case arg == "--":
			rest = append(rest, args[i+1:]...)
			i = len(args)
		case len(arg) > 1 && arg[0] == '-':
			flags = append(flags, arg)
			if !known[name] || hasValue {
				continue
			}
			if i+1 == len(args) || isFlag(args[i+1], known) {
				return nil, fmt.Errorf("%s needs a value", arg)
			}
			i++
			flags = append(flags, args[i])
		default:
			if next := find(command, arg); next != nil && len(rest) == 0 {
				words, command = append(words, arg), next.Subcommands
				continue
			}
			rest = append(rest, arg)
		}
	}
	preset, err := presets(app, words, env)
	if err != nil {
		return nil, err
	}
	if len(words) == 0 && len(rest) == 0 && len(flags) == 1 && strings.TrimLeft(flags[0], "-") == "version" {
		return []string{"version"}, nil
	}
	if len(words) == 0 && len(rest) > 0 {
		return nil, unknownCommand(app.Commands, "", rest[0])
	}
	if err := checkFlags(app, words, append(slices.Clone(preset), flags...)); err != nil {
		return nil, err
	}
	if len(words) == 0 {
		return flags, nil
	}
	if slices.ContainsFunc(flags, asksHelp) {
		rest = nil // urfave would look for a topic of that name
	}
	out := append(append(slices.Clone(words), preset...), flags...)
	return append(append(out, "--"), rest...), nil
}

// presets returns the flags that the environment sets for a command. BH_CLI_ARGS is for all commands: each takes those
// that it has.
func presets(app *cli.App, words []string, env func(string) string) ([]string, error) {
	names := []string{"BH_CLI_ARGS"}
	if len(words) > 0 {
		names = append(names, "BH_CLI_ARGS_"+strings.Join(words, "_"))
	}
	var out []string
	for _, name := range names {
		split, err := splitWords(env(name))
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		if name == "BH_CLI_ARGS" {
			split = fitting(app, words, split)
		}
		out = append(out, split...)
	}
	return out, nil
}

// splitWords splits text at unquoted spaces, as a shell does.
func splitWords(text string) ([]string, error) {
	var out []string
	var word strings.Builder
	quote, inWord := rune(0), false
	for _, r := range text {
		switch {
		case quote != 0 && r == quote:
			quote = 0
		case quote == 0 && (r == '\'' || r == '"'):
			quote, inWord = r, true
		case quote == 0 && (r == ' ' || r == '\t' || r == '\n'):
			if inWord {
				out, inWord = append(out, word.String()), false
				word.Reset()
			}
		default:
			inWord = true
			word.WriteRune(r)
		}
	}
	if quote != 0 {
		return nil, fmt.Errorf("a quote (%c) is not closed", quote)
	}
	if inWord {
		out = append(out, word.String())
	}
	return out, nil
}

// isFlag reports whether an argument is a known flag or "--". Neither can be the value of the flag before it.
func isFlag(arg string, known map[string]bool) bool {
	name, _, _ := strings.Cut(strings.TrimLeft(arg, "-"), "=")
	_, isKnown := known[name]
	return arg == "--" || len(arg) > 1 && arg[0] == '-' && isKnown
}
