package cli_test

import (
	"bytes"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"buckethead/cmd/cli"
	"buckethead/cmd/clitest"
	"buckethead/cmd/redact"
)

// TestMain lets the test binary be bh: for scripts, which find it in their PATH, and for
// tests that start it.
func TestMain(m *testing.M) {
	if os.Getenv("BH_TEST_EMPTY") != "" {
		os.Exit(0)
	}
	clitest.BecomeBH()
	testscript.Main(m, map[string]func(){"bh": clitest.BH})
}

func TestScripts(t *testing.T) {
	scripts, err := filepath.Glob(filepath.Join("..", "..", "testdata", "script", "*.txtar"))
	if err != nil || len(scripts) == 0 {
		t.Fatalf("%d scripts, %v", len(scripts), err)
	}
	if testing.Short() { // each runs many processes, which take ten times as long under the race detector
		scripts = slices.DeleteFunc(scripts, func(path string) bool { return len(filepath.Base(path))%3 != 0 })
	}
	testscript.Run(t, testscript.Params{
		Files: scripts, UpdateScripts: *cli.Update, RequireExplicitExec: true, RequireUniqueNames: true,
		Setup: func(env *testscript.Env) error {
			env.Values[heldKey{}] = &held{}
			quickstart, err := os.ReadFile(filepath.Join("..", "..", "testdata", "quickstart", "buckets.hcl"))
			if err != nil {
				return err
			}
			if err := os.WriteFile(filepath.Join(env.WorkDir, "quickstart.hcl"), quickstart, 0o644); err != nil {
				return err
			}
			env.Setenv("HOME", env.WorkDir)
			env.Vars = append(env.Vars, clitest.NoRaceSleep)
			env.Setenv("BH_TEST_NOW", "2026-11-23T12:00:00Z")
			env.Setenv("BH_TEST_TRANSCRIPT", filepath.Join(env.WorkDir, "transcript"))
			env.Setenv("BH_LOG", "trace")
			env.Setenv("BH_LOG_PATH", filepath.Join(env.WorkDir, "trace.log"))
			env.Setenv("BH_VAR_canary", clitest.Canary)
			env.Defer(func() { findSecrets(env.T(), env.WorkDir); checkLines(env.T(), env.WorkDir) })
			serveStates(env)
			serveKeys(env)
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){"age-edit": ageEdit, "age-fields": ageFields, "add-recipient": addRecipient,
			"cmp-ids":    compareIDs,
			"hold-state": holdState, "release-state": releaseState, "restore-newest": restoreNewest,
			"damage-file": damageFile, "damage-object": damageObject,
			"unlock-state": unlockState, "undated-states": undatedStates, "setenv-from": setenvFrom},
	})
}

// findSecrets looks for every secret that an age file below dir holds, and for the
// canary, in all that bh wrote or printed. It looks for the marker as well: where the net
// caught something, a rule above it has a hole.
func findSecrets(t testscript.T, dir string) {
	secrets := map[string]bool{clitest.Canary: true, redact.Marker: true}
	var files []string
	_ = filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err == nil && d.Type().IsRegular() {
			files = append(files, path)
			if strings.HasSuffix(path, ".age") {
				for _, item := range clitest.AgeItems(path) {
					if secret, _ := item["fields"].(map[string]any)["secret_access_key"].(string); len(secret) > 8 {
						secrets[secret] = true
					}
				}
			}
		}
		return nil
	})
	for _, path := range files {
		content, err := os.ReadFile(path)
		if err != nil {
			continue // a script took the right to read it away
		}
		for secret := range secrets {
			if secret != "an-example-and-no-secret" && bytes.Contains(content, []byte(secret)) && filepath.Base(path) != "leak.txt" {
				t.Fatal("a secret stands in " + path)
			}
		}
	}
}
