// Package words writes numbers, dates, lengths of time and lists for texts that people read.
//
//   - [Number], [Count] and [Some] write numbers, the last two with their noun.
//   - [Join] and [List] put together the parts that are not empty.
//   - [Day], [Time], [Date] and [Clock] write times, always in UTC.
//   - [Length] and [Span] write lengths of time.
//   - [InShell] and [FileInShell] quote words of commands that a person may copy.
//
// Every function is pure. Formats that machines read (wire formats, the language of the files) stay
// with their readers.
package words

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Number writes 1200 as "1,200".
func Number(n int) string {
	text := strconv.Itoa(n)
	for i := len(text) - 3; i > 0; i -= 3 {
		text = text[:i] + "," + text[i:]
	}
	return text
}

// Count returns a number with its noun: "1 project", "3 projects", "0 projects".
func Count(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return Number(n) + " " + noun + "s"
}

// Some is [Count], but "" for zero, which [Join] and [List] leave out.
func Some(n int, noun string) string {
	if n == 0 {
		return ""
	}
	return Count(n, noun)
}

// Join joins the parts that are not empty.
func Join(separator string, parts ...string) string {
	return strings.Join(present(parts), separator)
}

// List joins the parts that are not empty: "a", "a and b", "a, b and c".
func List(parts ...string) string {
	parts = present(parts)
	last := len(parts) - 1
	if last < 1 {
		return strings.Join(parts, "")
	}
	return strings.Join(parts[:last], ", ") + " and " + parts[last]
}

func present(parts []string) []string {
	return slices.DeleteFunc(slices.Clone(parts), func(p string) bool { return p == "" })
}

// Day returns the date of a time in UTC, "" for the zero time.
func Day(t time.Time) string { return format(t, time.DateOnly) }

// Time returns a time in UTC to the second, "" for the zero time.
func Time(t time.Time) string { return format(t, time.RFC3339) }

// Date is [Day] for a time at midnight UTC, and otherwise [Time].
func Date(t time.Time) string {
	if t.Equal(t.Truncate(24 * time.Hour)) {
		return Day(t)
	}
	return Time(t)
}

// Clock returns the time of day in UTC, "" for the zero time.
func Clock(t time.Time) string { return format(t, time.TimeOnly) }

func format(t time.Time, layout string) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(layout)
}

// Length returns whole days as such ("30d") and any other length of time as Go does, without
// the zeros at its end ("36h", "1h30m").
func Length(d time.Duration) string {
	const day = 24 * time.Hour
	if d >= day && d%day == 0 {
		return fmt.Sprintf("%dd", d/day)
	}
	text := d.String()
	for _, zero := range []string{"m0s", "h0m"} {
		if strings.HasSuffix(text, zero) {
			text = strings.TrimSuffix(text, zero[1:])
		}
	}
	return text
}

// Span returns whole minutes in words: "a minute", "5 minutes", "1m30s".
func Span(d time.Duration) string {
	switch {
	case d == time.Minute:
		return "a minute"
	case d > time.Minute && d%time.Minute == 0:
		return Count(int(d/time.Minute), "minute")
	}
	return d.String()
}
