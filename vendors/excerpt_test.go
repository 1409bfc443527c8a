package vendors_test

import (
	"strings"
	"testing"

	"buckethead/vendors"
)

func TestExcerpt(t *testing.T) {
	for text, want := range map[string]string{
		"":                                    "",
		"The bucket does not exist.":          "The bucket does not exist.",
		"two\nlines\t and \x1b[31mred\x1b[0m": "two lines and [31mred [0m",
		"hidden\u202e\u200b text":             "hidden text",
		"half \xff a character":               "half \uFFFD a character",
		strings.Repeat("é", 30):               strings.Repeat("é", 30),
		strings.Repeat("é", 31):               strings.Repeat("é", 30) + "… (31 characters in all)",
		strings.Repeat("x", 1000):             strings.Repeat("x", 30) + "… (1,000 bytes in all)",
		strings.Repeat(" ", 1000) + "far":     "… (1,003 bytes in all)",
	} {
		if got := vendors.Excerpt(text, 30); got != want {
			t.Errorf("%.40q: got %q, want %q", text, got, want)
		}
	}
}
