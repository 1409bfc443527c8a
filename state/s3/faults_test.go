package s3_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"buckethead/state"
	"buckethead/state/s3"
	"buckethead/vendors/sim/s3api"
)

// session is an apply as the state sees it. It returns whether the work began, and the
// first error.
func session(s *server, o s3.Options) (worked bool, err error) {
	ctx := context.Background()
	b, err := s3.New(ctx, o)
	if err != nil {
		return false, err
	}
	store, err := b.Open(ctx)
	if err != nil {
		return false, err
	}
	err = func() error {
		retry := intent("bh/x.2")
		retry.Retry = true
		if err := store.Announce(ctx, []state.Intent{intent("bh/x"), retry}); err != nil {
			return err
		}
		begun, err := store.Begin(ctx, intent("bh/x"))
		if err != nil {
			return err
		}
		worked = true
		time.Sleep(50 * time.Second) // long enough for renewals and a checkpoint
		r := state.Record{Project: photos, Generation: 7}
		if err := store.Commit(ctx, begun, r); err != nil {
			return err
		}
		return store.Settle(ctx, state.Settlement{Project: photos, Record: &r})
	}()
	return worked, errors.Join(err, store.Close())
}

// faults are what can happen to a call, and whether the SDK or we get over it once.
var faults = map[string]struct {
	fault
	passes bool // once is no matter
}{
	"reset before":            {fault{lose: true}, true},
	"reset after":             {fault{lose: true, after: true}, true},
	"500 before":              {fault{status: 500, code: "InternalError"}, true},
	"500 after":               {fault{status: 500, code: "InternalError", after: true}, true},
	"503 before":              {fault{status: 503, code: "SlowDown"}, true},
	"503 after":               {fault{status: 503, code: "SlowDown", after: true}, true},
	"409 before":              {fault{status: 409, code: "ConditionalRequestConflict"}, true},
	"403 denied":              {fault{status: 403, code: "AccessDenied"}, false},
	"404 the bucket vanished": {fault{status: 404, code: "NoSuchBucket"}, false},
}

// callStep is the step at which the tests below go through the calls of a session.
func callStep() int {
	if *every {
		return 1
	}
	return 3
}

// firstCall has each fault begin at another call, so that samples meet all calls.
func firstCall(fault string) int { return 1 + len(fault)%callStep() }

// TestFaults_once makes each call of a session fail once, in each way. An answer that is
// lost is no matter: what the server took is known again. What is refused stops the
// session before it begins anything more, and the next one goes on.
func TestFaults_once(t *testing.T) {
	for name, f := range faults {
		t.Run(name, func(t *testing.T) {
			for n := firstCall(name); ; n += callStep() {
				met := false
				synctest.Test(t, func(t *testing.T) {
					s := newServer(t, s3api.Options{})
					o := s.options(key(), "ada")
					o.Rescue = t.TempDir()
					s.on(func(c call) *fault {
						if c.n != n {
							return nil
						}
						met = true
						if f.status == 409 && c.method != "PUT" {
							return nil // only writes meet others
						}
						given := f.fault
						return &given
					})
					worked, err := session(s, o)
					s.on(nil)
					if f.passes && err != nil {
						t.Errorf("call %d, %s: %v", n, s.calls[n-1], err)
					}
					goesOn(t, s, o, worked, worked && err == nil, fmt.Sprintf("call %d, %s", n, s.calls[min(n, len(s.calls))-1]))
				})
				if !met {
					if n < 12 {
						t.Errorf("only %d calls were met", n-1)
					}
					break
				}
			}
		})
	}
}

