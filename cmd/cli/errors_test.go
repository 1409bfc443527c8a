package cli_test

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"buckethead/cmd/cli"
)

// TestErrors_pages shows what each faulty file of the examples comes to, as a
// person reads it. The name of a file is the code that its page has to have; its first
// line, where it is a comment, is the command, else bh validate.
func TestErrors_pages(t *testing.T) {
	paths, err := filepath.Glob(filepath.Join("examples", "*.hcl"))
	if err != nil || len(paths) < 40 {
		t.Fatalf("%d files, %v", len(paths), err)
	}
	for _, path := range paths {
		code := strings.TrimSuffix(filepath.Base(path), ".hcl")
		t.Run(code, func(t *testing.T) {
			source, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			args := []string{"validate"}
			if first, _, _ := strings.Cut(string(source), "\n"); strings.HasPrefix(first, "# ") {
				args = strings.Fields(first[2:])
			}
			dir := t.TempDir()
			if err := os.WriteFile(filepath.Join(dir, "buckets.hcl"), source, 0o600); err != nil {
				t.Fatal(err)
			}
			t.Chdir(dir)
			page, exit := errorPage(args...)
			if exit == 0 && !strings.HasPrefix(page, "Warning: ") {
				t.Errorf("exit code 0\n%s", page)
			}
			if !strings.Contains(page, "["+code+"]") || !strings.Contains(page, "on buckets.hcl line ") && code != "BH1021" {
				t.Errorf("%s, or the place, is not on the page:\n%s", code, page)
			}
			golden := filepath.Join(started, "examples", code+".txt")
			if *cli.Update {
				if err := os.WriteFile(golden, []byte(page), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			if want, err := os.ReadFile(golden); err != nil || string(want) != page {
				t.Errorf("got\n%s\nwant\n%s%v", page, want, err)
			}
		})
	}
}

// root is the folder of the project, wherever a test works by now.
func root(t *testing.T) string {
	t.Helper()
	return filepath.Join(started, "..", "..")
}

var started, _ = os.Getwd()

// errorPage runs bh in this process and returns everything it prints, and its exit code.
func errorPage(args ...string) (string, int) {
	var out bytes.Buffer
	env := map[string]string{"TOKEN": "canary-token", "BLANK_SECRET": " "}
	exit := cli.Main(cli.Process{Args: args, Env: func(name string) (string, bool) { v, ok := env[name]; return v, ok }, Stdin: strings.NewReader(""), Stdout: &out, Stderr: &out,
		Now: func() time.Time { return time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC) }, Sleep: func(ctx context.Context, _ time.Duration) error { return ctx.Err() },
		Signals: make(chan os.Signal)})
	return out.String(), exit
}

// shownElsewhere are the codes that no command line brings about by itself, and the test
// that shows what they say.
var shownElsewhere = map[string]string{
	"BH1002": "config: a file that cannot be read",
	"BH1052": "config: no vendor refuses a credential that the language lets through",
	"BH2010": "TestMake, for callers that name projects without a scope",
	"BH2012": "TestR2_quotaIsPlannedWith",
	"BH2013": "TestR2_quotaIsPlannedWith",
	"BH4010": "executor: an operation whose store did not take another's credential",
	"BH2046": "TestMake_circle",
	"BH2030": "TestR2_otherAccount",
	"BH2032": "TestR2_otherTokenKind",
	"BH2043": "TestTwoStates_lives",
	"BH4003": "executor: an operation that waits for one that did not succeed",
	"BH4005": "TestFullDisk",
	"BH5020": "TestScripts/import",
	"BH5021": "TestR2_import",
	"BH5022": "TestScripts/import",
	"BH5023": "TestR2_import",
	"BH3003": "TestHosts_noCommandSendsASecret",
	"BH5030": ".ci/run, with a server that has no conditional writes",
	"BH5031": "TestS3_many",
	"BH5041": "TestEphemeral_stateOfARunner",
	"BH5042": "TestEphemeral_ageFile",
	"BH4006": "TestApply_survivesAPanic",
	"BH5004": "state/bolt: a state of a newer format",
	"BH5050": "TestMain_lastLine",
	"BH5080": "TestSecrets_areNotRecorded",
	"BH5081": "TestSecrets_areNotRecorded",
	"BH5082": "TestSecrets_areNotRecorded",
	"BH5060": "TestDrift_cannotRead",
	"BH5090": "TestOP_referencesCanBeRead",
}

// TestErrors_everyCode: what bh can say stands on a page that someone has read.
func TestErrors_everyCode(t *testing.T) {
	code := regexp.MustCompile(`BH[0-9]{4}`)
	shown := map[string]bool{}
	for _, folder := range []string{filepath.Join("cmd", "cli", "examples"), "testdata"} {
		_ = filepath.WalkDir(filepath.Join(root(t), folder), func(path string, d os.DirEntry, err error) error {
			if ext := filepath.Ext(path); err == nil && !d.IsDir() && (ext == ".txt" || ext == ".txtar" || ext == ".md") {
				text, _ := os.ReadFile(path)
				for _, c := range code.FindAllString(string(text), -1) {
					shown[c] = true
				}
			}
			return nil
		})
	}
	var missing []string
	for _, k := range cli.AllCodes() {
		if _, known := shownElsewhere[k.Code]; !known && !shown[k.Code] {
			missing = append(missing, k.Code)
		}
	}
	if len(missing) > 0 {
		t.Errorf("no page shows %v", missing)
	}
}
