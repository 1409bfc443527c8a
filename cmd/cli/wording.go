package cli

import (
	"unicode"
	"unicode/utf8"

	"github.com/agext/levenshtein"

	"buckethead/config/words"
)

// nearest returns the name closest to what was typed, or "" if none is close.
func nearest(typed string, names []string) string {
	best, distance := "", 3
	for _, name := range names {
		if d := levenshtein.Distance(typed, name, nil); d < distance && d < len(name) {
			best, distance = name, d
		}
	}
	return best
}

// didYouMean returns the end of a message that suggests the nearest name, or "" if none is close.
func didYouMean(typed string, names []string) string {
	if name := nearest(typed, names); name != "" {
		return "; did you mean " + name
	}
	return ""
}

// inShell quotes a word for a shell if it needs quotes.
func inShell(word string) string { return words.InShell(word) }

// sentence returns the text of an error with a capital letter and a full stop.
func sentence(err error) string {
	text := err.Error()
	first, size := utf8.DecodeRuneInString(text)
	return string(unicode.ToUpper(first)) + text[size:] + "."
}
