package statetest

import (
	"context"
	"errors"
	"reflect"
	"slices"
	"testing"
	"time"

	"buckethead/config/addr"
	"buckethead/state"
	"buckethead/vendors"
)

var (
	photos = addr.Address{Kind: addr.Project, Name: "photos"}
	north  = addr.Address{Kind: addr.Project, Name: "tenant", Key: "north"}
	at     = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
)

func record(p addr.Address) state.Record {
	return state.Record{Project: p, Cloud: "local.main", Secrets: "age_file.main", Bucket: &vendors.BucketID{Name: p.Name},
		Applied: state.Applied{Access: vendors.ReadOnly, AllowedIPs: []string{"192.0.2.0/24"},
			ExpiresAfter: time.Hour, Settings: settings()},
		Item: &state.ItemRef{ID: "I", Title: p.Label(), Fields: map[string]string{"bucket": p.Name},
			Address: p, Operation: "op", UpdatedAt: at},
		Active:   &state.CredentialRef{ID: "K", Name: "bh/x", IssuedAt: at, Fingerprint: "f"},
		Pending:  &state.CredentialRef{ID: "P"},
		Retiring: []state.CredentialRef{{ID: "R", RetireAfter: at}},
		Former:   []state.FormerItem{{Secrets: "s", ID: "F"}},
		Proof:    state.Proved, Protected: true, OnDestroy: "refuse", CreatedAt: at, UpdatedAt: at, Generation: 3}
}

// settings has values in each group but one, which is empty and not nil.
func settings() vendors.BucketSettings {
	return vendors.BucketSettings{
		CORS: []vendors.CORSRule{{AllowedOrigins: []string{"*"}, AllowedMethods: []string{"GET"},
			AllowedHeaders: []string{"a"}, ExposeHeaders: []string{"b"}, MaxAge: time.Hour}},
		Lock: []vendors.LockRule{}, Lifecycle: []vendors.LifecycleRule{{ID: "old", Enabled: true, DeleteOn: at}},
		Domains:      []vendors.CustomDomain{{Domain: "a.example", ZoneID: "z", Enabled: true, Ciphers: []string{"c"}}},
		PublicAccess: &vendors.PublicAccess{Enabled: true},
	}
}

func intent(p addr.Address, sequence uint64) state.Intent {
	return state.Intent{Project: p, Operation: "op", Sequence: sequence, Step: "issue_credential",
		Name: "bh/x", Namespace: "eu", Cloud: "local.main", Secrets: "age_file.main",
		Run: "https://ci.example/1", At: at}
}

// Run checks that a store does what the comments of package state say. open returns an empty
// store; reopen closes a store and opens it again.
func Run(t *testing.T, open func(*testing.T) state.Store, reopen func(*testing.T, state.Store) state.Store) {
	for name, promise := range map[string]func(*testing.T, *subject){
		"begin sets an id and raises the sequence":          beginGivesAnID,
		"an id is never given twice":                        idsOnce,
		"commit writes the record and drops its own intent": commitDropsItsIntent,
		"an intent keeps what its step is about to write":   keepsTheChange,
		"abort drops the intent alone":                      abortDropsTheIntent,
		"move takes record, intents, watches and sequence":  moveTakesAll,
		"move takes what only the journal knows":            moveWithoutRecord,
		"move replaces what is at the new address":          moveReplaces,
		"settle ends the project's business alone":          settleEnds,
		"settle takes no record of another project":         settleRefuses,
		"settle keeps what it is told to keep":              settleKeeps,
		"an invalid address is refused":                     refusesNoAddress,
		"a signal ends begin and nothing that records":      recordsOutlive,
		"set watches replaces the list":                     setWatches,
		"a name is under watch once":                        watchOnce,
		"history is newest first, by project, with a limit": history,
		"a history of many entries is kept in order":        longHistory,
		"a move and an end write history with the change":   historyWithTheChange,
		"every write raises the serial by one":              serialRises,
		"what writes nothing leaves the serial":             serialStays,
		"sequences outlive their project":                   sequencesStay,
		"what is written is there after a reopen":           durable,
		"a snapshot is the caller's own":                    ownSnapshot,
		"what was written stays the caller's own":           ownArguments,
		"a snapshot is of one moment":                       oneMoment,
		"writers and readers may come at once":              concurrent,
	} {
		t.Run(name, func(t *testing.T) {
			s := &subject{Store: open(t), reopen: reopen}
			defer func() {
				if err := errors.Join(s.Close(), s.Close()); err != nil {
					t.Errorf("close, twice: %v", err)
				}
			}()
			promise(t, s)
		})
	}
}

