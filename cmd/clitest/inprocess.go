package clitest

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"buckethead/cmd/cli"
)

// InProcess returns a process without a terminal for [cli.Main], and what it will print.
// Its files are in a folder of its own, and p.Args begins with --file and the path of
// buckets.hcl, which declares one project.
func InProcess(t testing.TB, args ...string) (p cli.Process, out *bytes.Buffer) {
	t.Helper()
	const declared = `variable "db" {
  sensitive = true
  default = "none"
}
cloud "local" "main" {}
secrets "age_file" "main" {}
project "a" { bucket = "a-bucket" }
`
	file := filepath.Join(t.TempDir(), "buckets.hcl")
	if err := os.WriteFile(file, []byte(declared), 0o600); err != nil {
		t.Fatal(err)
	}
	out = &bytes.Buffer{}
	now := time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	return cli.Process{
		Args:  append([]string{"--file", file}, args...),
		Env:   func(string) (string, bool) { return "", false },
		Stdin: strings.NewReader(""), Stdout: out, Stderr: out,
		Now:   func() time.Time { return now },
		Hooks: cli.Hooks{NoSync: true},
	}, out
}
