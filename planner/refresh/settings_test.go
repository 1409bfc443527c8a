package refresh_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"buckethead/config"
	"buckethead/config/addr"
	"buckethead/planner"
	"buckethead/planner/observed"
	"buckethead/planner/refresh"
	"buckethead/state"
	"buckethead/vendors"
	"buckethead/vendors/memory"
)

var rules = vendors.BucketSettings{CORS: []vendors.CORSRule{{AllowedOrigins: []string{"*"}, AllowedMethods: []string{"GET"}}},
	Lock: []vendors.LockRule{{ID: "law", Enabled: true, Indefinite: true}}}

// with sets the settings of the n-th project that are declared, and that were applied.
func (s *stage) with(n int, declared, applied vendors.BucketSettings) *config.Project {
	d := &s.request.Desired.Projects[n]
	d.Bucket.Settings = declared
	if r, recorded := s.request.Recorded.Records[d.Addr]; recorded {
		r.Applied.Settings = applied
		s.request.Recorded.Records[d.Addr] = r
	}
	s.world.Cloud(cloud).EditSettings(d.Bucket.ID, func(x *vendors.BucketSettings) { *x = rules })
	return d
}

func (s *stage) forget(n int) {
	delete(s.request.Recorded.Records, s.request.Desired.Projects[n].Addr)
}

func keyOf(d *config.Project) observed.BucketKey {
	return observed.BucketKey{Cloud: cloud, ID: d.Bucket.ID}
}

func TestObserve_readsSettingsOfThoseThatHaveThem(t *testing.T) {
	var none vendors.BucketSettings
	lock, domains := rules.Only(vendors.LockSettings), vendors.BucketSettings{Domains: []vendors.CustomDomain{{Domain: "a.example", ZoneID: "z"}}}
	for name, c := range map[string]struct {
		change func(*stage)
		want   []vendors.SettingsKind
	}{
		"none declared, none applied": {func(s *stage) { s.with(1, none, none) }, nil},
		"declared":                    {func(s *stage) { s.with(1, rules, none) }, []vendors.SettingsKind{vendors.LockSettings, vendors.CORSSettings}},
		"applied":                     {func(s *stage) { s.with(1, none, lock) }, []vendors.SettingsKind{vendors.LockSettings}},
		"one declared, one applied":   {func(s *stage) { s.with(1, domains, lock) }, []vendors.SettingsKind{vendors.LockSettings, vendors.DomainSettings}},
		"an open step": {func(s *stage) {
			d := s.with(1, none, none)
			s.request.Recorded.Intents = []state.Intent{{Project: d.Addr, Step: planner.StepUpdateSettings, Cloud: cloud,
				Change: &vendors.SettingsChange{Kind: vendors.LockSettings, Settings: lock}}}
		}, []vendors.SettingsKind{vendors.LockSettings}},
		"no longer declared as a project": {func(s *stage) {
			s.with(1, rules, rules)
			s.request.Desired.Projects = slices.Delete(s.request.Desired.Projects, 1, 2)
		}, nil},
		"a destroy of all": {func(s *stage) { s.with(1, rules, rules); s.request.Mode = planner.DestroyAll }, nil},
		"out of scope":     {func(s *stage) { s.with(1, rules, rules); s.request.Scope = func(addr.Address) bool { return false } }, nil},
		"not there": {func(s *stage) {
			s.with(1, rules, rules)
			s.world.Cloud(cloud).RemoveBucket(s.request.Desired.Projects[1].Bucket.ID)
		}, nil},
		"to be adopted": {func(s *stage) { s.with(1, lock, none).Adopt = true; s.forget(1) }, []vendors.SettingsKind{vendors.LockSettings}},
		"to be imported": {func(s *stage) {
			d := s.with(1, lock, none)
			s.forget(1)
			s.request.Desired.Imports = []config.Import{{To: d.Addr}}
		}, []vendors.SettingsKind{vendors.LockSettings}},
		"made by a run that was stopped": {func(s *stage) {
			d := s.with(1, lock, none)
			s.forget(1)
			s.request.Recorded.Intents = []state.Intent{{Project: d.Addr, Step: planner.StepCreateBucket, Cloud: cloud, Name: d.Bucket.ID.Name}}
		}, []vendors.SettingsKind{vendors.LockSettings}},
		"of someone else": {func(s *stage) { s.with(1, lock, none); s.forget(1) }, nil},
		"moved": {func(s *stage) {
			d := s.with(1, none, lock)
			s.request.Desired.Moved = []config.Moved{{From: d.Addr, To: addr.Address{Kind: addr.Project, Name: "moved"}}}
			d.Addr = addr.Address{Kind: addr.Project, Name: "moved"}
		}, []vendors.SettingsKind{vendors.LockSettings}},
	} {
		t.Run(name, func(t *testing.T) {
			s := newStage(t, 3)
			c.change(s)
			s.world.ResetCounts()
			world := s.observe(t)
			var got []vendors.SettingsKind
			for key, settings := range world.Settings {
				if got = settings.Kinds(); key.ID.Name != "bucket-0001" {
					t.Errorf("read %v", key)
				}
				if settings.Has(vendors.LockSettings) && !settings.Meets(vendors.LockSettings, rules) {
					t.Errorf("read %+v", settings)
				}
			}
			if calls := s.world.Calls("ReadBucketSettings"); !slices.Equal(got, c.want) || calls != len(c.want) {
				t.Errorf("got %v with %d calls, want %v", got, calls, c.want)
			}
			counted := 0
			for _, calls := range world.Calls {
				counted += calls.Reads
			}
			if counted != s.world.Reads() {
				t.Errorf("%d reads were counted, and %d were made", counted, s.world.Reads())
			}
		})
	}
}

