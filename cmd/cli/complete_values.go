package cli

import (
	"context"
	"maps"
	"slices"
	"strings"

	"github.com/urfave/cli/v2"

	"buckethead/cmd/cli/topics"
	"buckethead/config"
	"buckethead/planner/drift"
	"buckethead/vendors"
)

// completing is a line of words that is being typed.
type completing struct {
	ctx     context.Context
	p       Process
	app     *cli.App
	command *cli.Command      // nil before there is one
	above   string            // the names of the commands before the last
	named   map[string]string // the flags with values
	flag    string            // the flag whose value is typed, or ""
	args    []string
	typed   string // as far as it was typed
}

// values returns the values of a flag that are known; none for a file or a number.
func (l *completing) values(flag string) []string {
	command := ""
	if l.command != nil {
		command = l.command.Name
	}
	switch flag {
	case "color":
		return []string{"auto", "always", "never"}
	case "format":
		switch command {
		case "env":
			return envFormats
		case "graph":
			return graphFormats
		}
		return []string{"human", "json", "markdown", "mermaid"}
	case "names":
		return envNames
	case "target", "exclude":
		return l.projects()
	}
	switch command + " " + flag {
	case "init cloud":
		return choices(clouds)
	case "init secrets":
		return choices(stores)
	case "init state":
		return choices(states)
	case "init ci":
		return choices(ciServices)
	case "import cloud":
		return addresses(l.files().Clouds)
	case "import secrets":
		return addresses(l.files().Secrets)
	case "doctor for":
		return []string{string(vendors.ForPlan), string(vendors.ForApply)}
	case "drift ignore":
		var out []string
		for _, class := range drift.Classes() {
			out = append(out, string(class))
		}
		return out
	}
	return nil
}

// arguments returns what the command takes as its next argument.
func (l *completing) arguments() []string {
	usage, at := l.command.ArgsUsage, len(l.args)
	many := strings.Contains(usage, "...")
	switch {
	case l.command.Name == "help", l.command.Name == "man":
		return l.subjects()
	case at > 0 && !many, l.command.Name == "exec" && at > 0:
		return nil
	case l.command.Name == "completion":
		return slices.Sorted(maps.Keys(shells))
	case strings.Contains(usage, "PROJECT"), l.above == "state" && l.command.Name == "mv":
		return slices.DeleteFunc(l.projects(), func(p string) bool { return slices.Contains(l.args, p) })
	}
	return nil
}

// subjects returns what bh help and bh man explain.
func (l *completing) subjects() []string {
	commands := l.app.Commands
	for _, word := range l.args {
		next := find(commands, word)
		if next == nil {
			return nil
		}
		commands = next.Subcommands
	}
	out := described(commands)
	if len(l.args) > 0 {
		return out
	}
	for _, name := range topicNames() {
		page, _ := topics.Page(name)
		out = append(out, withUsage(name, topics.Title(page)))
	}
	if l.command.Name == "man" {
		return out
	}
	out = append(out, "topics", "codes")
	if strings.HasPrefix(l.typed, "B") { // there are many
		for _, k := range allCodes() {
			out = append(out, withUsage(k.Code, k.Summary))
		}
	}
	return out
}

func choices(of []place) []string {
	var out []string
	for _, p := range of {
		out = append(out, withUsage(p.name, p.about))
	}
	return out
}

func addresses(of []config.Connection) []string {
	var out []string
	for _, c := range of {
		out = append(out, c.Address())
	}
	return out
}

// projects returns the projects that the files declare: each with its instances, which have labels of their own.
func (l *completing) projects() []string {
	files := l.files()
	out := slices.Clone(files.Names)
	for i := range files.Projects {
		out = append(out, files.Projects[i].Addr.Label())
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// files reads what the line's own flags name, as far as it can be read without values that are missing.
func (l *completing) files() *config.Config {
	value := func(long, short string) string {
		if v := l.named[short]; v != "" {
			return v
		}
		return l.named[long]
	}
	o := fileOptions(l.p, common{partial: true, file: value("file", "f")})
	o.Dir = value("chdir", "C")
	loaded, _, err := loadConfig(l.ctx, o)
	if err != nil {
		return &config.Config{}
	}
	return loaded
}

func described(commands []*cli.Command) []string {
	var out []string
	for _, c := range visible(commands) {
		out = append(out, withUsage(c.Name, c.Usage))
	}
	return out
}

func withUsage(word, usage string) string { return word + "\t" + vendors.Excerpt(usage, 80) }

func visible(commands []*cli.Command) []*cli.Command {
	return slices.DeleteFunc(slices.Clone(commands), func(c *cli.Command) bool { return c.Hidden })
}
