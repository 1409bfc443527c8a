package expr

import (
	"github.com/zclconf/go-cty/cty"

	"buckethead/config/diag"
	"buckethead/config/faults"
)

// mark is a property that a value carries through every expression.
type mark string

const (
	// Sensitive values must not be shown, unless the file lifts that with nonsensitive().
	Sensitive mark = "sensitive"
	// Environment values come from env(). They may be shown, and they are not
	// written in the file. A secret must have this mark.
	Environment mark = "environment"
)

// SecretOf marks the value of a secret that the environment decides on. The file cannot
// lift it. The text names where the value came from, such as "OP_CONNECT_TOKEN".
type SecretOf string

// Carried is what a value carried: the marks, without their places in it.
type Carried struct {
	Sensitive   bool   // it must not be shown, for whatever reason
	Environment bool   // it came from env()
	Origin      string // of a secret that the file cannot lift, "" for any other value
}

func CarriedBy(marks cty.ValueMarks) Carried {
	var c Carried
	for m := range marks {
		switch m := m.(type) {
		case mark:
			c.Sensitive = c.Sensitive || m == Sensitive
			c.Environment = c.Environment || m == Environment
		case SecretOf:
			if c.Origin == "" || string(m) < c.Origin {
				c.Origin = string(m)
			}
		}
	}
	c.Sensitive = c.Sensitive || c.Origin != ""
	return c
}

// Unmark returns the value without its marks, also within, and what it carried.
func Unmark(v cty.Value) (cty.Value, Carried) {
	if !v.IsMarked() && (v.Type().IsPrimitiveType() || !v.ContainsMarked()) {
		return v, Carried{}
	}
	v, marks := v.UnmarkDeep()
	return v, CarriedBy(marks)
}

// Kind returns the kind of a fault that depends on a value: its own, or the one for all faults
// that depend on secrets.
func (c Carried) Kind(k diag.Kind) diag.Kind {
	if c.Origin != "" {
		return faults.SecretFault
	}
	return k
}
