package main

import (
	"slices"
	"strings"
	"testing"
)

// lines returns the source of a package without a comment, with one function of n lines.
func lines(n int) string {
	return "package p\nfunc f() {\n" + strings.Repeat("\t_ = 1\n", n-2) + "}\n"
}

// TestRules_canFail checks each rule with files that break it, and with files that come
// close but do not.
func TestRules_canFail(t *testing.T) {
	const in, breaks, keeps = "package p\nimport ", true, false
	covered := map[string]map[bool]bool{}
	for _, c := range []struct {
		rule string
		want bool
		pkg  string
		text string
	}{
		{"follows the import table", breaks, "planner", in + `_ "buckethead/executor"`},
		{"follows the import table", breaks, "planner", in + `bolt "buckethead/state/bolt"`},
		{"follows the import table", breaks, "vendors", in + `"buckethead/config/addr"`},
		{"follows the import table", breaks, "vendors/local", in + `"buckethead/vendors/agefile"`},
		{"follows the import table", breaks, "cmd/view", in + `"buckethead/vendors"`},
		{"follows the import table", breaks, "testdata", "package p"},
		{"follows the import table", keeps, "planner", in + `"buckethead/state"`},
		{"follows the import table", keeps, "cmd/cli", in + `"buckethead/state/bolt"`},

		{"takes its context from the run", breaks, "executor", in + "\"context\"\nvar _ = context.Background()"},
		{"takes its context from the run", breaks, "cmd/cli", in + "\"context\"\nvar _ = context.TO" + "DO()"},
		{"takes its context from the run", keeps, "vendors/vendortest", in + "\"context\"\nvar _ = context.Background()"},

		{"keeps codes in lists", breaks, "planner", "package p\nvar _ = diag.Diagnostic{Kind: diag.Kind{Code: \"BH2099\"}}"},
		{"keeps codes in lists", keeps, "planner", "package p\nvar _ = diag.Diagnostic{Kind: bucketGone, Fix: \"bh help BH2006\"}"},

		{"calls nobody at home", breaks, "cmd/view", in + `_ "net/http"`},
		{"calls nobody at home", breaks, "cmd/connections", "package p\nconst latest = \"https://api.github.com/repos/\""},
		{"calls nobody at home", breaks, "vendors/transport", "package p\nvar _ = `https://objects.githubusercontent.com`"},
		{"calls nobody at home", keeps, "vendors/transport", in + `_ "net/http"`},
		{"calls nobody at home", keeps, "cmd/cli", in + "_ \"github.com/urfave/cli/v2\"\nconst service = \"GitHub Actions\""},

		{"prints through the net", breaks, "cmd/cli", in + "\"os\"\nvar _ = os.Stderr"},
		{"prints through the net", breaks, "cmd/cli", "package p\nvar _ = s.run.clear.Stdout"},
		{"prints through the net", keeps, "cmd/cli", "package p\nvar _ = s.run.Stdout"},

		{"keeps simulators apart", breaks, "cmd/cli", in + `"buckethead/vendors/sim/cloudflare"`},
		{"keeps simulators apart", breaks, "state/s3", in + `_ "buckethead/vendors/sim/s3api"`},
		{"keeps simulators apart", breaks, "vendors/sim/s3api", in + `"buckethead/vendors"`},
		{"keeps simulators apart", breaks, "vendors/sim/r2", in + `"buckethead/vendors/transport"`},
		{"keeps simulators apart", keeps, "vendors/sim/s3api", in + `"buckethead/vendors/sim/kit"`},
		{"keeps simulators apart", keeps, "cmd/cli", in + `"buckethead/vendors"`},

		{"keeps what is for tests apart", breaks, "cmd/cli", in + `"buckethead/cmd/clitest"`},
		{"keeps what is for tests apart", breaks, "cmd/cli", in + `"buckethead/cmd/clitest/clouds"`},
		{"keeps what is for tests apart", breaks, "executor", in + `"buckethead/vendors/memory"`},
		{"keeps what is for tests apart", keeps, "cmd/clitest/clouds", in + `"buckethead/cmd/clitest"`},
		{"keeps what is for tests apart", keeps, "cmd/cli", in + `"buckethead/vendors"`},

		{"keeps libraries in their rooms", breaks, "planner", in + `_ "go.etcd.io/bbolt/errors"`},
		{"keeps libraries in their rooms", breaks, "cmd/cli", in + `"github.com/hashicorp/hcl/v2"`},
		{"keeps libraries in their rooms", breaks, "config", in + `"pgregory.net/rapid"`},
		{"keeps libraries in their rooms", breaks, "vendors", in + `"testing/iotest"`},
		{"keeps libraries in their rooms", breaks, "config", in + `"github.com/hashicorp/consul"`},
		{"keeps libraries in their rooms", breaks, "vendors/agefile", in + `"filippo.io/agent"`},
		{"keeps libraries in their rooms", breaks, "config", "package p\nimport (\n\"github.com/urfave/cli/v2\"\n\"github.com/hashicorp/hcl/v2\"\n)"},
		{"keeps libraries in their rooms", breaks, "config", "package p\nimport (\n\"github.com/hashicorp/hcl/v2\"\n\"github.com/urfave/cli/v2\"\n)"},
		{"keeps libraries in their rooms", keeps, "config", in + `"github.com/hashicorp/hcl/v2/hclsyntax"`},
		{"keeps libraries in their rooms", keeps, "config/functions", in + `yaml "github.com/zclconf/go-cty-yaml"`},
		{"keeps libraries in their rooms", keeps, "planner", in + `"encoding/json"`},

		{"says where names come from", breaks, "planner", in + `. "fmt"`},
		{"says where names come from", keeps, "planner", in + `f "fmt"`},

		{"leaves the process alone", breaks, "planner", in + `"time"; var x = time.Now()`},
		{"leaves the process alone", breaks, "planner", in + `clock "time"; var x = clock.Now`},
		{"leaves the process alone", breaks, "planner", in + `"time"; var x = time.Since(y)`},
		{"leaves the process alone", breaks, "vendors/local", in + `"os"; func f() { g(os.Stdout) }`},
		{"leaves the process alone", breaks, "config", in + `"os"; func f() { if v, ok := os.LookupEnv("X"); ok { g(v) } }`},
		{"leaves the process alone", breaks, "config", in + `"fmt"; func f() { fmt.Println() }`},
		{"leaves the process alone", breaks, "config", in + `"log/slog"; func f() { slog.Info("") }`},
		{"leaves the process alone", breaks, "config", "package p; func f() { println(1) }"},
		{"leaves the process alone", breaks, "commands", in + `"os"; func f() { os.Exit(1) }`},
		{"leaves the process alone", breaks, "vendors/sim/kit", in + `"os"; func f() { os.Exit(1) }`},
		{"leaves the process alone", keeps, "vendors/sim/r2", in + `"os"; func f() { os.Exit(1) }`},
		{"leaves the process alone", keeps, "cmd/cli", in + `"os"; func f() { os.Exit(1) }`},
		{"leaves the process alone", keeps, "config", in + `"fmt"; func f() { fmt.Fprintln(w) }`},
		{"leaves the process alone", keeps, "config", in + `"log/slog"; var x = slog.StringValue("")`},
		{"leaves the process alone", keeps, "config", "package p; func f(time clock) { time.Now(); time.println() }"},

		{"reveals nothing", breaks, "planner", "package p; var x = secret().Reveal()"},
		{"reveals nothing", breaks, "executor", "package p; var f = s.keys.Reveal"},
		{"reveals nothing", breaks, "cmd/cli", in + `"buckethead/vendors"; var f = vendors.Secret.Reveal`},
		{"reveals nothing", breaks, "vendorsother", "package p; var x = s.Reveal()"},
		{"reveals nothing", keeps, "vendors/local", "package p; var x = s.Reveal()"},
		{"reveals nothing", keeps, "executor/orchestrator", "package p; var x = s.Reveal()"},
		{"reveals nothing", keeps, "planner", "package p // s.Reveal()"},

		{"stays short", breaks, "planner", lines(functionLines + 1)},
		{"stays short", breaks, "planner", "package p\nvar f = func() {\n" + strings.Repeat("\n", functionLines) + "}\n"},
		{"stays short", breaks, "planner", "package p\n" + strings.Repeat("// More.\n", fileLines)},
		{"stays short", keeps, "planner", lines(functionLines)},
		{"stays short", keeps, "planner", "package p\n" + strings.Repeat("// More.\n", fileLines-1)},

		{"leaves nothing open", breaks, "planner", "package p\n// TO" + "DO: later\nvar x int\n"},
		{"leaves nothing open", breaks, "planner", "package p\nfunc f() { /* FIX" + "ME */ }\n"},
		{"leaves nothing open", breaks, "planner", "package p\nvar x int //XX" + "X\n"},
		{"quotes for pasting", breaks, "planner", "package p\nvar x = \"To release it: bh state rm \" + p.Label()"},
		{"quotes for pasting", breaks, "cmd/cli", "package p\nvar x = \"Next: bh apply \" + path + \".\""},
		{"quotes for pasting", breaks, "cmd/cli", "package p\nvar x = \"bh state mv \" + words.InShell(a) + \" or bh import --bucket \" + b"},
		{"quotes for pasting", breaks, "state/s3", in + `"fmt"; var x = fmt.Errorf("%w; it is in %s: bh state push %s", err, path, path)`},
		{"quotes for pasting", breaks, "state/s3", in + `"fmt"; var x = fmt.Errorf("in %s: "+"bh state push %[1]s", path)`},
		{"quotes for pasting", breaks, "planner", "package p\nvar x = `removed { from = ` + p.String() + ` }`"},
		{"quotes for pasting", breaks, "planner", "package p\nvar x = \"import {\\n  to = \" + p.String()"},
		{"quotes for pasting", keeps, "planner", "package p\nvar x = \"bh state rm \" + words.InShell(p.Label()) + \" forgets it, and \" + what"},
		{"quotes for pasting", keeps, "state/s3", in + `"fmt"; var x = fmt.Errorf("it is in %s: bh state push %s. Without it %s", path, words.FileInShell(path), text)`},
		{"quotes for pasting", keeps, "cmd/cli", "package p\nvar x = \"bh doctor says what is missing, as \" + y"},
		{"quotes for pasting", keeps, "cmd/cli", "package p\nvar x = \"an import block names \" + y"},
		{"quotes for pasting", keeps, "config", "package p\nvar x = \"removed { from = \" + text(p) + \" }\""},

		{"leaves nothing open", keeps, "planner", "package p\n// Nothing is left to do.\nvar x int\n"},
	} {
		i := slices.IndexFunc(rules, func(r rule) bool { return r.name == c.rule })
		if i < 0 {
			t.Fatalf("there is no rule %q", c.rule)
		}
		if wrong := rules[i].check(parse(t, c.pkg, "x.go", c.text)); (len(wrong) > 0) != c.want {
			t.Errorf("%q finds %v in %s: %s", c.rule, wrong, c.pkg, c.text)
		}
		if covered[c.rule] == nil {
			covered[c.rule] = map[bool]bool{}
		}
		covered[c.rule][c.want] = true
	}
	for _, r := range rules {
		if !covered[r.name][breaks] || !covered[r.name][keeps] {
			t.Errorf("nothing shows that the rule %q can fail and can pass", r.name)
		}
	}
}

