package view

import (
	"io"
	"os"
	"regexp"
	"strings"
	"time"

	"github.com/mattn/go-runewidth"
	"github.com/vbauerster/cupwriter"

	"buckethead/config/words"
)

// live is a few lines at the end of a terminal that are rewritten as time passes. Everything else is written to the
// terminal through over, which removes them first. So they never mix with other text, and nothing is left of them at
// the end.
type live struct {
	to      io.Writer
	w       *cupwriter.Writer // knows the size of the terminal
	width   int               // used if the terminal does not say
	painted []string          // without colors
	at      time.Time         // when they were painted last
}

// paintEvery is the shortest time between two repaints if nothing else was written.
const paintEvery = 100 * time.Millisecond

func newLive(to io.Writer, width int) *live {
	w := cupwriter.New(to, true)
	if wrapped, ok := to.(interface{ File() *os.File }); ok && wrapped.File() != nil {
		w.SetTermFd(int(wrapped.File().Fd()))
	}
	return &live{to: to, w: w, width: width}
}

// size returns the size of the terminal now: it may have been resized.
func (l *live) size() (width, height int) {
	if l.w.IsTerminal() {
		if width, height, err := l.w.GetTermSize(); err == nil && width > 0 {
			return width, height
		}
	}
	return l.width, 24
}

// paint replaces the lines. Each of them has to fit.
func (l *live) paint(lines []string, now time.Time) {
	if len(lines) == 0 {
		l.clear()
		return
	}
	if l.painted != nil && now.Sub(l.at) < paintEvery && !now.Before(l.at) {
		return
	}
	text := l.erasure()
	l.painted, l.at = nil, now
	for _, line := range lines {
		line = strings.TrimRight(line, " ")
		text += line + "\n"
		l.painted = append(l.painted, colors.ReplaceAllString(line, ""))
	}
	_, _ = io.WriteString(l.to, text)
}

// clear removes the lines.
func (l *live) clear() {
	if text := l.erasure(); text != "" {
		_, _ = io.WriteString(l.to, text)
	}
	l.painted = nil
}

// erasure erases the lines from the last to the first. On a terminal that is narrower by now they take more rows than
// when they were painted: terminals wrap again what they show. To erase all at once could fill the history of a terminal
// whose screen holds nothing else.
func (l *live) erasure() string {
	width, _ := l.size()
	rows := 0
	for _, line := range l.painted {
		rows += rowsOf(line, width)
	}
	return strings.Repeat(upAndErase, rows)
}

// upAndErase moves the cursor up by a row, and erases it.
const upAndErase = "\x1b[A\x1b[2K"

var colors = regexp.MustCompile("\x1b\\[[0-9;]*m")

// rowsOf returns how many rows a line takes.
func rowsOf(line string, width int) int {
	rows := 1
	for runewidth.StringWidth(line) > width {
		row := runewidth.Truncate(line, width, "")
		if row == "" { // not even one letter fits
			break
		}
		line = line[len(row):]
		rows++
	}
	return rows
}

// over is a stream whose terminal has live lines.
type over struct {
	to   io.Writer
	live *live
}

func (o over) Write(b []byte) (int, error) {
	o.live.clear()
	return o.to.Write(b)
}

// liveWidth is the narrowest terminal that has live lines.
const liveWidth = 40

// frame returns the live lines for a terminal of that size.
func (h *human) frame(now time.Time, width, height int) []string {
	if width < liveWidth {
		return nil
	}
	width-- // a terminal may wrap a line that fills the last column
	var lines []string
	for _, w := range h.progress.waitsAt(now) {
		head := fit(oneLine(w.who), width/3) + " waits until " + words.Clock(w.until) + " (" +
			elapsed(w.until.Sub(now)) + "): "
		lines = append(lines,
			paint(h.o.ErrColor, yellow, fit(head+fit(oneLine(w.why), max(5, width-runewidth.StringWidth(head))), width)))
	}
	running := h.progress.shown(now)
	room := max(1, min(10, height-len(lines)-4))
	lines = append(lines, h.runningLines(running[:min(room, len(running))], now, width)...)
	if more := len(running) - room; more > 0 {
		lines = append(lines, paint(h.o.ErrColor, dim, "  and "+words.Number(more)+" more"))
	}
	switch {
	case len(running) > 0:
		lines = append(lines, h.bar(now, width))
	case h.reading && now.Sub(h.since) >= time.Second:
		lines = append(lines, fit("Reading the state and what the providers have ... "+elapsed(now.Sub(h.since)), width))
	}
	return lines
}

// runningLines returns a line for each running operation: kind, project, step, and for how long. The name gets the
// width that the others leave, and the step gets the rest.
func (h *human) runningLines(running []underWay, now time.Time, width int) []string {
	const kinds, steps = len("+ provision"), len("verify credential")
	label, step, took := 0, 0, 0
	for _, u := range running {
		label = max(label, runewidth.StringWidth(oneLine(u.label)))
		step = max(step, runewidth.StringWidth(oneLine(u.does(now))))
		took = max(took, len(elapsed(now.Sub(u.since))))
	}
	label = min(label, max(8, width-kinds-steps-took-6))
	step = min(step, width-kinds-label-took-6)
	lines := make([]string, len(running))
	for i, u := range running {
		text, time := oneLine(u.does(now)), elapsed(now.Sub(u.since))
		if until := "until " + words.Clock(u.until); u.waits(now) && runewidth.StringWidth(text) > step && step < 2*len(until) {
			text = until // the time says more than a few letters of the reason
		}
		text = pad(fit(text, step), step)
		if u.waits(now) {
			text = paint(h.o.ErrColor, yellow, text)
		}
		kind := paint(h.o.ErrColor, colorOf(u.kind.Symbol()), pad(u.kind.Symbol()+" "+string(u.kind), kinds))
		lines[i] = kind + "  " + pad(fit(oneLine(u.label), label), label) + "  " + text + "  " +
			strings.Repeat(" ", took-len(time)) + time
	}
	return lines
}

// does says what an operation is doing, or what it waits for.
func (u underWay) does(now time.Time) string {
	if u.waits(now) {
		return "until " + words.Clock(u.until) + ": " + u.why
	}
	return u.step
}

// bar shows the progress of the plan, as a bar and in numbers.
func (h *human) bar(now time.Time, width int) string {
	text := h.progress.counts(now) + ", " + elapsed(now.Sub(h.progress.begun))
	size := min(30, width-runewidth.StringWidth(text)-3)
	if size < 8 {
		return fit(text, width)
	}
	full := size * h.progress.done() / max(1, h.progress.total)
	return "[" + paint(h.o.ErrColor, green, strings.Repeat("#", full)) + strings.Repeat("-", size-full) + "] " + text
}
