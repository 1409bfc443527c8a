package s3_test

import (
	"errors"
	"fmt"
	"runtime"
	"strings"
	"testing"
	"time"

	"buckethead/config/addr"
	"buckethead/state"
	"buckethead/state/s3"
	"buckethead/vendors"
	"buckethead/vendors/sim/s3api"
)

// newProject returns the intents of an apply that makes a project, as executor.Announcement does.
func newProject(key string) []state.Intent {
	p := addr.Address{Kind: addr.Project, Name: "tenant", Key: key}
	intent := func(step, name string) state.Intent {
		return state.Intent{Project: p, Operation: "0123456789ab", Sequence: 1, Step: step, Name: name, Cloud: "cloudflare_r2.main",
			Secrets: "onepassword.eng", At: time.Unix(1e9, 123456789).UTC(), Run: "https://github.com/acme/infrastructure/actions/runs/12345678901"}
	}
	credential := "bh/acme-production/" + p.String() + "/0123456789ab"
	out := []state.Intent{intent("create_bucket", "acme-production-"+key), intent("issue_credential", credential),
		intent("issue_credential", credential+".2"), intent("issue_credential", credential+".3"), intent("store_credential", p.Label())}
	out[2].Retry, out[3].Retry = true, true
	return out
}

// TestLock_largest: the lock of the largest apply that bh is made for can be written and read.
func TestLock_largest(t *testing.T) {
	if testing.Short() {
		t.Skip("60 MB of JSON")
	}
	var intents []state.Intent
	for i := range 25_000 {
		intents = append(intents, newProject(fmt.Sprintf("{customer-%06d}", i))...)
	}
	text := s3.LockOf(t, intents)
	t.Logf("%d bytes for each project", len(text)/25_000)
	if n, err := s3.ReadLock(text); err != nil || n != len(intents) {
		t.Errorf("%d bytes: %d intents, %v", len(text), n, err)
	}
}

// TestLock_settings: intents that hold whole settings, of short rules, are not taken for a made-up lock.
func TestLock_settings(t *testing.T) {
	rules := make([]vendors.LifecycleRule, 1000)
	intents := newProject("a")
	intents[0].Change = &vendors.SettingsChange{Settings: vendors.BucketSettings{Lifecycle: rules}}
	if n, err := s3.ReadLock(s3.LockOf(t, intents)); err != nil || n != len(intents) {
		t.Errorf("%d intents, %v", n, err)
	}
}

// TestLock_dense: a lock of many intents with nothing in them is refused for what it takes to read the text alone.
func TestLock_dense(t *testing.T) {
	text := lockOf(func(l map[string]any) { l["intents"] = []int{} })
	text = strings.Replace(text, "[]", "["+strings.Repeat("{},", 1<<20)+"{}]", 1)
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	_, err := s3.ReadLock([]byte(text))
	runtime.ReadMemStats(&after)
	if used := after.TotalAlloc - before.TotalAlloc; err == nil || used > 4*uint64(len(text)) {
		t.Errorf("it took %d MiB for %d MiB: %v", used>>20, len(text)>>20, err)
	}
}

// TestStore_announcesTooMuch: an apply whose intents do not fit in the lock does not begin, and releases the lock.
func TestStore_announcesTooMuch(t *testing.T) {
	s := newServer(t, s3api.Options{})
	o := s.options("bh/main.state", "ada")
	dead := s.open(o)
	must(t, dead.Announce(t.Context(), newProject("before")))
	s.clock.advance(time.Hour) // its lock expires, with what it announced
	store := s.open(o)
	s3.LowerLimits(t, 1<<30, 64<<10, 1<<30)
	var many []state.Intent
	for i := range 100 {
		many = append(many, newProject(fmt.Sprint(i))...)
	}
	err := store.Announce(t.Context(), many)
	if !errors.Is(err, state.ErrServer) || !strings.Contains(err.Error(), "apply fewer projects at a time, with --target") {
		t.Errorf("got %v", err)
	}
	must(t, store.Announce(t.Context(), newProject("a")))
	must(t, store.Close())
	o.LockTimeout = 0
	must(t, s.open(o).Close())
}
