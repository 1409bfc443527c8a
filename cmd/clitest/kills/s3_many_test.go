package kills

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/anishathalye/porcupine"

	"buckethead/cmd/clitest"
)

// TestS3_many starts runners at once, each a process in a folder of its own that
// provisions one project, and kills some at random; those are started again. Others
// read meanwhile. Then: no write is lost, serials rise, nothing was written but by the
// holder of the lock, no key is stranded, and what everyone saw is linearizable.
func TestS3_many(t *testing.T) {
	if testing.Short() {
		t.Skip("starts many processes")
	}
	runners, kills, reads := 5, 1, 20
	if *clitest.Every {
		runners, kills, reads = 50, 12, 10_000
	}
	m := &many{t: t, server: newS3Server(t), world: t.TempDir(), key: newStateKey(t)}
	for n := range runners {
		m.text += fmt.Sprintf("project \"p%02d\" { bucket = \"bucket-%02d\" }\n", n, n)
	}
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	random := rand.New(rand.NewPCG(seed, 1))
	var all sync.WaitGroup
	for n := range runners {
		dies := 0
		if n < kills {
			dies = 1 + random.IntN(12)
		}
		all.Go(func() { m.provision(n, dies) })
	}
	reading := make(chan struct{})
	all.Go(func() {
		for range reads {
			select {
			case <-reading:
				return
			default:
				m.read()
			}
		}
	})
	m.finished(runners)
	close(reading)
	all.Wait()
	if t.Failed() {
		return
	}
	last := m.runner()
	if out := last.Must("plan"); !strings.Contains(out, "No changes") {
		t.Errorf("there is something to do:\n%s", out)
	}
	if wrong := worldFaults(t, m.world, runners, runners); wrong != "" {
		t.Error(wrong)
	}
	m.checkHistory(last, runners)
	m.checkCalls()
	m.checkServer()
	m.checkReads()
}

type many struct {
	t      *testing.T
	server *s3Server
	world  string
	key    string
	text   string

	mu      sync.Mutex
	done    int
	applies []manyApply
	reads   []manyRead
}

// manyApply is one process that provisions; killed ones may have done it or not.
type manyApply struct {
	project      string
	begun, ended time.Time
	killed       bool
}

// manyRead is what one process read.
type manyRead struct {
	projects     map[string]bool
	begun, ended time.Time
}

func (m *many) runner() runner {
	r := newRunner(m.t, m.server, m.world, m.key)
	r.declare(clitest.Head + m.text)
	return r
}

// finished waits until all runners are done.
func (m *many) finished(n int) {
	for {
		m.mu.Lock()
		done := m.done
		m.mu.Unlock()
		if done == n {
			return
		}
		time.Sleep(20 * time.Millisecond) // a poll of the test's own
	}
}

// provision runs one project's apply until it succeeds; the first time it is killed at
// the dies-th call of any runner to the server after it began, where that is not 0.
func (m *many) provision(n, dies int) {
	defer func() {
		m.mu.Lock()
		m.done++
		m.mu.Unlock()
	}()
	project := fmt.Sprintf("p%02d", n)
	for {
		r := m.runner()
		cmd := r.Command(append(clitest.StatesEnvironment(), "GITHUB_ACTOR="+project),
			"apply", "--yes", "--quiet", "--target", project, "--lock-timeout", "10m")
		var out bytes.Buffer
		cmd.Stdout, cmd.Stderr = &out, &out
		begun := time.Now()
		if err := cmd.Start(); err != nil {
			m.t.Error(err)
			return
		}
		if dies > 0 {
			m.server.killSoon(dies, cmd.Process)
			dies = 0
		}
		err := cmd.Wait()
		m.mu.Lock()
		m.applies = append(m.applies, manyApply{project, begun, time.Now(), err != nil})
		m.mu.Unlock()
		switch {
		case err == nil:
			return
		case strings.Contains(out.String(), "[BH5031]"):
			// The machine was so busy that the lock expired: it noticed, and begins again.
		case !clitest.WasKilled(err):
			m.t.Errorf("%s: %v\n%s", project, err, &out)
			return
		}
	}
}

// read lists the projects that the state knows.
func (m *many) read() {
	begun := time.Now()
	out, err := m.runner().BH(nil, "state", "list", "--quiet")
	if err != nil {
		m.t.Errorf("read: %v\n%s", err, out)
		return
	}
	r := manyRead{projects: map[string]bool{}, begun: begun, ended: time.Now()}
	for line := range strings.Lines(out) {
		if name, ok := strings.CutPrefix(strings.TrimSpace(line), "project."); ok {
			r.projects[name] = true
		}
	}
	m.mu.Lock()
	m.reads = append(m.reads, r)
	m.mu.Unlock()
}

