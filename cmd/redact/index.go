package redact

import (
	"bytes"
	"slices"
	"unicode"
)

// window is the length of the shortest secret that is looked for. Shorter ones would match by
// chance.
const window = 12

// index finds patterns in a text, in one pass however many there are. Each has an entry under
// the hash of its first bytes and one under that of its last, and the pass computes the hash of
// each window of the text from the one before (Rabin and Karp).
type index struct {
	filter []uint64 // a bit for each hash, cut to filterBits: most windows are of no pattern
	at     map[uint64][]pattern
	known  map[pattern]struct{} // those in at
	heads  map[string]struct{}  // the beginnings of patterns that are shorter than a window
}

// pattern is a text to find. With tail, the window that leads to it is its last one.
type pattern struct {
	text string
	tail bool
	used bool // it is of a secret that bh works with
}

// span is a part of a text.
type span struct{ start, end int }

const (
	filterBits = 20
	base       = 0x9E3779B97F4A7C15 // odd, with its bits spread
)

// power is base to the power of window.
var power = func() uint64 {
	p := uint64(1)
	for range window {
		p *= base
	}
	return p
}()

func hash(text string) uint64 {
	var h uint64
	for i := range len(text) {
		h = h*base + uint64(text[i])
	}
	return h
}

func bit(h uint64) (word int, mask uint64) {
	h >>= 64 - filterBits
	return int(h / 64), 1 << (h % 64)
}

// add adds a secret. used may be set for one that is there without it.
func (x *index) add(value string, used bool) {
	for _, text := range forms(value) {
		if x.at == nil {
			x.filter = make([]uint64, 1<<filterBits/64)
			x.at, x.known, x.heads = map[uint64][]pattern{}, map[pattern]struct{}{}, map[string]struct{}{}
		}
		for n := 1; n < window; n++ {
			x.heads[text[:n]] = struct{}{}
		}
		x.enter(text[:window], pattern{text, false, used})
		x.enter(text[len(text)-window:], pattern{text, true, used})
	}
}

func (x *index) enter(key string, p pattern) {
	if _, known := x.known[p]; known {
		return
	}
	x.known[p] = struct{}{}
	h := hash(key)
	word, mask := bit(h)
	x.filter[word] |= mask
	x.at[h] = append(x.at[h], p)
}

// part is how much of a text is searched at once: its views take many times as much memory.
const part = 1 << 16

// every calls do with where the secrets that count are in each part of a text. It returns where
// a tail begins that may be the beginning of a secret.
func (x *index) every(text []byte, complete bool, counts func(pattern) bool, do func(found []span)) (end int) {
	for to := 0; ; {
		from, searched := end, to
		to = min(to+part, len(text))
		if i := bytes.LastIndexByte(text[searched:to], '\n'); i >= 0 && to < len(text) {
			to = searched + i + 1 // what is shortened has both its ends in one part
		}
		found, held := x.search(text[from:to], complete && to == len(text), counts)
		for i := range found {
			found[i].start, found[i].end = found[i].start+from, found[i].end+from
		}
		do(found)
		if end = from + held; to == len(text) {
			return end
		}
	}
}

// search returns where the secrets that count are in a text, in order and without overlap, and
// where a tail begins that may be the beginning of a secret.
func (x *index) search(text []byte, complete bool, counts func(pattern) bool) (found []span, end int) {
	end = len(text)
	if x.at == nil {
		return nil, end
	}
	for _, v := range views(text, complete) {
		spans, open := x.scan(v.text, complete, counts)
		for _, s := range spans {
			found = append(found, span{v.place(s.start), v.place(s.end)})
		}
		end = min(end, v.place(open), v.open)
	}
	return united(found, end)
}

// united returns the spans that end before end, with overlapping ones merged. A span that does
// not end before it is held back as a whole.
func united(found []span, end int) ([]span, int) {
	slices.SortFunc(found, func(a, b span) int { return a.start - b.start })
	out := found[:0]
	for _, s := range found {
		if n := len(out); n > 0 && s.start < out[n-1].end {
			out[n-1].end = max(out[n-1].end, s.end)
		} else {
			out = append(out, s)
		}
	}
	for i, s := range out {
		if s.end > end {
			return out[:i], min(end, s.start)
		}
	}
	return out, end
}

func anySecret(pattern) bool { return true }

// contains reports whether a text has a secret in it that bh works with.
func (x *index) contains(text []byte) (is bool) {
	x.every(text, true, func(p pattern) bool { return p.used }, func(found []span) { is = is || len(found) > 0 })
	return is
}

// scan returns where patterns are in a text, and where the beginning of a pattern starts at the end
// of the text.
func (x *index) scan(text []byte, complete bool, counts func(pattern) bool) (found []span, open int) {
	open = len(text)
	var h uint64
	for i, c := range text {
		h = h*base + uint64(c)
		if i >= window {
			h -= uint64(text[i-window]) * power
		}
		word, mask := bit(h)
		if i < window-1 || x.filter[word]&mask == 0 {
			continue
		}
		for _, p := range x.at[h] {
			s, whole := p.match(text, i+1-window)
			switch {
			case !counts(p):
			case whole:
				found = append(found, s)
			case !p.tail && !complete && p.shortens(text[s.end:]) < 0 && oneWord(text[s.end:]) && len(text)-s.end < len(p.text):
				open = min(open, s.start)
			}
		}
	}
	for n := min(window-1, len(text)); n > 0 && !complete; n-- {
		if _, begins := x.heads[string(text[len(text)-n:])]; begins {
			return found, min(open, len(text)-n)
		}
	}
	return found, open
}

var ellipsis = []byte("…")

// match compares a text with the pattern whose window is at a place in it. It returns the part
// that matches, and whether that is all that the text shows of the pattern. Before an ellipsis,
// the rest of the word counts as a match: otherwise a printed list of guesses, each with an
// ellipsis, would show which of them is right.
func (p pattern) match(text []byte, at int) (s span, whole bool) {
	if p.tail {
		end := at + window
		n := 0
		for n < min(len(p.text), end) && text[end-1-n] == p.text[len(p.text)-1-n] {
			n++
		}
		s = span{end - n, end}
		if n < window || n == len(p.text) {
			return s, n >= window
		}
		before := text[max(0, s.start-len(p.text)):s.start]
		i := bytes.LastIndex(before, ellipsis)
		if i < 0 || !oneWord(before[i+len(ellipsis):]) {
			return s, false
		}
		return span{s.start - len(before) + i + len(ellipsis), end}, true
	}
	n := 0
	for n < min(len(p.text), len(text)-at) && text[at+n] == p.text[n] {
		n++
	}
	s = span{at, at + n}
	if n < window || n == len(p.text) {
		return s, n >= window
	}
	more := p.shortens(text[s.end:])
	return span{at, s.end + max(more, 0)}, more >= 0
}

// shortens returns the distance to the end of a word that an ellipsis cuts off, or -1.
func (p pattern) shortens(text []byte) int {
	i := bytes.Index(text[:min(len(text), len(p.text)+len(ellipsis))], ellipsis)
	if i >= 0 && oneWord(text[:i]) {
		return i
	}
	return -1
}

func oneWord(text []byte) bool { return !bytes.ContainsFunc(text, unicode.IsSpace) }
