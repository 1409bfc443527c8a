package cli

import (
	"bytes"
	"context"
	"flag"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"filippo.io/age"
	"github.com/rogpeppe/go-internal/testscript"
)

var update = flag.Bool("update", false, "write what commands print into the scripts")

// every has the long tests leave nothing out: each call, each boundary, a thousand
// projects, fifty runners at once. Without it they take samples.
var every = flag.Bool("every", false, "leave nothing out of the long tests")

// sampled returns the step at which a test goes through calls or boundaries: 1 with
// -every, n without.
func sampled(n int) int {
	if *every {
		return 1
	}
	return n
}

// TestMain lets the test binary be bh: for scripts, which find it in their PATH,
// and for tests that kill it.
func TestMain(m *testing.M) {
	if os.Getenv("BH_TEST_EMPTY") != "" {
		os.Exit(0)
	}
	if os.Getenv("BH_TEST_AS_BH") != "" {
		os.Exit(Main(testProcess()))
	}
	testscript.Main(m, map[string]func(){"bh": func() { os.Exit(Main(testProcess())) }})
}

// testProcess is the process itself, but for what a test says in the environment:
// the time, a terminal, where to keep all that is printed, and at which boundary
// to die.
func testProcess() Process {
	p := OS()
	p.Hooks.NoSync = true
	p.StdinTTY = os.Getenv("BH_TEST_TTY") != ""
	if text := os.Getenv("BH_TEST_NOW"); text != "" {
		now, err := time.Parse(time.RFC3339, text)
		if err != nil {
			panic(err)
		}
		p.Now = func() time.Time { return now }
		p.Sleep = func(ctx context.Context, _ time.Duration) error { return ctx.Err() }
	}
	if path := os.Getenv("BH_TEST_TRANSCRIPT"); path != "" {
		file, err := os.OpenFile(path, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
		if err != nil {
			panic(err)
		}
		p.Stdout, p.Stderr = io.MultiWriter(p.Stdout, file), io.MultiWriter(p.Stderr, file)
	}
	if text := os.Getenv("BH_TEST_SIGNAL"); text != "" {
		at, _ := strconv.Atoi(text)
		signals := make(chan os.Signal) // without a buffer: it is sent once it is received
		p.Signals = signals
		p.Hooks.Boundary = atBoundary(at, func() { signals <- syscall.SIGTERM })
	}
	if text := os.Getenv("BH_TEST_KILL"); text != "" {
		at, _ := strconv.Atoi(text)
		p.Hooks.Boundary = atBoundary(at, func() {
			self, _ := os.FindProcess(os.Getpid())
			_ = self.Kill()
			select {}
		})
	}
	return p
}

// atBoundary calls act at the n-th boundary.
func atBoundary(n int, act func()) func(string) {
	var mu sync.Mutex
	count := 0
	return func(string) {
		mu.Lock()
		defer mu.Unlock()
		if count++; count == n {
			act()
		}
	}
}

func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir: filepath.Join("..", "..", "testdata", "script"), UpdateScripts: *update, RequireExplicitExec: true, RequireUniqueNames: true,
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
			env.Vars = append(env.Vars, noRaceSleep)
			env.Setenv("BH_TEST_NOW", "2026-11-23T12:00:00Z")
			env.Setenv("BH_TEST_TRANSCRIPT", filepath.Join(env.WorkDir, "transcript"))
			env.Setenv("BH_LOG", "trace")
			env.Setenv("BH_LOG_PATH", filepath.Join(env.WorkDir, "trace.log"))
			env.Setenv("BH_VAR_canary", canary)
			env.Defer(func() { findSecrets(env.T(), env.WorkDir); checkLines(env.T(), env.WorkDir) })
			serveStates(env)
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){"age-edit": ageEdit, "age-fields": ageFields,
			"hold-state": holdState, "release-state": releaseState, "restore-newest": restoreNewest,
			"unlock-state": unlockState, "setenv-from": setenvFrom},
	})
}

// canary is a secret that scripts bring; it may be found as ciphertext alone.
const canary = "canary-Zo1ohz9aeph3"

// findSecrets looks for every secret that an age file below dir holds, and for the
// canary, in all that bh wrote or printed.
func findSecrets(t testscript.T, dir string) {
	secrets := map[string]bool{canary: true}
	var files []string
	_ = filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err == nil && d.Type().IsRegular() {
			files = append(files, path)
			if strings.HasSuffix(path, ".age") {
				for _, item := range ageItems(path) {
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

// identityBeside reads the key that opens an age file of bh's.
func identityBeside(path string) (age.Identity, error) {
	file, err := os.Open(filepath.Join(filepath.Dir(path), "identity.txt"))
	if err != nil {
		return nil, err
	}
	defer func() { _ = file.Close() }()
	identities, err := age.ParseIdentities(file)
	if err != nil {
		return nil, err
	}
	return identities[0], nil
}
