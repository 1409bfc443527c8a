package orchestrator_test

import (
	"context"
	"errors"
	"reflect"
	"slices"
	"testing"
	"time"

	"buckethead/executor/orchestrator"
	"buckethead/planner"
	"buckethead/state"
	"buckethead/vendors"
	"buckethead/vendors/memory"
)

func under(names ...string) vendors.BucketSettings {
	s := vendors.BucketSettings{Domains: []vendors.CustomDomain{}}
	for _, name := range names {
		s.Domains = append(s.Domains, vendors.CustomDomain{Domain: name, ZoneID: "z", Enabled: true})
	}
	return s
}

var law = vendors.BucketSettings{Lock: []vendors.LockRule{{ID: "law", Enabled: true, Indefinite: true}}}

func TestEntries_settings(t *testing.T) {
	ctx := context.Background()
	rig, world, _ := newRig()
	p, rec := photos(), &notes{}
	p.Bucket.Settings = under("a.example", "b.example").With(vendors.LockSettings, law)
	if _, err := orchestrator.ProvisionBucket(ctx, rig, p, rec); err != nil {
		t.Fatal(err)
	}
	want := []string{"create_bucket", "update_settings", "update_settings", "issue_credential", "store_credential", "verify_credential"}
	if !slices.Equal(rec.begun, want) || !reflect.DeepEqual(rec.record.Applied.Settings, p.Bucket.Settings) {
		t.Errorf("got %v and %+v", rec.begun, rec.record.Applied.Settings)
	}
	if live := world.Cloud("c").Settings(p.Bucket.ID); !reflect.DeepEqual(live, p.Bucket.Settings) {
		t.Errorf("the bucket has %+v", live)
	}
	var order []string
	world.After = func(c memory.Call) error {
		if !c.Reads() {
			order = append(order, c.Method)
		}
		return nil
	}
	if err := orchestrator.DestroyProject(ctx, rig, *rec.record, &notes{}); err != nil {
		t.Fatal(err)
	}
	want = []string{"RevokeCredential", "WriteBucketSettings", "WriteBucketSettings", "DeleteBucket", "DeleteItem"}
	if !slices.Equal(order, want) {
		t.Errorf("got %v, want %v", order, want)
	}
}

// A record learns what a step has given the bucket, and no more.
func TestUpdateSettings_teachesTheRecord(t *testing.T) {
	ctx := context.Background()
	id := vendors.BucketID{Name: "photos"}
	off := under("b.example")
	off.Domains[0].Enabled = false
	for name, c := range map[string]struct {
		applied vendors.BucketSettings
		change  vendors.SettingsChange
		want    vendors.BucketSettings
	}{
		"a group": {under("a.example"), vendors.SettingsChange{Kind: vendors.LockSettings, Settings: law}, under("a.example").With(vendors.LockSettings, law)},
		"a group that is cleared": {law.With(vendors.DomainSettings, under("a.example")), vendors.SettingsChange{Kind: vendors.LockSettings,
			Settings: vendors.Cleared(vendors.LockSettings)}, under("a.example")},
		"one domain more":      {under("a.example"), vendors.SettingsChange{Kind: vendors.DomainSettings, Settings: under("b.example")}, under("a.example", "b.example")},
		"a domain changed":     {under("b.example"), vendors.SettingsChange{Kind: vendors.DomainSettings, Settings: off}, off},
		"a domain gone":        {under("a.example", "b.example"), vendors.SettingsChange{Kind: vendors.DomainSettings, Settings: under(), Detach: []string{"a.example"}}, under("b.example")},
		"the last domain gone": {under("a.example"), vendors.SettingsChange{Kind: vendors.DomainSettings, Settings: under(), Detach: []string{"a.example"}}, vendors.BucketSettings{}},
	} {
		rig, world, _ := newRig()
		world.Cloud("c").PutBucket(vendors.Bucket{ID: id})
		given := state.Record{Bucket: &id, Applied: state.Applied{Settings: c.applied.Clone()}}
		got, err := orchestrator.Do(ctx, rig, planner.UpdateSettings{ID: id, Change: c.change}, orchestrator.Work{Record: given})
		if err != nil || !reflect.DeepEqual(got.Record.Applied.Settings, c.want) {
			t.Errorf("%s: %v, got %+v, want %+v", name, err, got.Record.Applied.Settings, c.want)
		}
		if !reflect.DeepEqual(given.Applied.Settings, c.applied) {
			t.Errorf("%s: the record that came in was changed", name)
		}
	}
}

// A bucket that is made again has none of the settings of the one before.
func TestCreateBucket_forgetsSettings(t *testing.T) {
	rig, _, _ := newRig()
	w := orchestrator.Work{Record: state.Record{Applied: state.Applied{Settings: law}}}
	got, err := orchestrator.Do(context.Background(), rig, planner.CreateBucket{Spec: vendors.BucketSpec{ID: vendors.BucketID{Name: "photos"}}}, w)
	if err != nil || !got.Record.Applied.Settings.None() {
		t.Errorf("%v %+v", err, got.Record.Applied.Settings)
	}
}

// plain is a cloud without any ability.
type plain struct{ vendors.BucketProvider }

func TestUpdateSettings_faults(t *testing.T) {
	ctx := context.Background()
	rig, world, now := newRig()
	id := vendors.BucketID{Name: "photos"}
	set := planner.UpdateSettings{ID: id, Change: vendors.SettingsChange{Kind: vendors.LockSettings, Settings: law}}
	clears := planner.UpdateSettings{ID: id, Change: vendors.SettingsChange{Kind: vendors.LockSettings, Settings: vendors.Cleared(vendors.LockSettings)}}
	if _, err := orchestrator.Do(ctx, rig, set, orchestrator.Work{}); !errors.Is(err, vendors.ErrNotFound) || !vendors.Refused(err) {
		t.Errorf("settings for an absent bucket: %v", err)
	}
	if got, err := orchestrator.Do(ctx, rig, clears, orchestrator.Work{Record: state.Record{Applied: state.Applied{Settings: law}}}); err != nil || !got.Record.Applied.Settings.None() {
		t.Errorf("clearing the settings of an absent bucket: %v", err)
	}
	set.Fresh = true
	var waits []time.Time
	rig.Waiting = func(_ string, until time.Time) { waits = append(waits, until) }
	if _, err := orchestrator.Do(ctx, rig, set, orchestrator.Work{}); !errors.Is(err, vendors.ErrNotFound) || len(waits) != 5 || now.Sub(start) != 30*time.Second {
		t.Errorf("a new bucket that never shows: %v after %s, waits %v", err, now.Sub(start), waits)
	}
	stopped, cancel := context.WithCancel(ctx)
	cancel()
	if _, err := orchestrator.Do(stopped, rig, set, orchestrator.Work{}); err == nil {
		t.Error("no error from a cancelled context")
	}
	world.Cloud("c").PutBucket(vendors.Bucket{ID: id})
	rig.Buckets = plain{rig.Buckets}
	if _, err := orchestrator.Do(ctx, rig, set, orchestrator.Work{}); !errors.Is(err, vendors.ErrInvalid) || !vendors.Refused(err) {
		t.Errorf("a cloud without settings: %v", err)
	}
}
