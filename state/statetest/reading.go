package statetest

// The promises about what is read: history, serials, snapshots, and what readers see
// while others write.

import (
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"sync"
	"testing"

	"buckethead/config/addr"
	"buckethead/state"
)

func history(t *testing.T, s *subject) {
	for i := range 6 {
		p := photos
		if i%2 == 1 {
			p = north
		}
		must(t, s.Append(t.Context(), state.Entry{At: at, Actor: "ada", Project: p, Operation: fmt.Sprint(i)}))
	}
	names := func(project addr.Address, limit int) (out []string) {
		entries, err := s.History(project, limit)
		must(t, err)
		for _, e := range entries {
			out = append(out, e.Operation)
		}
		return out
	}
	if got := names(addr.Address{}, 0); !slices.Equal(got, []string{"5", "4", "3", "2", "1", "0"}) {
		t.Errorf("got %v", got)
	}
	if got := names(north, 2); !slices.Equal(got, []string{"5", "3"}) {
		t.Errorf("got %v of one project, at most 2", got)
	}
	store := addr.Address{Kind: addr.Secrets, Name: "age_file.main"}
	must(t, s.Append(t.Context(), state.Entry{At: at, Operation: "6"}.About(store), state.Entry{Operation: "7"}.About(north)))
	if got := names(store, 0); !slices.Equal(got, []string{"6"}) {
		t.Errorf("got %v of a store", got)
	}
	if got := names(north, 1); !slices.Equal(got, []string{"7"}) {
		t.Errorf("got %v of one project, at most 1", got)
	}
}

// historyWithTheChange: a move or an end and its entries are one transaction.
func historyWithTheChange(t *testing.T, s *subject) {
	must(t, s.Commit(t.Context(), state.Intent{}, record(photos)))
	serial := s.snap(t).Meta.Serial
	moved := []state.Entry{{Project: photos, Operation: "away"}, {Project: north, Operation: "here"}}
	must(t, s.Move(t.Context(), photos, north, moved...))
	must(t, s.Settle(t.Context(), state.Settlement{Project: north, Entries: []state.Entry{{Project: north, Operation: "gone"}}}))
	got, err := s.History(addr.Address{}, 0)
	must(t, err)
	want := []state.Entry{{Project: north, Operation: "gone"}, moved[1], moved[0]}
	if snap := s.snap(t); !slices.Equal(got, want) || len(snap.Records) != 0 || snap.Meta.Serial != serial+2 {
		t.Errorf("got %+v, and serial %d after %d", got, snap.Meta.Serial, serial)
	}
}

func longHistory(t *testing.T, s *subject) {
	entries := make([]state.Entry, 300)
	for i := range entries {
		entries[i] = state.Entry{At: at, Project: photos, Operation: fmt.Sprint(i)}
	}
	must(t, s.Append(t.Context(), entries...))
	must(t, s.Append(t.Context()))
	got, err := s.History(photos, 0)
	must(t, err)
	slices.Reverse(got)
	if !slices.Equal(got, entries) {
		t.Errorf("got %d entries, the last %+v", len(got), got[len(got)-1])
	}
}

func serialStays(t *testing.T, s *subject) {
	must(t, s.Commit(t.Context(), state.Intent{}, record(photos)))
	before := s.snap(t).Meta
	_, err := s.History(addr.Address{}, 0)
	must(t, err)
	s.Store = s.reopen(t, s.Store)
	if after := s.snap(t).Meta; !reflect.DeepEqual(before, after) {
		t.Errorf("reading and reopening made %+v of %+v", after, before)
	}
}

func sequencesStay(t *testing.T, s *subject) {
	must(t, s.Commit(t.Context(), s.begin(t, intent(photos, 5)), record(photos)))
	must(t, s.Settle(t.Context(), state.Settlement{Project: photos}))
	s.Store = s.reopen(t, s.Store)
	if snap := s.snap(t); len(snap.Records) != 0 || snap.Sequences[photos] != 5 {
		t.Errorf("got %+v, want no record and sequence 5", snap)
	}
}

func serialRises(t *testing.T, s *subject) {
	before := s.snap(t).Meta
	var i state.Intent
	r := record(photos)
	for n, write := range []func() error{
		func() (err error) { i, err = s.Begin(t.Context(), intent(photos, 1)); return err },
		func() error { return s.Commit(t.Context(), i, r) },
		func() error { return s.Abort(t.Context(), state.Intent{ID: 99}) },
		func() error { return s.Move(t.Context(), photos, north) },
		func() error { return s.Settle(t.Context(), state.Settlement{Project: north}) },
		func() error { return s.SetWatches(t.Context(), nil) },
		func() error { return s.Append(t.Context(), state.Entry{}) },
	} {
		must(t, write())
		_, _ = s.History(addr.Address{}, 1)
		after := s.snap(t).Meta
		if after.Serial != before.Serial+uint64(n)+1 || after.Lineage != before.Lineage {
			t.Fatalf("after write %d: %+v, began with %+v", n, after, before)
		}
	}
}

