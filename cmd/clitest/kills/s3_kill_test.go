package kills

import (
	"bytes"
	"fmt"
	"path/filepath"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"buckethead/cmd/clitest"
)

// s3States counts the keys of states, so that each test has its own on a server that keeps them.
var s3States atomic.Int64

func newStateKey(t *testing.T) string {
	return fmt.Sprintf("%d/%d.state", time.Now().UnixNano(), s3States.Add(1))
}

// runner is a machine that runs bh for the world in another folder: its own is gone
// after the job, and only what is in the bucket is left of it.
type runner struct {
	clitest.Stage
	server *s3Server
	world  string // the folder of the cloud and of the store
	key    string
}

func newRunner(t *testing.T, server *s3Server, world, key string) runner {
	t.Helper()
	return runner{clitest.NewStage(t), server, world, key}
}

// declare writes the file, with the cloud, the store and the state that all runners share.
func (r runner) declare(text string) {
	text = strings.NewReplacer(
		`bh { stack = "kill" }`, "bh {\n  stack = \"kill\"\n  "+r.server.block(r.key, "5s")+"\n}",
		`cloud "local" "main" {}`, `cloud "local" "main" { root = "`+filepath.Join(r.world, ".bh/local")+`" }`,
		`secrets "age_file" "main" {}`, "secrets \"age_file\" \"main\" {\n  path = \""+filepath.Join(r.world, ".bh/secrets.age")+
			"\"\n  identity_file = \""+filepath.Join(r.world, ".bh/identity.txt")+"\"\n}").Replace(text)
	r.Write("buckets.hcl", text)
}

func (r runner) BH(env []string, args ...string) (string, error) {
	return r.Stage.BH(append(clitest.StatesEnvironment(), env...), args...)
}

func (r runner) Must(args ...string) string {
	r.T.Helper()
	out, err := r.BH(nil, args...)
	if err != nil {
		r.T.Fatalf("bh %s: %v\n%s", strings.Join(args, " "), err, out)
	}
	return out
}

// killAt runs bh and kills it at the n-th call to the server of the state, and tells
// whether there was one.
func (r runner) killAt(n int, after bool, args ...string) bool {
	r.T.Helper()
	cmd := r.Command(clitest.StatesEnvironment(), args...)
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	started, dead := make(chan struct{}), make(chan struct{})
	met := false
	r.server.on(func(c s3Call) *s3Fault {
		if c.n != n {
			return nil
		}
		met = true
		return &s3Fault{After: after, Lose: true, Act: func() {
			<-started
			_ = cmd.Process.Kill()
			<-dead // so that nothing that comes after is its work
		}}
	})
	if err := cmd.Start(); err != nil {
		r.T.Fatal(err)
	}
	close(started)
	err := cmd.Wait()
	close(dead)
	r.server.on(nil)
	if met != clitest.WasKilled(err) || !met && err != nil {
		r.T.Fatalf("call %d: met %t: %v\n%s", n, met, err, &out)
	}
	return met
}

// lives are the changes at which a runner is killed.
var s3Lives = []struct {
	name, before, after string
	args                []string
	keys, items         int
}{
	{"provision", "", clitest.Three, []string{"apply"}, 2, 3},
	{"change", clitest.Three, changed, []string{"apply"}, 1, 2},
	{"rotate", clitest.Three, atOnce, []string{"rotate", "photos", "albums"}, 2, 3},
	{"destroy", clitest.Three, clitest.Head, []string{"apply"}, 0, 0},
}

// TestS3_kill kills a runner at each request of an apply to the server of the state, on
// both sides of what the request does, and at each boundary of its other work. Another
// runner, which has nothing but the bucket, applies again: then there is nothing left
// to do, one key and one item a project, and every key works.
func TestS3_kill(t *testing.T) {
	if testing.Short() {
		t.Skip("starts hundreds of processes")
	}
	for _, life := range s3Lives {
		for _, where := range []string{"before a call", "after a call", "at a boundary"} {
			t.Run(life.name+" "+where, func(t *testing.T) {
				t.Parallel()
				server := newS3Server(t)
				step := clitest.Sampled(map[bool]int{true: 31, false: 11}[where == "at a boundary"])
				for n := 1 + len(life.name)%step; ; n += step {
					server.setAhead(0)
					world := clitest.NewStage(t)
					first := newRunner(t, server, world.Dir, newStateKey(t))
					if life.before != "" {
						first.declare(life.before)
						first.Must("apply", "--yes", "--quiet")
					}
					first.declare(life.after)
					args := append(append([]string{}, life.args...), "--yes", "--parallelism", "1")
					met := false
					if where == "at a boundary" {
						out, err := first.BH([]string{"BH_TEST_KILL=" + strconv.Itoa(n)}, args...)
						if met = clitest.WasKilled(err); !met && err != nil {
							t.Fatalf("boundary %d: %v\n%s", n, err, out)
						}
					} else {
						met = first.killAt(n, where == "after a call", args...)
					}
					if !met {
						t.Logf("killed %s, %d times", where, n/step)
						if n < 8 {
							t.Errorf("only %d were met", n-1)
						}
						return
					}
					server.setAhead(time.Minute) // the lock has expired
					second := newRunner(t, server, world.Dir, first.key)
					second.declare(life.after)
					second.takesOver(n, life.keys, life.items)
				}
			})
		}
	}
}

// takesOver applies again and checks the result.
func (r runner) takesOver(n, keys, items int) {
	r.T.Helper()
	plan := r.Must("plan")
	out := r.Must("apply", "--yes")
	if again, err := r.BH(nil, "plan", "--detailed-exitcode"); err != nil {
		r.T.Fatalf("%d: the plan after the next apply: %v\n%s\nthe plan before it:\n%s\nthe apply:\n%s", n, err, again, plan, out)
	}
	if wrong := worldFaults(r.T, r.world, keys, items); wrong != "" {
		r.T.Fatalf("%d: %s, after\n%s\nthe plan before it:\n%s", n, wrong, out, plan)
	}
}

// worldFaults says what is wrong with a world: keys beyond those in the items, or items
// whose key does not exist.
func worldFaults(t testing.TB, dir string, keys, items int) string {
	t.Helper()
	world := clitest.Stage{T: t, Dir: dir}
	if got := world.Count(".bh/local/.keys/*.json"); got != keys {
		return fmt.Sprintf("%d keys, want %d", got, keys)
	}
	stored := clitest.AgeItems(filepath.Join(dir, ".bh/secrets.age"))
	if len(stored) != items {
		return fmt.Sprintf("%d items, want %d", len(stored), items)
	}
	for _, item := range stored {
		id := item["fields"].(map[string]any)["access_key_id"].(string)
		if item["title"] != "drop" && world.Count(".bh/local/.keys/"+id+".json") != 1 {
			return fmt.Sprintf("the key in item %v is not one of the cloud's", item["title"])
		}
	}
	return ""
}
