package config

import "github.com/zclconf/go-cty/cty"

// mark is what a value carries through every expression.
type mark string

const (
	// sensitive values must not be shown, unless the file lifts that with nonsensitive().
	sensitive mark = "sensitive"
	// environment values come from env(). They may be shown, and they are not
	// written in the file, which is what a secret has to prove.
	environment mark = "environment"
)

// secretOf marks the value of a secret that the environment decides on. The file cannot
// lift it. The text names where the value came from, such as "OP_CONNECT_TOKEN".
type secretOf string

// carried is what a value carried: the marks, without their places in it.
type carried struct {
	sensitive   bool   // it must not be shown, for whatever reason
	environment bool   // it came from env()
	origin      string // of a secret that the file cannot lift, "" for any other value
}

func carriedBy(marks cty.ValueMarks) carried {
	var c carried
	for m := range marks {
		switch m := m.(type) {
		case mark:
			c.sensitive = c.sensitive || m == sensitive
			c.environment = c.environment || m == environment
		case secretOf:
			if c.origin == "" || string(m) < c.origin {
				c.origin = string(m)
			}
		}
	}
	c.sensitive = c.sensitive || c.origin != ""
	return c
}

// unmark returns the value without its marks, also within, and what it carried.
func unmark(v cty.Value) (cty.Value, carried) {
	if !v.IsMarked() && (v.Type().IsPrimitiveType() || !v.ContainsMarked()) {
		return v, carried{}
	}
	v, marks := v.UnmarkDeep()
	return v, carriedBy(marks)
}
