//go:build linux

package cli_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"buckethead/cmd/clitest"
	"buckethead/vendors/sim/connect"
	"buckethead/vendors/sim/s3api"
)

// hangs are what a command can be stuck in when a signal comes.
var hangs = []string{"store", "state", "pipe", "expression"}

// interruptible lists the commands and the hangs that each can be stuck in; "-" marks one
// that it does not meet.
var interruptible = []struct{ command, hangs string }{
	{"init", "- state pipe expression"},
	{"validate", "- - pipe expression"},
	{"fmt PIPE", "- - pipe -"},
	{"plan", "store state pipe expression"},
	{"plan --var-file PIPE", "- - pipe -"},
	{"apply --auto-approve", "store state pipe expression"},
	{"apply PIPE", "- - pipe -"},
	{"destroy --auto-approve", "store state pipe expression"},
	{"rotate photos --auto-approve", "store state pipe expression"},
	{"show", "- state pipe expression"},
	{"show PIPE", "- - pipe -"},
	{"status", "- state pipe expression"},
	{"status --prove", "store state pipe expression"},
	{"drift", "store state pipe expression"},
	{"discover", "store state pipe expression"},
	{"import other --bucket photos", "store state pipe expression"},
	{"import --from-terraform PIPE", "- - pipe -"},
	{"graph", "- - pipe expression"},
	{"doctor", "store state pipe expression"},
	{"doctor --prove", "store state pipe expression"},
	{"history", "- state pipe expression"},
	{"exec photos -- true", "store state pipe expression"},
	{"env photos", "- state pipe expression"},
	{"state list", "- state pipe expression"},
	{"state show photos", "- state pipe expression"},
	{"state mv photos pictures", "- state pipe expression"},
	{"state rm photos", "- state pipe expression"},
	{"state backup", "- state pipe expression"},
	{"state backup --list", "- state pipe expression"},
	{"state restore s3://states/stuck.state.previous", "- state pipe expression"},
	{"state pull copy.db", "- state pipe expression"},
	{"state push buckets.hcl", "- state pipe expression"},
	{"state migrate --from s3://states/elsewhere?region=us-east-1&endpoint_url=STATES", "- state pipe expression"},
	{"state rebuild", "- state pipe expression"},
	{"state rebuild --force", "store - pipe expression"},
	{"state lock", "- state pipe expression"},
	{"state lock list", "- state pipe expression"},
	{"state unlock 0123456789abcdef", "- state pipe expression"},
}

// TestInterrupt_table sends a signal to each command while it is stuck in each hang. It
// ends with the signal's exit code, soon, and nobody holds the shared lock after it.
func TestInterrupt_table(t *testing.T) {
	w := newStuckWorld(t)
	// With -every the bound is what people are promised; a busy machine may need longer.
	within := 15 * time.Second
	if *clitest.Every {
		within = 2 * time.Second
	}
	rows := []string{fmt.Sprintf("%-42s %8s %8s %8s %10s", "command", hangs[0], hangs[1], hangs[2], hangs[3])}
	n := 0
	for number, row := range interruptible {
		cells := []any{strings.NewReplacer("STATES", "…").Replace(row.command)}
		for i, hang := range strings.Fields(row.hangs) {
			if hang == "-" {
				cells = append(cells, "-")
				continue
			}
			if hang == "expression" && number%clitest.Sampled(4) > 0 {
				cells = append(cells, "") // all commands evaluate files in one place
				continue
			}
			if hang != hangs[i] {
				t.Fatalf("%s: column %d is %s", row.command, i, hang)
			}
			n++
			signals := []syscall.Signal{syscall.SIGINT, syscall.SIGTERM}
			if !*clitest.Every {
				signals = signals[n%2:][:1]
			}
			for _, signal := range signals {
				took := w.interrupt(row.command, hang, signal)
				if took > within {
					t.Errorf("bh %s, stuck in %s: ended %s after %v", row.command, hang, took, signal)
				}
				if len(signals) == 1 || signal == syscall.SIGINT {
					cells = append(cells, took.Round(time.Millisecond).String())
				}
			}
		}
		rows = append(rows, fmt.Sprintf("%-42.42s %8s %8s %8s %10s", cells...))
	}
	t.Logf("from the signal to the end:\n%s", strings.Join(rows, "\n"))
}

