package topics

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// Man writes a page in the macros of man(7), as the page bh-NAME of section 7.
func Man(name, markdown, version string) string {
	var out strings.Builder
	fmt.Fprintf(&out, ".TH BH\\-%s 7 \"\" \"bh %s\" \"bh manual\"\n.nh\n.SH NAME\nbh\\-%s \\- %s\n.SH DESCRIPTION\n",
		strings.ToUpper(Roff(name)), Roff(version), Roff(name), Roff(Title(markdown)))
	blocks := parse(markdown)
	for i, b := range blocks {
		switch b.kind {
		case heading:
			switch b.level {
			case 1: // NAME has it
			case 2:
				out.WriteString(".SH " + strings.ToUpper(manPlain(b.text)) + "\n")
			default:
				out.WriteString(".SS " + manPlain(b.text) + "\n")
			}
		case paragraph:
			if i > 0 && blocks[i-1].kind != heading {
				out.WriteString(".PP\n")
			}
			out.WriteString(manProse(b.text))
		case item:
			out.WriteString(".IP \\(bu 2\n" + manProse(b.text))
		case code:
			if i > 0 && blocks[i-1].kind != heading {
				out.WriteString(".PP\n")
			}
			out.WriteString(".RS 2\n.nf\n")
			for _, line := range b.lines {
				out.WriteString(RoffLine(Roff(line)) + "\n")
			}
			out.WriteString(".fi\n.RE\n")
		case table:
			manTable(&out, b.rows)
		}
	}
	out.WriteString(".SH SEE ALSO\n.BR bh (1)")
	if others := linked(markdown); len(others) > 0 {
		out.WriteString(" ,\n" + SeeAlso(others))
	}
	return strings.ReplaceAll(out.String()+"\n", ".PP\n.PP\n", ".PP\n")
}

// SeeAlso returns the names of the pages of topics, as they stand at the end of a page.
func SeeAlso(topics []string) string {
	out := make([]string, len(topics))
	for i, name := range topics {
		out[i] = ".BR bh\\-" + Roff(name) + " (7)"
	}
	return strings.Join(out, " ,\n")
}

// manTable writes each row as a paragraph with a hanging first cell.
func manTable(out *strings.Builder, rows [][]string) {
	if len(rows) == 0 {
		return
	}
	rows = even(rows)
	for _, cells := range rows[1:] {
		out.WriteString(".TP\n" + manProse(cells[0]))
		for c, text := range cells[1:] {
			if text == "" {
				continue
			}
			if c > 0 {
				out.WriteString(".br\n")
			}
			if title := rows[0][c+1]; len(cells) > 2 && title != "" {
				text = title + ": " + text
			}
			out.WriteString(manProse(text))
		}
	}
}

// manProse writes the text of a block as one line of input, with code and bold text in bold.
func manProse(text string) string {
	var out strings.Builder
	for _, s := range spans(text, see("bh-", "(7)")) {
		switch {
		case s.look == normal:
			out.WriteString(Roff(s.text))
		default:
			out.WriteString("\\fB" + Roff(s.text) + "\\fR")
		}
	}
	return RoffLine(out.String()) + "\n"
}

func manPlain(text string) string { return Roff(plain(text)) }

var pageLink = regexp.MustCompile(`\]\(([a-z0-9-]+)\.md[)#]`)

// linked returns the topics that a page links to.
func linked(markdown string) []string {
	var out []string
	for _, found := range pageLink.FindAllStringSubmatch(markdown, -1) {
		if !slices.Contains(out, found[1]) {
			out = append(out, found[1])
		}
	}
	slices.Sort(out)
	return out
}

// Roff escapes text, so that nothing in it is an instruction and hyphens stay as typed.
func Roff(text string) string {
	return strings.NewReplacer("\\", "\\e", "-", "\\-", "\"", "\\(dq").Replace(text)
}

// RoffLine escapes text at the beginning of a line, where a dot or an apostrophe would begin an instruction.
func RoffLine(text string) string {
	if strings.HasPrefix(text, ".") || strings.HasPrefix(text, "'") {
		return "\\&" + text
	}
	return text
}
