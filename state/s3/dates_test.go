package s3_test

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"buckethead/state"
	"buckethead/vendors"
	"buckethead/vendors/sim/s3api"
)

// oddDates are servers that tell anything but when an object was last written.
var oddDates = map[string]func(s3api.Object) string{
	"when it was created": func(o s3api.Object) string { return o.Created.Format(http.TimeFormat) },
	"a constant":          func(s3api.Object) string { return time.Unix(0, 0).UTC().Format(http.TimeFormat) },
	"nothing":             func(s3api.Object) string { return "" },
	"what is no time":     func(s3api.Object) string { return "yesterday" },
	"an hour behind":      func(o s3api.Object) string { return o.Modified.Add(-time.Hour).Format(http.TimeFormat) },
	"an hour ahead":       func(o s3api.Object) string { return o.Modified.Add(time.Hour).Format(http.TimeFormat) },
	"always now":          func(s3api.Object) string { return time.Now().UTC().Format(http.TimeFormat) },
	"a second behind":     func(o s3api.Object) string { return o.Modified.Add(-time.Second).Format(http.TimeFormat) },
}

// Whatever a server tells, two never hold its lock at once: once the second has it, the
// first begins nothing any more.
func TestDates_neverTwoHolders(t *testing.T) {
	for name, told := range oddDates {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := newServer(t, s3api.Options{LastModified: told})
				k := key()
				first, err := s.backend(s.options(k, "first")).Open(t.Context())
				if err != nil {
					isNot(t, err, state.ErrUnsafe)
					return
				}
				defer func() { _ = first.Close() }()
				var steps []state.Intent // one that was announced begins without a call
				for n := range 40 {
					steps = append(steps, intent(fmt.Sprint("bh/", n)))
				}
				if err := first.Announce(t.Context(), steps); err != nil {
					isNot(t, err, state.ErrUnsafe)
					return
				}
				for n := range 40 {
					time.Sleep(7 * time.Second)
					if second, err := s.backend(s.options(k, "second")).Open(t.Context()); err == nil {
						defer func() { _ = second.Close() }()
						_, err = first.Begin(t.Context(), steps[n])
						if err == nil {
							t.Fatalf("after %s the second has the lock and the first goes on", time.Duration(n+1)*7*time.Second)
						}
						return
					}
				}
			})
		})
	}
}

// What each of them is told, and when: before anything is made if the first answer shows
// it, and otherwise before the lock can expire.
func TestDates_refused(t *testing.T) {
	for _, name := range []string{"a constant", "nothing", "what is no time", "an hour behind", "an hour ahead"} {
		s := newServer(t, s3api.Options{LastModified: oddDates[name]})
		k := key()
		for range 2 { // the second time there is a lock
			_, err := s.backend(s.options(k, "ada")).Open(t.Context())
			isNot(t, err, state.ErrUnsafe)
		}
		if keys := s.sim.Keys(states); len(keys) > 1 {
			t.Errorf("%s: %v is there, want the lock alone", name, keys)
		}
	}
}

func TestDates_whenItWasCreated(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newServer(t, s3api.Options{LastModified: oddDates["when it was created"]})
		k := key()
		first := s.open(s.options(k, "first"))
		begun, err := first.Begin(t.Context(), intent("bh/x"))
		must(t, err) // the lock is as old as it says
		must(t, first.Commit(t.Context(), begun, state.Record{Project: photos}))
		time.Sleep(16 * time.Second) // it was renewed once
		synctest.Wait()
		_, err = first.Begin(t.Context(), intent("bh/y"))
		isNot(t, err, state.ErrUnsafe)
		if err == nil || !strings.Contains(err.Error(), "right after bh wrote the lock, the server said Last-Modified") {
			t.Errorf("got %v", err)
		}
		if err := first.Announce(t.Context(), []state.Intent{intent("bh/z")}); !errors.Is(err, state.ErrUnsafe) {
			t.Errorf("announce: %v", err)
		}
		must(t, first.Close()) // what was done is written, and the lock released
		reader, err := s.backend(s.options(k, "eve")).Read(t.Context())
		must(t, err)
		snap, err := reader.Snapshot()
		must(t, errors.Join(err, reader.Close()))
		if len(snap.Records) != 1 || reader.Lock().Held {
			t.Errorf("got %v, held %t", snap.Records, reader.Lock().Held)
		}
		_, err = s.backend(s.options(k, "second")).Open(t.Context())
		isNot(t, err, state.ErrUnsafe)
	})
}

func TestDates_alwaysNow(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newServer(t, s3api.Options{LastModified: oddDates["always now"]})
		k := key()
		_, err := s.backend(s.options(k, "gone")).Lock(t.Context(), time.Minute)
		must(t, err) // and its holder is never heard of again
		o := s.options(k, "second")
		o.LockTimeout = time.Hour
		begun := time.Now()
		_, err = s.backend(o).Open(t.Context())
		isNot(t, err, state.ErrUnsafe)
		if took := time.Since(begun); took > time.Minute || err == nil || !strings.Contains(err.Error(), "bh state unlock ") {
			t.Errorf("after %s: %v", took, err)
		}
	})
}

// The clocks of one server's machines may be a little apart.
func TestDates_aSecondBehind(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newServer(t, s3api.Options{LastModified: oddDates["a second behind"]})
		o := s.options(key(), "ada")
		o.Settings["lock_expires_after"] = vendors.Value{Text: "5s"}
		store := s.open(o)
		time.Sleep(time.Minute)
		_, err := store.Begin(t.Context(), intent("bh/x"))
		must(t, err)
		must(t, store.Close())
	})
}
