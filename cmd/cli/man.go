package cli

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/urfave/cli/v2"
)

func manCommand(r *run) *cli.Command {
	return &cli.Command{Name: "man", Usage: "write a manual page", ArgsUsage: "[COMMAND...]", Hidden: true,
		Description: "Writes the page of bh, or of the named command, in the format of man:\n\n" +
			"  bh man state list | man -l -\n\nWith --into, all pages are written as files: bh.1, bh-plan.1 and so on.",
		Flags: commonFlags(&cli.StringFlag{Name: "into", Usage: "write every page into the folder `DIR`"}),
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
			return fmt.Errorf("there is no command %q", strings.Join(c.Args().Slice(), " "))
		}}
}

func writePages(dir string, pages []manPage) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return fmt.Errorf("write the pages: %w", err)
	}
	for _, page := range pages {
		if err := os.WriteFile(filepath.Join(dir, page.name+".1"), []byte(page.text), 0o644); err != nil {
			return fmt.Errorf("write the pages: %w", err)
		}
	}
	return nil
}

// manPage is one page. Its name is like "bh-state-list".
type manPage struct{ name, text string }

// manPages returns a page for each command that help lists, with the same texts.
func manPages(app *cli.App) []manPage {
	root := &cli.Command{Name: "bh", Usage: app.Usage, Description: app.Description, Subcommands: app.Commands}
	var out []manPage
	var walk func(words []string, c *cli.Command)
	walk = func(words []string, c *cli.Command) {
		out = append(out, manPage{strings.Join(words, "-"), manText(words, c)})
		for _, sub := range visible(c.Subcommands) {
			walk(append(words[:len(words):len(words)], sub.Name), sub)
		}
	}
	walk([]string{"bh"}, root)
	return out
}

// manText writes the page of one command in the macros of man(7).
func manText(words []string, c *cli.Command) string {
	var b strings.Builder
	name, below := strings.Join(words, "-"), visible(c.Subcommands)
	fmt.Fprintf(&b, ".TH %s 1 \"\" \"bh %s\" \"bh manual\"\n.SH NAME\n%s \\- %s\n.SH SYNOPSIS\n.B %s\n",
		strings.ToUpper(roff(name)), roff(version), roff(name), roff(c.Usage), roff(strings.Join(words, " ")))
	switch {
	case len(below) > 0:
		b.WriteString(".I COMMAND\n[\\fIOPTION\\fR...]\n")
	default:
		b.WriteString("[\\fIOPTION\\fR...]\n")
		if c.ArgsUsage != "" {
			b.WriteString(roff(c.ArgsUsage) + "\n")
		}
	}
	if c.Description != "" {
		b.WriteString(".SH DESCRIPTION\n" + prose(c.Description))
	}
	if len(below) > 0 {
		b.WriteString(".SH COMMANDS\n")
		for _, sub := range below {
			fmt.Fprintf(&b, ".TP\n.BR %s (1)\n%s\n", roff(name+"-"+sub.Name), line(roff(sub.Usage)))
		}
	}
	if len(c.Flags) > 0 {
		b.WriteString(".SH OPTIONS\n")
		for _, f := range c.Flags {
			names, usage, _ := strings.Cut(f.String(), "\t")
			fmt.Fprintf(&b, ".TP\n.B %s\n%s\n", roff(names), line(roff(strings.TrimSpace(usage))))
		}
	}
	if len(words) > 1 {
		fmt.Fprintf(&b, ".SH SEE ALSO\n.BR %s (1)\n", roff(strings.Join(words[:len(words)-1], "-")))
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
			b.WriteString(line(roff(l)) + "\n")
		default:
			b.WriteString(".PP\n")
		}
	}
	if kept {
		b.WriteString(".fi\n")
	}
	return strings.ReplaceAll(b.String(), ".PP\n.PP\n", ".PP\n")
}

// roff escapes text so that it contains no macros and hyphens stay as typed.
func roff(text string) string {
	return strings.NewReplacer("\\", "\\e", "-", "\\-", "\"", "\\(dq").Replace(text)
}

// line escapes text at the beginning of a line, where a dot or an apostrophe would begin a macro.
func line(text string) string {
	if strings.HasPrefix(text, ".") || strings.HasPrefix(text, "'") {
		return "\\&" + text
	}
	return text
}