// What most projects do not have costs nothing, and what some have is read at once.
func TestObserve_readsSettingsInParallel(t *testing.T) {
	s := newStage(t, 40)
	for n := range 16 {
		s.with(n, rules, rules)
	}
	s.world.ResetCounts()
	s.request.Parallelism = 4
	var mu sync.Mutex
	now, most := 0, 0
	s.world.Before = func(c memory.Call) error {
		if c.Method == "ReadBucketSettings" {
			mu.Lock()
			now++
			most = max(most, now)
			mu.Unlock()
			time.Sleep(2 * time.Millisecond)
			mu.Lock()
			now--
			mu.Unlock()
		}
		return nil
	}
	if world := s.observe(t); len(world.Settings) != 16 || s.world.Calls("ReadBucketSettings") != 32 || s.world.Reads() != 3+32 {
		t.Errorf("%d settings, %d reads", len(world.Settings), s.world.Reads())
	}
	if most < 2 || most > 4 {
		t.Errorf("%d reads at once, with a parallelism of 4", most)
	}
}

// A bucket that its settings do not know is looked for by its name: it may have
// gone since the list was read, or be too new.
func TestObserve_looksForBucketsWithoutSettings(t *testing.T) {
	absent := &vendors.Error{Vendor: "memory", Op: "read bucket settings", Kind: vendors.ErrNotFound, Message: "no such bucket"}
	for name, c := range map[string]struct {
		applied vendors.BucketSettings
		answers int // how often the settings are not found
		gone    bool
		fails   bool
		read    bool
	}{
		"once":                              {rules, 1, false, false, true},
		"for good, and we had given it":     {rules, 9, false, true, false},
		"for good, and it has none of ours": {vendors.BucketSettings{}, 9, false, false, false},
		"the bucket is gone":                {rules, 0, true, false, false},
	} {
		t.Run(name, func(t *testing.T) {
			s := newStage(t, 1)
			d := s.with(0, rules.Only(vendors.LockSettings), c.applied.Only(vendors.LockSettings))
			left := c.answers
			s.world.Before = func(call memory.Call) error {
				if call.Method != "ReadBucketSettings" {
					return nil
				}
				if c.gone {
					s.world.Cloud(cloud).RemoveBucket(d.Bucket.ID)
				}
				if left > 0 {
					left--
					return absent
				}
				return nil
			}
			world, diags := refresh.Observe(context.Background(), s.readers(), s.request)
			if diags.HasErrors() != c.fails || c.fails && !errors.Is(diags.Err(), vendors.ErrNotFound) {
				t.Errorf("got %v", diags)
			}
			_, read := world.Settings[keyOf(d)]
			_, there := world.Buckets[keyOf(d)]
			if read != c.read || there == c.gone || s.world.Calls("GetBucket") != 1 {
				t.Errorf("read %t, there %t, %d looks", read, there, s.world.Calls("GetBucket"))
			}
		})
	}
	for _, method := range []string{"ReadBucketSettings", "GetBucket"} {
		s := newStage(t, 1)
		s.with(0, rules, rules)
		s.world.Before = func(c memory.Call) error {
			switch {
			case c.Method == method:
				return &vendors.Error{Vendor: "memory", Op: "read", Kind: vendors.ErrDenied, Code: "9109"}
			case c.Method == "ReadBucketSettings":
				return absent
			}
			return nil
		}
		if _, diags := refresh.Observe(context.Background(), s.readers(), s.request); !errors.Is(diags.Err(), vendors.ErrDenied) {
			t.Errorf("%s denied: got %v", method, diags)
		}
	}
}

// bare is a cloud without any ability.
type bare struct{ vendors.BucketReader }

func TestObserve_asksOnlyCloudsThatCanTell(t *testing.T) {
	s := newStage(t, 1)
	s.with(0, rules, rules)
	readers := s.readers()
	readers.Buckets = func(_ context.Context, c string) (vendors.BucketReader, error) { return bare{s.world.Cloud(c)}, nil }
	world, diags := refresh.Observe(context.Background(), readers, s.request)
	if len(diags) > 0 || len(world.Settings) > 0 || s.world.Calls("ReadBucketSettings") > 0 {
		t.Errorf("got %v %v", fmt.Sprint(world.Settings), diags)
	}
}
