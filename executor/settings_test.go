package executor_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"buckethead/config"
	"buckethead/config/addr"
	"buckethead/planner"
	"buckethead/state"
	"buckethead/vendors"
	"buckethead/vendors/memory"
)

var photosBucket = vendors.BucketID{Name: "photos"}

func allSettings() vendors.BucketSettings {
	return vendors.BucketSettings{
		CORS:         []vendors.CORSRule{{AllowedOrigins: []string{"https://a.example"}, AllowedMethods: []string{"GET"}, MaxAge: time.Hour}},
		Lifecycle:    []vendors.LifecycleRule{{ID: "rule-1", Enabled: true, Prefix: "tmp/", DeleteAfter: 30 * 24 * time.Hour}},
		Lock:         []vendors.LockRule{{ID: "rule-1", Enabled: true, Prefix: "audit/", RetainFor: time.Hour}},
		Domains:      []vendors.CustomDomain{{Domain: "a.example.com", ZoneID: "z", Enabled: true}, {Domain: "b.example.com", ZoneID: "z", Enabled: true}},
		PublicAccess: &vendors.PublicAccess{Enabled: true},
	}
}

func declareWith(r *rigging, s vendors.BucketSettings) {
	p := project("photos")
	p.Bucket.Settings = s
	r.config.Projects = []config.Project{p}
}

// otherSettings differ from allSettings in each group.
func otherSettings() vendors.BucketSettings {
	s := allSettings()
	s.CORS[0].AllowedOrigins[0], s.Lifecycle[0].DeleteAfter, s.Lock[0].RetainFor = "https://b.example", 24*time.Hour, 2*time.Hour
	s.Domains = []vendors.CustomDomain{{Domain: "b.example.com", ZoneID: "z"}, {Domain: "c.example.com", ZoneID: "z", Enabled: true, MinTLS: "1.2"}}
	s.PublicAccess.Enabled = false
	return s
}

// settingsLifecycles are run and cut with all others.
var settingsLifecycles = []lifecycle{
	{"provision with all settings", nil, func(r *rigging) { declareWith(r, allSettings()) }},
	{"settings declared later", func(r *rigging) { declareWith(r, vendors.BucketSettings{}) }, func(r *rigging) { declareWith(r, allSettings()) }},
	{"settings changed", func(r *rigging) { declareWith(r, allSettings()) }, func(r *rigging) { declareWith(r, otherSettings()) }},
	{"settings removed", func(r *rigging) { declareWith(r, allSettings()) }, func(r *rigging) { declareWith(r, vendors.BucketSettings{}) }},
	{"settings changed outside", func(r *rigging) { declareWith(r, allSettings()) }, func(r *rigging) {
		r.world.Cloud(cloud).EditSettings(photosBucket, func(s *vendors.BucketSettings) {
			*s = otherSettings()
			s.Domains = append(s.Domains, vendors.CustomDomain{Domain: "someone.else.example", ZoneID: "y"})
		})
	}},
	{"adopted with settings", func(r *rigging) {
		r.world.Cloud(cloud).PutBucket(vendors.Bucket{ID: photosBucket})
		r.world.Cloud(cloud).EditSettings(photosBucket, func(s *vendors.BucketSettings) { *s = otherSettings() })
	}, func(r *rigging) {
		declareWith(r, allSettings())
		r.config.Projects[0].Adopt = true
	}},
	{"settings, access and rotation at once", func(r *rigging) { declareWith(r, allSettings()) }, func(r *rigging) {
		declareWith(r, otherSettings())
		r.config.Projects[0].Access = vendors.ReadOnly
		r.rotate[addr.Address{Kind: addr.Project, Name: "photos"}] = true
	}},
	{"settings of a bucket that is made again", func(r *rigging) { declareWith(r, allSettings()) }, func(r *rigging) {
		declareWith(r, vendors.BucketSettings{CORS: allSettings().CORS})
		r.world.Cloud(cloud).RemoveBucket(photosBucket)
		r.allow.Recreate = true
	}},
	{"destroy with domains", func(r *rigging) { declareWith(r, allSettings()) }, func(r *rigging) { r.config.Projects = nil }},
	{"destroy with locks and objects", func(r *rigging) {
		declareWith(r, allSettings())
		r.config.Projects[0].OnDestroy = config.Empty
	}, func(r *rigging) {
		r.world.Cloud(cloud).PutObjects(photosBucket, 3)
		r.allow.Empty = true
		r.config.Projects = nil
	}},
}

