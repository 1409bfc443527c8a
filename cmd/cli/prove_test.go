package cli_test

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"buckethead/cmd/cli"
)

// Keys that cannot be read are neither good nor bad: that is an error, and no drift.
func TestDrift_cannotRead(t *testing.T) {
	dir := t.TempDir()
	text := "cloud \"local\" \"main\" {}\nsecrets \"age_file\" \"main\" {}\nproject \"photos\" { bucket = \"photos\" }\n"
	if err := os.WriteFile(filepath.Join(dir, "buckets.hcl"), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	run := func(boundary func(string), args ...string) (string, int) {
		var out bytes.Buffer
		exit := cli.Main(cli.Process{Args: append([]string{"--file", filepath.Join(dir, "buckets.hcl")}, args...), Env: func(string) (string, bool) { return "", false },
			Stdin: strings.NewReader(""), Stdout: &out, Stderr: &out, Now: time.Now, Hooks: cli.Hooks{NoSync: true, Boundary: boundary}})
		return out.String(), exit
	}
	if out, exit := run(nil, "apply", "--auto-approve"); exit != 0 {
		t.Fatal(out)
	}
	out, exit := run(func(what string) {
		if what == "before age_file.main GetItem" {
			_ = os.Remove(filepath.Join(dir, ".bh", "secrets.age"))
		}
	}, "drift", "--prove")
	if exit != 1 || !strings.Contains(out, "The stored keys cannot be proved [BH5060]") || strings.Contains(out, "drift in") {
		t.Errorf("exit %d\n%s", exit, out)
	}
}
