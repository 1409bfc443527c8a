package s3_test

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"buckethead/state"
	"buckethead/state/s3"
	"buckethead/vendors/sim/s3api"
)

// atOnce opens a state n times at once and returns the stores that got it.
func atOnce(s *server, k string, n int) []*s3.Store {
	got := make([]*s3.Store, n)
	var all sync.WaitGroup
	for i := range n {
		all.Go(func() {
			store, err := s.backend(s.options(k, fmt.Sprintf("runner-%d", i))).Open(context.Background())
			if err == nil {
				got[i] = store.(*s3.Store)
			} else if !errors.Is(err, state.ErrLocked) {
				s.t.Errorf("runner %d: %v", i, err)
			}
		})
	}
	all.Wait()
	var held []*s3.Store
	for _, store := range got {
		if store != nil {
			held = append(held, store)
		}
	}
	return held
}

// Of many that want the lock at once, one gets it: where there was none, where it was
// released, and where it has expired.
func TestOpen_once(t *testing.T) {
	s := newServer(t, s3api.Options{})
	k := key()
	for _, when := range []string{"absent", "released", "expired"} {
		held := atOnce(s, k, 20)
		if len(held) != 1 {
			t.Fatalf("%s: %d of 20 got the lock", when, len(held))
		}
		if when == "released" {
			s.clock.advance(2 * time.Minute) // and this one is never closed
			continue
		}
		must(t, held[0].Close())
	}
}

// A lock that expired is taken over with what it left open, and its holder, back from
// a pause, notices before it begins anything and can write nothing.
func TestOpen_takesOver(t *testing.T) {
	s := newServer(t, s3api.Options{})
	k := key()
	paused := &clock{}
	o := s.options(k, "paused")
	o.Now, o.Rescue = paused.now, t.TempDir()
	first := announced(t, s, o)
	begun, err := first.Begin(t.Context(), intent("bh/x"))
	must(t, err)
	if _, err := s.backend(s.options(k, "early")).Open(t.Context()); !errors.Is(err, state.ErrLocked) || !strings.Contains(err.Error(), "paused") || !strings.Contains(err.Error(), "https://ci.example/paused") {
		t.Errorf("before it expires: %v", err)
	}
	s.clock.advance(2 * time.Minute)
	second := s.open(s.options(k, "second"))
	if got := names(t, second); got != "bh/x bh/x.2 photos" {
		t.Errorf("the second has %q", got)
	}
	paused.advance(2 * time.Minute)
	must(t, first.Commit(t.Context(), begun, state.Record{Project: photos})) // it happened, no matter who may record it
	if _, err := first.Begin(t.Context(), state.Intent{Project: photos, Operation: "op", Sequence: 1, Step: "store_credential", Name: "photos"}); !errors.Is(err, state.ErrLost) || !strings.Contains(err.Error(), "second") {
		t.Errorf("the first goes on: %v", err)
	}
	err = first.Close()
	isNot(t, err, state.ErrLost)
	if err == nil || !strings.Contains(err.Error(), "a copy for inspection is in "+o.Rescue) {
		t.Errorf("what the first knew is not saved: %v", err)
	}
	serial := func(store *s3.Store) uint64 {
		snap, err := store.Snapshot()
		must(t, err)
		return snap.Meta.Serial
	}
	if serial(second) < 1<<20 {
		t.Errorf("the serial %d of the second is not above all that the first has", serial(second))
	}
	must(t, second.Close())
}

// A runner that takes over has the state before the first can write it: even one that is not
// paused, where the server's clock alone has jumped.
func TestOpen_fencesTheOneBefore(t *testing.T) {
	s := newServer(t, s3api.Options{})
	k := key()
	first := announced(t, s, s.options(k, "first"))
	begun, err := first.Begin(t.Context(), intent("bh/x"))
	must(t, err)
	s.clock.advance(2 * time.Minute)
	second := s.open(s.options(k, "second"))
	must(t, first.Commit(t.Context(), begun, state.Record{Project: photos}))
	isNot(t, first.Close(), state.ErrLost)
	must(t, second.Commit(t.Context(), state.Intent{}, state.Record{Project: photos, Generation: 2}))
	must(t, second.Close())
	reader, err := s.backend(s.options(k, "eve")).Read(t.Context())
	must(t, err)
	snap, err := reader.Snapshot()
	must(t, errors.Join(err, reader.Close()))
	if snap.Records[photos].Generation != 2 {
		t.Errorf("got %+v", snap.Records)
	}
}

// What an expired lock announced and the state does not have is taken over from the
// lock: a runner may die between the two writes, and a state may be restored.
func TestOpen_inheritsFromTheLock(t *testing.T) {
	s := newServer(t, s3api.Options{})
	o := s.options(key(), "ada")
	k := o.Settings.Text("key")
	must(t, s.open(o).Close())
	before := s.object(k)
	announced(t, s, o) // and it is never heard of again
	s.sim.Put(states, k, before)
	reader, err := s.backend(o).Read(t.Context())
	must(t, err)
	if got := names(t, reader); got != "bh/x bh/x.2 photos" {
		t.Errorf("a plan reads %q", got)
	}
	must(t, reader.Close())
	s.clock.advance(2 * time.Minute)
	second := s.open(s.options(k, "second"))
	if got := names(t, second); got != "bh/x bh/x.2 photos" {
		t.Errorf("the second has %q", got)
	}
	must(t, second.Close())
}

