package vendors

import (
	"fmt"
	"strings"
	"unicode"

	"buckethead/config/words"
)

// Excerpt returns a provider's text in a form that is safe in an error: on one line, without control
// characters, and cut after a number of characters, with a note that says how long it was.
func Excerpt(text string, characters int) string {
	const perCharacter = 8 // bytes, with spaces that are dropped; what is beyond is not looked at
	rest := ""
	if most := characters * perCharacter; len(text) > most {
		rest = fmt.Sprintf("… (%s bytes in all)", words.Number(len(text)))
		text = text[:most]
	}
	text = strings.Join(strings.FieldsFunc(strings.ToValidUTF8(text, "\uFFFD"), func(r rune) bool {
		return unicode.IsSpace(r) || !unicode.IsPrint(r)
	}), " ")
	if runes := []rune(text); len(runes) > characters {
		if rest == "" {
			rest = fmt.Sprintf("… (%s characters in all)", words.Number(len(runes)))
		}
		text = string(runes[:characters])
	}
	return text + rest
}

// MessageLength is how much of a provider's message an error shows.
const MessageLength = 500
