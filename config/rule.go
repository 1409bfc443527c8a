package config

import (
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
)

// maxAge is how long a browser may at most keep what a CORS rule says.
const maxAge = 24 * time.Hour

// rule is one block of a bucket's settings while it is read. ok is false once
// anything in it was faulty.
type rule struct {
	scope
	source *hclsyntax.Block
	ok     bool
}

// fault reports a fault of the rule.
func (r *rule) fault(k Kind, subject hcl.Range, detail, fix string) {
	r.ok = false
	r.report(k, subject, detail, fix)
}

// attributes reports what is written in the block and none of these.
func (r *rule) attributes(names ...string) {
	r.known(r.source.Body, names, nil, false)
}

// take keeps what became of reading an attribute, and returns whether it has a value.
func (r *rule) take(out outcome) bool {
	r.ok = r.ok && out != faulty
	return out == given
}

// has reports whether one of the attributes is there, or may be: what could not
// be read was reported by itself.
func (r *rule) has(names ...string) bool {
	return !r.ok || len(r.there(names)) > 0
}

// there returns the attributes that are written and not null.
func (r *rule) there(names []string) []string {
	var out []string
	for _, name := range names {
		a := r.source.Body.Attributes[name]
		if a == nil {
			continue
		}
		if v, known := r.evaluate(a.Expr); !known || !v.IsNull() {
			out = append(out, name)
		}
	}
	return out
}

// oneOf reports attributes that exclude each other.
func (r *rule) oneOf(names ...string) {
	if !r.ok {
		return
	}
	if both := r.there(names); len(both) > 1 {
		r.fault(contradictoryRule, r.source.Body.Attributes[both[1]].Expr.Range(),
			fmt.Sprintf("%s and %s exclude each other.", both[0], both[1]), "Keep one of the two.")
	}
}

// textOf reads any text, "" where there is none.
func (r *rule) textOf(name string) string {
	a := r.source.Body.Attributes[name]
	if a == nil {
		return ""
	}
	text, out := r.text(a)
	r.take(out)
	return text
}

func (r *rule) flagOf(name string, otherwise bool) bool {
	a := r.source.Body.Attributes[name]
	if a == nil {
		return otherwise
	}
	if value, out := r.flag(a); r.take(out) {
		return value
	}
	return otherwise
}

// id reads the rule's id; rules without one are numbered.
func (r *rule) id(n int) string {
	a := r.source.Body.Attributes["id"]
	if a == nil {
		return fmt.Sprintf("rule-%d", n)
	}
	text, out := r.text(a)
	r.take(out)
	switch {
	case out == unset:
		return fmt.Sprintf("rule-%d", n)
	case out == faulty:
		return ""
	case text == "" || len(text) > 255 || strings.TrimSpace(text) != text ||
		strings.ContainsFunc(text, func(c rune) bool { return c < ' ' || c == 0x7f || c == '"' || c == ',' }):
		r.fault(invalidValue, a.Expr.Range(),
			"The id is empty, too long, begins or ends with a space, or has quotes, commas or control characters in it.",
			"Give the rule a short name, such as \"old-logs\".")
	}
	return text
}

// length reads a duration that is longer than nothing and, where there is a
// limit, no longer than that.
func (r *rule) length(name string, limit time.Duration) time.Duration {
	a := r.source.Body.Attributes[name]
	if a == nil {
		return 0
	}
	length, out := r.duration(a)
	switch {
	case !r.take(out):
	case length == 0:
		r.fault(invalidDuration, a.Expr.Range(), fmt.Sprintf("%s is no time at all.", name),
			"Write a longer time, or remove the line.")
	case limit > 0 && length > limit:
		r.fault(invalidDuration, a.Expr.Range(), fmt.Sprintf("%s is longer than %s.", name, formatDuration(limit)),
			fmt.Sprintf("Write %q or less.", formatDuration(limit)))
	}
	return length
}

// date reads a day, at whose beginning it is in UTC, or a moment.
func (r *rule) date(name string) time.Time {
	a := r.source.Body.Attributes[name]
	if a == nil {
		return time.Time{}
	}
	text, out := r.text(a)
	if !r.take(out) {
		return time.Time{}
	}
	t, err := time.Parse(time.DateOnly, text)
	if err != nil {
		t, err = time.Parse(time.RFC3339, text)
	}
	t = t.UTC()
	switch {
	case err != nil:
		r.fault(invalidDate, a.Expr.Range(), fmt.Sprintf("%q is no date for %s.", text, name),
			`Write "2027-01-31", or with the time of day "2027-01-31T18:00:00Z".`)
	case t.Nanosecond() != 0:
		r.fault(invalidDate, a.Expr.Range(), fmt.Sprintf("%s has a part of a second in it.", name), "Write whole seconds.")
	case t.Year() < 1970 || t.Year() > 9999:
		r.fault(invalidDate, a.Expr.Range(), fmt.Sprintf("%s is in the year %d.", name, t.Year()),
			"Write a date between 1970 and 9999.")
	}
	return t
}

