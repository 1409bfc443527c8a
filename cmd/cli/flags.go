package cli

import (
	"cmp"
	"errors"
	"fmt"
	"path"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/urfave/cli/v2"

	"buckethead/config/language"
	"buckethead/config/words"
)

// common holds the flags that many commands have, and the flags that choose projects.
type common struct {
	command             string // without the arguments, which could be secrets
	partial             bool   // values that the command does not use need not be set
	chdir, file, state  string
	vars                map[string]string
	varFiles            []string
	color               string
	json                bool
	jsonInto            string
	format              string
	quiet, verbose      bool
	lockTimeout         time.Duration
	input               bool
	parallelism         int
	targets, exclusions []string
}

// Which flags a command has follows from what it does: each function below returns those for one thing. Each command
// needs new flags, because urfave keeps state in them.

// fileFlags returns the flags of a command that reads the files, after the command's own.
func fileFlags(more ...cli.Flag) []cli.Flag {
	return append(append(append(more, chdirFlag()),
		&cli.StringFlag{Name: "file", Aliases: []string{"f"}, Usage: "read `FILE`, or the *.hcl files in a folder"},
		&cli.GenericFlag{Name: "var", Value: &list{}, Usage: "set a variable: `NAME=VALUE`"},
		&cli.GenericFlag{Name: "var-file", Value: &list{}, Usage: "read variables from `FILE`"}),
		append(colorFlags(), jsonFlag(),
			&cli.StringFlag{Name: "json-into", Usage: "also write JSON lines to `FILE`"},
			&cli.StringFlag{Name: "format", Usage: "`FORMAT`: human (default), json, markdown, mermaid"},
			&cli.BoolFlag{Name: "quiet", Aliases: []string{"q"}, Usage: "hide progress"},
			&cli.BoolFlag{Name: "verbose", Aliases: []string{"v"}, Usage: "show every step and every field"})...)
}

// stateFlags returns the flags of a command that opens the state, too.
func stateFlags(more ...cli.Flag) []cli.Flag {
	return append(fileFlags(more...),
		&cli.StringFlag{Name: "state", Usage: "keep the state at `PATH`, whatever the file says"},
		&cli.GenericFlag{Name: "lock-timeout", Value: new(length), Usage: "wait `TIME` for a state that is in use"})
}

// vendorFlags returns the flags of a command that asks the providers about many projects, too.
func vendorFlags(more ...cli.Flag) []cli.Flag {
	return append(stateFlags(more...), parallelismFlag())
}

func parallelismFlag() cli.Flag {
	return &cli.IntFlag{Name: "parallelism", Value: defaultParallelism, Usage: "work on `N` projects at once"}
}

func chdirFlag() cli.Flag {
	return &cli.StringFlag{Name: "chdir", Aliases: []string{"C"}, Usage: "change to `DIR` first"}
}

func jsonFlag() cli.Flag { return &cli.BoolFlag{Name: "json", Usage: "write JSON lines"} }

func colorFlags() []cli.Flag {
	return []cli.Flag{
		&cli.StringFlag{Name: "color", Value: "auto", Usage: "color `WHEN`: auto, always, never"},
		&cli.BoolFlag{Name: "no-color", Usage: "same as --color never"},
	}
}

// inputFlag returns the flag of a command that may ask.
func inputFlag() cli.Flag {
	return &cli.BoolFlag{Name: "input", Value: true, Usage: "ask questions on a terminal"}
}

const defaultParallelism = 8

// partly returns the flags of a command that uses the state, and opens clouds, stores and projects only when it needs
// them. If a variable or a token is not set, the command fails only where it needs the value.
func (c common) partly() common { c.partial = true; return c }

// scopeFlags returns the flags that choose projects.
func scopeFlags() []cli.Flag {
	return []cli.Flag{
		&cli.GenericFlag{Name: "target", Value: &list{}, Usage: "only projects that match `PATTERN` (tenant*)"},
		&cli.GenericFlag{Name: "exclude", Value: &list{}, Usage: "leave out projects that match `PATTERN`"},
	}
}

// length is the value of a flag for a length of time, which is written as in files, such as 1d, or as in Go.
type length time.Duration

func (l *length) Set(text string) error {
	d, err := language.ParseDuration(text)
	if err != nil {
		if d, err = time.ParseDuration(text); err != nil || d < 0 {
			return errNotLength
		}
	}
	*l = length(d)
	return nil
}

