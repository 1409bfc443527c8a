package redact

import (
	"bytes"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// undone is a text in which escapes of some kind have been decoded.
type undone struct {
	text []byte
	at   []int // where each byte began in the original, and at last its end; nil for the original itself
	open int   // where an escape begins in the original that the text cuts off, or its end
}

// place returns where a byte of the text began in the original.
func (u undone) place(i int) int {
	if u.at == nil {
		return i
	}
	return u.at[i]
}

// escape is a way to write characters. read returns the character that begins a text, and
// how long its escape is: 0 if it is not one, and -1 if the text may end within one.
// A character below 0 stands for nothing.
type escape struct {
	marks string // an escape begins with one of them
	read  func(text []byte) (r rune, length int)
}

var escapes = []escape{{`\`, readBackslash}, {"%", readPercent}, {"&<", readHTML}, {"#", readEntity}}

// views returns a text as it is, and with its escapes decoded, including nested ones.
func views(text []byte, complete bool) []undone {
	out := []undone{{text: text, open: len(text)}}
	for depth, from := 0, 0; depth < 2; depth++ {
		end := len(out)
		for _, u := range out[from:end] {
			for _, e := range escapes {
				if next, changed := e.undo(u, len(text), complete); changed {
					out = append(out, next)
				}
			}
		}
		from = end
	}
	return out
}

// undo decodes the escapes of one kind. It reports false if there are none.
func (e escape) undo(u undone, end int, complete bool) (next undone, changed bool) {
	i := bytes.IndexAny(u.text, e.marks)
	if i < 0 {
		return u, false
	}
	next = undone{open: u.open, text: make([]byte, 0, len(u.text)), at: make([]int, 0, len(u.text)+1)}
	next.keep(u, 0, i)
	for i < len(u.text) {
		r, length := e.read(u.text[i:])
		if length < 0 && !complete {
			next.open, end, changed = min(next.open, u.place(i)), u.place(i), true
			break
		}
		was := len(next.text)
		switch {
		case length <= 0:
			next.text, length = append(next.text, u.text[i]), 1
		case r < 0:
			changed = true
		case e.marks == "%": // a byte, and not a character
			next.text, changed = append(next.text, byte(r)), true
		default:
			next.text, changed = utf8.AppendRune(next.text, r), true
		}
		for range len(next.text) - was {
			next.at = append(next.at, u.place(i))
		}
		i += length
		plain := bytes.IndexAny(u.text[i:], e.marks)
		if plain < 0 {
			plain = len(u.text) - i
		}
		next.keep(u, i, plain)
		i += plain
	}
	next.at = append(next.at, end)
	return next, changed
}

// keep appends n bytes that stand for themselves.
func (u *undone) keep(from undone, at, n int) {
	u.text = append(u.text, from.text[at:at+n]...)
	if from.at != nil {
		u.at = append(u.at, from.at[at:at+n]...)
		return
	}
	for i := range n {
		u.at = append(u.at, at+i)
	}
}

// readBackslash reads escapes as in JSON, Go, HCL, Graphviz and Markdown.
func readBackslash(text []byte) (rune, int) {
	if len(text) < 2 {
		return 0, -1
	}
	digits := 0
	switch c := text[1]; c {
	case 'x':
		digits = 2
	case 'u':
		digits = 4
	case 'U':
		digits = 8
	default:
		if at := strings.IndexByte("ntrbfav", c); at >= 0 {
			return rune("\n\t\r\b\f\a\v"[at]), 2
		}
		if c < utf8.RuneSelf {
			return rune(c), 2
		}
		return 0, 0
	}
	r, length := number(text, 2, digits)
	if length <= 0 || text[1] != 'u' || !utf16.IsSurrogate(r) {
		return r, length
	}
	// The other half of a character comes in an escape of its own.
	rest := text[length:]
	if len(rest) < 2 && strings.HasPrefix(`\u`, string(rest)) {
		return 0, -1
	}
	if !bytes.HasPrefix(rest, []byte(`\u`)) {
		return utf8.RuneError, length
	}
	low, more := number(rest, 2, 4)
	if more < 0 {
		return 0, -1
	}
	return utf16.DecodeRune(r, low), length + more
}

// number reads the given number of hexadecimal digits.
func number(text []byte, from, digits int) (rune, int) {
	n, err := strconv.ParseUint(string(text[from:min(len(text), from+digits)]), 16, 32)
	switch {
	case len(text) < from+digits && (err == nil || len(text) == from):
		return 0, -1
	case err != nil:
		return 0, 0
	}
	return rune(n & 0x7fffffff), from + digits
}

// readPercent reads escapes as in URLs.
func readPercent(text []byte) (rune, int) { return number(text, 1, 2) }

// comment is what a page inserts in a word that would otherwise have a meaning in Markdown.
const comment = "<!-- -->"

// longestEntity is longer than the longest entity that is known.
const longestEntity = 10

var entities = map[string]rune{"amp": '&', "lt": '<', "gt": '>', "quot": '"', "apos": '\''}

// readHTML reads entities as in HTML, and comments without text.
func readHTML(text []byte) (rune, int) {
	if text[0] == '&' {
		return readEntity(text)
	}
	switch head := string(text[:min(len(text), len(comment))]); {
	case head == comment:
		return -1, len(comment)
	case strings.HasPrefix(comment, head):
		return 0, -1
	}
	return 0, 0
}

// readEntity reads entities after an ampersand, or as in Mermaid, after a hash.
func readEntity(text []byte) (rune, int) {
	head := text[1:min(len(text), longestEntity)]
	end := bytes.IndexByte(head, ';')
	if end < 0 {
		if len(head) == len(text)-1 && !bytes.ContainsFunc(head, notInEntity) {
			return 0, -1
		}
		return 0, 0
	}
	name, length := string(head[:end]), end+2
	if r, known := entities[name]; known {
		return r, length
	}
	if text[0] == '&' {
		digits, numeric := strings.CutPrefix(name, "#")
		if !numeric {
			return 0, 0
		}
		name = digits
	}
	radix := 10
	if digits := strings.TrimLeft(name, "xX"); digits != name {
		name, radix = digits, 16
	}
	n, err := strconv.ParseUint(name, radix, 31)
	if err != nil {
		return 0, 0
	}
	return rune(n), length
}

func notInEntity(r rune) bool {
	return r != '#' && (r < '0' || r > '9') && (r < 'a' || r > 'z') && (r < 'A' || r > 'Z')
}