// A lock is renewed for as long as it is held, whatever the holder's own clock says.
func TestLease_lasts(t *testing.T) {
	for _, off := range []time.Duration{0, time.Hour, -time.Hour} {
		synctest.Test(t, func(t *testing.T) {
			s := newServer(t, s3api.Options{})
			k := key()
			wrong := &clock{off: off}
			o := s.options(k, "holder")
			o.Now = wrong.now
			store := s.open(o)
			for range 40 {
				time.Sleep(20 * time.Second)
				if _, err := s.backend(s.options(k, "other")).Open(t.Context()); !errors.Is(err, state.ErrLocked) {
					t.Fatalf("clock %s off: %v", off, err)
				}
			}
			_, err := store.Begin(t.Context(), intent("bh/x"))
			must(t, err)
			must(t, store.Close())
			must(t, s.open(s.options(k, "other")).Close())
		})
	}
}

// A clock that is an hour wrong signs requests that no server takes; the server's date
// puts that right.
func TestOpen_withAWrongClock(t *testing.T) {
	for _, off := range []time.Duration{time.Hour, -time.Hour} {
		s := newServer(t, s3api.Options{})
		s.clock.advance(off)
		o := s.options(key(), "ada")
		store := announced(t, s, o)
		begun, err := store.Begin(t.Context(), intent("bh/x"))
		must(t, err)
		must(t, store.Commit(t.Context(), begun, state.Record{Project: photos}))
		if _, err := s.backend(o).Open(t.Context()); !errors.Is(err, state.ErrLocked) {
			t.Errorf("%s off: a second one: %v", off, err)
		}
		must(t, store.Close())
		must(t, s.open(o).Close())
	}
}

func TestOpen_waits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newServer(t, s3api.Options{})
		k := key()
		first := s.open(s.options(k, "first"))
		told := 0
		o := s.options(k, "second")
		o.LockTimeout = 5 * time.Minute
		o.Waiting = func(why string, until time.Time) {
			told++
			if !strings.Contains(why, "first") || !until.Equal(time.Now().Add(5*time.Minute)) {
				t.Errorf("told %q, %s", why, until)
			}
		}
		go func() {
			time.Sleep(3 * time.Minute)
			must(t, first.Close())
		}()
		begun := time.Now()
		must(t, s.open(o).Close())
		if took := time.Since(begun); took < 3*time.Minute || took > 3*time.Minute+5*time.Second || told != 1 {
			t.Errorf("took %s, told %d times", took, told)
		}
	})
}

// A server that does not heed conditions is refused, and nothing is written to it but
// the lock that found it out.
func TestOpen_refusesUnsafeServers(t *testing.T) {
	for name, o := range map[string]s3api.Options{"ignores": {IgnoreConditions: true}, "refuses": {RefuseConditions: true}, "undated": {NoDate: true}} {
		s := newServer(t, o)
		k := key()
		b := s.backend(s.options(k, "ada"))
		var err error
		for range 2 { // the second time there is a lock
			_, err = b.Open(t.Context())
			isNot(t, err, state.ErrUnsafe)
		}
		if err == nil || len(s.sim.Keys(states)) > 1 {
			t.Errorf("%s: %v, and %v is there", name, err, s.sim.Keys(states))
		}
	}
}

// A holder whose lock was broken notices before the next write.
func TestUnlock(t *testing.T) {
	s := newServer(t, s3api.Options{})
	k := key()
	paused := &clock{}
	o := s.options(k, "ada")
	o.Now = paused.now
	store := announced(t, s, o)
	b := s.backend(s.options(k, "bob"))
	if done, err := b.Unlock(t.Context(), "another"); done || err != nil {
		t.Errorf("another id: %t, %v", done, err)
	}
	held, err := b.Locked(t.Context())
	must(t, err)
	if done, err := b.Unlock(t.Context(), held.ID); !done || err != nil {
		t.Fatalf("%t, %v", done, err)
	}
	if done, err := b.Unlock(t.Context(), held.ID); done || err != nil {
		t.Errorf("twice: %t, %v", done, err)
	}
	paused.advance(time.Minute)
	s.clock.advance(time.Minute) // the next runner waits until the holder has noticed
	if _, err := store.Begin(t.Context(), intent("bh/x")); !errors.Is(err, state.ErrLost) || !strings.Contains(err.Error(), "unlocked by somebody of bob") {
		t.Errorf("the holder goes on: %v", err)
	}
	second := s.open(s.options(k, "second"))
	if got := names(t, second); got != "bh/x bh/x.2 photos" {
		t.Errorf("the next has %q", got)
	}
	must(t, second.Close())
	isNot(t, store.Close(), state.ErrLost)
}

