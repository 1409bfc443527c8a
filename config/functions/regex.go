package functions

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

// Patterns are regular expressions that were compiled, by their text.
type Patterns struct{ known map[string]*pattern }

// of returns a regular expression, or nil where it is not one.
func (k *Patterns) of(m Meter, text string) *pattern {
	if p, known := k.known[text]; known {
		return p
	}
	if len(text) > patternLimit {
		m.TooLarge(fmt.Sprintf("The regular expression is longer than %d KiB", patternLimit>>10))
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
	if k.known == nil || len(k.known) == patternsKnown {
		k.known = map[string]*pattern{}
	}
	k.known[text] = &pattern{first, next, 4 * int64(len(program.Inst))}
	return k.known[text]
}

// matches returns how often the expression matches, and ends the evaluation where so many
// bytes for each are too much.
func (p *pattern) matches(m Meter, in string, each int64) int64 {
	count, at := int64(0), 0
	for at <= len(in) {
		end := p.end(m, in, at)
		if end < 0 {
			break
		}
		count++
		m.Spendable(product(count, each))
		_, size := utf8.DecodeRuneInString(in[at:])
		at = max(end, at+max(size, 1))
	}
	return count
}

// end returns where the next match from a place ends, or -1.
func (p *pattern) end(m Meter, in string, at int) int {
	m.Toil(CallWork)
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
	m    Meter
	work int64
	rest string
}

func (c *counted) ReadRune() (rune, int, error) {
	if c.rest == "" {
		return 0, 0, io.EOF
	}
	c.m.Toil(c.work)
	r, size := utf8.DecodeRuneInString(c.rest)
	c.rest = c.rest[size:]
	return r, size, nil
}
