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

// clean makes text from outside safe to print: control characters could move the
// cursor or colour what follows.
func clean(text string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' && r != '\n' && r != '\t' || r == 0x7f || r >= 0x80 && r < 0xa0 {
			return '\uFFFD'
		}
		return r
	}, text)
}

// Table gives rows in columns, two spaces apart; the last column is not padded.
func Table(rows [][]string) string {
	widths := map[int]int{}
	for _, row := range rows {
		for i, cell := range row {
			widths[i] = max(widths[i], runewidth.StringWidth(cell))
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
