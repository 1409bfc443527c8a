package view

import (
	"testing"
	"time"

	"buckethead/config"
	"buckethead/config/addr"
	"buckethead/planner"
	"buckethead/planner/observed"
	"buckethead/state"
	"buckethead/vendors"
)

// withSettings is a plan as the planner makes it, for buckets that get settings,
// have others, and lose them.
func withSettings(t *testing.T) *planner.Plan {
	t.Helper()
	const r2, op = "cloudflare_r2.main", "onepassword.eng"
	day := 24 * time.Hour
	all := vendors.BucketSettings{
		CORS: []vendors.CORSRule{{AllowedOrigins: []string{"https://www.example.com"}, AllowedMethods: []string{"GET", "HEAD"}, MaxAge: time.Hour},
			{AllowedOrigins: []string{"*"}, AllowedMethods: []string{"GET"}}},
		Lifecycle:    []vendors.LifecycleRule{{ID: "rule-1", Enabled: true, Prefix: "tmp/", DeleteAfter: 30 * day, AbortUploadsAfter: 7 * day}},
		Lock:         []vendors.LockRule{{ID: "audit", Enabled: true, Prefix: "audit/", RetainFor: 365 * day}},
		Domains:      []vendors.CustomDomain{{Domain: "files.example.com", ZoneID: "0123", Enabled: true, MinTLS: "1.2"}},
		PublicAccess: &vendors.PublicAccess{Enabled: true},
	}
	in := planner.Input{Desired: &config.Config{Stack: "acme-prod"}, Now: noon, Mode: planner.Normal,
		Recorded: state.Snapshot{Records: map[addr.Address]state.Record{}, Sequences: map[addr.Address]uint64{}},
		Observed: observed.World{Buckets: map[observed.BucketKey]vendors.Bucket{}, Credentials: map[observed.CredentialKey]vendors.Credential{},
			Items: map[observed.ItemKey]observed.Item{}, Settings: map[observed.BucketKey]vendors.BucketSettings{}}}
	add := func(name string, want vendors.BucketSettings) (vendors.BucketID, *config.Project) {
		id := bucket("acme-prod-" + name)
		in.Desired.Projects = append(in.Desired.Projects, config.Project{Addr: project(name), Cloud: r2, Secrets: op, ItemTitle: name,
			Bucket: vendors.BucketSpec{ID: id, Settings: want}, Access: vendors.ReadWrite, OnDestroy: config.Refuse})
		return id, &in.Desired.Projects[len(in.Desired.Projects)-1]
	}
	live := func(id vendors.BucketID, seen vendors.BucketSettings) {
		key := observed.BucketKey{Cloud: r2, ID: id}
		in.Observed.Buckets[key], in.Observed.Settings[key] = vendors.Bucket{ID: id}, seen
	}
	recorded := func(name string, id vendors.BucketID, applied vendors.BucketSettings) {
		in.Recorded.Records[project(name)] = state.Record{Project: project(name), Cloud: r2, Secrets: op, Bucket: &id, Proof: state.Proved,
			Applied: state.Applied{Access: vendors.ReadWrite, Settings: applied}, OnDestroy: "refuse",
			Item:   &state.ItemRef{ID: "I" + name, Title: name, Address: project(name)},
			Active: &state.CredentialRef{ID: "K" + name, IssuedAt: noon}}
		in.Observed.Credentials[observed.CredentialKey{Cloud: r2, ID: "K" + name}] = vendors.Credential{ID: "K" + name, Bucket: id, Access: vendors.ReadWrite, Status: vendors.Active}
		in.Observed.Items[observed.ItemKey{Secrets: op, ID: "I" + name}] = observed.Item{Summary: vendors.ItemSummary{ID: "I" + name, Title: name}}
	}
	add("fresh", all)
	id, taken := add("taken", all.Only(vendors.CORSSettings))
	taken.Adopt = true
	live(id, vendors.BucketSettings{CORS: all.CORS[1:]})
	id, _ = add("drifted", all.Only(vendors.LifecycleSettings))
	live(id, vendors.BucketSettings{Lifecycle: []vendors.LifecycleRule{}})
	recorded("drifted", id, all.Only(vendors.LifecycleSettings))
	id, _ = add("stripped", vendors.BucketSettings{})
	live(id, all)
	recorded("stripped", id, all)
	id, _ = add("leaving", all)
	live(id, all)
	recorded("leaving", id, all)
	in.Desired.Projects = in.Desired.Projects[:len(in.Desired.Projects)-1]
	plan, diags := planner.Make(in)
	if len(diags) > 0 {
		t.Fatal(diags)
	}
	return plan
}