// settingsComplaints says where a bucket has other settings than are declared.
func (r *rigging) settingsComplaints(snap state.Snapshot) []string {
	var out []string
	for _, d := range r.config.Projects {
		if d.Register != nil {
			continue
		}
		live, applied := r.world.Cloud(cloud).Settings(d.Bucket.ID), snap.Records[d.Addr].Applied.Settings
		for _, kind := range d.Bucket.Settings.Kinds() {
			if !live.Meets(kind, d.Bucket.Settings) {
				out = append(out, fmt.Sprintf("the bucket of %s has the settings %s %q, not %q", d.Addr, kind, live.Words(kind), d.Bucket.Settings.Words(kind)))
			}
		}
		for _, kind := range vendors.SettingsKinds() {
			if applied.Has(kind) != d.Bucket.Settings.Has(kind) || !slices.Equal(applied.Words(kind), d.Bucket.Settings.Words(kind)) {
				out = append(out, fmt.Sprintf("the record of %s has the settings %s %q, not %q", d.Addr, kind, applied.Words(kind), d.Bucket.Settings.Words(kind)))
			}
		}
	}
	return out
}

// Removed settings are cleared, whatever was cut; what bh never gave stays.
func TestApply_removedSettingsAreGone(t *testing.T) {
	r := begin(t, func(r *rigging) { declareWith(r, allSettings()) })
	r.world.Cloud(cloud).EditSettings(photosBucket, func(s *vendors.BucketSettings) {
		s.Domains = append(s.Domains, vendors.CustomDomain{Domain: "someone.else.example", ZoneID: "y"})
	})
	declareWith(r, vendors.BucketSettings{CORS: allSettings().CORS})
	mustConverge(t, r)
	left := r.world.Cloud(cloud).Settings(photosBucket)
	for kind, want := range map[vendors.SettingsKind]int{vendors.CORSSettings: 1, vendors.DomainSettings: 1} {
		if len(left.Words(kind)) != want {
			t.Errorf("left are %q", left.Words(kind))
		}
		left = left.With(kind, vendors.BucketSettings{})
	}
	for _, kind := range vendors.SettingsKinds() {
		if len(left.Words(kind)) > 0 {
			t.Errorf("left are %q", left.Words(kind))
		}
	}
	r.world.Cloud(cloud).EditSettings(photosBucket, func(s *vendors.BucketSettings) { s.Lock = allSettings().Lock })
	if plan, _, err := r.plan(context.Background(), planner.Normal); err != nil || !plan.Empty() {
		t.Errorf("settings that someone else gave: %v %v", kinds(plan), err)
	}
}

// Settings that an interrupted apply wrote, or did not write, and that are no
// longer declared when the next one begins: what bh wrote goes, and what was there
// before stays.
func TestApply_killedAndNoLongerDeclared(t *testing.T) {
	foreign := otherSettings()
	foreign.Domains = []vendors.CustomDomain{{Domain: "someone.else.example", ZoneID: "y"}}
	foreign.PublicAccess = nil
	for n := 1; ; n++ {
		r := newRigging()
		r.world.Cloud(cloud).PutBucket(vendors.Bucket{ID: photosBucket})
		r.world.Cloud(cloud).EditSettings(photosBucket, func(s *vendors.BucketSettings) { *s = foreign.Clone() })
		declareWith(r, allSettings())
		r.config.Projects[0].Adopt = true
		met := r.cut(n)
		_, _, _ = r.apply(planner.Normal)
		if !met() {
			if n < 30 {
				t.Fatalf("only %d boundaries were met", n)
			}
			return
		}
		declareWith(r, vendors.BucketSettings{})
		r.config.Projects[0].Adopt = true
		r.heal(t, n)
		live, ours := r.world.Cloud(cloud).Settings(photosBucket), allSettings()
		for _, kind := range vendors.SettingsKinds() {
			for _, line := range ours.Words(kind) {
				if slices.Contains(live.Words(kind), line) {
					t.Errorf("boundary %d: %q is left, and was not there before", n, line)
				}
			}
			if words := live.Words(kind); len(words) > 0 && !slices.Equal(words, foreign.Words(kind)) {
				t.Errorf("boundary %d: the settings %s are %q, which nobody wrote", n, kind, words)
			}
		}
		if !live.Meets(vendors.DomainSettings, foreign) {
			t.Errorf("boundary %d: the domain of someone else is gone", n)
		}
	}
}

// Before keys are given out, the locks hold.
func TestApply_settingsComeBeforeKeys(t *testing.T) {
	r := newRigging()
	declareWith(r, allSettings())
	var order []string
	r.world.After = func(c memory.Call) error {
		if c.Method == "WriteBucketSettings" || c.Method == "IssueCredential" || c.Method == "CreateBucket" {
			order = append(order, strings.TrimPrefix(c.Target, "photos: "))
		}
		return nil
	}
	_, plan, err := r.apply(planner.Normal)
	want := []string{"photos", "lock", "lifecycle", "cors", "a.example.com", "b.example.com", "public_access"}
	if err != nil || len(order) != len(want)+1 || !slices.Equal(order[:len(want)], want) {
		t.Errorf("got %v, want %v and then the key (%v %v)", order, want, kinds(plan), err)
	}
}

