package view

import (
	"bytes"
	"strings"
	"testing"

	"buckethead/config/diag"
)

// A terminal learns, in one line for all errors, that their codes can be looked up.
func TestHuman_saysHowToLearnMore(t *testing.T) {
	fault := func(severity diag.Severity, code string) diag.Diagnostic {
		return diag.Diagnostic{Severity: severity, Kind: diag.Kind{Code: code, Summary: "It failed"}}
	}
	one, other, warning := fault(diag.Error, "BH1005"), fault(diag.Error, "BH1007"), fault(diag.Warning, "BH1058")
	for name, c := range map[string]struct {
		o    Options
		list diag.List
		want string
	}{
		"one error":           {Options{ErrWidth: 80}, diag.List{one}, "Run bh help BH1005 for an explanation.\n"},
		"two of one code":     {Options{ErrWidth: 80}, diag.List{one, one}, "Run bh help BH1005 for an explanation.\n"},
		"two codes":           {Options{ErrWidth: 80}, diag.List{warning, one, other, one}, "Run bh help CODE for an explanation, such as bh help BH1005.\n"},
		"a warning":           {Options{ErrWidth: 80}, diag.List{warning}, ""},
		"no code":             {Options{ErrWidth: 80}, diag.List{fault(diag.Error, "")}, ""},
		"no terminal":         {Options{}, diag.List{one}, ""},
		"a terminal, --quiet": {Options{ErrWidth: 80, Quiet: true}, diag.List{one}, ""},
	} {
		var out, err bytes.Buffer
		v, _ := New("human", &out, &err, c.o)
		v.Diagnostics(c.list)
		v.Done(End{})
		if _, end, _ := strings.Cut(err.String(), "Run bh help"); "Run bh help"+end != c.want && c.want != "" || c.want == "" && end != "" {
			t.Errorf("%s:\n%s", name, err.String())
		}
	}
}
