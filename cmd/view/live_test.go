package view

import (
	"bytes"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/mattn/go-runewidth"
	"pgregory.net/rapid"

	"buckethead/config/addr"
	"buckethead/config/diag"
	"buckethead/executor"
	"buckethead/planner"
)

// terminal is what a terminal shows of its input: lines, which a cursor above the last one can
// take away.
type terminal struct {
	t     interface{ Fatalf(string, ...any) }
	width int
	lines []string // the last one is where the cursor is
}

func (s *terminal) Write(b []byte) (int, error) {
	if s.lines == nil {
		s.lines = []string{""}
	}
	text := string(b)
	for text != "" {
		n := 0
		for ; strings.HasPrefix(text, upAndErase); n++ {
			text = text[len(upAndErase):]
		}
		if n > 0 {
			s.up(n)
			continue
		}
		head, rest, ended := strings.Cut(text, "\n")
		if strings.Contains(head, upAndErase) {
			s.t.Fatalf("a line is not ended before another takes its place: %q", head)
		}
		s.lines[len(s.lines)-1] += head
		if runewidth.StringWidth(plainOf(s.lines[len(s.lines)-1])) > s.width {
			s.t.Fatalf("a line of %d columns on a terminal of %d: %q", runewidth.StringWidth(plainOf(head)), s.width, head)
		}
		if ended {
			s.lines = append(s.lines, "")
		}
		text = rest
	}
	return len(b), nil
}

// up moves the cursor up by rows, of which a line that is wider than the terminal takes several, and erases them.
func (s *terminal) up(n int) {
	last := len(s.lines) - 1
	if s.lines[last] != "" {
		s.t.Fatalf("up by %d from %q", n, s.lines)
	}
	for ; n > 0 && last > 0; last-- {
		if n -= rowsOf(plainOf(s.lines[last-1]), s.width); n < 0 {
			s.t.Fatalf("up into the middle of %q", s.lines[last-1])
		}
	}
	if n > 0 {
		s.t.Fatalf("up by %d rows too many", n)
	}
	s.lines = append(s.lines[:last], "")
}

func plainOf(text string) string {
	return regexp.MustCompile(`\x1b\[[\d;]*m`).ReplaceAllString(text, "")
}

// rows are the lines without the last, empty one.
func (s *terminal) rows() []string {
	return s.lines[:max(0, len(s.lines)-1)]
}

// clock is a time that a test moves.
type clock struct{ now time.Time }

func (c *clock) pass(d time.Duration) { c.now = c.now.Add(d) }

// liveView is a view on a terminal of so many columns.
func liveView(t interface{ Fatalf(string, ...any) }, width int, color bool) (View, *terminal, *clock) {
	c := &clock{noon}
	screen := &terminal{t: t, width: width}
	o := options()
	o.Live, o.Now, o.Width, o.ErrWidth, o.Color, o.ErrColor = true, func() time.Time { return c.now }, width, width, color, color
	v, err := New("human", screen, screen, o)
	if err != nil {
		t.Fatalf("%v", err)
	}
	return v, screen, c
}

// TestLive_screens is an apply on terminals of three widths, looked at when much is
// under way and when it has ended.
func TestLive_screens(t *testing.T) {
	for _, width := range []int{60, 80, 200} {
		v, screen, c := liveView(t, width, false)
		var shots strings.Builder
		shot := func(title string) { fmt.Fprintf(&shots, "--- %s\n%s\n", title, strings.Join(screen.rows(), "\n")) }
		v.Tick()
		c.pass(3 * time.Second)
		v.Tick()
		shot("before the plan")
		plan := tenants(40)
		v.Plan(plan)
		screen.lines = nil // the plan has a test of its own
		for i, o := range plan.Operations[:14] {
			c.pass(time.Second)
			v.Event(executor.OperationStarted{Address: o.Address, Kind: o.Kind, At: c.now})
			v.Event(executor.StepStarted{Address: o.Address, Step: "create_bucket", Target: o.Bucket.Name, At: c.now})
			if i < 2 {
				v.Event(executor.Waiting{Address: o.Address, Why: "the new key does not work everywhere yet", Until: c.now.Add(time.Minute)})
			}
		}
		v.Waiting("Cloudflare", "1,200 calls in 5 minutes are used up", c.now.Add(200*time.Second))
		v.Event(executor.OperationDone{Result: executor.Result{Address: plan.Operations[5].Address, Kind: planner.Provision, Outcome: executor.Done, Ended: c.now}})
		v.Note("Stopping: running steps finish and are saved. Interrupt again to stop at once.")
		v.Diagnostics(diag.List{{Severity: diag.Warning, Kind: diag.Kind{Summary: "A warning"}}})
		shot("under way")
		for _, o := range plan.Operations[:14] {
			v.Event(executor.OperationDone{Result: executor.Result{Address: o.Address, Kind: planner.Provision, Outcome: executor.Done, Ended: c.now}})
		}
		v.Report(plan, executor.Report{})
		v.Done(End{})
		shot("at the end")
		golden(t, fmt.Sprintf("live.%d.txt", width), []byte(shots.String()))
	}
}