type subject struct {
	state.Store
	reopen func(*testing.T, state.Store) state.Store
}

func (s *subject) snap(t *testing.T) state.Snapshot {
	t.Helper()
	snap, err := s.Snapshot()
	if err != nil {
		t.Fatal(err)
	}
	return snap
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func (s *subject) begin(t *testing.T, i state.Intent) state.Intent {
	t.Helper()
	out, err := s.Begin(t.Context(), i)
	must(t, err)
	return out
}

func beginGivesAnID(t *testing.T, s *subject) {
	first, second := s.begin(t, intent(photos, 1)), s.begin(t, intent(photos, 2))
	if first.ID == 0 || second.ID <= first.ID {
		t.Errorf("got ids %d and %d", first.ID, second.ID)
	}
	s.begin(t, intent(photos, 1))
	if got := s.snap(t).Sequences[photos]; got != 2 {
		t.Errorf("the sequence is %d after 1, 2, 1; want 2", got)
	}
	if got := s.snap(t).Intents; len(got) != 3 || got[0] != first {
		t.Errorf("got intents %+v", got)
	}
}

func idsOnce(t *testing.T, s *subject) {
	met := map[uint64]bool{}
	for n := range 6 {
		i := s.begin(t, intent(photos, 1))
		if met[i.ID] {
			t.Fatalf("intent %d has the id of an earlier one, %d", n, i.ID)
		}
		met[i.ID] = true
		switch n % 3 {
		case 0:
			must(t, s.Abort(t.Context(), i))
		case 1:
			must(t, s.Settle(t.Context(), state.Settlement{Project: photos}))
		case 2:
			must(t, s.Commit(t.Context(), i, record(photos)))
		}
		s.Store = s.reopen(t, s.Store)
	}
}

func commitDropsItsIntent(t *testing.T, s *subject) {
	mine, other := s.begin(t, intent(photos, 1)), s.begin(t, intent(photos, 1))
	must(t, s.Commit(t.Context(), mine, record(photos)))
	snap := s.snap(t)
	if !slices.Equal(snap.Intents, []state.Intent{other}) || !reflect.DeepEqual(snap.Records[photos], record(photos)) {
		t.Errorf("got %+v", snap)
	}
	must(t, s.Commit(t.Context(), state.Intent{}, record(north)))
	if snap := s.snap(t); len(snap.Intents) != 1 || len(snap.Records) != 2 {
		t.Errorf("a commit without an intent left %+v", snap)
	}
}

func keepsTheChange(t *testing.T, s *subject) {
	change := func() *vendors.SettingsChange {
		return &vendors.SettingsChange{Kind: vendors.DomainSettings,
			Settings: settings().Only(vendors.DomainSettings), Detach: []string{"b.example"}}
	}
	given := intent(photos, 1)
	given.Change = change()
	_, err := s.Begin(t.Context(), given)
	must(t, err)
	given.Change.Settings.Domains[0].Domain, given.Change.Detach[0] = "spoilt", "spoilt"
	for range 2 {
		snap := s.snap(t)
		if len(snap.Intents) != 1 || !reflect.DeepEqual(snap.Intents[0].Change, change()) {
			t.Fatalf("got %+v", snap.Intents)
		}
		snap.Intents[0].Change.Settings.Domains[0].Ciphers[0], snap.Intents[0].Change.Detach[0] = "spoilt", "spoilt"
	}
	s.Store = s.reopen(t, s.Store)
	if snap := s.snap(t); !reflect.DeepEqual(snap.Intents[0].Change, change()) {
		t.Errorf("after a reopen: %+v", snap.Intents[0].Change)
	}
}

func abortDropsTheIntent(t *testing.T, s *subject) {
	i := s.begin(t, intent(photos, 4))
	must(t, s.Commit(t.Context(), state.Intent{}, record(photos)))
	must(t, s.Abort(t.Context(), i))
	if snap := s.snap(t); len(snap.Intents) != 0 || len(snap.Records) != 1 || snap.Sequences[photos] != 4 {
		t.Errorf("got %+v", snap)
	}
}

func moveTakesAll(t *testing.T, s *subject) {
	must(t, s.Commit(t.Context(), state.Intent{}, record(photos)))
	i := s.begin(t, intent(photos, 7))
	third := addr.Address{Kind: addr.Project, Name: "third"}
	other := s.begin(t, intent(third, 2))
	must(t, s.SetWatches(t.Context(), []state.Watch{{Name: "v", Project: third}, {Name: "w", Project: photos}}))
	must(t, s.Move(t.Context(), photos, north))
	snap := s.snap(t)
	moved := record(photos)
	moved.Project = north
	i.Project = north
	watches := []state.Watch{{Name: "v", Project: third}, {Name: "w", Project: north}}
	if len(snap.Records) != 1 || !reflect.DeepEqual(snap.Records[north], moved) || snap.Sequences[north] != 7 ||
		!slices.Equal(snap.Intents, []state.Intent{i, other}) || !slices.Equal(snap.Watches, watches) {
		t.Errorf("got %+v; want what is of %s at %s, and what is of %s as it was", snap, photos, north, third)
	}
}

func moveWithoutRecord(t *testing.T, s *subject) {
	s.begin(t, intent(photos, 2))
	must(t, s.Move(t.Context(), photos, north))
	if snap := s.snap(t); len(snap.Records) != 0 || snap.Intents[0].Project != north || snap.Sequences[north] != 2 {
		t.Errorf("got %+v", snap)
	}
}

func moveReplaces(t *testing.T, s *subject) {
	there := record(north)
	there.Generation = 99
	must(t, s.Commit(t.Context(), state.Intent{}, there))
	must(t, s.Commit(t.Context(), state.Intent{}, record(photos)))
	must(t, s.Abort(t.Context(), s.begin(t, intent(north, 9))))
	must(t, s.Abort(t.Context(), s.begin(t, intent(photos, 2))))
	must(t, s.Move(t.Context(), photos, north))
	snap := s.snap(t)
	generation := snap.Records[north].Generation
	if len(snap.Records) != 1 || generation != record(photos).Generation || snap.Sequences[north] != 9 {
		t.Errorf("got %+v; want the moved record and the higher of both sequences", snap)
	}
	must(t, s.Move(t.Context(), north, north))
	if snap := s.snap(t); len(snap.Records) != 1 || snap.Records[north].Project != north {
		t.Errorf("moved to where it was: %+v", snap)
	}
}

func settleRefuses(t *testing.T, s *subject) {
	i := s.begin(t, intent(photos, 1))
	before := s.snap(t)
	other := record(north)
	if err := s.Settle(t.Context(), state.Settlement{Project: photos, Record: &other}); err == nil {
		t.Error("a record of another project was taken")
	}
	if after := s.snap(t); !reflect.DeepEqual(before, after) || after.Intents[0] != i {
		t.Errorf("a refused write changed %+v to %+v", before, after)
	}
}

func settleEnds(t *testing.T, s *subject) {
	s.begin(t, intent(photos, 1))
	other := s.begin(t, intent(north, 1))
	must(t, s.SetWatches(t.Context(), []state.Watch{{Name: "seen", Project: photos}, {Name: "waits", Project: north}}))
	r := record(photos)
	must(t, s.Settle(t.Context(), state.Settlement{Project: photos, Record: &r,
		Watch: []state.Watch{{Name: "new", Project: photos, At: at}}, Unwatch: []string{"seen"}}))
	snap := s.snap(t)
	if !slices.Equal(snap.Intents, []state.Intent{other}) || len(snap.Records) != 1 ||
		len(snap.Watches) != 2 || snap.Watches[0].Name != "new" {
		t.Errorf("got %+v", snap)
	}
	must(t, s.Settle(t.Context(), state.Settlement{Project: photos}))
	if snap := s.snap(t); len(snap.Records) != 0 || snap.Sequences[photos] != 1 {
		t.Errorf("after the end: %+v; the sequence has to stay", snap)
	}
}

// settleKeeps: intents of steps that the operation was not about stay open.
func settleKeeps(t *testing.T, s *subject) {
	s.begin(t, intent(photos, 1))
	kept := s.begin(t, intent(photos, 1))
	s.begin(t, intent(photos, 1))
	r := record(photos)
	must(t, s.Settle(t.Context(), state.Settlement{Project: photos, Record: &r, Keep: []uint64{kept.ID}}))
	if snap := s.snap(t); !slices.Equal(snap.Intents, []state.Intent{kept}) {
		t.Errorf("got %+v", snap.Intents)
	}
	must(t, s.Settle(t.Context(), state.Settlement{Project: photos, Record: &r}))
	if snap := s.snap(t); len(snap.Intents) != 0 {
		t.Errorf("got %+v", snap.Intents)
	}
}

// refusesNoAddress: what cannot be read again must not be written.
func refusesNoAddress(t *testing.T, s *subject) {
	must(t, s.Commit(t.Context(), state.Intent{}, record(photos)))
	before := s.snap(t)
	malformed := []addr.Address{{Kind: addr.Project, Key: "key"}, {Kind: addr.Project, Name: "two words"},
		{Kind: addr.Project, Name: "a", Key: "\xff"}, {Name: "open"}, {Kind: addr.Secrets, Name: "age_file.main"}}
	for _, none := range append([]addr.Address{{}}, malformed...) {
		r := record(none)
		_, err := s.Begin(t.Context(), intent(none, 1))
		for method, err := range map[string]error{
			"Begin":     err,
			"Commit":    s.Commit(t.Context(), state.Intent{}, r),
			"Move from": s.Move(t.Context(), none, north),
			"Move to":   s.Move(t.Context(), photos, none),
			"Settle":    s.Settle(t.Context(), state.Settlement{Project: none, Record: &r}),
		} {
			if !errors.Is(err, addr.ErrMalformed) {
				t.Errorf("%s of %#v gave %v", method, none, err)
			}
		}
	}
	// Where an address may be missing, a malformed one is refused as well.
	for _, none := range malformed {
		r := record(photos)
		r.Item.Address = none
		watches := []state.Watch{{Name: "good", Project: photos}, {Name: "bad", Project: none}}
		for method, err := range map[string]error{
			"Commit of an item": s.Commit(t.Context(), state.Intent{}, r),
			"Settle of an item": s.Settle(t.Context(), state.Settlement{Project: photos, Record: &r}),
			"Settle of a watch": s.Settle(t.Context(), state.Settlement{Project: photos, Watch: watches}),
			"SetWatches":        s.SetWatches(t.Context(), watches),
			"Append":            s.Append(t.Context(), state.Entry{Project: photos}, state.Entry{Project: none}),
			"Move, in history":  s.Move(t.Context(), photos, north, state.Entry{Project: none}),
			"Settle, the same":  s.Settle(t.Context(), state.Settlement{Project: photos, Entries: []state.Entry{{Project: none}}}),
		} {
			if !errors.Is(err, addr.ErrMalformed) {
				t.Errorf("%s of %#v gave %v", method, none, err)
			}
		}
	}
	if entries, err := s.History(addr.Address{}, 0); err != nil || len(entries) != 0 {
		t.Errorf("a refused write left history %+v, %v", entries, err)
	}
	if after := s.snap(t); !reflect.DeepEqual(before, after) {
		t.Errorf("a refused write changed %+v to %+v", before, after)
	}
	unaddressed := record(photos)
	unaddressed.Item.Address = addr.Address{}
	must(t, s.Commit(t.Context(), state.Intent{}, unaddressed))
	must(t, s.SetWatches(t.Context(), []state.Watch{{Name: "w"}}))
	must(t, s.Append(t.Context(), state.Entry{}))
}

func setWatches(t *testing.T, s *subject) {
	whole := state.Watch{Name: "a", Listings: 2, AbsentSince: at, At: at, Cloud: "c", Project: photos}
	must(t, s.SetWatches(t.Context(), []state.Watch{{Name: "b"}, whole}))
	if got := s.snap(t).Watches; len(got) != 2 || got[0] != whole {
		t.Errorf("got %+v", got)
	}
	must(t, s.SetWatches(t.Context(), nil))
	if got := s.snap(t).Watches; len(got) != 0 {
		t.Errorf("got %+v", got)
	}
}

func watchOnce(t *testing.T, s *subject) {
	must(t, s.SetWatches(t.Context(), []state.Watch{{Name: "w", Listings: 1}, {Name: "w", Listings: 2}}))
	want := []state.Watch{{Name: "w", Listings: 3}, {Name: "x"}}
	must(t, s.Settle(t.Context(), state.Settlement{Project: photos, Watch: want, Unwatch: []string{"x"}}))
	if got := s.snap(t).Watches; !slices.Equal(got, want) {
		t.Errorf("got %+v, want each name once, as it was last given", got)
	}
}

// recordsOutlive calls each method with a context that has ended.
func recordsOutlive(t *testing.T, s *subject) {
	i := s.begin(t, intent(photos, 1))
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := s.Begin(ended, intent(photos, 2)); !errors.Is(err, context.Canceled) {
		t.Errorf("Begin: got %v", err)
	}
	must(t, s.Abort(ended, state.Intent{ID: 99}))
	must(t, s.Commit(ended, i, record(photos)))
	must(t, s.SetWatches(ended, []state.Watch{{Name: "w", At: at}}))
	must(t, s.Append(ended, state.Entry{Operation: "provision"}))
	must(t, s.Move(ended, photos, north))
	if snap := s.snap(t); len(snap.Intents) != 0 || snap.Sequences[north] != 1 || len(snap.Watches) != 1 {
		t.Errorf("got %+v", snap)
	}
	must(t, s.Settle(ended, state.Settlement{Project: north}))
	if snap := s.snap(t); len(snap.Records) != 0 {
		t.Errorf("got %+v", snap.Records)
	}
}