// TestInterrupt_twice: a second signal ends a command at once that the first cannot cut
// off, here because nobody takes what it prints.
func TestInterrupt_twice(t *testing.T) {
	w := newStuckWorld(t)
	full, out, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _, _ = full.Close(), out.Close() }()
	size, _, _ := syscall.Syscall(syscall.SYS_FCNTL, out.Fd(), 1032, 0) // F_GETPIPE_SZ
	if _, err := out.Write(make([]byte, size)); err != nil {
		t.Fatal(err)
	}
	before := w.server.store.asked.Load()
	cmd := w.bh("plan")
	cmd.Stdout = out
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	w.await(cmd, "nothing", func() bool { return w.server.store.asked.Load() > before }) // it takes signals by then
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	deadline := time.After(20 * time.Second)
	for {
		// The first may come before there is anything to print; both count.
		_ = cmd.Process.Signal(syscall.SIGTERM)
		select {
		case err := <-ended:
			if got := exitCodeOf(err); got != 143 {
				t.Errorf("exit %d, want 143", got)
			}
			return
		case <-deadline:
			_ = cmd.Process.Kill()
			t.Fatal("it does not end")
		case <-time.After(50 * time.Millisecond): // between two signals, which the system may join
		}
	}
}

// stuckWorld is a folder whose store and state are simulators on loopback that can stop to
// answer.
type stuckWorld struct {
	t      *testing.T
	dir    string
	states *s3api.Server
	server struct{ store, state *stuckServer }
}

// stuckServer answers until it is told to hang.
type stuckServer struct {
	*httptest.Server
	asked   atomic.Int64
	mu      sync.Mutex
	hanging chan struct{} // nil while it answers; gets a value for each request that hangs
}

func newStuckServer(t *testing.T, next http.Handler) *stuckServer {
	s := &stuckServer{}
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.asked.Add(1)
		s.mu.Lock()
		hanging := s.hanging
		s.mu.Unlock()
		if hanging == nil {
			next.ServeHTTP(w, r)
			return
		}
		select {
		case hanging <- struct{}{}:
		default:
		}
		<-r.Context().Done()
	}))
	t.Cleanup(s.Close)
	return s
}

// hang has the server answer nothing any more, until answer is called. hung gets a value
// when a request has come.
func (s *stuckServer) hang() (hung <-chan struct{}, answer func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := make(chan struct{}, 1)
	s.hanging = c
	return c, func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.hanging = nil
	}
}

const stuckFile = `
bh {
  stack = "stuck"
  state "s3" {
    bucket             = "states"
    key                = "stuck.state"
    region             = "us-east-1"
    endpoint_url       = "STATES"
    lock_expires_after = "10s"
  }
}
variable "unused" { default = "" }
cloud "local" "main" {}
secrets "onepassword" "eng" {
  vault     = "Engineering"
  on_delete = "delete"
}
project "photos" { bucket = "photos" }
`

// endless takes longer to evaluate than any test.
const endless = `
locals {
  many    = flatten([for a in range(200) : [for b in range(1000) : a * 1000 + b]])
  endless = length(distinct(local.many))
}
`

func newStuckWorld(t *testing.T) *stuckWorld {
	t.Helper()
	w := &stuckWorld{t: t, dir: t.TempDir(), states: s3api.New(s3api.Options{AccessKeyID: "key", SecretAccessKey: "secret", Region: "us-east-1",
		Buckets: []string{"states"}, Now: time.Now})}
	vault := connect.New(connect.Options{Now: time.Now})
	vault.AddToken("token", connect.Token{Vaults: []string{vault.AddVault("Engineering")}, Write: true})
	w.server.store, w.server.state = newStuckServer(t, vault), newStuckServer(t, w.states)
	file := strings.Replace(stuckFile, "STATES", w.server.state.URL, 1)
	w.write("buckets.hcl", file)
	w.write("endless.hcl", file+endless)
	if err := syscall.Mkfifo(filepath.Join(w.dir, "PIPE"), 0o600); err != nil {
		t.Fatal(err)
	}
	if out, err := w.bh("apply", "--auto-approve").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return w
}

func (w *stuckWorld) write(name, text string) {
	w.t.Helper()
	if err := os.WriteFile(filepath.Join(w.dir, name), []byte(text), 0o600); err != nil {
		w.t.Fatal(err)
	}
}

