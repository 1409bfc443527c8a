package terraform

import (
	"bytes"
	"encoding/json"
	"errors"
	"math"
	"slices"
	"strconv"
	"time"
)

// none reports whether a value is not there, or null.
func none(value json.RawMessage) bool {
	value = bytes.TrimSpace(value)
	return len(value) == 0 || string(value) == "null"
}

// decimal reads a number without a fraction: 4, 4.0 and 4e0 are the same.
func decimal(value json.RawMessage) (n int64, whole bool) {
	f, err := strconv.ParseFloat(string(bytes.TrimSpace(value)), 64)
	if err != nil || f != math.Trunc(f) || math.Abs(f) > 1<<53 {
		return 0, false
	}
	return int64(f), true
}

var errOdd = errors.New("it is of another type than it should be")

// text is a string that may be null, of a bounded length.
type text string

func (t *text) UnmarshalJSON(value []byte) error {
	var s string
	if json.Unmarshal(value, &s) != nil || len(s) > longestText {
		return errOdd
	}
	*t = text(s)
	return nil
}

// seconds is a length of time in seconds, which may be null.
type seconds struct {
	time.Duration
	Odd bool // it is no whole number of seconds, or more than can be counted
}

func (s *seconds) UnmarshalJSON(value []byte) error {
	n, whole := decimal(value)
	switch {
	case none(value):
	case !whole || n < 0 || n > int64(math.MaxInt64/time.Second):
		s.Odd = true
	default:
		s.Duration = time.Duration(n) * time.Second
	}
	return nil
}

// flag is a boolean. Null is true: everything that has one is enabled by default.
type flag struct{ off bool }

func (f *flag) UnmarshalJSON(value []byte) error {
	on := true
	if json.Unmarshal(value, &on) != nil {
		return errOdd
	}
	f.off = !on
	return nil
}

// moment is a time that may be null or empty.
type moment struct{ time.Time }

func (m *moment) UnmarshalJSON(value []byte) error {
	var s text
	if err := json.Unmarshal(value, &s); err != nil || s == "" {
		return err
	}
	t, err := time.Parse(time.RFC3339, string(s))
	if err != nil {
		return errOdd
	}
	m.Time = t.UTC()
	return nil
}

// block is a nested block: null, an object, or a list with at most one object.
type block[T any] struct{ at *T }

func (b *block[T]) UnmarshalJSON(value []byte) error {
	var list []T
	if json.Unmarshal(value, &list) == nil {
		switch {
		case len(list) == 1:
			b.at = &list[0]
		case len(list) > 1:
			return errOdd
		}
		return nil
	}
	var one T
	if err := json.Unmarshal(value, &one); err != nil {
		return err
	}
	b.at = &one
	return nil
}

// get returns what is in a block, the zero value for none.
func (b block[T]) get() T {
	if b.at == nil {
		return *new(T)
	}
	return *b.at
}

// texts returns strings in order, each once; nil for none.
func texts(list []text) []string {
	var out []string
	for _, t := range list {
		out = append(out, string(t))
	}
	slices.Sort(out)
	return slices.Compact(out)
}
