package cli_test

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"buckethead/cmd/clitest"
	"buckethead/vendors/sim/s3api"
)

// serveStates starts a server for the state of a script, and sets the environment so that the script finds it.
func serveStates(env *testscript.Env) {
	states := statesSimulator(nil)
	env.Values[statesKey{}] = states
	server := httptest.NewServer(states)
	env.Defer(server.Close)
	env.Vars = append(env.Vars, clitest.StatesEnvironment()...)
	env.Setenv("AWS_ENDPOINT_URL_S3", server.URL)
}

// serveKeys starts an endpoint for the keys that a script registers, and another that is just a web server. The secret
// of the keys is the canary. They may not list the bucket "sealed".
func serveKeys(env *testscript.Env) {
	now := func() time.Time { return time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC) }
	sim := s3api.New(s3api.Options{AccessKeyID: "AKIADROP", SecretAccessKey: clitest.Canary, Region: "eu-central-1", Buckets: []string{"drop", "sealed"}, Now: now})
	sim.Deny(func(c s3api.Call) bool { return c.Bucket == "sealed" })
	page := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "<!DOCTYPE html><html></html>") })
	for name, handler := range map[string]http.Handler{"KEYS": sim, "PAGE": page} {
		server := httptest.NewServer(handler)
		env.Defer(server.Close)
		env.Setenv(name, strings.TrimPrefix(server.URL, "http://"))
	}
}

func statesSimulator(lastModified func(s3api.Object) string) *s3api.Server {
	return s3api.New(s3api.Options{AccessKeyID: clitest.StatesKeyID, SecretAccessKey: clitest.StatesSecret, Region: "us-east-1",
		Buckets: []string{clitest.StatesBucket}, Now: time.Now, LastModified: lastModified})
}

// undatedStates starts another, empty server for a script, which reports the same Last-Modified for
// every object, forever.
func undatedStates(ts *testscript.TestScript, _ bool, _ []string) {
	server := httptest.NewServer(statesSimulator(func(s3api.Object) string { return "Thu, 01 Jan 1970 00:00:00 GMT" }))
	ts.Defer(server.Close)
	ts.Setenv("AWS_ENDPOINT_URL_S3", server.URL)
}

var lockID = regexp.MustCompile(`"id": "([0-9a-f]+)"`)

// unlockState is bh state unlock with the id of the lock that is held.
func unlockState(ts *testscript.TestScript, _ bool, _ []string) {
	run := func(args ...string) string {
		cmd := exec.CommandContext(context.Background(), os.Args[0], args...)
		cmd.Dir = ts.MkAbs(".")
		cmd.Env = append(os.Environ(), "BH_TEST_AS_BH=1")
		for _, name := range []string{"AWS_ENDPOINT_URL_S3", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_CONFIG_FILE", "BH_TEST_NOW", "BH_TEST_TRANSCRIPT", "WORK"} {
			cmd.Env = append(cmd.Env, name+"="+ts.Getenv(name))
		}
		out, err := cmd.Output()
		ts.Check(err)
		return string(out)
	}
	held := lockID.FindStringSubmatch(run("state", "lock", "list", "--json"))
	if held == nil {
		ts.Fatalf("nobody holds the state")
	}
	_, err := ts.Stdout().Write([]byte(run("state", "unlock", held[1])))
	ts.Check(err)
}

// setenvFrom sets a variable to what a file says of a name: NAME=VALUE.
func setenvFrom(ts *testscript.TestScript, _ bool, args []string) {
	for line := range strings.Lines(ts.ReadFile(args[0])) {
		if value, ok := strings.CutPrefix(strings.TrimSpace(line), args[1]+"="); ok {
			ts.Setenv(args[2], value)
			return
		}
	}
	ts.Fatalf("%s says nothing of %s", args[0], args[1])
}