func durable(t *testing.T, s *subject) {
	i := s.begin(t, intent(photos, 3))
	must(t, s.Commit(t.Context(), state.Intent{}, record(north)))
	must(t, s.SetWatches(t.Context(), []state.Watch{{Name: "w", At: at}}))
	must(t, s.Append(t.Context(), state.Entry{Operation: "provision"}))
	before := s.snap(t)
	s.Store = s.reopen(t, s.Store)
	after := s.snap(t)
	if !reflect.DeepEqual(before, after) || after.Intents[0] != i || len(after.Meta.FingerprintKey) == 0 {
		t.Errorf("got %+v, want %+v", after, before)
	}
	if entries, err := s.History(addr.Address{}, 0); err != nil || len(entries) != 1 {
		t.Errorf("got history %v, %v", entries, err)
	}
}

func ownSnapshot(t *testing.T, s *subject) {
	must(t, s.Commit(t.Context(), state.Intent{}, record(photos)))
	s.begin(t, intent(photos, 1))
	must(t, s.SetWatches(t.Context(), []state.Watch{{Name: "w"}}))
	// As text, for a snapshot that shares anything would be spoilt with the other.
	text := func(snap state.Snapshot) string {
		out, err := json.Marshal(snap)
		must(t, err)
		return string(out)
	}
	spoilt := s.snap(t)
	before := text(spoilt)
	spoil(reflect.ValueOf(&spoilt).Elem())
	if after := text(s.snap(t)); after != before {
		t.Errorf("what was done to a snapshot is in the state:\n%s\nwas\n%s", after, before)
	}
	if text(spoilt) == before {
		t.Error("the snapshot was not changed")
	}
}

// spoil clears all that a value leads to, from the inside out.
func spoil(v reflect.Value) {
	switch v.Kind() {
	case reflect.Pointer:
		if !v.IsNil() {
			spoil(v.Elem())
		}
	case reflect.Struct:
		for f := range v.NumField() {
			if v.Type().Field(f).IsExported() {
				spoil(v.Field(f))
			}
		}
	case reflect.Slice:
		for i := range v.Len() {
			spoil(v.Index(i))
		}
	case reflect.Map:
		for _, k := range v.MapKeys() {
			spoil(pointedTo(v.MapIndex(k)))
		}
		v.Clear()
	}
	if v.CanSet() {
		v.SetZero()
	}
}

// pointedTo returns a copy that can be set. A value in a map cannot be set, but the copy
// shares what the value points to.
func pointedTo(v reflect.Value) reflect.Value {
	out := reflect.New(v.Type()).Elem()
	out.Set(v)
	return out
}

func ownArguments(t *testing.T, s *subject) {
	settled, committed := record(photos), record(north)
	must(t, s.Settle(t.Context(), state.Settlement{Project: photos, Record: &settled}))
	must(t, s.Commit(t.Context(), state.Intent{}, committed))
	watches := []state.Watch{{Name: "w"}}
	must(t, s.SetWatches(t.Context(), watches))
	for _, r := range []state.Record{settled, committed} {
		r.Item.Fields["bucket"], r.Active.ID, r.Applied.AllowedIPs[0] = "spoilt", "spoilt", "spoilt"
		r.Applied.Settings.CORS[0].AllowedOrigins[0], r.Applied.Settings.PublicAccess.Enabled = "spoilt", false
	}
	watches[0].Name = "spoilt"
	want := map[addr.Address]state.Record{photos: record(photos), north: record(north)}
	if snap := s.snap(t); !reflect.DeepEqual(snap.Records, want) || snap.Watches[0].Name != "w" {
		t.Errorf("what was done to an argument later is in the state: %+v", snap)
	}
}

// oneMoment reads while a writer makes two things equal in each transaction.
func oneMoment(t *testing.T, s *subject) {
	var wg sync.WaitGroup
	wg.Go(func() {
		for n := range 20 {
			r := record(photos)
			r.Generation = n + 1
			watch := []state.Watch{{Name: "w", Listings: n + 1}}
			if err := s.Settle(t.Context(), state.Settlement{Project: photos, Record: &r, Watch: watch}); err != nil {
				t.Error(err)
			}
		}
	})
	for range 20 {
		snap, err := s.Snapshot()
		if err != nil {
			t.Error(err)
		}
		if n := snap.Records[photos].Generation; n > 0 && (snap.Watches[0].Listings != n || snap.Meta.Serial < uint64(n)) {
			t.Errorf("the record is of write %d, the watch of %d, the serial is %d",
				n, snap.Watches[0].Listings, snap.Meta.Serial)
		}
	}
	wg.Wait()
}

func concurrent(t *testing.T, s *subject) {
	var wg sync.WaitGroup
	for w := range 8 {
		wg.Go(func() {
			p := addr.Address{Kind: addr.Project, Name: fmt.Sprintf("p%d", w)}
			for n := range 5 {
				i, err := s.Begin(t.Context(), intent(p, uint64(n+1)))
				if err == nil {
					err = s.Commit(t.Context(), i, record(p))
				}
				if _, read := s.Snapshot(); err != nil || read != nil {
					t.Error(err, read)
				}
			}
		})
	}
	wg.Wait()
	snap, third := s.snap(t), addr.Address{Kind: addr.Project, Name: "p3"}
	if len(snap.Records) != 8 || len(snap.Intents) != 0 || snap.Sequences[third] != 5 {
		t.Errorf("got %d records, %d intents", len(snap.Records), len(snap.Intents))
	}
}