// TestLive_clean: whatever happens, nothing of the live lines stays when they end or
// between other lines, no line is too wide, and nothing that was said is taken away.
func TestLive_clean(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		width := rapid.IntRange(20, 200).Draw(t, "width")
		v, screen, c := liveView(t, 1<<20, rapid.Bool().Draw(t, "color"))
		v.(*human).live.width, v.(*human).o.ErrWidth = width, 0 // what is said stays whole here
		var said []string
		plan := tenants(20)
		for i := range plan.Operations {
			plan.Operations[i].Address = addr.Address{Kind: addr.Project, Name: "n", Key: anyText().Draw(t, "key") + strconv.Itoa(i)}
		}
		v.(*human).planned(plan)
		for range rapid.IntRange(1, 40).Draw(t, "events") {
			o := plan.Operations[rapid.IntRange(0, 19).Draw(t, "operation")]
			c.pass(time.Duration(rapid.IntRange(0, 3000).Draw(t, "ms")) * time.Millisecond)
			switch rapid.IntRange(0, 6).Draw(t, "what") {
			case 0, 1:
				v.Event(executor.OperationStarted{Address: o.Address, Kind: o.Kind, At: c.now})
			case 2:
				v.Event(executor.StepStarted{Address: o.Address, Step: anyText().Draw(t, "step"), At: c.now})
			case 3:
				v.Event(executor.Waiting{Address: o.Address, Why: anyText().Draw(t, "why"), Until: c.now.Add(time.Second)})
			case 4:
				v.Event(executor.OperationDone{Result: executor.Result{Address: o.Address, Kind: o.Kind, Outcome: executor.Done, Ended: c.now}})
				said = append(said, oneLine(o.Address.Label()+": provision done"))
			case 5:
				text := oneLine(anyText().Draw(t, "note"))
				v.Note(text)
				said = append(said, text)
			case 6:
				v.Waiting("Cloudflare", anyText().Draw(t, "limit"), c.now.Add(time.Second))
				v.Tick()
			}
			rows := screen.rows()
			if len(rows) < len(said) || !slices.Equal(trimmed(rows[:len(said)]), trimmed(said)) {
				t.Fatalf("the screen\n%q\nhas not what was said:\n%q", rows, said)
			}
			for _, l := range rows[len(said):] {
				if runewidth.StringWidth(plainOf(l)) >= width {
					t.Fatalf("%d columns of %d: %q", runewidth.StringWidth(plainOf(l)), width, l)
				}
			}
		}
		v.Done(End{})
		v.Tick()
		if rows := screen.rows(); !slices.Equal(trimmed(rows), trimmed(said)) {
			t.Fatalf("left behind:\n%q\nwant:\n%q", rows, said)
		}
	})
}

// TestLive_resized: a terminal that is made narrower wraps the live lines again, so that they take more rows. Nothing of
// them stays, and nothing that was said goes with them.
func TestLive_resized(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		v, screen, c := liveView(t, 200, rapid.Bool().Draw(t, "color"))
		live, o := v.(*human).live, &v.(*human).o
		o.ErrWidth = 0 // what is said stays whole here
		plan := tenants(20)
		v.(*human).planned(plan)
		var said []string
		for i := range rapid.IntRange(1, 20).Draw(t, "events") {
			c.pass(time.Second)
			at := plan.Operations[i].Address
			v.Event(executor.OperationStarted{Address: at, Kind: planner.Provision, At: c.now})
			v.Event(executor.Waiting{Address: at, Why: "the new key does not work everywhere yet 日本語", Until: c.now.Add(time.Minute)})
			c.pass(time.Second)
			v.Tick()
			width := rapid.IntRange(20, 200).Draw(t, "width")
			screen.width, live.width = width, width
			if rapid.Bool().Draw(t, "said") {
				said = append(said, "Short.")
				v.Note("Short.")
			}
			c.pass(time.Second)
			v.Tick()
			rows := screen.rows()
			if len(rows) < len(said) || !slices.Equal(rows[:len(said)], said) || strings.Count(strings.Join(rows, "\n"), " to go") > 1 {
				t.Fatalf("at %d columns the screen has\n%s", width, strings.Join(rows, "\n"))
			}
		}
		v.Done(End{})
		if rows := screen.rows(); !slices.Equal(rows, said) {
			t.Fatalf("left behind:\n%q\nwant:\n%q", rows, said)
		}
	})
}

