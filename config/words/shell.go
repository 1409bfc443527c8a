package words

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// InShell quotes a word for a shell if it needs quotes. What cannot be seen is written as
// bash, zsh and ksh read it, $'a\012b', because it would not survive being printed and copied.
func InShell(word string) string {
	switch {
	case !utf8.ValidString(word) || strings.ContainsFunc(word, func(r rune) bool { return !unicode.IsPrint(r) }):
		return "$'" + escaped(word) + "'"
	case word == "" || strings.ContainsFunc(word, func(r rune) bool {
		return !strings.ContainsRune("-_./:@", r) && !unicode.IsLetter(r) && !unicode.IsDigit(r)
	}):
		return "'" + strings.ReplaceAll(word, "'", `'\''`) + "'"
	}
	return word
}

// FileInShell is [InShell] for a path, which a command does not mistake for a flag.
func FileInShell(path string) string {
	if strings.HasPrefix(path, "-") {
		path = "./" + path
	}
	return InShell(path)
}

// escaped writes text for $'...', with the bytes of unprintable characters in octal.
func escaped(text string) string {
	var b strings.Builder
	for len(text) > 0 {
		r, size := utf8.DecodeRuneInString(text)
		switch {
		case r == '\'' || r == '\\':
			b.WriteString(`\` + text[:size])
		case r == utf8.RuneError && size == 1, !unicode.IsPrint(r):
			for _, c := range []byte(text[:size]) {
				fmt.Fprintf(&b, `\%03o`, c)
			}
		default:
			b.WriteString(text[:size])
		}
		text = text[size:]
	}
	return b.String()
}