func (l *length) String() string {
	if *l == 0 {
		return ""
	}
	return words.Length(time.Duration(*l))
}

var errNotLength = errors.New("it must be a length of time, such as 30s, 10m or 1d")

// lengthOf returns the value of such a flag, or 0 if the command does not have it.
func lengthOf(c *cli.Context, name string) time.Duration {
	if value, ok := c.Generic(name).(*length); ok {
		return time.Duration(*value)
	}
	return 0
}

// list is the value of a flag that can be repeated. A comma does not separate values.
type list []string

func (l *list) Set(value string) error { *l = append(*l, value); return nil }
func (l *list) String() string         { return strings.Join(*l, " ") }

// listed returns the values of a flag, or nil if the command does not have it.
func listed(c *cli.Context, name string) []string {
	if values, ok := c.Generic(name).(*list); ok {
		return *values
	}
	return nil
}

// parseFlags turns flags and the environment into values. With an error, it also returns the values it has so far.
func parseFlags(c *cli.Context, p Process) (common, error) {
	out := common{command: c.Command.HelpName, chdir: c.String("chdir"), file: c.String("file"), state: c.String("state"),
		vars: map[string]string{}, varFiles: listed(c, "var-file"), color: cmp.Or(c.String("color"), "auto"),
		json: c.Bool("json") || c.String("format") == "json", jsonInto: c.String("json-into"), format: c.String("format"),
		quiet: c.Bool("quiet"), verbose: c.Bool("verbose"), lockTimeout: lengthOf(c, "lock-timeout"),
		input: c.Bool("input") && p.mayAsk(), parallelism: defaultParallelism,
		targets: listed(c, "target"), exclusions: listed(c, "exclude")}
	if out.json {
		out.format = "json"
	}
	if c.Bool("no-color") {
		out.color = "never"
	}
	if !slices.Contains([]string{"auto", "always", "never"}, out.color) {
		return out, fmt.Errorf("--color is %q; it must be auto, always or never", out.color)
	}
	if c.IsSet("parallelism") {
		out.parallelism = c.Int("parallelism")
	} else if n := p.get("BH_PARALLELISM"); n != "" {
		value, err := strconv.Atoi(n)
		if err != nil {
			return out, fmt.Errorf("BH_PARALLELISM is %q; it must be a number", n)
		}
		out.parallelism = value
	}
	if out.parallelism < 1 || out.parallelism > 256 {
		return out, fmt.Errorf("--parallelism is %d; it must be from 1 to 256", out.parallelism)
	}
	for _, text := range listed(c, "var") {
		name, value, ok := strings.Cut(text, "=")
		if !ok {
			// The text could be a secret without its name, so it is not shown.
			return out, fmt.Errorf("--var needs NAME=VALUE")
		}
		out.vars[name] = value
	}
	for _, pattern := range slices.Concat(out.targets, out.exclusions) {
		if _, err := path.Match(pattern, ""); err != nil {
			return out, fmt.Errorf("%q is not a pattern: %w", pattern, err)
		}
	}
	return out, nil
}

// noArguments returns an error if the command was given an argument.
func noArguments(c *cli.Context) error {
	if !c.Args().Present() {
		return nil
	}
	name, hint := c.Args().First(), ""
	if slices.ContainsFunc(c.Command.Flags, func(f cli.Flag) bool { return f.Names()[0] == "target" }) {
		hint = "; for one project: --target " + inShell(name)
	}
	return fmt.Errorf("bh %s takes no argument, but got %q%s", c.Command.Name, name, hint)
}

// formatFlag returns the flags of a command with a --format of its own instead of the common one.
func formatFlag(flags []cli.Flag, value string) []cli.Flag {
	flags = slices.DeleteFunc(flags, func(f cli.Flag) bool { return f.Names()[0] == "format" })
	return append(flags, &cli.StringFlag{Name: "format", Value: value, Usage: "`FORMAT`, see above"})
}

// ownFormat returns the value of such a --format, which must be one of formats; --json is short for --format json.
func ownFormat(c *cli.Context, formats []string) (string, error) {
	format := c.String("format")
	if c.Bool("json") {
		format = "json"
	}
	if !slices.Contains(formats, format) {
		return "", fmt.Errorf("there is no format %q; the formats are %s", format, strings.Join(formats, ", "))
	}
	return format, nil
}
