package view

import (
	"strings"

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

// fit cuts text in the middle so that it takes at most width columns; both ends
// of a name tell it from others.
func fit(text string, width int) string {
	if width <= 0 || runewidth.StringWidth(text) <= width {
		return text
	}
	if width < 5 {
		return runewidth.Truncate(text, width, "")
	}
	head := runewidth.Truncate(text, (width-1)/2, "")
	tail := runewidth.TruncateLeft(text, runewidth.StringWidth(text)-(width-1-runewidth.StringWidth(head)), "")
	return head + "…" + tail
}

// Clean makes text from outside safe to print: control characters could move the
// cursor or colour what follows, and marks of direction could show it in another
// order than it has. Lines and tabs stay.
func Clean(text string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\n' || r == '\t':
			return r
		case r < ' ', r >= 0x7f && r < 0xa0, // control characters
			r == 0x200e, r == 0x200f, r >= 0x202a && r <= 0x202e, r >= 0x2066 && r <= 0x2069, // direction
			r == 0x2028, r == 0x2029: // lines that are no lines
			return '\uFFFD'
		}
		return r
	}, text)
}

// oneLine is Clean for names: one of several lines could pass for a line of ours.
func oneLine(text string) string {
	return strings.NewReplacer("\n", " ", "\t", " ").Replace(Clean(text))
}

// Table gives rows in columns, two spaces apart; the last column is not padded.
// Cells are made safe to print, in rows itself.
func Table(rows [][]string) string {
	widths := map[int]int{}
	for _, row := range rows {
		for i, cell := range row {
			row[i] = oneLine(cell)
			widths[i] = max(widths[i], runewidth.StringWidth(row[i]))
		}
	}
	var b strings.Builder
	for _, row := range rows {
		for i, cell := range row {
			if i == len(row)-1 {
				b.WriteString(cell)
			} else {
				b.WriteString(pad(cell, widths[i]+2))
			}
		}
		b.WriteByte('\n')
	}
	return b.String()
}
