package transport_test

import (
	"strings"
	"testing"

	"buckethead/vendors/transport"
)

func TestDense(t *testing.T) {
	for text, want := range map[string]bool{
		"":                                false,
		strings.Repeat("{},", 1000):       false, // few
		strings.Repeat("{},", 2000):       true,
		strings.Repeat("[],", 2000):       true,
		strings.Repeat(`{"a":{}},`, 2000): true,
		strings.Repeat(`{"id":"0123456789ab"},`, 1<<16):              false,
		strings.Repeat(`"{{{{[[[[\"{{{{\\",`, 2000):                  false, // in strings
		strings.Repeat(`"\\",{},`, 4000):                             true,
		`"` + strings.Repeat(`\"`, 1000) + strings.Repeat("{", 4000): false, // a string without end
	} {
		if got := transport.Dense([]byte(text), 16); got != want {
			t.Errorf("%.40s: got %t", text, got)
		}
	}
}
