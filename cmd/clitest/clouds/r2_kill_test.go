package clouds

import (
	"bytes"
	"context"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"buckethead/cmd/clitest"
	"buckethead/vendors"
	"buckethead/vendors/cloudflare"
	simulator "buckethead/vendors/sim/cloudflare"
)

// r2Server is an account at a simulator on loopback, and a folder from which real
// processes are run on it.
type r2Server struct {
	*r2Account
	url     string
	current *atomic.Pointer[simulator.Simulator] // what the address serves
}

func newR2Server(t *testing.T) *r2Server {
	t.Helper()
	s := &r2Server{r2Account: newR2(t, simulator.Options{}), current: &atomic.Pointer[simulator.Simulator]{}}
	s.current.Store(s.Simulator)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { s.current.Load().ServeHTTP(w, r) }))
	t.Cleanup(server.Close)
	s.url = server.URL
	return s
}

func (s *r2Server) declare(text string) {
	s.declareAt(`api_base_url = "`+s.url+`/client/v4"
  s3_endpoint_url = "`+s.url+`/s3/{jurisdiction}"`, text)
}

// command makes a process that runs bh; now, where it is not "", is its time.
func (s *r2Server) command(now string, args ...string) (*exec.Cmd, *bytes.Buffer) {
	cmd := exec.Command(os.Args[0], args...)
	cmd.Dir = s.dir
	cmd.Env = append(os.Environ(), "BH_TEST_AS_BH=1", "BH_TEST_NOW="+now, clitest.NoRaceSleep)
	for name, value := range s.env {
		cmd.Env = append(cmd.Env, name+"="+value)
	}
	out := &bytes.Buffer{}
	cmd.Stdout, cmd.Stderr = out, out
	return cmd, out
}

func (s *r2Server) run(now string, args ...string) string {
	s.t.Helper()
	cmd, out := s.command(now, args...)
	err := cmd.Run()
	s.shown.Write(out.Bytes())
	if err != nil {
		s.t.Fatalf("bh %s: %v\n%s", strings.Join(args, " "), err, out)
	}
	return out.String()
}

// TestR2_kill kills a real process with SIGKILL at each call of each change, before
// and after the call acts. Then one more apply, and everything is as it has to be.
func TestR2_kill(t *testing.T) {
	if testing.Short() {
		t.Skip("starts hundreds of processes")
	}
	for _, life := range r2Lives {
		for _, after := range []bool{false, true} {
			when := map[bool]string{false: "before", true: "after"}[after]
			t.Run(life.name+" "+when, func(t *testing.T) {
				t.Parallel()
				template := newR2Server(t)
				if life.before != "" {
					template.declare(life.before)
					template.run("", "apply", "--yes", "--quiet")
				}
				step := clitest.Sampled(8)
				for n := 1 + len(life.name)%step; ; n += step {
					s := template.copy(t)
					s.declare(life.after)
					if !s.killAt(n, after, append(life.args, "--parallelism", "1")) {
						t.Logf("killed at every %d of fewer than %d calls", step, n)
						if n < 4 {
							t.Errorf("only %d calls were met", n)
						}
						return
					}
					// What is to stay opens at any moment, so new keys are stored before the
					// old ones end.
					if dead := s.deadKeys(); len(dead) > 0 && life.projects > 0 {
						t.Errorf("right after the kill: %v", dead)
					}
					s.heals(life.projects)
					if t.Failed() {
						t.Fatalf("killed %s call %d", when, n)
					}
				}
			})
		}
	}
}

// copy returns a copy of the account and the folder, at the same address.
func (s *r2Server) copy(t *testing.T) *r2Server {
	t.Helper()
	account := &r2Account{Simulator: s.Simulator.Clone(), t: t, dir: t.TempDir(), env: maps.Clone(s.env)}
	if err := os.CopyFS(account.dir, os.DirFS(s.dir)); err != nil {
		t.Fatal(err)
	}
	// CopyFS keeps no modes, and bh takes no key that others can read.
	if err := os.Chmod(filepath.Join(account.dir, ".bh/identity.txt"), 0o600); err != nil && !os.IsNotExist(err) {
		t.Fatal(err)
	}
	account.env["BH_LOG_PATH"] = filepath.Join(account.dir, "trace.log")
	s.current.Store(account.Simulator)
	return &r2Server{account, s.url, s.current}
}

