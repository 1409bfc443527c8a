package config

import (
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/convert"

	"buckethead/vendors"
)

// sensitiveValues returns the values of the variables that are sensitive, and what is
// within them.
func (l *loader) sensitiveValues() []vendors.Secret {
	var out []vendors.Secret
	for _, v := range l.variables {
		if !v.withheld() {
			continue
		}
		plain, of := unmark(v.value)
		if of.origin != "" && v.origin == "" {
			continue // the file made it of a secret: what is found in a text would tell which
		}
		_ = cty.Walk(plain, func(_ cty.Path, leaf cty.Value) (bool, error) {
			if text, err := convert.Convert(leaf, cty.String); err == nil && text.IsKnown() && !text.IsNull() {
				out = append(out, vendors.NewSecret(text.AsString()))
			}
			return true, nil
		})
	}
	return out
}