// bh makes a process in the folder.
func (w *stuckWorld) bh(args ...string) *exec.Cmd {
	cmd := exec.Command(os.Args[0], args...)
	cmd.Dir = w.dir
	cmd.Env = append(os.Environ(), "BH_TEST_AS_BH=1", "GORACE=atexit_sleep_ms=0", "OP_CONNECT_HOST="+w.server.store.URL, "OP_CONNECT_TOKEN=token",
		"AWS_ACCESS_KEY_ID=key", "AWS_SECRET_ACCESS_KEY=secret", "AWS_CONFIG_FILE="+os.DevNull, "AWS_SHARED_CREDENTIALS_FILE="+os.DevNull,
		"BH_CLI_ARGS_destroy=--allow-destroy 9", "BH_CLI_ARGS_apply=--allow-destroy 9")
	return cmd
}

// interrupt runs a command until it is stuck, sends the signal, and returns how long the
// command takes to end.
func (w *stuckWorld) interrupt(command, hang string, signal syscall.Signal) time.Duration {
	w.t.Helper()
	args := strings.Fields(strings.ReplaceAll(command, "STATES", w.server.state.URL))
	stuck := func(*exec.Cmd) bool { return true }
	switch hang {
	case "store", "state":
		server := map[string]*stuckServer{"store": w.server.store, "state": w.server.state}[hang]
		hung, answer := server.hang()
		defer answer()
		stuck = func(*exec.Cmd) bool { return len(hung) > 0 }
	case "pipe":
		if !strings.Contains(command, "PIPE") {
			args = append([]string{"--file", "PIPE"}, args...)
		}
		stuck = func(*exec.Cmd) bool { return w.pipeHasAReader() }
	case "expression":
		args = append([]string{"--file", "endless.hcl"}, args...)
		stuck = func(cmd *exec.Cmd) bool { return cpuTimeOf(cmd.Process) >= 120*time.Millisecond }
	}
	cmd := w.bh(args...)
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	if err := cmd.Start(); err != nil {
		w.t.Fatal(err)
	}
	w.await(cmd, hang, func() bool { return stuck(cmd) })
	sent := time.Now()
	if err := cmd.Process.Signal(signal); err != nil {
		w.t.Fatal(err)
	}
	guard := time.AfterFunc(time.Minute, func() { _ = cmd.Process.Kill() })
	defer guard.Stop()
	err := cmd.Wait()
	took := time.Since(sent)
	want := map[syscall.Signal]int{syscall.SIGINT: 130, syscall.SIGTERM: 143}[signal]
	if got := exitCodeOf(err); got != want || strings.Contains(out.String(), "Error") {
		w.t.Errorf("bh %s, stuck in %s: %v: exit %d, want %d without an error, and it said\n%s", strings.Join(args, " "), hang, signal, got, want, &out)
	}
	if lock := w.lock(); !lock.Released {
		w.t.Errorf("bh %s, stuck in %s: the lock %s is still held", command, hang, lock.ID)
	}
	return took
}

// await polls until a process is stuck.
func (w *stuckWorld) await(cmd *exec.Cmd, hang string, isStuck func() bool) {
	w.t.Helper()
	for deadline := time.Now().Add(time.Minute); !isStuck(); time.Sleep(2 * time.Millisecond) { // a poll of the test's own
		if time.Now().After(deadline) {
			_ = cmd.Process.Kill()
			_ = cmd.Wait()
			w.t.Fatalf("bh %s does not get stuck in %s: %s", strings.Join(cmd.Args[1:], " "), hang, cmd.Stdout)
		}
	}
}

// pipeHasAReader opens the pipe as who writes to it would, which fails while nobody reads.
func (w *stuckWorld) pipeHasAReader() bool {
	writer, err := os.OpenFile(filepath.Join(w.dir, "PIPE"), os.O_WRONLY|syscall.O_NONBLOCK, 0)
	if errors.Is(err, syscall.ENXIO) {
		return false
	}
	if err != nil {
		w.t.Fatal(err)
	}
	// It stays open until the test ends: closed, it would end what is read.
	w.t.Cleanup(func() { _ = writer.Close() })
	return true
}

