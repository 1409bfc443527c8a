package kit

import (
	"fmt"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// Find returns the index of the route that takes a method and a path, and what the path
// names, still escaped; the index is -1 if there is none. other reports that the path is
// known, but not with this method. In a route's path {name} is one part, and {name...}
// all that is left.
func Find(routes int, route func(int) (method, path string), method, escaped string) (found int, vars map[string]string,
	other bool) {
	segments := strings.Split(strings.TrimPrefix(escaped, "/"), "/")
	for i := range routes {
		takes, path := route(i)
		vars, ok := match(strings.Split(path, "/"), segments)
		if ok && takes == method {
			return i, vars, false
		}
		other = other || ok
	}
	return -1, nil, other
}

func match(pattern, segments []string) (map[string]string, bool) {
	vars := map[string]string{}
	for i, part := range pattern {
		if i >= len(segments) {
			return nil, false
		}
		if name, all := strings.CutSuffix(part, "...}"); all {
			vars[name[1:]] = strings.Join(segments[i:], "/")
			return vars, vars[name[1:]] != ""
		}
		switch {
		case strings.HasPrefix(part, "{") && segments[i] != "":
			vars[strings.Trim(part, "{}")] = segments[i]
		case part != segments[i]:
			return nil, false
		}
	}
	return vars, len(pattern) == len(segments)
}

// CheckHeaders says what is wrong with headers: one that is not known, or that is there
// more than once.
func CheckHeaders(h http.Header, known func(name string) bool) (wrong string) {
	for name, values := range h {
		if !known(name) {
			return "the header " + name + " is not known"
		}
		if len(values) != 1 {
			return "the header " + name + " is there more than once"
		}
	}
	return ""
}

// CheckQuery reads a query and says what is wrong with it, as CheckHeaders does.
func CheckQuery(raw string, known []string) (query url.Values, wrong string) {
	query, err := url.ParseQuery(raw)
	if err != nil {
		return query, "the query cannot be read"
	}
	for name, values := range query {
		if !slices.Contains(known, name) {
			return query, fmt.Sprintf("the query parameter %q is not known", name)
		}
		if len(values) != 1 {
			return query, fmt.Sprintf("the query parameter %q is there more than once", name)
		}
	}
	return query, ""
}

// CheckBody reads a body of JSON and says what is wrong with it, and where. A nil schema
// is that of no body.
func CheckBody(h http.Header, body []byte, schema *Schema) (value any, pointer, wrong string) {
	if schema == nil {
		if len(body) > 0 {
			return nil, "", "there is a body, and may be none"
		}
		return nil, "", ""
	}
	if kind, _, err := mime.ParseMediaType(h.Get("Content-Type")); err != nil || kind != "application/json" {
		return nil, "", "the Content-Type is not application/json"
	}
	value, err := ParseJSON(body)
	if err != nil {
		return nil, "", err.Error()
	}
	pointer, wrong = schema.Check(value, "")
	return value, pointer, wrong
}
