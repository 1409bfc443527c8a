package view

import (
	"fmt"
	"strings"
	"unicode"
)

// textColumns is the width of one text on a page. A longer one is cut in the middle.
const textColumns = 300

// cell makes text safe in a page and its tables: it cannot break out of its cell, tag or line, make a link, mention
// anybody or refer to an issue.
func cell(text string) string { return cellWithin(text, textColumns) }

// cellWithin is cell for a text of so many columns.
func cellWithin(text string, columns int) string {
	runes := []rune(fit(oneLine(text), columns))
	var b strings.Builder
	for i, r := range runes {
		word := i+1 < len(runes) && !unicode.IsSpace(runes[i+1])
		switch {
		case r == '@', r == '#':
			// Pages look for these after they have decoded entities.
			b.WriteRune(r)
			b.WriteString("<!-- -->")
		case strings.ContainsRune("\\|&<>`[]*~$!", r), r == '_' && !within(runes, i), r == ':' && word,
			r == '.' && word && strings.HasSuffix(strings.ToLower(string(runes[:i])), "www"):
			fmt.Fprintf(&b, "&#%d;", r)
		case i == 0 && strings.ContainsRune("-+=0123456789", r):
			// At the beginning of a line these make lists and headings.
			fmt.Fprintf(&b, "&#%d;", r)
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}

// within reports whether a rune is inside a word, where Markdown does not interpret it.
func within(runes []rune, i int) bool {
	return i > 0 && i+1 < len(runes) && isWord(runes[i-1]) && isWord(runes[i+1])
}

// code formats text as code, in which Markdown interprets nothing.
func code(text string) string {
	text = fit(oneLine(text), textColumns)
	if text == "" {
		return ""
	}
	if !strings.ContainsAny(text, "\\|`") && strings.TrimSpace(text) == text {
		return "`" + text + "`"
	}
	// Not every table allows these in backquotes. In a tag they work, if all punctuation is written as numbers.
	var b strings.Builder
	for _, r := range text {
		if r < 0x80 && !isWord(r) && r != ' ' {
			fmt.Fprintf(&b, "&#%d;", r)
		} else {
			b.WriteRune(r)
		}
	}
	return "<code>" + b.String() + "</code>"
}

// Marker is the first line of every page of a stack, so that a comment can be found again and updated.
func Marker(stack string) string {
	var b strings.Builder
	for i := range len(stack) {
		c := stack[i]
		plain := c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '_' || c == '.' ||
			c == '-' && i > 0 && stack[i-1] != '-' // two of them could end the comment
		if plain {
			b.WriteByte(c)
		} else {
			fmt.Fprintf(&b, "%%%02X", c)
		}
	}
	return "<!-- bh:plan stack=" + b.String() + " -->"
}
