package language

import (
	"errors"
	"fmt"
	"math"
	"strings"
	"time"
)

// The units of a duration, largest first; a text names them in this order.
var units = []struct {
	letter byte
	length time.Duration
}{
	{'w', 7 * 24 * time.Hour},
	{'d', 24 * time.Hour},
	{'h', time.Hour},
	{'m', time.Minute},
	{'s', time.Second},
}

// ParseDuration reads "90d", "12h", "1w 2d" or "1h30m": whole numbers with units,
// each unit once and the largest first. A day has 24 hours. The error is a clause that
// says what is wrong.
func ParseDuration(text string) (time.Duration, error) {
	rest := strings.TrimSpace(text)
	if rest == "" {
		return 0, errors.New("it is empty")
	}
	var total time.Duration
	next := 0 // the first unit that may still come
	for rest != "" {
		digits := len(rest) - len(strings.TrimLeft(rest, "0123456789"))
		if digits == 0 {
			return 0, errors.New("each unit needs a number before it")
		}
		if digits == len(rest) {
			return 0, errors.New("the number has no unit")
		}
		at := next
		for at < len(units) && units[at].letter != rest[digits] {
			at++
		}
		if at == len(units) {
			return 0, unitFault(rest[digits:])
		}
		length, err := multiply(rest[:digits], units[at].length)
		if err != nil || total > math.MaxInt64-length {
			return 0, errors.New("it is too long")
		}
		total += length
		next = at + 1
		rest = strings.TrimLeft(rest[digits+1:], " ")
	}
	return total, nil
}

// unitFault distinguishes a unit that does not exist from one that comes too late.
func unitFault(rest string) error {
	for _, u := range units {
		if u.letter == rest[0] {
			return fmt.Errorf("the unit %q appears twice or after a smaller one", rest[:1])
		}
	}
	r := []rune(rest)[0]
	return fmt.Errorf("%q is not a unit", string(r))
}

func multiply(digits string, unit time.Duration) (time.Duration, error) {
	var n time.Duration
	for _, c := range digits {
		n = n*10 + time.Duration(c-'0')
		if n > math.MaxInt64/unit {
			return 0, errors.New("too long")
		}
	}
	return n * unit, nil
}

// FormatDuration writes a duration as people mostly write it in a file: "90d", "36h", "1h30m". A week is written as
// seven days, and a day only if there is nothing smaller.
func FormatDuration(d time.Duration) string {
	if d == 0 {
		return "0s"
	}
	whole := d%(24*time.Hour) == 0
	var b strings.Builder
	for _, u := range units {
		if u.letter == 'w' || u.letter == 'd' && !whole {
			continue
		}
		if n := d / u.length; n > 0 {
			fmt.Fprintf(&b, "%d%c", n, u.letter)
			d -= n * u.length
		}
	}
	return b.String()
}