// list reads several texts, each made canonical, sorted and each once. What is
// wrong with one of them is reported.
func (r *rule) list(name string, required bool, canonical func(string) (text, fault, fix string)) []string {
	a := r.source.Body.Attributes[name]
	var texts []string
	out := unset
	if a != nil {
		texts, out = r.texts(a)
	}
	r.take(out)
	switch {
	case out == unset && required:
		r.ok = false
		r.missing(r.source, name)
	case out == given && required && len(texts) == 0:
		r.fault(invalidValue, a.Expr.Range(), fmt.Sprintf("%s is empty, so that the rule allows nothing.", name),
			"Name at least one.")
	}
	var list []string
	for _, given := range texts {
		text, fault, fix := canonical(given)
		if fault != "" {
			r.fault(invalidValue, a.Expr.Range(), fault, fix)
			continue
		}
		list = append(list, text)
	}
	slices.Sort(list)
	return slices.Compact(list)
}

// pageOrigin reads what browsers call an origin: scheme, host and port of a page.
func pageOrigin(text string) (canonical, fault, fix string) {
	const example = `Write it as "https://app.example.com", with the port where there is one, or "*" for every page.`
	if text == "*" {
		return text, "", ""
	}
	u, err := url.Parse(text)
	if err == nil && u.User != nil {
		return "", "An origin has no user and no password in it.", example
	}
	if err != nil || u.Scheme == "" || u.Hostname() == "" || !plainText(text) {
		return "", fmt.Sprintf("%q is no origin.", text), example
	}
	canonical = strings.ToLower(u.Scheme + "://" + u.Host)
	if !strings.EqualFold(text, canonical) {
		return "", fmt.Sprintf("%q has more in it than the scheme, the host and the port of an origin.", text),
			fmt.Sprintf("Write %q.", canonical)
	}
	return canonical, "", ""
}

// method reads a method of HTTP that a CORS rule can allow.
func method(text string) (canonical, fault, fix string) {
	methods := []string{"GET", "PUT", "POST", "DELETE", "HEAD"}
	canonical = strings.ToUpper(text)
	if slices.Contains(methods, canonical) {
		return canonical, "", ""
	}
	if near := similar(canonical, methods); near != "" {
		fix = fmt.Sprintf("Did you mean %q? ", near)
	}
	return "", fmt.Sprintf("%q is no method that can be allowed.", text), fix + "Write some of: " +
		strings.Join(methods, ", ") + "."
}

// headerName reads the name of a header of HTTP, or "*".
func headerName(text string) (canonical, fault, fix string) {
	if text == "" || !plainText(text) || strings.ContainsAny(text, `"(),/:;<=>?@[\]{}`) {
		return "", fmt.Sprintf("%q is no name of a header.", text),
			`Write names such as "content-type", each by itself, or "*".`
	}
	return text, "", ""
}

// cipher reads the name of a cipher suite.
func cipher(text string) (canonical, fault, fix string) {
	if text == "" || strings.ContainsFunc(text, func(c rune) bool { return !word(c) && c != '-' && c != '_' }) {
		return "", fmt.Sprintf("%q is no name of a cipher suite.", text),
			`Write names such as "ECDHE-ECDSA-AES128-GCM-SHA256".`
	}
	return text, "", ""
}

// hostname reads the name of a host, in lower case.
func (r *rule) hostname(name string) string {
	a := r.source.Body.Attributes[name]
	if a == nil {
		r.ok = false
		r.missing(r.source, name)
		return ""
	}
	text, out := r.text(a)
	if out == unset {
		r.ok = false
		r.missing(r.source, name)
	}
	if !r.take(out) {
		return ""
	}
	text = strings.ToLower(text)
	labels := strings.Split(text, ".")
	bad := func(label string) bool {
		return label == "" || len(label) > 63 || label[0] == '-' || label[len(label)-1] == '-' ||
			strings.ContainsFunc(label, func(c rune) bool { return !word(c) && c != '-' })
	}
	if len(text) > 253 || len(labels) < 2 || slices.ContainsFunc(labels, bad) {
		r.fault(invalidValue, a.Expr.Range(), fmt.Sprintf("%q is no name of a host.", text),
			`Write the name alone, in ASCII, such as "files.example.com".`)
		return ""
	}
	return text
}

// word reports whether a character is a letter or a digit of ASCII.
func word(c rune) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9'
}

// plainText reports whether a text is of visible ASCII characters alone.
func plainText(text string) bool {
	return !strings.ContainsFunc(text, func(c rune) bool { return c <= ' ' || c >= 0x7f })
}
