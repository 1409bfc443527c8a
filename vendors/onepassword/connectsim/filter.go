package connectsim

import (
	"net/http"
	"regexp"
	"strings"
)

// equals is the one filter that is known: a name or a title, in quotes, with quotes
// and backslashes within escaped.
var equals = regexp.MustCompile(`^(?:name|title) eq "((?:[^"\\]|\\["\\])*)"$`)

// filterOf reads a filter; what is wrong with the query is said.
func filterOf(r *http.Request) (filter func(title string) bool, wrong string) {
	query := r.URL.Query()
	if len(query) == 0 {
		return nil, ""
	}
	values := query["filter"]
	if len(query) != 1 || len(values) != 1 {
		return nil, "no query but one filter is known"
	}
	found := equals.FindStringSubmatch(values[0])
	if found == nil {
		return nil, "the filter is not of the form title eq \"...\""
	}
	want := strings.NewReplacer(`\"`, `"`, `\\`, `\`).Replace(found[1])
	return func(title string) bool { return title == want }, ""
}
