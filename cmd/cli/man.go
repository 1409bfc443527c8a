package cli

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"buckethead/cmd/cli/topics"

	"github.com/urfave/cli/v2"
)

func manCommand(r *run) *cli.Command {
	return &cli.Command{Name: "man", Usage: "write a manual page", ArgsUsage: "[COMMAND...|TOPIC]", Hidden: true,
		Description: "Writes the page of bh, of a command or of a topic, in the format of man:\n\n" +
			"  bh man state list | man -l -\n\nWith --into, all pages are written as files: bh.1, bh-plan.1, bh-rotation.7\nand so on.",
		Flags: []cli.Flag{&cli.StringFlag{Name: "into", Usage: "write every page into the folder `DIR`"}},
		Action: func(c *cli.Context) error {
			pages := manPages(c.App)
			if dir := c.String("into"); dir != "" {
				if err := noArguments(c); err != nil {
					return err
				}
				return writePages(dir, pages)
			}
			name := strings.Join(append([]string{"bh"}, c.Args().Slice()...), "-")
			for _, page := range pages {
				if page.name == name {
					_, err := io.WriteString(r.Stdout, page.text)
					return err
				}
			}
			return fmt.Errorf("there is no command or topic %q", strings.Join(c.Args().Slice(), " "))
		}}
}

func writePages(dir string, pages []manPage) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return fmt.Errorf("write the pages: %w", err)
	}
	for _, page := range pages {
		if err := os.WriteFile(filepath.Join(dir, page.file()), []byte(page.text), 0o644); err != nil {
			return fmt.Errorf("write the pages: %w", err)
		}
	}
	return nil
}

// manPage is one page. Its name is like "bh-state-list"; its section is 1 for a command, 7 for a topic.
type manPage struct {
	name    string
	section int
	text    string
}

func (p manPage) file() string { return fmt.Sprintf("%s.%d", p.name, p.section) }

// manPages returns a page for each command that help lists, with the same texts, and one for each topic.
func manPages(app *cli.App) []manPage {
	root := &cli.Command{Name: "bh", Usage: app.Usage, Description: app.Description, Subcommands: app.Commands}
	var out []manPage
	var walk func(words []string, c *cli.Command)
	walk = func(words []string, c *cli.Command) {
		out = append(out, manPage{strings.Join(words, "-"), 1, manText(words, c)})
		for _, sub := range visible(c.Subcommands) {
			walk(append(words[:len(words):len(words)], sub.Name), sub)
		}
	}
	walk([]string{"bh"}, root)
	for _, name := range topics.Names() {
		page, _ := topics.Page(name)
		out = append(out, manPage{"bh-" + name, 7, topics.Man(name, page, version)})
	}
	return out
}

// manText writes the page of one command in the macros of man(7).
func manText(words []string, c *cli.Command) string {
	var b strings.Builder
	name, below := strings.Join(words, "-"), visible(c.Subcommands)
	fmt.Fprintf(&b, ".TH %s 1 \"\" \"bh %s\" \"bh manual\"\n.SH NAME\n%s \\- %s\n.SH SYNOPSIS\n.B %s\n",
		strings.ToUpper(topics.Roff(name)), topics.Roff(version), topics.Roff(name), topics.Roff(c.Usage), topics.Roff(strings.Join(words, " ")))
	switch {
	case len(below) > 0:
		b.WriteString(".I COMMAND\n[\\fIOPTION\\fR...]\n")
	default:
		b.WriteString("[\\fIOPTION\\fR...]\n")
		if c.ArgsUsage != "" {
			b.WriteString(topics.Roff(c.ArgsUsage) + "\n")
		}
	}
	if c.Description != "" {
		b.WriteString(".SH DESCRIPTION\n" + prose(c.Description))
	}
	if len(below) > 0 {
		b.WriteString(".SH COMMANDS\n")
		for _, sub := range below {
			fmt.Fprintf(&b, ".TP\n.BR %s (1)\n%s\n", topics.Roff(name+"-"+sub.Name), topics.RoffLine(topics.Roff(sub.Usage)))
		}
	}
	if len(c.Flags) > 0 {
		b.WriteString(".SH OPTIONS\n")
		for _, f := range c.Flags {
			names, usage, _ := strings.Cut(f.String(), "\t")
			fmt.Fprintf(&b, ".TP\n.B %s\n%s\n", topics.Roff(names), topics.RoffLine(topics.Roff(strings.TrimSpace(usage))))
		}
	}
	if len(words) > 1 {
		fmt.Fprintf(&b, ".SH SEE ALSO\n.BR %s (1)\n", topics.Roff(strings.Join(words[:len(words)-1], "-")))
	} else {
		b.WriteString(".SH SEE ALSO\n" + topics.SeeAlso(topicNames()) + "\n")
	}
	return b.String()
}

// prose writes a description. Paragraphs are filled; indented lines stay lines.
func prose(text string) string {
	var b strings.Builder
	kept := false
	for _, l := range strings.Split(text, "\n") {
		indented := strings.HasPrefix(l, " ")
		switch {
		case indented && !kept:
			b.WriteString(".PP\n.nf\n")
		case !indented && kept:
			b.WriteString(".fi\n")
			if l != "" {
				b.WriteString(".PP\n")
			}
		}
		kept = indented
		switch {
		case l != "":
			b.WriteString(topics.RoffLine(topics.Roff(l)) + "\n")
		default:
			b.WriteString(".PP\n")
		}
	}
	if kept {
		b.WriteString(".fi\n")
	}
	return strings.ReplaceAll(b.String(), ".PP\n.PP\n", ".PP\n")
}
