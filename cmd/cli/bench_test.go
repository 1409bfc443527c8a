//go:build unix

package cli_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// BenchmarkStart compares bh version with a process that links the same packages
// and ends at once: what is between them is what bh does before it does anything.
func BenchmarkStart(b *testing.B) {
	for _, run := range []struct{ name, env string }{{"empty", "BH_TEST_EMPTY=1"}, {"version", "BH_TEST_AS_BH=1"}} {
		b.Run(run.name, func(b *testing.B) {
			for b.Loop() {
				cmd := exec.Command(os.Args[0], "version")
				cmd.Env = append(os.Environ(), run.env)
				if err := cmd.Run(); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// BenchmarkPlan plans projects that are not there yet, as blocks and as one
// for_each, in a process of its own, and reports the most memory that it held.
func BenchmarkPlan(b *testing.B) {
	for _, n := range []int{1_000, 10_000} {
		for shape, text := range map[string]string{"blocks": blocks(n), "for_each": forEach(n)} {
			b.Run(fmt.Sprintf("%s/projects=%d", shape, n), func(b *testing.B) {
				dir := b.TempDir()
				if err := os.WriteFile(filepath.Join(dir, "buckets.hcl"), []byte(text), 0o600); err != nil {
					b.Fatal(err)
				}
				most := int64(0)
				for b.Loop() {
					cmd := exec.Command(os.Args[0], "plan")
					cmd.Dir, cmd.Env = dir, append(os.Environ(), "BH_TEST_AS_BH=1")
					if out, err := cmd.CombinedOutput(); err != nil || !strings.Contains(string(out), fmt.Sprintf("Plan: %d to provision.", n)) {
						b.Fatalf("%v: %.200s", err, out)
					}
					most = max(most, cmd.ProcessState.SysUsage().(*syscall.Rusage).Maxrss)
				}
				b.ReportMetric(float64(most)/1024, "peak-MB")
			})
		}
	}
}

const benchHead = "bh { stack = \"bench\" }\ncloud \"local\" \"main\" {}\nsecrets \"age_file\" \"main\" {}\n"

func blocks(n int) string {
	var b strings.Builder
	b.WriteString(benchHead)
	for i := range n {
		fmt.Fprintf(&b, "project \"tenant%06d\" {\n  bucket = \"acme-%06d\"\n  access = \"read_only\"\n}\n", i, i)
	}
	return b.String()
}

func forEach(n int) string {
	var b strings.Builder
	b.WriteString(benchHead + "project \"tenant\" {\n  bucket = \"acme-${each.key}\"\n  for_each = toset([\n")
	for i := range n {
		fmt.Fprintf(&b, "    \"t%06d\",\n", i)
	}
	b.WriteString("  ])\n}\n")
	return b.String()
}
