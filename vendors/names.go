package vendors

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"buckethead/config/words"
)

// BucketNameFault says why a bucket cannot have a name, as "NAME cannot be the name of KIND: why",
// or returns "" if it can. A name has 3 to 63 lower-case letters, digits, and the given other
// characters, which may be neither first nor last.
func BucketNameFault(name, kind, others string) string {
	why := ""
	at := 0
	for _, r := range name {
		at++
		if !alphanumeric(r) && !strings.ContainsRune(others, r) {
			why = fmt.Sprintf("%q, character %d, is not allowed", r, at)
			break
		}
	}
	first, _ := utf8.DecodeRuneInString(name)
	last, _ := utf8.DecodeLastRuneInString(name)
	switch {
	case name == "":
		why = "it is empty"
	case why != "":
	case !alphanumeric(first):
		why = fmt.Sprintf("it begins with %q", first)
	case !alphanumeric(last):
		why = fmt.Sprintf("it ends with %q", last)
	case at < 3 || at > 63:
		why = "it has " + words.Count(at, "character")
	default:
		return ""
	}
	return fmt.Sprintf("%q cannot be the name of %s: %s", shortened(name), kind, why)
}

func alphanumeric(r rune) bool { return r >= 'a' && r <= 'z' || r >= '0' && r <= '9' }

// shortened returns as much of a text as fits in a message.
func shortened(text string) string {
	const most = 80
	if utf8.RuneCountInString(text) <= most {
		return text
	}
	return string([]rune(text)[:most]) + "…"
}
