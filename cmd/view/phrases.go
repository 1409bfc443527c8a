package view

import "strings"

// phrases splits text at the spaces between words. It does not split text that people copy and that contains spaces: a
// word in shell quotes, and a block on one line.
func phrases(text string) []string {
	words := strings.Split(text, " ")
	var out []string
	for i := 0; i < len(words); {
		n := phrase(words[i:])
		out = append(out, strings.Join(words[i:i+n], " "))
		i += n
	}
	return out
}

// longestPhrase bounds how far to look for the end of a quote.
const longestPhrase = 50

// phrase returns how many words belong together at the beginning of a text.
func phrase(words []string) int {
	words = words[:min(len(words), longestPhrase)]
	first := strings.TrimLeft(words[0], "($")
	switch {
	case strings.HasPrefix(first, "'") && strings.Count(words[0], "'")%2 != 0:
		for i, w := range words[1:] {
			if strings.Count(w, "'")%2 != 0 { // the quote ends here
				return i + 2
			}
		}
	case len(words) > 1 && words[1] == "{":
		for i, w := range words[1:] {
			if strings.HasPrefix(w, "}") {
				return i + 2
			}
		}
	}
	return 1
}