// killAt runs bh and kills it at the n-th call, and tells whether there was one.
func (s *r2Server) killAt(n int, after bool, args []string) bool {
	s.t.Helper()
	cmd, out := s.command("", args...)
	started, dead := make(chan struct{}), make(chan struct{})
	var count atomic.Int64 // reads of one vendor may come side by side
	s.OnCall(func(simulator.Call) *simulator.Fault {
		if count.Add(1) != int64(n) {
			return nil
		}
		return &simulator.Fault{After: after, Call: func() {
			<-started // or the process could be faster than what knows its id
			_ = cmd.Process.Kill()
			<-dead // so that nothing that comes after is its work
		}}
	})
	if err := cmd.Start(); err != nil {
		s.t.Fatal(err)
	}
	close(started)
	err := cmd.Wait()
	close(dead)
	s.shown.Write(out.Bytes())
	s.OnCall(nil)
	if met := count.Load() >= int64(n); met == clitest.WasKilled(err) && (met || err == nil) {
		return met
	}
	s.t.Fatalf("bh %s at call %d: %v\n%s", strings.Join(args, " "), n, err, out)
	return false
}

// heals applies again and checks the result, and once again when names that were left open
// are no longer watched.
func (s *r2Server) heals(projects int) {
	s.t.Helper()
	later := time.Now().Add(time.Hour).UTC().Format(time.RFC3339)
	for _, now := range []string{"", later} {
		shown := s.run(now, "apply", "--yes")
		wrong := s.complaintsOf(projects)
		if out := s.run(now, "plan"); !strings.Contains(out, "No changes") {
			wrong = append(wrong, "there is still something to do:\n"+out)
		}
		if len(wrong) > 0 {
			s.t.Errorf("%s\n\nall that was shown:\n%s\nthe apply at %q:\n%s", strings.Join(wrong, "\n"), &s.shown, now, shown)
			return
		}
	}
}

// complaintsOf is complaints without the time of a bubble.
func (s *r2Server) complaintsOf(projects int) []string {
	wrong := s.deadKeys()
	items, tokens, buckets := s.items(), s.minted(), s.Buckets()
	if len(items) != projects || len(tokens) != projects || len(buckets) != projects {
		wrong = append(wrong, fmt.Sprintf("%d items, %d tokens and %d buckets, want %d of each", len(items), len(tokens), len(buckets), projects))
	}
	trace, err := os.ReadFile(s.env["BH_LOG_PATH"])
	if err != nil || !bytes.Contains(trace, []byte("msg=request")) {
		wrong = append(wrong, fmt.Sprintf("the log has no requests in it (%v)", err))
	}
	shown := s.shown.String() + string(trace)
	for _, t := range s.Tokens(false) {
		if strings.Contains(shown, t.Value) {
			wrong = append(wrong, "the value of "+t.Name+" was shown")
		}
	}
	for _, item := range items {
		if strings.Contains(shown, item.Keys.SecretAccessKey.Reveal()) {
			wrong = append(wrong, "the secret of "+item.Title+" was shown")
		}
	}
	return append(wrong, s.Unknown()...)
}

// deadKeys names the items whose keys do not open their bucket.
func (s *r2Server) deadKeys() []string {
	s.t.Helper()
	cloud, err := cloudflare.Vendor.OpenBuckets(context.Background(), vendors.Host{Now: time.Now, Sleep: clitest.Sleep},
		vendors.Settings{"account_id": {Text: simulator.DefaultAccountID}, "api_token": {Secret: vendors.NewSecret("unused")}, "token_kind": {Text: "account"}})
	if err != nil {
		s.t.Fatal(err)
	}
	var dead []string
	for _, item := range s.items() {
		id := vendors.BucketID{Name: item.Keys.Bucket, Namespace: item.Keys.Jurisdiction}
		if err := cloud.(vendors.CredentialVerifier).VerifyCredential(context.Background(), id, item.Keys); err != nil {
			dead = append(dead, "the keys of "+item.Title+": "+err.Error())
		}
	}
	return dead
}
