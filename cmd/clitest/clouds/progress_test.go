package clouds

import (
	"bytes"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"buckethead/cmd/cli"
	"buckethead/cmd/clitest"
	simulator "buckethead/vendors/sim/cloudflare"
)

const slowProjects = `
project "x" {
  for_each = toset(["1", "2", "3", "4", "5", "6", "7", "8"])
  bucket   = "bucket-${each.key}"
}
`

// eachSecond ticks as the ticks of a real process do.
func eachSecond() (ticks <-chan time.Time, stop func()) {
	ticker := time.NewTicker(time.Second)
	return ticker.C, ticker.Stop
}

// A run without a terminal says every ten seconds that it goes on.
func TestR2_stillRunning(t *testing.T) {
	r2Case(t, simulator.Options{KeyDelay: 45 * time.Second}, func(t *testing.T, a *r2Account) {
		a.alter = func(p *cli.Process) { p.Ticks = eachSecond }
		a.declare(slowProjects)
		out := a.must("apply", "--yes")
		if n := strings.Count(out, "still running: x["); n < 3 || n > 5 || !strings.Contains(out, "; 0 of 8 done, 8 running") {
			t.Errorf("it said %d times that it goes on:\n%s", n, out)
		}
	})
}

// screenOf is what a terminal shows in the end of what was written to it, and every
// line that it showed in between.
func screenOf(t *testing.T, written string) (end, all string) {
	t.Helper()
	const upAndErase = "\x1b[A\x1b[2K"
	up := regexp.MustCompile("(" + regexp.QuoteMeta(upAndErase) + ")+")
	var lines []string
	for {
		at := up.FindStringIndex(written)
		text := written
		if at != nil {
			text = written[:at[0]]
		}
		for l := range strings.Lines(text) {
			if at != nil && !strings.HasSuffix(l, "\n") {
				t.Fatalf("a line is not ended before others go: %q", l)
			}
			lines = append(lines, l)
			all += l
		}
		if at == nil {
			return strings.Join(lines, ""), all
		}
		n := (at[1] - at[0]) / len(upAndErase)
		if n > len(lines) {
			t.Fatalf("%d lines go, and there are %d", n, len(lines))
		}
		lines, written = lines[:len(lines)-n], written[at[1]:]
	}
}

// On a terminal the last lines say what runs, and at the end nothing of them is left,
// also when a signal ended the run.
func TestR2_liveLines(t *testing.T) {
	for name, signalled := range map[string]bool{"done": false, "signal": true} {
		t.Run(name, func(t *testing.T) {
			r2Case(t, simulator.Options{KeyDelay: 30 * time.Second, Limit: 12, Window: 5 * time.Minute}, func(t *testing.T, a *r2Account) {
				a.alter = func(p *cli.Process) { p.Ticks, p.StdoutTTY, p.StderrTTY, p.Width = eachSecond, true, true, 80 }
				a.declare(slowProjects)
				want := 0
				if signalled {
					signals := make(chan os.Signal, 1)
					a.signals, want = signals, 130
					time.AfterFunc(20*time.Second, func() { signals <- os.Interrupt })
				}
				out, code := a.bh("apply", "--yes")
				end, all := screenOf(t, out)
				if code != want || !strings.Contains(end, "Apply ") || strings.Contains(end, " to go,") || strings.Contains(end, "waits until") {
					t.Errorf("exit %d, and the screen is\n%s", code, end)
				}
				for _, live := range []string{`0 of 8 done, 8 running`, `\+ provision  x\["\d"\]  (issue credential|verify credential|until 00:\d\d:\d\d: the new key) `, `Cloudflare waits until 00:0`} {
					if !regexp.MustCompile(live).MatchString(all) && !signalled {
						t.Errorf("it never showed %q:\n%s", live, all)
					}
				}
			})
		})
	}
}

// TestMain_faultLeavesTheScreenClean: live lines go before bh tells of a fault of its
// own.
func TestMain_faultLeavesTheScreenClean(t *testing.T) {
	p, _ := clitest.InProcess(t, "plan", "--no-color")
	var out bytes.Buffer
	now, ticks := p.Now(), make(chan time.Time)
	p.Stdout, p.Stderr, p.StderrTTY, p.Width = &out, &out, true, 80
	p.Now = func() time.Time { return now }
	p.Ticks = func() (<-chan time.Time, func()) { return ticks, func() {} }
	p.Env = func(name string) (string, bool) {
		if name == "GITHUB_ACTOR" { // the view is there, and the state is about to be read
			now = now.Add(2 * time.Second)
			ticks <- now
			ticks <- now // the first is over
			panic("no paper")
		}
		return "", false
	}
	code := cli.Main(p)
	end, all := screenOf(t, out.String())
	if code != 1 || !strings.HasPrefix(end, "Error: Internal error: this is a bug in bh [BH5050]") || strings.Contains(end, "Reading") || !strings.Contains(all, "Reading the state and what the providers have ... ") {
		t.Errorf("exit %d, and the screen is\n%s", code, end)
	}
}
