package topics

import "strings"

// kind is what a block is.
type kind int

const (
	paragraph kind = iota
	heading
	item
	code
	table
)

// block is a part of a page that stands between blank lines, or one item of a list.
type block struct {
	kind  kind
	level int        // of a heading
	text  string     // of a heading, a paragraph or an item, with the marks of its spans
	lines []string   // of code
	rows  [][]string // of a table; the first has the titles of the columns
}

// parse splits a page into blocks. Comments and pictures are left out.
func parse(markdown string) []block {
	var out []block
	open := false // whether the next line of prose goes on with the last block
	fenced := false
	for line := range strings.Lines(markdown) {
		line = strings.TrimRight(line, "\n")
		last := len(out) - 1
		switch {
		case strings.HasPrefix(line, "```"):
			if fenced = !fenced; fenced {
				out = append(out, block{kind: code})
			}
			open = false
		case fenced:
			out[last].lines = append(out[last].lines, line)
		case line == "", strings.HasPrefix(line, "<!--"), strings.HasPrefix(line, "!["):
			open = false
		case strings.HasPrefix(line, "#"):
			text := strings.TrimLeft(line, "#")
			out = append(out, block{kind: heading, level: len(line) - len(text), text: strings.TrimSpace(text)})
			open = false
		case strings.HasPrefix(line, "|"):
			if last < 0 || out[last].kind != table || !open {
				out = append(out, block{kind: table})
				last++
			}
			if cells := row(line); strings.Trim(strings.Join(cells, ""), "-: ") != "" {
				out[last].rows = append(out[last].rows, cells)
			}
			open = true
		case strings.HasPrefix(line, "- "):
			out = append(out, block{kind: item, text: line[2:]})
			open = true
		case open && out[last].kind != table:
			out[last].text += " " + strings.TrimSpace(line)
		default:
			out = append(out, block{kind: paragraph, text: strings.TrimSpace(line)})
			open = true
		}
	}
	return out
}

// row splits a line of a table into cells. A bar in a cell is written \|.
func row(line string) []string {
	const bar = "\x00"
	line = strings.ReplaceAll(strings.Trim(strings.TrimSpace(line), "|"), `\|`, bar)
	cells := strings.Split(line, "|")
	for i, c := range cells {
		cells[i] = strings.TrimSpace(strings.ReplaceAll(c, bar, "|"))
	}
	return cells
}

// look is how a span of text looks.
type look int

const (
	normal look = iota
	bold
	typed // what a person types, or a name
)

// span is text of one look.
type span struct {
	text string
	look look
}

// spans splits the text of a block. see writes a link, from the text before it, its own text and its target.
func spans(text string, see func(before, text, target string) string) []span {
	whole := text
	var out []span
	strong := normal
	add := func(text string, l look) {
		if text != "" {
			out = append(out, span{text, l})
		}
	}
	for text != "" {
		at := strings.IndexAny(text, "`*[")
		if at < 0 {
			break
		}
		before, rest := text[:at], text[at:]
		switch {
		case rest[0] == '`' && strings.Contains(rest[1:], "`"):
			inside, after, _ := strings.Cut(rest[1:], "`")
			add(before, strong)
			add(inside, typed)
			text = after
		case strings.HasPrefix(rest, "**"):
			add(before, strong)
			strong, text = bold-strong, rest[2:]
		default:
			label, target, after := link(rest)
			if target == "" {
				add(before+rest[:1], strong)
				text = rest[1:]
				continue
			}
			add(before, strong)
			out = append(out, spans(see(whole[:len(whole)-len(rest)], label, target), nil)...) // what is in a link is not a link again
			text = after
		}
	}
	add(text, strong)
	return out
}

// link reads "[label](target)after"; target is "" if text does not begin with a link.
func link(text string) (label, target, after string) {
	label, rest, ok := strings.Cut(text, "](")
	target, after, closed := strings.Cut(rest, ")")
	if !ok || !closed || label[0] != '[' || strings.ContainsAny(label[1:], "[]") || strings.ContainsAny(target, " \"") {
		return "", "", ""
	}
	return label[1:], target, after
}

// Topic returns the name of the page that a link leads to; "" if it leads elsewhere.
func Topic(target string) string {
	file, _, _ := strings.Cut(target, "#")
	if name, is := strings.CutSuffix(file, ".md"); is && !strings.Contains(name, "/") {
		return name
	}
	return ""
}

// see writes a link for a terminal or for man; before and after stand around the name of a page there.
func see(before, after string) func(prose, label, target string) string {
	return func(prose, label, target string) string {
		switch name := Topic(target); {
		case name != "" && strings.EqualFold(strings.ReplaceAll(label, " ", "-"), name) && refers(prose): // which says nothing more
			return "`" + before + name + after + "`"
		case name != "":
			return label + " (`" + before + name + after + "`)"
		case strings.HasPrefix(target, "#"):
			return label
		case strings.HasPrefix(target, "../"):
			target = strings.TrimLeft(target, "./")
		}
		if strings.Trim(label, "`") == target {
			return label
		}
		return label + " (`" + target + "`)"
	}
}

// refers reports whether what follows text is the name of a page, and not a word of the sentence.
func refers(text string) bool {
	text = strings.TrimRight(text, " ")
	if text == "" || strings.HasSuffix(text, ":") || strings.HasSuffix(text, "(") {
		return true
	}
	return strings.HasSuffix(text, " See") || strings.HasSuffix(text, " see") || text == "See"
}

// plain returns text without marks.
func plain(text string) string {
	var out strings.Builder
	for _, s := range spans(text, func(_, label, _ string) string { return label }) {
		out.WriteString(s.text)
	}
	return out.String()
}