// checkHistory: each project was provisioned once, by its own runner.
func (m *many) checkHistory(r runner, runners int) {
	var history struct {
		Entries []struct{ Address, Operation, Outcome, Actor string }
	}
	out := r.Must("history", "--json", "--limit", "0")
	if err := json.Unmarshal([]byte(out), &history); err != nil {
		m.t.Fatalf("%v\n%s", err, out)
	}
	met := map[string]int{}
	for _, e := range history.Entries {
		if e.Operation == "provision" && e.Outcome == "done" && "project."+e.Actor == e.Address {
			met[e.Address]++
		} else {
			m.t.Errorf("history has %+v", e)
		}
	}
	if len(history.Entries) != runners || len(met) != runners {
		m.t.Errorf("history has %d entries of %d projects, want %d of each", len(history.Entries), len(met), runners)
	}
}

// checkCalls: the state's serials rise, and only the holder of the lock writes it.
func (m *many) checkCalls() {
	holder, serial, writes := "", uint64(0), 0
	for _, c := range m.server.acted() {
		if c.method != "PUT" || c.status != 200 {
			continue
		}
		switch c.key {
		case m.key + ".lock":
			var l lockObject
			if err := json.Unmarshal(c.body, &l); err != nil {
				m.t.Fatal(err)
			}
			holder = l.ID
			if l.Released {
				holder = ""
			}
		case m.key:
			h := readStateHeader(m.t, c.body)
			if h.Lock != holder {
				m.t.Errorf("serial %d was written under the lock %s, and %q was held", h.Serial, h.Lock, holder)
			}
			if h.Serial <= serial && writes > 0 {
				m.t.Errorf("serial %d came after %d", h.Serial, serial)
			}
			serial = h.Serial
			writes++
		}
	}
	m.t.Logf("%d writes of the state, the last of serial %d", writes, serial)
}

// checkServer checks each object's history of reads and conditional writes against the model
// of a register. If the server is not linearizable, no other result counts.
func (m *many) checkServer() {
	for _, key := range []string{m.key, m.key + ".lock"} {
		var ops []porcupine.Operation
		for i, c := range m.server.acted() {
			if c.key == key && (c.method == "GET" || c.method == "PUT") {
				ops = append(ops, porcupine.Operation{ClientId: i, Input: c, Output: c, Call: c.begun.UnixNano(), Return: c.ended.UnixNano()})
			}
		}
		result := porcupine.CheckOperationsTimeout(registerModel, ops, time.Minute)
		if result != porcupine.Ok {
			m.t.Errorf("%s: %d calls are not linearizable: %s", key, len(ops), result)
			continue
		}
		m.t.Logf("%s: %d calls are linearizable", key, len(ops))
	}
}

// registerModel is an object: its ETag, or "" where it is absent.
var registerModel = porcupine.Model{
	Init: func() any { return "" },
	Step: func(state, input, _ any) (bool, any) {
		now, c := state.(string), input.(s3Call)
		switch {
		case c.method == "GET" && c.status == 404:
			return now == "", now
		case c.method == "GET":
			return now == c.etag, now
		case c.nomatch == "*" && c.status == 200:
			return now == "", c.etag
		case c.nomatch == "*":
			return now != "", now
		case c.status == 200:
			return now == c.match, c.etag
		}
		return now != c.match, now
	},
	Equal: func(a, b any) bool { return a == b },
}

// checkReads checks what the processes saw against a model with one register for each
// project: provisioned or not. An apply that was killed may count at any time after, or never.
func (m *many) checkReads() {
	byProject := map[string][]porcupine.Operation{}
	for i, a := range m.applies {
		ended := a.ended
		if a.killed {
			ended = ended.Add(time.Hour)
		}
		byProject[a.project] = append(byProject[a.project], porcupine.Operation{ClientId: i, Input: "provision", Output: a.killed, Call: a.begun.UnixNano(), Return: ended.UnixNano()})
	}
	for project, ops := range byProject {
		for i, r := range m.reads {
			ops = append(ops, porcupine.Operation{ClientId: len(m.applies) + i, Input: "read", Output: r.projects[project], Call: r.begun.UnixNano(), Return: r.ended.UnixNano()})
		}
		if result := porcupine.CheckOperationsTimeout(provisionModel, ops, time.Minute); result != porcupine.Ok {
			m.t.Errorf("%s: what was read is not linearizable: %s", project, result)
		}
	}
	m.t.Logf("%d reads and %d applies are linearizable", len(m.reads), len(m.applies))
}

var provisionModel = (&porcupine.NondeterministicModel{
	Init: func() []any { return []any{false} },
	Step: func(state, input, output any) []any {
		switch {
		case input == "read" && state == output:
			return []any{state}
		case input == "read":
			return nil
		case output == true: // killed
			return []any{state, true}
		}
		return []any{true}
	},
	Equal: func(a, b any) bool { return a == b },
}).ToModel()
