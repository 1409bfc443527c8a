package functions

import (
	"errors"
	"regexp"
	"regexp/syntax"
	"strings"
)

// glob is what fileset() looks for. It is a regular expression, which takes no longer than
// the names are long, whatever the pattern.
type glob struct {
	expression *regexp.Regexp
	depth      int   // how many parts the longest name has that can match; 0 if that is not known
	work       int64 // of one character of a name
}

const globLimit = 1 << 10 // bytes of a pattern

// parseGlob reads a pattern as Terraform does: * and ? stand for characters of one name,
// ** for any number of folders, [a-z] and [!a-z] for one character, {a,b} for alternatives.
func parseGlob(text string) (glob, error) {
	if len(text) > globLimit {
		return glob{}, errors.New("it is longer than 1024 characters")
	}
	text, err := clean(text)
	if err != nil {
		return glob{}, err
	}
	t := translation{rest: text}
	if err := t.run(); err != nil {
		return glob{}, err
	}
	e, err := regexp.Compile("^(?s:" + t.out.String() + ")$")
	var wrong *syntax.Error
	if errors.As(err, &wrong) {
		return glob{}, errors.New("its brackets are not complete or not in order")
	}
	p := glob{expression: e, depth: 1 + strings.Count(text, "/"), work: 2 * int64(t.out.Len())}
	if strings.Contains(text, "**") || strings.Contains(text, "{") {
		p.depth = 0
	}
	return p, err
}

// translation writes a pattern as a regular expression.
type translation struct {
	rest  string
	out   strings.Builder
	open  int  // braces
	start bool // a part of the path begins here
}

func (t *translation) run() error {
	t.start = true
	for t.rest != "" {
		c, started := t.rest[0], t.start
		t.start = c == '/' || t.open > 0 && started && (c == '{' || c == ',')
		switch {
		case started && strings.HasPrefix(t.rest, "**/"):
			t.take(3, "(?:[^/]+/)*")
			t.start = true
		case started && t.rest == "**":
			t.take(2, ".*")
		case c == '*':
			t.take(len(t.rest)-len(strings.TrimLeft(t.rest, "*")), "[^/]*")
		case c == '?':
			t.take(1, "[^/]")
		case c == '{':
			t.open++
			t.start = started
			t.take(1, "(?:")
		case c == '}' && t.open > 0:
			t.open--
			t.take(1, ")")
		case c == ',' && t.open > 0:
			t.take(1, "|")
		case c == '[':
			if err := t.class(); err != nil {
				return err
			}
		case c == '\\' && len(t.rest) > 1:
			t.rest = t.rest[1:]
			t.literal()
		case c == '\\':
			return errors.New("it ends with a backslash")
		default:
			t.literal()
		}
	}
	if t.open > 0 {
		return errors.New("a { is not closed")
	}
	return nil
}

func (t *translation) take(n int, as string) {
	t.out.WriteString(as)
	t.rest = t.rest[n:]
}

// literal takes one character as it is.
func (t *translation) literal() {
	r := []rune(t.rest)[0]
	t.take(len(string(r)), regexp.QuoteMeta(string(r)))
}

// class takes a set of characters in brackets, which never has the slash.
func (t *translation) class() error {
	rest, not := t.rest[1:], ""
	if rest != "" && (rest[0] == '!' || rest[0] == '^') {
		rest, not = rest[1:], "^/"
	}
	end := 0
	for end < len(rest) && (rest[end] != ']' || end == 0) {
		if rest[end] == '\\' {
			end++
		}
		end++
	}
	if end >= len(rest) {
		return errors.New("a [ is not closed")
	}
	body := strings.NewReplacer("[", `\[`, "^", `\^`, "&", `\&`).Replace(rest[:end])
	t.take(len(t.rest)-len(rest[end+1:]), "["+not+body+"]")
	return nil
}
