package bolt

import (
	"encoding/json"
	"flag"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strconv"
	"testing"
	"time"

	"buckethead/config/addr"
	"buckethead/state"
	"buckethead/vendors"
)

// formats is where the golden files of each format are, this one and all before it.
var formats = filepath.Join("..", "..", "testdata", "formats")

var writeFormats = flag.Bool("formats.write", false, "write the golden files of the current format that do not exist yet")

// stateContent is everything in a state, as the golden files have it in state.json.
type stateContent struct {
	Meta      state.Meta
	Records   []state.Record
	Intents   []state.Intent
	Watches   []state.Watch
	Sequences map[string]uint64
	History   []state.Entry
}

func contentOf(t *testing.T, s *Store) stateContent {
	t.Helper()
	snap, err := s.Snapshot()
	if err != nil {
		t.Fatal(err)
	}
	out := stateContent{Meta: snap.Meta, Intents: snap.Intents, Watches: snap.Watches, Sequences: map[string]uint64{}}
	for _, p := range slices.SortedFunc(maps.Keys(snap.Records), addr.Address.Compare) {
		out.Records = append(out.Records, snap.Records[p])
	}
	for p, n := range snap.Sequences {
		out.Sequences[p.String()] = n
	}
	if out.History, err = s.History(addr.Address{}, 0); err != nil {
		t.Fatal(err)
	}
	return out
}

// TestFormats reads a state of each format ever written, for reading and, after its
// migration, for writing. What is in it stays the same.
func TestFormats(t *testing.T) {
	if *writeFormats {
		writeGoldenState(t, filepath.Join(formats, strconv.Itoa(state.Format)))
	}
	folders, err := filepath.Glob(filepath.Join(formats, "*", "state.db"))
	if err != nil || len(folders) != state.Format {
		t.Errorf("%d states in %s, and there are %d formats (%v)", len(folders), formats, state.Format, err)
	}
	for _, path := range folders {
		t.Run(filepath.Base(filepath.Dir(path)), func(t *testing.T) {
			text, err := os.ReadFile(filepath.Join(filepath.Dir(path), "state.json"))
			if err != nil {
				t.Fatal(err)
			}
			var want stateContent
			if err := json.Unmarshal(text, &want); err != nil {
				t.Fatal(err)
			}
			file, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			copied := filepath.Join(t.TempDir(), "state.db")
			if err := os.WriteFile(copied, file, 0o600); err != nil {
				t.Fatal(err)
			}
			options := Options{Stack: want.Meta.Stack, Now: func() time.Time { return goldenTime }, NoSync: true}
			for name, open := range map[string]func() (*Store, error){
				"for reading": func() (*Store, error) { return OpenReadOnly(t.Context(), copied, options) },
				"for writing": func() (*Store, error) { return Open(t.Context(), copied, options) },
			} {
				s, err := open()
				if err != nil {
					t.Fatalf("%s: %v", name, err)
				}
				got := contentOf(t, s)
				if got.Meta.Format != state.Format {
					t.Errorf("%s: format %d, want %d", name, got.Meta.Format, state.Format)
				}
				got.Meta.Format, got.Meta.Serial = want.Meta.Format, want.Meta.Serial // a migration raises both
				if !reflect.DeepEqual(got, want) {
					t.Errorf("%s: got\n%+v\nwant\n%+v", name, got, want)
				}
				if err := s.Close(); err != nil {
					t.Fatal(err)
				}
			}
		})
	}
}

var goldenTime = time.Date(2026, 11, 30, 12, 0, 0, 0, time.UTC)

