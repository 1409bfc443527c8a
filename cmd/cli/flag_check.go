package cli

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/urfave/cli/v2"
)

func find(commands []*cli.Command, name string) *cli.Command {
	for _, c := range commands {
		if c.HasName(name) {
			return c
		}
	}
	return nil
}

// allFlags maps each flag of the commands to whether it takes a value.
func allFlags(commands []*cli.Command) map[string]bool {
	out := map[string]bool{}
	for _, c := range commands {
		for _, f := range c.Flags {
			_, isBool := f.(*cli.BoolFlag)
			for _, name := range f.Names() {
				out[name] = !isBool
			}
		}
		for name, takes := range allFlags(c.Subcommands) {
			out[name] = takes
		}
	}
	return out
}

// commandFor returns the command that words name, or nil for bh itself.
func commandFor(app *cli.App, words []string) (command *cli.Command) {
	commands := app.Commands
	for _, word := range words {
		command = find(commands, word)
		commands = command.Subcommands
	}
	return command
}

// flagNames maps each name of a command's flags to the flag. Every command has --help.
func flagNames(command *cli.Command) map[string]cli.Flag {
	out := map[string]cli.Flag{"help": cli.HelpFlag, "h": cli.HelpFlag}
	if command != nil {
		for _, f := range command.Flags {
			for _, name := range f.Names() {
				out[name] = f
			}
		}
	}
	return out
}

func asksHelp(flag string) bool {
	return slices.Contains([]string{"-h", "--h", "-help", "--help"}, flag)
}

// fitting leaves out the flags that only other commands have, with their values.
func fitting(app *cli.App, words, flags []string) []string {
	own, all := flagNames(commandFor(app, words)), allFlags(app.Commands)
	var out []string
	for i := 0; i < len(flags); i++ {
		name, _, hasValue := strings.Cut(strings.TrimLeft(flags[i], "-"), "=")
		takes, known := all[name]
		end := i + 1
		if strings.HasPrefix(flags[i], "-") && takes && !hasValue {
			end = min(end+1, len(flags))
		}
		if _, has := own[name]; has || !known || !strings.HasPrefix(flags[i], "-") {
			out = append(out, flags[i:end]...)
		}
		i = end - 1
	}
	return out
}

// checkFlags returns an error for a flag that the command does not have, or for a value that it cannot have.
func checkFlags(app *cli.App, words, flags []string) error {
	own, all := flagNames(commandFor(app, words)), allFlags(app.Commands)
	for i := 0; i < len(flags); i++ {
		if !strings.HasPrefix(flags[i], "-") {
			// It can only come from the environment.
			return fmt.Errorf("BH_CLI_ARGS can only set flags, and %q is not one", flags[i])
		}
		name, value, hasValue := strings.Cut(strings.TrimLeft(flags[i], "-"), "=")
		flag, has := own[name]
		if !has {
			return unknownFlag(app, words, flags[i])
		}
		if all[name] && !hasValue && i+1 < len(flags) {
			i++
			value, hasValue = flags[i], true
		}
		if err := checkValue(flag, value); hasValue && err != nil {
			return fmt.Errorf("--%s is %q; %w", name, value, err)
		}
	}
	return nil
}

// unknownFlag describes a flag that a command does not have.
func unknownFlag(app *cli.App, words []string, typed string) error {
	command := strings.Join(append([]string{"bh"}, words...), " ")
	dashed, _, _ := strings.Cut(typed, "=")
	name := strings.TrimLeft(dashed, "-")
	if len(name) > 1 {
		dashed = "--" + name
	}
	fault := fmt.Sprintf("%s has no flag %s", command, dashed)
	_, elsewhere := allFlags(app.Commands)[name]
	switch way := flagBridges[name]; {
	case way != "":
		return fmt.Errorf("%s\n%s", fault, way)
	case elsewhere && len(words) == 0:
		return fmt.Errorf("%s needs a command: bh COMMAND %s; see bh --help", dashed, dashed)
	case elsewhere:
		fault += ", which other commands have"
	default:
		var names []string
		for known := range flagNames(commandFor(app, words)) {
			names = append(names, known)
		}
		slices.Sort(names)
		if close := nearest(name, names); close != "" {
			fault += "; did you mean --" + close
		}
	}
	return fmt.Errorf("%s; see %s --help", fault, command)
}

// checkValue says what a flag's value must be, in the words of a clause.
func checkValue(flag cli.Flag, value string) error {
	var err error
	switch f := flag.(type) {
	case *cli.GenericFlag:
		if _, is := f.Value.(*length); is {
			return new(length).Set(value)
		}
	case *cli.BoolFlag:
		if _, err = strconv.ParseBool(value); err != nil {
			return fmt.Errorf("it must be true or false")
		}
	case *cli.IntFlag:
		if _, err = strconv.Atoi(value); err != nil {
			return fmt.Errorf("it must be a number")
		}
	}
	return nil
}
