package view

import (
	"strings"
	"unicode"

	"github.com/mattn/go-runewidth"
)

// The colours of the kinds, as ANSI codes.
const (
	green  = "32"
	yellow = "33"
	red    = "31"
	cyan   = "36"
	bold   = "1"
	dim    = "2"
)

func paint(on bool, code, text string) string {
	if !on || text == "" {
		return text
	}
	return "\x1b[" + code + "m" + text + "\x1b[0m"
}

func colorOf(symbol string) string {
	switch symbol {
	case "+":
		return green
	case "-":
		return red
	case ">":
		return cyan
	default:
		return yellow
	}
}

// pad fills text with spaces to a width of columns.
func pad(text string, width int) string {
	return text + strings.Repeat(" ", max(0, width-runewidth.StringWidth(text)))
}

// fit cuts text in the middle so that it takes at most width columns. Both ends of a name distinguish it from others.
func fit(text string, width int) string {
	if width <= 0 || runewidth.StringWidth(text) <= width {
		return text
	}
	if width < 5 {
		return runewidth.Truncate(text, width, "")
	}
	head := runewidth.Truncate(text, (width-1)/2, "")
	tail := runewidth.TruncateLeft(text, runewidth.StringWidth(text)-(width-1-runewidth.StringWidth(head)), "")
	// If the cut is within a wide letter, all of the letter goes, and no space replaces it.
	return head + "…" + strings.TrimLeft(tail, " ")
}

// hang breaks text between words so that it fits into width columns after an indent, and indents the following lines.
// It does not break a word that is too long, and breaks nothing if there is no width or too little room.
func hang(text string, width, indent int) string {
	room := width - indent
	if width <= 0 || room < 20 {
		return text
	}
	var b strings.Builder
	column := 0
	for i, word := range phrases(text) {
		size := runewidth.StringWidth(word)
		switch {
		case i == 0:
		case column+1+size > room:
			b.WriteString("\n" + strings.Repeat(" ", indent))
			column = 0
		default:
			b.WriteString(" ")
			column++
		}
		b.WriteString(word)
		column += size
	}
	return b.String()
}

// hangLines breaks each line of a text between words, but for lines that begin with a space: they may be meant to be
// copied.
func hangLines(text string, width int) string {
	lines := strings.Split(Clean(text), "\n")
	for i, l := range lines {
		if !strings.HasPrefix(l, " ") {
			lines[i] = hang(l, width, 2)
		}
	}
	return strings.Join(lines, "\n")
}

// Clean makes text from outside safe to print. It replaces control characters, which could move the cursor or color
// what follows; direction marks, which could reorder the text; and characters without a width, which could make two
// names look the same. It keeps line breaks and tabs. The result is valid UTF-8.
func Clean(text string) string {
	return strings.Map(func(r rune) rune {
		if r != '\n' && r != '\t' && harmful(r) {
			return '\uFFFD'
		}
		return r
	}, text)
}

func harmful(r rune) bool {
	switch {
	case r == 0x200c, r == 0x200d: // joiners, which some words and emoji need
		return false
	case r == 0x2028, r == 0x2029: // separators, which do not break a line everywhere
		return true
	}
	return unicode.IsControl(r) || unicode.Is(unicode.Cf, r) && !unicode.Is(unicode.Prepended_Concatenation_Mark, r)
}

// oneLine is [Clean] for names: a line break in a name could imitate a line of bh's own.
func oneLine(text string) string {
	return strings.NewReplacer("\n", " ", "\t", " ").Replace(Clean(text))
}

// Table lays out rows in columns, two spaces apart. It does not pad the last column.
func Table(rows [][]string) string { return TableWithin(rows, 0) }

// TableWithin is [Table] for a terminal of a given width; the first row is the head. If the table is too wide, empty
// columns are left out. If that is not enough, the last column goes on its own line. If that is not enough
// either, all columns but the first stand below it.
func TableWithin(rows [][]string, width int) string {
	cells := make([][]string, len(rows))
	for i, row := range rows {
		for _, cell := range row {
			cells[i] = append(cells[i], oneLine(cell))
		}
	}
	below := false
	if width > 0 && tableWidth(cells) > width {
		cells = withoutSilent(cells)
		below = tableWidth(cells) > width
		if below && tableWidth(withoutLast(cells)) > width {
			return stacked(cells, width)
		}
	}
	widths := columnWidths(cells)
	var b strings.Builder
	for n, row := range cells {
		var line strings.Builder
		for i, cell := range row {
			switch {
			case i < len(row)-1:
				line.WriteString(pad(cell, widths[i]+2))
			case !below || i == 0:
				line.WriteString(cell)
			case n > 0 && cell != "" && cell != "-":
				line.WriteString("\n      " + cell)
			}
		}
		for l := range strings.Lines(line.String()) {
			b.WriteString(strings.TrimRight(l, " \n") + "\n")
		}
	}
	return b.String()
}

func withoutLast(rows [][]string) [][]string {
	out := make([][]string, len(rows))
	for i, row := range rows {
		out[i] = row[:max(0, len(row)-1)]
	}
	return out
}

// stacked writes the first cell of each row, and below it the others with their heads. References stay whole.
func stacked(rows [][]string, width int) string {
	var b strings.Builder
	for _, row := range rows[1:] {
		var words, references []string
		for i, cell := range row[1:] {
			switch {
			case cell == "" || cell == "-":
			case strings.Contains(cell, "://"):
				references = append(references, cell)
			default:
				words = append(words, strings.ToLower(rows[0][i+1])+" "+cell)
			}
		}
		b.WriteString(row[0] + "\n")
		if len(words) > 0 {
			b.WriteString("      " + hang(strings.Join(words, "; "), width, 6) + "\n")
		}
		for _, r := range references {
			b.WriteString("      " + r + "\n")
		}
	}
	return b.String()
}

// Fields lays out names and values for a terminal of so many columns, 0 for none. Long values break between words, but
// for references, which are to be copied.
func Fields(rows [][]string, width int) string {
	names := columnWidths(rows)[0] + 2
	var b strings.Builder
	for _, row := range rows {
		value := oneLine(row[1])
		if !strings.Contains(value, "://") {
			value = hang(value, width, names)
		}
		b.WriteString(strings.TrimRight(pad(oneLine(row[0]), names)+value, " ") + "\n")
	}
	return b.String()
}

func columnWidths(rows [][]string) map[int]int {
	widths := map[int]int{}
	for _, row := range rows {
		for i, cell := range row {
			widths[i] = max(widths[i], runewidth.StringWidth(cell))
		}
	}
	return widths
}

func tableWidth(rows [][]string) int {
	widths, sum := columnWidths(rows), 0
	for _, w := range widths {
		sum += w + 2
	}
	return sum - 2
}

// withoutSilent removes the columns with nothing but dashes below their head.
func withoutSilent(rows [][]string) [][]string {
	says := map[int]bool{}
	for _, row := range rows[min(1, len(rows)):] {
		for i, cell := range row {
			says[i] = says[i] || cell != "" && cell != "-"
		}
	}
	out := make([][]string, len(rows))
	for n, row := range rows {
		for i, cell := range row {
			if says[i] {
				out[n] = append(out[n], cell)
			}
		}
	}
	return out
}
