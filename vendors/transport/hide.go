package transport

import (
	"net/http"
	"strings"
)

// Hide removes the token of a request from a server's text, because some servers repeat it.
func Hide(r *http.Request, text string) string {
	if r == nil {
		return text
	}
	const shortest = 12 // anything shorter could be a word
	_, token, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	if len(token) < shortest {
		return text
	}
	return strings.ReplaceAll(text, token, "(sensitive)")
}
