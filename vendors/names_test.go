package vendors_test

import (
	"strings"
	"testing"

	"buckethead/vendors"
)

func TestBucketNameFault(t *testing.T) {
	for name, want := range map[string]string{
		"acme-photos":           "",
		"abc":                   "",
		strings.Repeat("a", 63): "",
		"":                      `"" cannot be the name of an R2 bucket: it is empty`,
		"ab":                    `"ab" cannot be the name of an R2 bucket: it has 2 characters`,
		strings.Repeat("a", 64): `"` + strings.Repeat("a", 64) + `" cannot be the name of an R2 bucket: it has 64 characters`,
		"acme_photos":           `"acme_photos" cannot be the name of an R2 bucket: '_', character 5, is not allowed`,
		"Acme":                  `"Acme" cannot be the name of an R2 bucket: 'A', character 1, is not allowed`,
		"-acme":                 `"-acme" cannot be the name of an R2 bucket: it begins with '-'`,
		"acme-":                 `"acme-" cannot be the name of an R2 bucket: it ends with '-'`,
		"été":                   `"été" cannot be the name of an R2 bucket: 'é', character 1, is not allowed`,
		"a b":                   `"a b" cannot be the name of an R2 bucket: ' ', character 2, is not allowed`,
		"abc\n":                 `"abc\n" cannot be the name of an R2 bucket: '\n', character 4, is not allowed`,
		"a.bc":                  `"a.bc" cannot be the name of an R2 bucket: '.', character 2, is not allowed`,
	} {
		if got := vendors.BucketNameFault(name, "an R2 bucket", "-"); got != want {
			t.Errorf("%q: got %s, want %s", name, got, want)
		}
	}
	if got := vendors.BucketNameFault("a.bc", "a bucket", ".-"); got != "" {
		t.Error(got)
	}
}
