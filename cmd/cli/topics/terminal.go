package topics

import (
	"slices"
	"strings"
	"unicode/utf8"
)

const (
	usualWidth = 78  // if it is not known
	mostWidth  = 100 // longer lines are hard to read
	leastWidth = 30
	codeIndent = 2
)

// Text writes Markdown for a terminal of some width, 0 for one that is not known: prose is filled, tables are set, and
// a command in a text stays on one line if it fits. With color, headings and code stand out.
func Text(markdown string, width int, color bool) string {
	if width <= 0 {
		width = usualWidth
	}
	p := printer{width: max(min(width, mostWidth), leastWidth), color: color}
	blocks := parse(markdown)
	for i, b := range blocks {
		if i > 0 && (b.kind != item || blocks[i-1].kind != item) {
			p.out.WriteString("\n")
		}
		switch b.kind {
		case heading:
			p.heading(b)
		case paragraph:
			p.fill(b.text, "", "")
		case item:
			p.fill(b.text, "- ", "  ")
		case code:
			p.code(b.lines)
		case table:
			p.table(b.rows)
		}
	}
	return p.out.String()
}

type printer struct {
	out   strings.Builder
	width int
	color bool
}

func (p *printer) line(indent int, text string) {
	p.out.WriteString(strings.TrimRight(strings.Repeat(" ", indent)+text, " ") + "\n")
}

func (p *printer) heading(b block) {
	text := plain(b.text)
	if b.level < 3 {
		text = strings.ToUpper(text)
	}
	p.line(0, p.paint(text, bold))
}

// code writes lines as they are. If one with a comment at its end is too long, all comments go above their lines.
func (p *printer) code(lines []string) {
	tooLong := slices.ContainsFunc(lines, func(line string) bool {
		command, _ := commented(line)
		return command != line && codeIndent+utf8.RuneCountInString(line) > p.width
	})
	for _, line := range lines {
		if command, comment := commented(line); tooLong && comment != "" {
			indent := codeIndent + len(command) - len(strings.TrimLeft(command, " "))
			p.comment(strings.Repeat(" ", indent)+"# ", comment)
			line = command
		}
		p.line(codeIndent, line)
	}
}

// commented splits a line of code from the comment at its end.
func commented(line string) (command, comment string) {
	command, comment, _ = strings.Cut(line, " # ")
	if strings.TrimSpace(command) == "" {
		return line, ""
	}
	return command, comment
}

// comment writes a comment in lines that fit.
func (p *printer) comment(begin, text string) {
	var words []word
	for _, w := range strings.Fields(text) {
		words = append(words, word{w, utf8.RuneCountInString(w)})
	}
	for _, l := range inLines(words, p.width-len(begin)) {
		p.line(0, begin+l.text)
	}
}

// paint gives text a look.
func (p *printer) paint(text string, l look) string {
	switch {
	case !p.color || text == "" || l == normal:
		return text
	case l == bold:
		return "\x1b[1m" + text + "\x1b[0m"
	}
	return "\x1b[36m" + text + "\x1b[0m"
}

// fill writes text in lines that fit. The first begins with first, the others with other.
func (p *printer) fill(text, first, other string) {
	begin := first
	for _, l := range p.filled(text, p.width-utf8.RuneCountInString(other)) {
		p.line(0, begin+l.text)
		begin = other
	}
}

// word is what a line is never broken in. Its text may have colors, which take no columns.
type word struct {
	text  string
	width int
}

// filled returns text as lines of at most width columns, unless a word is longer.
func (p *printer) filled(text string, width int) []word { return inLines(p.words(text, width), width) }

// inLines joins words to lines.
func inLines(words []word, width int) []word {
	var out []word
	for _, w := range words {
		last := len(out) - 1
		if last < 0 || out[last].width+1+w.width > width {
			out = append(out, w)
			continue
		}
		out[last] = word{out[last].text + " " + w.text, out[last].width + 1 + w.width}
	}
	return out
}

// words splits text at spaces, but not code that fits in a line.
func (p *printer) words(text string, width int) []word {
	var out []word
	glued := false // whether no space is between the last word and the next piece
	for _, s := range spans(text, see("bh help ", "")) {
		pieces := strings.Split(s.text, " ")
		if s.look == typed && utf8.RuneCountInString(s.text) <= width {
			pieces = []string{s.text}
		}
		for i, piece := range pieces {
			glued = glued && i == 0
			if piece == "" {
				continue
			}
			w := word{p.paint(piece, s.look), utf8.RuneCountInString(piece)}
			if last := len(out) - 1; glued && last >= 0 {
				out[last] = word{out[last].text + w.text, out[last].width + w.width}
			} else {
				out = append(out, w)
			}
			glued = true
		}
	}
	return out
}
