package config_test

import (
	"slices"
	"testing"

	"buckethead/config"
)

// The values of sensitive variables are known, also within others and if the files are
// faulty; those of other variables are not among them.
func TestLoad_sensitiveValues(t *testing.T) {
	const text = `variable "one" { sensitive = true }
variable "many" {
  type      = object({ a = list(string), b = map(number) })
  sensitive = true
}
variable "none" {
  sensitive = true
  default   = null
}
variable "open" { default = "shown" }
project "x" { unknown = 1 }
`
	c, faults := config.Load(config.Options{Overlay: map[string][]byte{config.DefaultFile: []byte(text)},
		Vars: map[string]string{"one": "first", "many": `{ a = ["second", "third"], b = { key = 4711 } }`}})
	if !faults.HasErrors() {
		t.Error("the fault is gone")
	}
	var got []string
	for _, s := range c.Sensitive {
		got = append(got, s.Reveal())
	}
	slices.Sort(got)
	if want := []string{"4711", "first", "second", "third"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}