// writeGoldenState writes a state that has something in each field that there is.
func writeGoldenState(t *testing.T, folder string) {
	t.Helper()
	path := filepath.Join(folder, "state.db")
	if _, err := os.Stat(path); err == nil {
		return
	}
	if err := os.MkdirAll(folder, 0o755); err != nil {
		t.Fatal(err)
	}
	s, err := Open(t.Context(), path, Options{Stack: "golden", Now: func() time.Time { return goldenTime }})
	if err != nil {
		t.Fatal(err)
	}
	photos, north, gone := addr.Address{Kind: addr.Project, Name: "photos"}, addr.Address{Kind: addr.Project, Name: "tenant", Key: "north"}, addr.Address{Kind: addr.Project, Name: "gone"}
	whole := goldenRecord(photos)
	for _, r := range []state.Record{whole, {Project: north, Secrets: "age_file.main", Registered: true, Applied: state.Applied{Unverified: true}, CreatedAt: goldenTime, UpdatedAt: goldenTime, Generation: 1}} {
		mustNot(t, s.Commit(t.Context(), state.Intent{}, r))
	}
	cors := vendors.BucketSettings{CORS: whole.Applied.Settings.CORS}
	for n, i := range []state.Intent{
		{Project: photos, Step: "issue_credential", Name: "bh/golden/project.photos/aaaabbbbcccc", Run: "https://ci.example/1"},
		{Project: photos, Step: "issue_credential", Name: "bh/golden/project.photos/aaaabbbbcccc-2", Retry: true},
		{Project: photos, Step: "update_settings", Name: "photos", Namespace: "eu", Change: &vendors.SettingsChange{Kind: vendors.CORSSettings, Settings: cors}},
		{Project: gone, Step: "create_bucket", Name: "gone"},
	} {
		i.Operation, i.Sequence, i.Cloud, i.Secrets, i.At = "aaaabbbbcccc", uint64(n+4), "cloudflare_r2.main", "age_file.main", goldenTime
		_, err := s.Begin(t.Context(), i)
		mustNot(t, err)
	}
	mustNot(t, s.SetWatches(t.Context(), []state.Watch{{Name: "bh/golden/project.gone/ddddeeeeffff", Cloud: "cloudflare_r2.main", Project: gone, At: goldenTime, AbsentSince: goldenTime, Listings: 1}}))
	mustNot(t, s.Append(t.Context(),
		state.Entry{At: goldenTime, Actor: "ada", Commit: "0123abcd", Run: "https://ci.example/1", PlanDigest: "0123", Project: photos, Operation: "provision", Reason: "new", Outcome: "done"},
		state.Entry{At: goldenTime, Project: gone, Operation: "destroy", Outcome: "failed", Error: "no answer"}))
	mustNot(t, s.Append(t.Context(), state.Entry{At: goldenTime, Block: "secrets.age_file.main", Operation: "update", Outcome: "done"}))
	mustNot(t, s.Descend("an-older-lineage"))
	text, err := json.MarshalIndent(contentOf(t, s), "", "  ")
	mustNot(t, err)
	mustNot(t, os.WriteFile(filepath.Join(folder, "state.json"), append(text, '\n'), 0o644))
	mustNot(t, s.Close())
}

func goldenRecord(p addr.Address) state.Record {
	settings := vendors.BucketSettings{
		CORS: []vendors.CORSRule{{AllowedOrigins: []string{"https://example.com"}, AllowedMethods: []string{"GET"}, AllowedHeaders: []string{"a"}, ExposeHeaders: []string{"b"}, MaxAge: time.Hour}},
		Lifecycle: []vendors.LifecycleRule{{ID: "old", Enabled: true, Prefix: "tmp/", DeleteAfter: 24 * time.Hour, InfrequentAccessAfter: time.Hour, AbortUploadsAfter: time.Hour},
			{ID: "dated", DeleteOn: goldenTime, InfrequentAccessOn: goldenTime}},
		Lock:         []vendors.LockRule{{ID: "keep", Enabled: true, Prefix: "audit/", RetainFor: time.Hour}, {ID: "until", RetainUntil: goldenTime}, {ID: "always", Indefinite: true}},
		Domains:      []vendors.CustomDomain{{Domain: "photos.example.com", ZoneID: "0abc", Enabled: true, MinTLS: "1.2", Ciphers: []string{"c"}}},
		PublicAccess: &vendors.PublicAccess{Enabled: true},
	}
	return state.Record{Project: p, Cloud: "cloudflare_r2.main", Secrets: "age_file.main", Bucket: &vendors.BucketID{Name: "photos", Namespace: "eu"},
		Applied: state.Applied{Location: "weur", StorageClass: "Standard", Access: vendors.ReadOnly, AllowedIPs: []string{"192.0.2.0/24"}, ExpiresAfter: time.Hour, Settings: settings},
		Item: &state.ItemRef{ID: "item-1", Title: "photos", Fields: map[string]string{"bucket": "photos", "access_key_id": "key-2"}, Address: p,
			Operation: "aaaabbbbcccc", Shape: "0123", UpdatedAt: goldenTime},
		Issuer:   "account",
		Former:   []state.FormerItem{{Secrets: "age_file.old", ID: "item-0", Title: "photos"}},
		Active:   &state.CredentialRef{ID: "key-2", Name: "bh/golden/project.photos/bbbb", IssuedAt: goldenTime, ExpiresAt: goldenTime, Fingerprint: "f2"},
		Pending:  &state.CredentialRef{ID: "key-3", Name: "bh/golden/project.photos/cccc", IssuedAt: goldenTime, Fingerprint: "f3"},
		Retiring: []state.CredentialRef{{ID: "key-1", Name: "bh/golden/project.photos/aaaa", IssuedAt: goldenTime, Fingerprint: "f1", RetireAfter: goldenTime}},
		Proof:    state.Proved, Protected: true, OnDestroy: "empty", CreatedAt: goldenTime, UpdatedAt: goldenTime, Generation: 3}
}

func mustNot(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
