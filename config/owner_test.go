package config

import (
	"strings"
	"testing"
)

func TestStackNameFor(t *testing.T) {
	for text, want := range map[string]string{"acme": "acme", "Acme Photos": "Acme-Photos", "...x_": "x", "/": "main", "": "main",
		"äöü": "main", "ü-infra": "infra", "a.b_c-d": "a.b_c-d", strings.Repeat("a", 63) + "-b": strings.Repeat("a", 63)} {
		if got := StackNameFor(text); got != want || !stackName.MatchString(got) {
			t.Errorf("StackNameFor(%q) = %q, want %q", text, got, want)
		}
	}
}

func TestValidOwner(t *testing.T) {
	for text, want := range map[string]bool{"acme@1b2c3d4e": true, "acme@unknown": true, "unknown": true, "a.b-c@00000000": true,
		"acme": false, "@1b2c3d4e": false, "acme@1b2c": false, "acme@1b2c3d4e5": false, "-@1b2c3d4e": false, "": false} {
		if got := ValidOwner(text); got != want {
			t.Errorf("ValidOwner(%q) = %t", text, got)
		}
	}
}