func TestUndocumented_canFail(t *testing.T) {
	comment := "// Package p holds what this sentence says that it holds.\npackage p\n"
	for text, want := range map[string]bool{
		comment:                    false,
		"package p\n":              true,
		"// Package p.\npackage p": true,
		"// Package q holds what this sentence says that it holds.\npackage p\n":     true,
		"// Package p holds what this sentence says that it holds.\n\npackage p\n":   true, // it belongs to nothing
		"// Command p does what this sentence says that it does.\npackage main\n":    false,
		"// Package main does what this sentence says that it does.\npackage main\n": true,
	} {
		if got := undocumented([]source{parse(t, "p", "p/x.go", text)}); (len(got) == 1) != want {
			t.Errorf("got %v of %s", got, text)
		}
	}
	if got := undocumented([]source{parse(t, "p", "p/x.go", "package p\n"), parse(t, "p", "p/doc.go", comment)}); len(got) != 0 {
		t.Errorf("one comment is enough, got %v", got)
	}
	if got := undocumented([]source{parse(t, "p", "p/x.go", "package p\n"), parse(t, "p", "p/x_test.go", comment)}); len(got) != 1 {
		t.Error("a comment in a test passes for one of the package")
	}
}

func TestStrange_canFail(t *testing.T) {
	if got := strange(append([]string{".git", "internal", "pkg"}, atTheTop...)); !slices.Equal(got, []string{"internal", "pkg"}) {
		t.Errorf("got %v", got)
	}
}

func TestIdle_canFail(t *testing.T) {
	got := idle([]source{parse(t, "planner", "planner/x.go", "package planner\n"), parse(t, "state/bolt", "state/bolt/x.go", "package bolt\nimport \"go.etcd.io/bbolt/errors\"\n")})
	for name, want := range map[string]bool{"planner": false, "go.etcd.io/bbolt in state/bolt": false, "config": true, "github.com/urfave/cli in cmd/cli": true} {
		if slices.Contains(got, name) != want {
			t.Errorf("%s is named: %t", name, !want)
		}
	}
}
