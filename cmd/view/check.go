package view

import (
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/mattn/go-runewidth"

	"buckethead/config/words"
)

// Outcome is the result of a check.
type Outcome string

// The outcomes. Unknown is neither good nor bad: the vendor does not say.
const (
	OK      Outcome = "ok"
	Warning Outcome = "warning"
	Fault   Outcome = "error"
	Unknown Outcome = "unknown"
)

// Check is one thing that bh doctor checked. Found describes it, and is never a secret; Source says where a value
// came from; Fix says how to fix a fault. Took is how long the answer took, if a call was made.
type Check struct {
	Name    string
	Outcome Outcome
	Found   string
	Source  string
	Fix     string
	Asked   bool
	Took    time.Duration
}

// CheckCounts counts checks by outcome.
type CheckCounts map[Outcome]int

// Healthy reports whether nothing is wrong; warnings are allowed.
func (c CheckCounts) Healthy() bool { return c[Fault] == 0 }

// text sums up the counts: "All is well: 12 checks." "1 fault and 2 warnings in 12 checks."
func (c CheckCounts) text() string {
	sum := 0
	for _, n := range c {
		sum += n
	}
	checks := " in " + words.Count(sum, "check") + "."
	switch {
	case c[Fault] > 0:
		return words.List(words.Some(c[Fault], "fault"), words.Some(c[Warning], "warning")) + checks
	case c[Warning] > 0:
		return "Nothing is wrong: " + words.Count(c[Warning], "warning") + checks
	}
	return "All is well: " + words.Count(sum, "check") + "."
}

func (h *human) Checks(section string, checks []Check) {
	width := 0
	for _, c := range checks {
		width = max(width, runewidth.StringWidth(oneLine(c.Name)))
	}
	indent := len(Warning) + width + 6
	var b strings.Builder
	b.WriteString(paint(h.o.Color, bold, oneLine(section)) + "\n")
	for _, c := range checks {
		outcome := paint(h.o.Color, map[Outcome]string{OK: green, Warning: yellow, Fault: red, Unknown: dim}[c.Outcome],
			pad(string(c.Outcome), len(Warning)))
		b.WriteString(strings.TrimRight("  "+outcome+"  "+pad(oneLine(c.Name), width)+"  "+
			hang(oneLine(c.said()), h.o.Width, indent), " ") + "\n")
		if c.Fix != "" {
			b.WriteString(strings.Repeat(" ", indent) + hang(oneLine(c.Fix), h.o.Width, indent) + "\n")
		}
	}
	_, _ = io.WriteString(h.out, b.String())
}

// said returns what was found, with the source and the time it took.
func (c Check) said() string {
	text := c.Found
	if c.Source != "" {
		text += " (" + c.Source + ")"
	}
	if took := c.Took.Round(time.Millisecond); c.Asked && took > 0 {
		text += " (" + took.String() + ")"
	}
	return text
}

func (h *human) CheckSummary(c CheckCounts) { _, _ = fmt.Fprintln(h.out, "\n"+c.text()) }

func (j *jsonLines) Checks(section string, checks []Check) {
	for _, c := range checks {
		level := map[Outcome]string{OK: "info", Unknown: "info", Warning: "warn", Fault: "error"}[c.Outcome]
		body := map[string]any{"section": section, "name": c.Name, "outcome": c.Outcome, "found": c.Found}
		for name, text := range map[string]string{"source": c.Source, "fix": c.Fix} {
			if text != "" {
				body[name] = text
			}
		}
		if c.Asked {
			body["took_seconds"] = c.Took.Seconds()
		}
		j.write(level, section+": "+c.Name+": "+c.Found, "check", map[string]any{"check": body})
	}
}

func (j *jsonLines) CheckSummary(c CheckCounts) {
	counts := map[Outcome]int{OK: c[OK], Warning: c[Warning], Fault: c[Fault], Unknown: c[Unknown]}
	level := "info"
	if !c.Healthy() {
		level = "error"
	}
	j.write(level, c.text(), "check_summary", map[string]any{"counts": counts, "healthy": c.Healthy()})
}