// What a plan says it costs is what it costs.
func TestApply_settingsCostWhatThePlanSays(t *testing.T) {
	for _, l := range settingsLifecycles {
		r := begin(t, l.before)
		l.change(r)
		plan, _, err := r.plan(context.Background(), planner.Normal)
		if err != nil {
			t.Fatal(err)
		}
		said := 0
		for _, o := range plan.Operations {
			for _, s := range o.Steps {
				if update, is := s.(planner.UpdateSettings); is && update.Change.Kind == vendors.DomainSettings {
					said += len(update.Change.Settings.Domains) + len(update.Change.Detach)
				} else if is {
					said++
				}
			}
		}
		r.world.ResetCounts()
		if _, _, err := r.apply(planner.Normal); err != nil {
			t.Fatal(err)
		}
		if got := r.world.Calls("WriteBucketSettings"); got != said {
			t.Errorf("%s: %d writes of settings, and the plan had %d", l.name, got, said)
		}
	}
}

// A new bucket is not known everywhere at once.
func TestApply_waitsForANewBucket(t *testing.T) {
	for tries, works := range map[int]bool{1: true, 4: true, 20: false} {
		r := newRigging()
		declareWith(r, vendors.BucketSettings{CORS: allSettings().CORS})
		left := tries
		r.world.Before = func(c memory.Call) error {
			if c.Method == "WriteBucketSettings" && left > 0 {
				left--
				return &vendors.Error{Vendor: "memory", Op: "write bucket settings", Kind: vendors.ErrNotFound, Message: "no such bucket"}
			}
			return nil
		}
		report, _, err := r.apply(planner.Normal)
		if err != nil || report.OK() != works {
			t.Errorf("after %d answers that there is no bucket: %v %+v", tries, err, report)
		}
		if waited := r.now.Sub(start); waited > 40*time.Second || tries == 1 && waited > 5*time.Second {
			t.Errorf("after %d answers: waited %s", tries, waited)
		}
		r.world.Before = nil
		r.heal(t, tries)
	}
	r := begin(t, func(r *rigging) { declareWith(r, vendors.BucketSettings{}) })
	declareWith(r, allSettings())
	r.world.Before = func(c memory.Call) error {
		if c.Method == "WriteBucketSettings" {
			return &vendors.Error{Vendor: "memory", Op: "write bucket settings", Kind: vendors.ErrNotFound}
		}
		return nil
	}
	before := r.now
	if report, _, err := r.apply(planner.Normal); err != nil || report.OK() || !r.now.Equal(before) {
		t.Errorf("an old bucket was waited for: %v %+v", err, report)
	}
}

// A lost answer to a write leaves it open; the next plan reads what became of it.
func TestApply_lostAnswersOfSettings(t *testing.T) {
	lost := &vendors.Error{Vendor: "memory", Op: "write bucket settings", Kind: vendors.ErrUnavailable, OutcomeUnknown: true}
	r := begin(t, func(r *rigging) { declareWith(r, allSettings()) })
	declareWith(r, otherSettings())
	r.world.After = func(c memory.Call) error {
		if c.Method == "WriteBucketSettings" {
			return lost
		}
		return nil
	}
	report, _, err := r.apply(planner.Normal)
	if err != nil || report.OK() || !errors.Is(report.Results[0].Diagnostics[0].Cause, vendors.ErrUnavailable) {
		t.Fatalf("%v %+v", err, report)
	}
	r.world.After = nil
	if snap, _ := r.state.Snapshot(); len(snap.Intents) != 1 || snap.Intents[0].Change == nil {
		t.Fatalf("the intent is %+v", snap.Intents)
	}
	r.heal(t, 0)
}

// drawSettings draws any settings that a project may declare.
func drawSettings(t *rapid.T, name string) vendors.BucketSettings {
	pick := func(label string) int { return rapid.IntRange(0, 3).Draw(t, label) }
	var s vendors.BucketSettings
	if n := pick("cors"); n > 0 {
		s.CORS = []vendors.CORSRule{{AllowedOrigins: []string{fmt.Sprintf("https://%d.example", n)}, AllowedMethods: []string{"GET"}}}
	}
	if n := pick("lifecycle"); n > 0 {
		s.Lifecycle = []vendors.LifecycleRule{{ID: "rule-1", Enabled: n > 1, DeleteAfter: time.Duration(n) * 24 * time.Hour}}
	}
	if n := pick("lock"); n > 0 {
		s.Lock = []vendors.LockRule{{ID: "rule-1", Enabled: n > 1, Prefix: "x/", RetainFor: time.Duration(n) * time.Hour}}
	}
	for i := range pick("domains") {
		s.Domains = append(s.Domains, vendors.CustomDomain{Domain: fmt.Sprintf("%s-%d.example.com", name, i), ZoneID: "z", Enabled: rapid.Bool().Draw(t, "enabled")})
	}
	if n := pick("public"); n > 0 {
		s.PublicAccess = &vendors.PublicAccess{Enabled: n > 1}
	}
	return s
}