// TestFaults_forEver makes every call from one on fail. The session ends, in bounded
// time, says why, begins nothing that nobody could know of, and saves what it knows.
func TestFaults_forEver(t *testing.T) {
	for name, f := range faults {
		t.Run(name, func(t *testing.T) {
			if f.code == "ConditionalRequestConflict" {
				t.Skip("a conflict with nobody does not last")
			}
			rescued := 0
			for n := firstCall(name); ; n += callStep() {
				met := false
				synctest.Test(t, func(t *testing.T) {
					s := newServer(t, s3api.Options{})
					o := s.options(key(), "ada")
					o.Rescue = t.TempDir()
					s.on(func(c call) *fault {
						if c.n < n {
							return nil
						}
						met = true
						given := f.fault
						return &given
					})
					begun := time.Now()
					worked, err := session(s, o)
					took := time.Since(begun)
					s.on(nil)
					where := fmt.Sprintf("from call %d, %s, on", n, s.calls[min(n, len(s.calls))-1])
					switch {
					case met && err == nil && !f.after:
						t.Errorf("%s: nothing was said", where)
					case took > 15*time.Minute:
						t.Errorf("%s: it took %s", where, took)
					case met && worked && err != nil && strings.Contains(err.Error(), "write the state back"):
						saved, _ := filepath.Glob(filepath.Join(o.Rescue, "unwritten", "*.db"))
						if len(saved) != 1 || !strings.Contains(err.Error(), saved[0]) {
							t.Errorf("%s: what was known is not saved: %v: %v", where, saved, err)
							break
						}
						pushed(t, s, o, saved[0], where)
						rescued++
						return
					}
					goesOn(t, s, o, worked, false, where)
				})
				if !met {
					break
				}
			}
			if rescued < 2 && !f.after {
				t.Errorf("%d sessions saved what they knew", rescued)
			}
		})
	}
}

// goesOn looks at what a session left, after its lock has expired: either all that it
// did is known, or the name that it may have used is.
func goesOn(t *testing.T, s *server, o s3.Options, worked, done bool, where string) {
	t.Helper()
	time.Sleep(3 * time.Minute)
	synctest.Wait()
	store, err := s.backend(s.options(o.Settings.Text("key"), "bob")).Open(t.Context())
	if err != nil {
		t.Errorf("%s: the next: %v", where, err)
		return
	}
	snap, err := store.Snapshot()
	must(t, err)
	known := snap.Records[photos].Generation == 7
	open := false
	for _, i := range snap.Intents {
		open = open || i.Name == "bh/x"
	}
	if done && !known || known && open || worked && !known && !open {
		t.Errorf("%s: known %t, open %t: %+v", where, known, open, snap)
	}
	must(t, store.Close())
}

// pushed replaces the state with what a session saved, once the server works again.
func pushed(t *testing.T, s *server, o s3.Options, file, where string) {
	t.Helper()
	time.Sleep(3 * time.Minute)
	if _, err := os.Stat(file); err != nil {
		t.Fatal(err)
	}
	b := s.backend(o)
	// Where the write was taken and only its answers were lost, it is there already.
	if _, err := b.Push(t.Context(), file, state.Push{}); err != nil && !errors.Is(err, state.ErrOlder) {
		t.Errorf("%s: push: %v", where, err)
		return
	}
	reader, err := b.Read(t.Context())
	must(t, err)
	snap, err := reader.Snapshot()
	must(t, errors.Join(err, reader.Close()))
	if snap.Records[photos].Generation != 7 {
		t.Errorf("%s: after the push: %+v", where, snap)
	}
}

// TestFaults_words checks what people are told against what happened.
func TestFaults_words(t *testing.T) {
	for name, c := range map[string]struct {
		fault
		want []string
	}{
		"no permission": {fault{status: 403, code: "AccessDenied"}, []string{"read s3://states/", "AccessDenied", "allow these keys to read, write and list"}},
		"no bucket":     {fault{status: 404, code: "NoSuchBucket"}, []string{"NoSuchBucket", "create the bucket"}},
		"wrong keys":    {fault{status: 403, code: "InvalidAccessKeyId"}, []string{"check the keys"}},
		"wrong region":  {fault{status: 301, code: "PermanentRedirect"}, []string{"use the bucket's own region"}},
		"trouble":       {fault{status: 503, code: "SlowDown"}, []string{"SlowDown", "has a problem"}},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := newServer(t, s3api.Options{})
				s.on(func(call) *fault { return &c.fault })
				_, err := s.backend(s.options(key(), "ada")).Read(t.Context())
				isNot(t, err, state.ErrServer)
				for _, want := range c.want {
					if err == nil || !strings.Contains(err.Error(), want) {
						t.Errorf("%q is not said in: %v", want, err)
					}
				}
				if err != nil && strings.Contains(err.Error(), secret) {
					t.Error("the secret is shown")
				}
			})
		})
	}
}
