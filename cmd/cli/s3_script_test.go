package cli_test

import (
	"context"
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

// serveStates gives a script a server for its state, which it finds by its environment.
func serveStates(env *testscript.Env) {
	states := s3api.New(s3api.Options{AccessKeyID: clitest.StatesKeyID, SecretAccessKey: clitest.StatesSecret, Region: "us-east-1", Buckets: []string{clitest.StatesBucket}, Now: time.Now})
	env.Values[statesKey{}] = states
	server := httptest.NewServer(states)
	env.Defer(server.Close)
	env.Vars = append(env.Vars, clitest.StatesEnvironment()...)
	env.Setenv("AWS_ENDPOINT_URL_S3", server.URL)
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
