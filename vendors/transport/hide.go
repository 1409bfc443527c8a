package transport

import (
	"net/http"
	"strings"
)

// Hide returns a text of a server without the token of its request, which some repeat.
func Hide(r *http.Request, text string) string {
	if r == nil {
		return text
	}
	const shortest = 12 // what is shorter could be a word
	_, token, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	if len(token) < shortest {
		return text
	}
	return strings.ReplaceAll(text, token, "(sensitive)")
}
