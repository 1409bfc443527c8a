package action

import (
	"bufio"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// stub makes a bh that is a script.
func (r *actionRunner) stub(script string) {
	r.t.Helper()
	r.bh = filepath.Join(r.t.TempDir(), "bh")
	if err := os.WriteFile(r.bh, []byte("#!/usr/bin/env bash\n"+script), 0o700); err != nil {
		r.t.Fatal(err)
	}
}

// The lines of bh, as far as they say which key is in which item.
func lineStart(action, address string) string {
	return fmt.Sprintf(`{"@message":"x","format":2,"type":"apply_start","hook":{"action":%q,"resource":{"addr":%q}}}`, action, address)
}

func lineStep(step, address string) string {
	return fmt.Sprintf(`{"@message":"x","format":2,"type":"apply_progress","hook":{"step":%q,"resource":{"addr":%q}}}`, step, address)
}

func lineEnd(action, outcome, address string) string {
	return fmt.Sprintf(`{"@message":"x","format":2,"type":"apply_complete","hook":{"action":%q,"outcome":%q,"resource":{"addr":%q}}}`, action, outcome, address)
}

func TestAction_rotatesWhatIsDue(t *testing.T) {
	const issue, store, verify, revoke = "issue_credential", "store_credential", "verify_credential", "revoke_credential"
	tenant := `project.tenant["a\"b"]`
	for name, test := range map[string]struct {
		lines []string
		code  string
		want  string
	}{
		"nothing due": {[]string{`{"type":"version"}`, `{"type":"done","outcomes":{}}`}, "0", `[]`},
		"two, at the same time": {[]string{lineStart("rotate", tenant), lineStart("rotate", "project.photos"), lineStep(issue, tenant), lineStep(issue, "project.photos"),
			lineStep(store, tenant), lineStep(store, "project.photos"), lineStep(verify, tenant), lineEnd("rotate", "done", "project.photos"), lineEnd("rotate", "done", tenant)}, "0", `["project.photos","project.tenant[\"a\\\"b\"]"]`},
		"an overlap that ended": {[]string{lineStart("rotate", "project.photos"), lineStep(revoke, "project.photos"), lineEnd("rotate", "done", "project.photos")}, "0", `[]`},
		"taken up again":        {[]string{lineStart("heal", "project.photos"), lineStep(store, "project.photos"), lineEnd("heal", "done", "project.photos")}, "0", `["project.photos"]`},
		"a first key":           {[]string{lineStart("provision", "project.photos"), lineStep(store, "project.photos"), lineEnd("provision", "done", "project.photos")}, "0", `[]`},
		"stored, not revoked":   {[]string{lineStart("rotate", "project.photos"), lineStep(store, "project.photos"), lineStep(revoke, "project.photos"), lineEnd("rotate", "failed", "project.photos")}, "1", `["project.photos"]`},
		"not stored":            {[]string{lineStart("rotate", "project.photos"), lineStep(store, "project.photos"), lineEnd("rotate", "failed", "project.photos")}, "1", `[]`},
		"not issued":            {[]string{lineStart("rotate", "project.photos"), lineStep(issue, "project.photos"), lineEnd("rotate", "failed", "project.photos")}, "1", `[]`},
		"killed":                {[]string{lineStart("rotate", "project.photos"), lineStep(store, "project.photos"), lineStep(verify, "project.photos"), `{"type":"apply_pro`}, "137", `["project.photos"]`},
		"not begun":             {nil, "1", `[]`},
	} {
		t.Run(name, func(t *testing.T) {
			r := newActionRunner(t)
			r.write("lines", strings.Join(test.lines, "\n"))
			r.stub("printf '%s\\n' \"$*\" >told\nenv >environment\nfor last; do :; done\ncat lines >\"$last\"\nexit " + test.code + "\n")
			log, outputs, ok := r.run("bh-rotate.yml", map[string]any{"schedule": "41 4 * * *"}, nil)
			if ok != (test.code == "0") || outputs["rotated"] != test.want {
				t.Errorf("ended well %t, rotated %s, want %s\n%s", ok, outputs["rotated"], test.want, log)
			}
			told := intoLines.ReplaceAllString(read(t, filepath.Join(r.workspace, "told")), "")
			if told != "rotate --chdir . --due --auto-approve\n" || !strings.Contains(read(t, filepath.Join(r.workspace, "environment")), "BH_CLI_ARGS= --lock-timeout 30m\n") {
				t.Errorf("bh was told %q", told)
			}
			if len(r.github.writes) > 0 {
				t.Errorf("wrote %q", r.github.writes)
			}
		})
	}
}

// The lines are bh's own: an apply that has to renew a key names it, too.
func TestAction_appliesAndNamesWhatItRenewed(t *testing.T) {
	r := newActionRunner(t)
	r.write("buckets.hcl", actionHead+actionProject("photos")+actionProject("videos"))
	apply := func(args, want string) {
		t.Helper()
		log, outputs, ok := r.use(map[string]string{"command": "apply", "expect": "none", "bh": r.bh, "args": args}, nil)
		if !ok || outputs["rotated"] != want {
			t.Fatalf("rotated %s, want %s\n%s", outputs["rotated"], want, log)
		}
	}
	apply("", `[]`)
	if err := os.Remove(filepath.Join(r.workspace, ".bh", "secrets.age")); err != nil {
		t.Fatal(err)
	}
	apply("--allow-reissue", `["project.photos","project.videos"]`)
	apply("", `[]`)
}

// A runner that ends a job signals the shell alone. bh hears of it, and the shell waits for it.
func TestAction_passesSignalsOn(t *testing.T) {
	for _, command := range []string{"apply", "rotate", "plan", "drift"} {
		r := newActionRunner(t)
		pipe := filepath.Join(r.workspace, "pipe")
		if err := syscall.Mkfifo(pipe, 0o600); err != nil {
			t.Fatal(err)
		}
		said, err := os.OpenFile(pipe, os.O_RDWR|syscall.O_NONBLOCK, 0)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = said.Close() })
		if err := said.SetReadDeadline(time.Now().Add(time.Minute)); err != nil {
			t.Fatal(err)
		}
		lines := bufio.NewReader(said)
		r.stub(`heard() { echo heard >pipe; seen=$((seen + 1)); [ "$seen" -lt 2 ] || { kill "$nap"; echo saved >saved; exit 130; }; }
seen=0
trap heard TERM
sleep 30 >/dev/null 2>&1 &
nap=$!
echo ready >pipe
while kill -0 "$nap"; do wait; done
`)
		r.interrupt = func(shell *os.Process) {
			for _, want := range []string{"ready\n", "heard\n"} {
				if line, err := lines.ReadString('\n'); line != want {
					t.Errorf("%s: bh said %q and not %q (%v)", command, line, want, err)
				}
				if err := shell.Signal(os.Interrupt); err != nil {
					t.Error(err)
				}
			}
		}
		log, _, ok := r.use(map[string]string{"command": command, "expect": "none", "bh": r.bh}, nil)
		if ok || read(t, filepath.Join(r.workspace, "saved")) == "" {
			t.Errorf("%s: ended well %t, before bh did\n%s", command, ok, log)
		}
		if left, _ := filepath.Glob(filepath.Join(r.env["RUNNER_TEMP"], "bh-work*")); len(left) > 0 {
			t.Errorf("left %q", left)
		}
	}
}