// cpuTimeOf reads how long a process has worked.
func cpuTimeOf(p *os.Process) time.Duration {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", p.Pid))
	if err != nil {
		return 0
	}
	fields := strings.Fields(string(text[bytes.LastIndexByte(text, ')')+1:]))
	ticks, _ := strconv.Atoi(fields[11]) // utime, in hundredths of a second
	return time.Duration(ticks) * 10 * time.Millisecond
}

type lockObject struct {
	ID       string `json:"id"`
	Released bool   `json:"released"`
}

func (w *stuckWorld) lock() (l lockObject) {
	w.t.Helper()
	body, _, _ := w.states.Object("states", "stuck.state.lock")
	if err := json.Unmarshal(body, &l); err != nil {
		w.t.Fatal(err)
	}
	return l
}

func exitCodeOf(err error) int {
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		return exit.ExitCode()
	}
	if err != nil {
		return -1
	}
	return 0
}

// A pipe for the step's outputs that nobody reads holds nobody, and hides no signal.
func TestInterrupt_outputs(t *testing.T) {
	w := newStuckWorld(t)
	for _, args := range []string{"plan", "apply --auto-approve"} {
		cmd := w.bh(strings.Fields(args)...)
		before := w.server.store.asked.Load()
		cmd.Env = append(cmd.Env, "GITHUB_OUTPUT="+filepath.Join(w.dir, "PIPE"))
		var out bytes.Buffer
		cmd.Stdout, cmd.Stderr = &out, &out
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		w.await(cmd, "nothing", func() bool { return w.server.store.asked.Load() > before })
		time.Sleep(300 * time.Millisecond) // there is nothing to see of a writer that waits
		_ = cmd.Process.Signal(syscall.SIGTERM)
		guard := time.AfterFunc(20*time.Second, func() { _ = cmd.Process.Kill() })
		if got := exitCodeOf(cmd.Wait()); got != 143 && (args == "plan" || got != 0) || strings.Contains(out.String(), "Error") {
			t.Errorf("bh %s: exit %d:\n%s", args, got, &out)
		}
		guard.Stop()
		if lock := w.lock(); !lock.Released {
			t.Errorf("bh %s: the lock %s is still held", args, lock.ID)
		}
	}
}

// A lock that a signal could not release, because its server is gone, is told of.
func TestInterrupt_tellsOfALockThatIsLeft(t *testing.T) {
	w := newStuckWorld(t)
	hung, answer := w.server.store.hang()
	defer answer()
	cmd := w.bh("apply", "--auto-approve")
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	w.await(cmd, "store", func() bool { return len(hung) > 0 })
	w.server.state.Listener.Close()
	w.server.state.CloseClientConnections()
	_ = cmd.Process.Signal(syscall.SIGINT)
	if got := exitCodeOf(cmd.Wait()); got != 1 || !strings.Contains(out.String(), "lock") {
		t.Errorf("exit %d, want 1 and a word of the lock:\n%s", got, &out)
	}
}

// A signal in the middle of a migration leaves one place in use, or says that both are.
func TestInterrupt_migrate(t *testing.T) {
	w := newStuckWorld(t)
	reached := make(chan struct{}, 9)
	old := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		if r.Header.Get("X-Amz-Copy-Source") != "" { // the new place has the state by then
			reached <- struct{}{}
		}
		w.states.ServeHTTP(rw, r)
	}))
	defer old.Close()
	w.write("local.hcl", "bh {\n  stack = \"stuck\"\n  state \"local\" { path = \"here.db\" }\n}\n"+stuckFile[strings.Index(stuckFile, "variable"):])
	cmd := w.bh("--file", "local.hcl", "state", "migrate", "--from", "s3://states/stuck.state?region=us-east-1&endpoint_url="+old.URL)
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	w.await(cmd, "nothing", func() bool { return len(reached) > 0 })
	_ = cmd.Process.Signal(syscall.SIGINT)
	_ = cmd.Wait()
	again, err := w.bh("status").CombinedOutput()
	if _, stat := os.Stat(filepath.Join(w.dir, "here.db")); stat != nil || err == nil || !strings.Contains(string(again), "BH5032") {
		t.Errorf("the new place: %v; it said\n%s\nthe old place: %v\n%s", stat, &out, err, again)
	}
}
