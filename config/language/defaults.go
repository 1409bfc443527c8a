package language

import "time"

// SetDefaults sets the defaults of the block's attributes in target.
func (b *Block) SetDefaults(target any) {
	for i := range b.Attributes {
		a := &b.Attributes[i]
		if a.Default == "" || a.At == nil {
			continue
		}
		switch at := a.At(target).(type) {
		case *string:
			*at = a.Default
		case *bool:
			*at = a.Default == "true"
		case *time.Duration:
			*at, _ = ParseDuration(a.Default) // a test reads every default
		}
	}
}

// IsDefault reports whether an attribute need not be written, because its value is its default or
// empty.
func (a *Attribute) IsDefault(target any) bool {
	switch at := a.At(target).(type) {
	case *string:
		return *at == "" || *at == a.Default
	case *[]string:
		return len(*at) == 0
	case *bool:
		return *at == (a.Default == "true")
	case *time.Duration:
		return *at == 0 || FormatDuration(*at) == a.Default
	case *time.Time:
		return at.IsZero()
	case interface{ IsZero() bool }:
		return at.IsZero()
	}
	return true
}