// TestRowsOf: rows are counted as a terminal wraps them.
func TestRowsOf(t *testing.T) {
	for _, test := range []struct {
		line        string
		width, want int
	}{{"", 10, 1}, {strings.Repeat("a", 10), 10, 1}, {strings.Repeat("a", 11), 10, 2}, {strings.Repeat("日", 5), 10, 1},
		{"a" + strings.Repeat("日", 5), 10, 2}, {strings.Repeat("日", 10), 5, 5}, {strings.Repeat("a", 11), 0, 1}} {
		if got := rowsOf(test.line, test.width); got != test.want {
			t.Errorf("%q takes %d rows of %d columns, want %d", test.line, got, test.width, test.want)
		}
	}
}

func trimmed(lines []string) []string {
	out := make([]string, len(lines))
	for i, l := range lines {
		out[i] = strings.TrimRight(l, " ")
	}
	return out
}

// TestLive_waitEnds: a wait goes from the screen when its time has come.
func TestLive_waitEnds(t *testing.T) {
	v, screen, c := liveView(t, 80, false)
	v.Waiting("Cloudflare", "used up", c.now.Add(10*time.Second))
	if rows := screen.rows(); len(rows) != 1 || rows[0] != "Cloudflare waits until 12:00:10 (10s): used up" {
		t.Errorf("the screen is %q", rows)
	}
	c.pass(4 * time.Second)
	v.Tick()
	if rows := screen.rows(); !strings.Contains(strings.Join(rows, "\n"), "(6s)") {
		t.Errorf("the screen is %q", rows)
	}
	c.pass(6 * time.Second)
	v.Plan(&planner.Plan{})
	v.Fault(errors.New("no"))
	if rows := screen.rows(); !slices.Equal(rows, []string{"No changes.", "Error: no"}) {
		t.Errorf("the screen is %q", rows)
	}
}

// TestStillRunning: where there is no terminal, a line every ten seconds says what
// runs as long as nothing ends; if something does, no such line is needed.
func TestStillRunning(t *testing.T) {
	c := &clock{noon}
	var out bytes.Buffer
	o := options()
	o.Now = func() time.Time { return c.now }
	v, _ := New("human", &out, &out, o)
	plan := tenants(9)
	v.(*human).planned(plan)
	seconds := func(n int) string {
		out.Reset()
		for range n {
			c.pass(time.Second)
			v.Tick()
		}
		return out.String()
	}
	if got := seconds(30); got != "" {
		t.Errorf("nothing runs, and it says %q", got)
	}
	for _, o := range plan.Operations[:5] {
		v.Event(executor.OperationStarted{Address: o.Address, Kind: o.Kind, At: c.now})
		v.Event(executor.StepStarted{Address: o.Address, Step: "issue_credential", At: c.now})
	}
	v.Event(executor.Waiting{Address: plan.Operations[0].Address, Why: "slow", Until: c.now.Add(time.Hour)})
	if got := seconds(9); got != "" {
		t.Errorf("too soon: %q", got)
	}
	want := `still running: tenant["customer-0002"] (issue credential, 10s), tenant["customer-0003"] (issue credential, 10s), tenant["customer-0004"] (issue credential, 10s), and 2 more; ` +
		"0 of 9 done, 5 running (1 waiting), 4 to go\n"
	if got := seconds(1); got != want {
		t.Errorf("got  %swant %s", got, want)
	}
	if got := seconds(20); strings.Count(got, "still running: ") != 2 {
		t.Errorf("in twenty seconds: %q", got)
	}
	seconds(5)
	v.Event(executor.OperationDone{Result: executor.Result{Address: plan.Operations[1].Address, Outcome: executor.Done, Ended: c.now}})
	if got := seconds(9); got != "" {
		t.Errorf("one has just ended: %q", got)
	}
	if got := seconds(1); !strings.HasPrefix(got, "still running: ") || !strings.Contains(got, "1 of 9 done, 4 running") {
		t.Errorf("got %q", got)
	}
}

// TestFit_wide: what is wide is measured as terminals show it.
func TestFit_wide(t *testing.T) {
	for text, want := range map[string]int{"日本": 4, "é": 1, "👩\u200d🚀": 2, "🇩🇪": 2, "👍🏽": 2, "한국어": 6} {
		if got := runewidth.StringWidth(text); got != want {
			t.Errorf("%q takes %d columns, want %d", text, got, want)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		parts := rapid.SliceOfN(rapid.SampledFrom([]string{"a", "-", "日", "👩\u200d🚀", "🇩🇪", "e\u0301", "👍🏽", "한"}), 0, 40).Draw(t, "parts")
		text, width := strings.Join(parts, ""), rapid.IntRange(1, 60).Draw(t, "width")
		got := fit(text, width)
		if runewidth.StringWidth(got) > width {
			t.Fatalf("fit(%q, %d) = %q takes %d columns", text, width, got, runewidth.StringWidth(got))
		}
		if runewidth.StringWidth(text) <= width && got != text {
			t.Fatalf("fit(%q, %d) = %q", text, width, got)
		}
	})
}
