package onepassword

import (
	"context"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	sdk "github.com/1password/onepassword-sdk-go"
)

var every = flag.Bool("every", false, "leave nothing out of the long tests")

// TestCore drives the real core, as far as it goes without a server. That the names
// in core.go stand for the SDK's own is the first thing that it shows: a core that
// was made under them is the one that the SDK uses.
func TestCore(t *testing.T) {
	starting.Lock()
	defer starting.Unlock()
	dir := coreCache(t)
	if err := startCore(t.Context(), dir); err != nil {
		t.Fatal(err)
	}
	made := sdkCore
	for token, want := range map[string]string{
		"ops_e30":  "deserialization failed",
		"garbage":  "invalid format",
		"ops_!!!!": "base64 decoding failed",
	} {
		_, err := sdk.NewClient(context.Background(), sdk.WithServiceAccountToken(token), sdk.WithIntegrationInfo("bh", "test"))
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", token, err)
		}
		if fault := (act{op: "log in"}).sdkError(context.Background(), err); kindOf(fault) == nil || strings.Contains(fault.Error(), "\n") {
			t.Errorf("%s becomes %v", token, fault)
		}
	}
	if sdkCore != made {
		t.Error("the SDK made another core")
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) == 0 {
		t.Errorf("the cache has %v in it (%v)", left, err)
	}
	referencesOfTheCore(t)

	sdkCore = nil // as in the next process, which finds the compiled code
	if err := startCore(t.Context(), dir); err != nil || sdkCore == nil {
		t.Errorf("from the cache: %v", err)
	}
	if _, err := sdk.NewClient(context.Background(), sdk.WithServiceAccountToken("ops_e30"), sdk.WithIntegrationInfo("bh", "test")); err == nil || !strings.Contains(err.Error(), "deserialization failed") {
		t.Errorf("from the cache: %v", err)
	}
}

// coreCache is where the compiled core is kept. Compiling takes 15 seconds of both
// processors, so it stays from one run of the tests to the next, but for -every.
func coreCache(t *testing.T) string {
	t.Helper()
	if *every {
		return filepath.Join(t.TempDir(), "bh", "onepassword")
	}
	cache, err := os.UserCacheDir()
	if err != nil {
		t.Skip(err)
	}
	return filepath.Join(cache, "bh-test", "onepassword")
}

// referencesOfTheCore compares our rule for references with the core's: what ours
// takes the core takes, and what only the core takes has an empty part.
func referencesOfTheCore(t *testing.T) {
	t.Helper()
	parts := []string{"v", "a b", "A-b_c.9", "", " ", "ü", "a:b", "(x)", "a%20", "a\tb", "x@y", "日本", "a+b"}
	blank := regexp.MustCompile(`^op://(.*/)? *(/.*)?$`)
	var refs []string
	for _, a := range parts {
		for _, b := range parts {
			for _, tail := range []string{"field", "s/field", "", "a/b/c", "field?attribute=otp", "field?attribute=type", "field?ssh-format=openssh", "field?x"} {
				refs = append(refs, fmt.Sprintf("op://%s/%s/%s", a, b, tail))
			}
		}
	}
	refs = append(refs, "op://v/i", "OP://v/i/f", "op:/v/i/f", "op://v/i/f ", "op://v//f", "op://v/i//f")
	for _, ref := range refs {
		core := sdk.Secrets.ValidateSecretReference(context.Background(), ref) == nil
		if own := validReference(ref); own && !core {
			t.Errorf("%q: we take it, the core does not", ref)
		} else if core && !own && !blank.MatchString(strings.SplitN(ref, "?", 2)[0]) {
			t.Errorf("%q: the core takes it, we do not", ref)
		}
	}
}

func TestCache_isRefusedWhereOthersCouldChangeIt(t *testing.T) {
	if os.PathSeparator != '/' {
		t.Skip("folders have no modes here")
	}
	for name, spoil := range map[string]func(dir string) error{
		"open to others":     func(dir string) error { return os.Chmod(dir, 0o755) },
		"a file of others":   func(dir string) error { return os.WriteFile(filepath.Join(dir, "code"), nil, 0o666) },
		"a link in it":       func(dir string) error { return os.Symlink("/etc/passwd", filepath.Join(dir, "code")) },
		"a link for a cache": func(dir string) error { return os.Rename(dir, dir+"x") },
	} {
		dir := filepath.Join(t.TempDir(), "bh", "cache")
		if err := prepareCache(dir); err != nil {
			t.Fatal(err)
		}
		if err := spoil(dir); err != nil {
			t.Fatal(err)
		}
		if name == "a file of others" {
			if err := os.Chmod(filepath.Join(dir, "code"), 0o666); err != nil { // whatever the umask is
				t.Fatal(err)
			}
		}
		if name == "a link for a cache" {
			if err := os.Symlink(dir+"x", dir); err != nil {
				t.Fatal(err)
			}
		}
		if err := prepareCache(dir); err == nil {
			t.Errorf("%s: it is taken", name)
		}
	}
}
