package config

import (
	"fmt"
	"io"
	"regexp"
	"regexp/syntax"
	"unicode/utf8"
)

const (
	patternLimit  = 64 << 10 // bytes of a regular expression
	patternsKnown = 1000     // how many are kept
)

// pattern is a regular expression whose work can be counted. It may look at the whole rest
// of a text for each match, so that neither the text nor the matches bound it.
type pattern struct {
	first, next *regexp.Regexp // next finds a match that begins after the first character
	work        int64          // of one character
}

// pattern returns a regular expression, or nil where it is not one.
func (m *meter) pattern(text string) *pattern {
	if p, known := m.known[text]; known {
		return p
	}
	if len(text) > patternLimit {
		m.end(&limitError{fmt.Sprintf("The regular expression is longer than %d KiB", patternLimit>>10)})
	}
	first, err := regexp.Compile(text)
	if err != nil {
		return nil
	}
	next, err := regexp.Compile(`\A(?s:.)(?s:.*?)(?:` + text + `)`)
	if err != nil {
		return nil
	}
	parsed, err := syntax.Parse(text, syntax.Perl)
	if err != nil {
		return nil
	}
	program, err := syntax.Compile(parsed.Simplify())
	if err != nil {
		return nil
	}
	if m.known == nil || len(m.known) == patternsKnown {
		m.known = map[string]*pattern{}
	}
	m.known[text] = &pattern{first, next, 4 * int64(len(program.Inst))}
	return m.known[text]
}

// matches returns how often the expression matches, and ends the evaluation where so many
// bytes for each are too much.
func (p *pattern) matches(m *meter, in string, each int64) int64 {
	count, at := int64(0), 0
	for at <= len(in) {
		end := p.end(m, in, at)
		if end < 0 {
			break
		}
		count++
		m.spendable(product(count, each))
		_, size := utf8.DecodeRuneInString(in[at:])
		at = max(end, at+max(size, 1))
	}
	return count
}

// end returns where the next match from a place ends, or -1.
func (p *pattern) end(m *meter, in string, at int) int {
	m.toil(callWork)
	re := p.first
	if at > 0 {
		_, size := utf8.DecodeLastRuneInString(in[:at])
		re, at = p.next, at-size
	}
	found := re.FindReaderIndex(&counted{m, p.work, in[at:]})
	if found == nil {
		return -1
	}
	return at + found[1]
}

// counted reads a text and counts the work of matching it.
type counted struct {
	m    *meter
	work int64
	rest string
}

func (c *counted) ReadRune() (rune, int, error) {
	if c.rest == "" {
		return 0, 0, io.EOF
	}
	c.m.toil(c.work)
	r, size := utf8.DecodeRuneInString(c.rest)
	c.rest = c.rest[size:]
	return r, size, nil
}