// A lock taken by hand keeps everyone out until it is released or expires, and what comes
// after goes on as if it had not been.
func TestLock(t *testing.T) {
	s := newServer(t, s3api.Options{})
	k := key()
	b := s.backend(s.options(k, "ada"))
	must(t, s.open(s.options(k, "ada")).Close())
	held, err := b.Lock(t.Context(), time.Hour)
	must(t, err)
	if !held.Held || !held.Manual || held.Expired {
		t.Errorf("got %+v", held)
	}
	s.clock.advance(30 * time.Minute)
	_, err = b.Open(t.Context())
	isNot(t, err, state.ErrLocked)
	_, err = b.Lock(t.Context(), time.Hour)
	isNot(t, err, state.ErrLocked)
	done, err := b.Unlock(t.Context(), held.ID)
	if !done || err != nil {
		t.Errorf("%t, %v", done, err)
	}
	for range 2 {
		store := s.open(s.options(k, "ada"))
		snap, err := store.Snapshot()
		must(t, err)
		if snap.Meta.Serial != 0 {
			t.Errorf("the serial is %d", snap.Meta.Serial)
		}
		must(t, store.Close())
		_, err = b.Lock(t.Context(), time.Hour)
		must(t, err)
		s.clock.advance(3 * time.Hour) // the second time it has expired
	}
}

// A runner that died left intents; its state is damaged and a copy from before is put in
// its place: what was announced is open in that, whichever way it comes there.
func TestRestore_keepsWhatIsOpen(t *testing.T) {
	for _, damaged := range []bool{true, false} {
		s := newServer(t, s3api.Options{})
		o := s.options(key(), "ada")
		k := o.Settings.Text("key")
		store := s.open(o)
		must(t, store.Commit(t.Context(), state.Intent{}, state.Record{Project: photos}))
		path, err := store.Backup(t.Context())
		must(t, err)
		must(t, store.Close())
		announced(t, s, o) // and it is never heard of again
		if damaged {
			s.spoil(k)
		}
		s.clock.advance(2 * time.Minute)
		b := s.backend(s.options(k, "bob"))
		if damaged {
			_, err := b.Open(t.Context()) // it takes the lock over, and finds the damage
			isNot(t, err, state.ErrDamaged)
		}
		_, err = b.Restore(t.Context(), path)
		must(t, err)
		next := s.open(s.options(k, "eve"))
		if got := names(t, next); got != "bh/x bh/x.2 photos" {
			t.Errorf("damaged %t: there is %q", damaged, got)
		}
		must(t, next.Close())
	}
}

// What a runner saved that lost its lock goes on from the state, and is not taken for
// something that was cut off.
func TestPush_endsWhatWasOpen(t *testing.T) {
	s := newServer(t, s3api.Options{})
	o := s.options(key(), "ada")
	o.Rescue = t.TempDir()
	store := announced(t, s, o)
	begun, err := store.Begin(t.Context(), intent("bh/x"))
	must(t, err)
	must(t, store.Commit(t.Context(), begun, state.Record{Project: photos}))
	must(t, store.Settle(t.Context(), state.Settlement{Project: photos, Record: &state.Record{Project: photos}}))
	s.on(func(call) *fault { return &fault{status: 403, code: "AccessDenied"} })
	if err := store.Close(); err == nil {
		t.Error("nothing was said")
	}
	s.on(nil)
	saved, err := filepath.Glob(filepath.Join(o.Rescue, "unwritten", "*.db"))
	must(t, err)
	s.clock.advance(2 * time.Minute)
	_, err = s.backend(o).Push(t.Context(), saved[0], state.Push{})
	must(t, err)
	next := s.open(o)
	if got := names(t, next); got != "" {
		t.Errorf("there is %q", got)
	}
	must(t, next.Close())
}

// A signal leaves no lock behind, whichever request of opening or of a lock by hand it cuts
// off, before or after the request acts.
func TestOpen_leavesNoLockAfterASignal(t *testing.T) {
	take := map[string]func(context.Context, *s3.Backend) error{
		"open": func(ctx context.Context, b *s3.Backend) error {
			opened, err := b.Open(ctx)
			if err == nil {
				err = opened.Close()
			}
			return err
		},
		"lock": func(ctx context.Context, b *s3.Backend) error { _, err := b.Lock(ctx, time.Hour); return err },
	}
	for name, take := range take {
		for n := range 12 {
			for _, after := range []bool{false, true} {
				s := newServer(t, s3api.Options{})
				b := s.backend(s.options(key(), "ada"))
				ctx, cancel := context.WithCancel(t.Context())
				s.on(func(c call) *fault {
					if c.n == n+1 {
						return &fault{after: after, lose: true, act: cancel}
					}
					return nil
				})
				err := take(ctx, b)
				s.on(nil)
				cancel()
				held, lookErr := b.Locked(t.Context())
				must(t, lookErr)
				if held.Held && (name == "open" || err != nil) {
					t.Errorf("%s, call %d, after it acted: %t: the lock is held, and it said %v", name, n+1, after, err)
				}
			}
		}
	}
}
