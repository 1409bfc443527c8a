package planner_test

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"buckethead/config"
	"buckethead/config/addr"
	"buckethead/planner"
	"buckethead/planner/observed"
	"buckethead/state"
	"buckethead/vendors"
)

const day = 24 * time.Hour

var (
	photosID  = vendors.BucketID{Name: "photos-bucket"}
	photosKey = observed.BucketKey{Cloud: cloud, ID: photosID}
)

func cors(origins ...string) vendors.BucketSettings {
	var s vendors.BucketSettings
	for _, o := range origins {
		s.CORS = append(s.CORS, vendors.CORSRule{AllowedOrigins: []string{o}, AllowedMethods: []string{"GET"}})
	}
	return s
}

func deleting(after time.Duration) vendors.BucketSettings {
	return vendors.BucketSettings{Lifecycle: []vendors.LifecycleRule{{ID: "old", Enabled: true, DeleteAfter: after}}}
}

func locked(prefix string) vendors.BucketSettings {
	return vendors.BucketSettings{Lock: []vendors.LockRule{{ID: "law", Enabled: true, Prefix: prefix, Indefinite: true}}}
}

func under(names ...string) vendors.BucketSettings {
	s := vendors.BucketSettings{Domains: []vendors.CustomDomain{}}
	for _, name := range names {
		s.Domains = append(s.Domains, vendors.CustomDomain{Domain: name, ZoneID: "z", Enabled: true})
	}
	return s
}

func public(enabled bool) vendors.BucketSettings {
	return vendors.BucketSettings{PublicAccess: &vendors.PublicAccess{Enabled: enabled}}
}

func together(all ...vendors.BucketSettings) vendors.BucketSettings {
	var out vendors.BucketSettings
	for _, s := range all {
		for _, kind := range s.Kinds() {
			out = out.With(kind, s)
		}
	}
	return out
}

// given sets what is declared, what was applied and what the bucket has.
func (s *scene) given(want, applied, seen vendors.BucketSettings) {
	if len(s.in.Desired.Projects) > 0 {
		s.desc.Bucket.Settings = want
	}
	if s.rec != nil {
		s.rec.Applied.Settings = applied
	}
	s.in.Observed.Settings = map[observed.BucketKey]vendors.BucketSettings{photosKey: seen}
}

// open is a step of settings that was cut.
func (s *scene) open(kind vendors.SettingsKind, change vendors.SettingsChange) {
	change.Kind = kind
	s.intent(planner.StepUpdateSettings, "photos-bucket: "+string(kind))
	s.in.Recorded.Intents[len(s.in.Recorded.Intents)-1].Change = &change
}

func (s *scene) absent() { s.forgetRecord(); s.deleteBucket(); s.deleteCredential(); s.deleteItem() }

type settingsTest struct {
	name    string
	change  func(*scene)
	kind    planner.Kind
	reason  string
	steps   []string // "name" or "name target"
	changes []string
	notes   []string
	last    *vendors.SettingsChange // of the last step that writes settings
}

// nothing is read and has no rules.
var nothing = together(vendors.Cleared(vendors.CORSSettings), vendors.Cleared(vendors.LifecycleSettings), vendors.Cleared(vendors.LockSettings),
	vendors.Cleared(vendors.DomainSettings), vendors.Cleared(vendors.PublicSettings))

var none vendors.BucketSettings

func settingsTests() []settingsTest {
	write := func(kind vendors.SettingsKind) string { return "update_settings photos-bucket: " + string(kind) }
	all := together(cors("https://a.example"), deleting(30*day), locked("audit/"), under("a.example"), public(true))
	writes := []string{write("lock"), write("lifecycle"), write("cors"), write("custom_domains"), write("public_access")}
	one := cors("https://a.example")
	half := vendors.CustomDomain{Domain: "a.example", ZoneID: "z", Enabled: true, MinTLS: "1.2", Ciphers: []string{"c"}}
	return []settingsTest{
		{name: "nothing declared, nothing applied: left alone", change: func(s *scene) { s.given(none, none, all) }},
		{name: "as declared", change: func(s *scene) { s.given(all, all, all) }},
		{name: "declared, and the bucket has other rules: changed", change: func(s *scene) { s.given(one, none, cors("*")) },
			kind: planner.Update, reason: "settings_changed", steps: []string{write("cors")}, changes: []string{"cors_rule: GET from * -> GET from https://a.example"}},
		{name: "declared, and the bucket has none", change: func(s *scene) { s.given(one, none, nothing) },
			kind: planner.Update, reason: "settings_changed", steps: []string{write("cors")}, changes: []string{"cors_rule: none -> GET from https://a.example"}},
		{name: "declared otherwise than applied", change: func(s *scene) { s.given(cors("*"), one, one) },
			kind: planner.Update, reason: "settings_changed", steps: []string{write("cors")}, changes: []string{"cors_rule: GET from https://a.example -> GET from *"}},
		{name: "the order of CORS rules counts", change: func(s *scene) { s.given(cors("b", "a"), cors("a", "b"), cors("a", "b")) },
			kind: planner.Update, reason: "settings_changed", steps: []string{write("cors")}, changes: []string{"cors_rule: GET from a; GET from b -> GET from b; GET from a"}},
		{name: "changed outside: put back", change: func(s *scene) { s.given(one, one, cors("*")) },
			kind: planner.Update, reason: "settings_drift", steps: []string{write("cors")}, changes: []string{"cors_rule: GET from * -> GET from https://a.example"}},
		{name: "removed from the file: cleared", change: func(s *scene) { s.given(none, one, one) },
			kind: planner.Update, reason: "settings_changed", steps: []string{write("cors")}, changes: []string{"cors_rule: GET from https://a.example -> none"}},
		{name: "removed from the file, and gone already: the state alone", change: func(s *scene) { s.given(none, one, nothing) },
			kind: planner.Update, reason: "settings_changed", changes: []string{"cors_rule: GET from https://a.example -> not declared"}},
		{name: "declared, and there already: the state alone", change: func(s *scene) { s.given(one, none, one) },
			kind: planner.Update, reason: "settings_changed", changes: []string{"cors_rule: not declared -> GET from https://a.example"}},
		{name: "declared as off, and off", change: func(s *scene) { s.given(public(false), none, public(false)) },
			kind: planner.Update, reason: "settings_changed", changes: []string{"public_access: not declared -> none"}},
		{name: "several groups, in the order in which they hold", change: func(s *scene) { s.given(all, none, nothing) },
			kind: planner.Update, reason: "settings_changed", steps: writes, notes: []string{
				"objects are deleted by the rule old for all objects, delete after 30d", "the bucket becomes public at a.example",
				"the bucket becomes public at the vendor's own domain"}},
		{name: "all removed", change: func(s *scene) { s.given(none, all, all) },
			kind: planner.Update, reason: "settings_changed", steps: writes, notes: []string{`objects are no longer locked by the rule law for "audit/", kept indefinitely`}},
		{name: "objects go sooner", change: func(s *scene) { s.given(deleting(day), deleting(2*day), deleting(2*day)) },
			kind: planner.Update, reason: "settings_changed", steps: []string{write("lifecycle")}, notes: []string{"objects are deleted by the rule old for all objects, delete after 1d"}},
		{name: "a lock of another prefix", change: func(s *scene) { s.given(locked("b/"), locked("a/"), locked("a/")) },
			kind: planner.Update, reason: "settings_changed", steps: []string{write("lock")}, notes: []string{`objects are no longer locked by the rule law for "a/", kept indefinitely`}},
		{name: "a rule beside one that deletes already", change: func(s *scene) {
			want := deleting(day)
			want.Lifecycle = append(want.Lifecycle, vendors.LifecycleRule{ID: "parts", Enabled: true, AbortUploadsAfter: day},
				vendors.LifecycleRule{ID: "off", DeleteAfter: day})
			s.given(want, deleting(day), deleting(day))
		}, kind: planner.Update, reason: "settings_changed", steps: []string{write("lifecycle")}, notes: []string{}},
		{name: "a domain that is off shows nothing", change: func(s *scene) {
			want := under("a.example")
			want.Domains[0].Enabled = false
			s.given(want, none, under())
		}, kind: planner.Update, reason: "settings_changed", steps: []string{write("custom_domains")}, notes: []string{}},
		{name: "no longer public", change: func(s *scene) { s.given(public(false), public(true), public(true)) },
			kind: planner.Update, reason: "settings_changed", steps: []string{write("public_access")}, changes: []string{"public_access: enabled -> none"}},

		{name: "domains of others are left alone", change: func(s *scene) { s.given(under("a.example"), under("a.example"), under("a.example", "others.example")) }},
		{name: "one domain more: that one alone", change: func(s *scene) {
			s.given(under("a.example", "b.example"), under("a.example"), under("a.example", "others.example"))
		}, kind: planner.Update, reason: "settings_changed", steps: []string{write("custom_domains")}, changes: []string{"custom_domain: none -> b.example in zone z"},
			notes: []string{"the bucket becomes public at b.example"},
			last:  &vendors.SettingsChange{Kind: vendors.DomainSettings, Settings: under("b.example")}},
		{name: "a domain removed: detached", change: func(s *scene) { s.given(none, under("a.example"), under("a.example", "others.example")) },
			kind: planner.Update, reason: "settings_changed", steps: []string{write("custom_domains")}, changes: []string{"custom_domain: a.example in zone z -> none"},
			last: &vendors.SettingsChange{Kind: vendors.DomainSettings, Settings: under(), Detach: []string{"a.example"}}},
		{name: "a domain removed that is gone already", change: func(s *scene) { s.given(none, under("a.example"), under("others.example")) },
			kind: planner.Update, reason: "settings_changed", changes: []string{"custom_domain: a.example in zone z -> not declared"}},
		{name: "a domain detached outside", change: func(s *scene) { s.given(under("a.example"), under("a.example"), under()) },
			kind: planner.Update, reason: "settings_drift", steps: []string{write("custom_domains")}, notes: []string{"the bucket becomes public at a.example"}},
		{name: "what a domain does not declare is left alone", change: func(s *scene) {
			s.given(under("a.example"), under("a.example"), vendors.BucketSettings{Domains: []vendors.CustomDomain{half}})
		}},
		{name: "nor does it show as a change", change: func(s *scene) {
			want := under("a.example")
			want.Domains[0].Enabled = false
			s.given(want, under("a.example"), vendors.BucketSettings{Domains: []vendors.CustomDomain{half}})
		}, kind: planner.Update, reason: "settings_changed", steps: []string{write("custom_domains")},
			changes: []string{"custom_domain: a.example in zone z -> a.example in zone z, disabled"}},

		{name: "provision: before the keys", change: func(s *scene) { s.absent(); s.given(all, none, none) },
			kind: planner.Provision, reason: "new", steps: append(append([]string{create}, writes...), issue, storeStep, verify)},
		{name: "provision: what a new bucket is by itself needs no step", change: func(s *scene) { s.absent(); s.given(public(false), none, none) },
			kind: planner.Provision, reason: "new", steps: []string{create, issue, storeStep, verify}},
		{name: "adopt: what changes is shown", change: func(s *scene) {
			s.forgetRecord()
			s.desc.Adopt = true
			s.deleteItem()
			s.given(together(one, locked("")), none, together(cors("*"), locked("")))
		}, kind: planner.Adopt, reason: "adopted", steps: []string{claim, write("cors"), issue, storeStep, verify, retire},
			changes: []string{"cors_rule: GET from * -> GET from https://a.example"}},
		{name: "interrupted after the bucket was made", change: func(s *scene) {
			s.forgetRecord()
			s.deleteItem()
			s.deleteCredential()
			s.in.Observed.Buckets[photosKey] = vendors.Bucket{ID: photosID, CreatedAt: now}
			s.intent(planner.StepCreateBucket, "photos-bucket")
			s.given(one, none, nothing)
		}, kind: planner.Provision, reason: "interrupted", steps: []string{claim, write("cors"), issue, storeStep, verify}},
		{name: "interrupted among the settings", change: func(s *scene) {
			s.deleteItem()
			s.deleteCredential()
			s.rec.Active, s.rec.Item, s.rec.Proof = nil, nil, ""
			s.given(together(one, locked("")), locked(""), together(nothing, locked("")))
			s.open(vendors.CORSSettings, vendors.SettingsChange{Settings: one})
		}, kind: planner.Provision, reason: "interrupted", steps: []string{write("cors"), issue, storeStep, verify}},
		{name: "made again: all of them, whatever was applied", change: func(s *scene) {
			s.deleteBucket()
			s.in.Allowance.Recreate = true
			s.given(one, together(one, locked("")), none)
		}, kind: planner.Provision, reason: "bucket_gone", steps: []string{create, write("cors"), verify}},
		{name: "a rotation is still one", change: func(s *scene) { s.in.Rotate[photos] = true; s.given(one, one, cors("*")) },
			kind: planner.Rotate, reason: "rotation_asked", steps: []string{write("cors"), issue, storeStep, verify}},
		{name: "and the storage class comes first", change: func(s *scene) {
			s.desc.Bucket.StorageClass = "cold"
			s.in.Observed.Buckets[photosKey] = vendors.Bucket{StorageClass: "standard"}
			s.given(one, one, cors("*"))
		}, kind: planner.Update, reason: "settings_changed", steps: []string{planner.StepUpdateBucket, write("cors")}},

		{name: "cut after it acted, and undeclared since: cleared", change: func(s *scene) {
			s.given(none, none, together(one))
			s.open(vendors.CORSSettings, vendors.SettingsChange{Settings: one})
		}, kind: planner.Update, reason: "interrupted", steps: []string{write("cors")}, changes: []string{"cors_rule: GET from https://a.example -> none"}},
		{name: "cut before it acted, and undeclared since: what was there stays", change: func(s *scene) {
			s.given(none, none, cors("*"))
			s.open(vendors.CORSSettings, vendors.SettingsChange{Settings: one})
		}, kind: planner.Heal, reason: "interrupted"},
		{name: "the same of domains", change: func(s *scene) {
			s.given(none, none, under("a.example", "others.example"))
			s.open(vendors.DomainSettings, vendors.SettingsChange{Settings: under("a.example", "b.example")})
		}, kind: planner.Update, reason: "interrupted", steps: []string{write("custom_domains")},
			last: &vendors.SettingsChange{Kind: vendors.DomainSettings, Settings: under(), Detach: []string{"a.example"}}},
		{name: "cut after it acted, and still declared: taken as done", change: func(s *scene) {
			s.given(one, none, one)
			s.open(vendors.CORSSettings, vendors.SettingsChange{Settings: one})
		}, kind: planner.Update, reason: "settings_changed", changes: []string{"cors_rule: not declared -> GET from https://a.example"}},

		{name: "not read: what was applied counts", change: func(s *scene) { s.given(all, all, none) }},
		{name: "not read, and declared otherwise", change: func(s *scene) { s.given(cors("*"), one, none) },
			kind: planner.Update, reason: "settings_changed", steps: []string{write("cors")}, changes: []string{"cors_rule: GET from https://a.example -> GET from *"}},
		{name: "not read, and removed", change: func(s *scene) { s.given(none, one, none) },
			kind: planner.Update, reason: "settings_changed", steps: []string{write("cors")}},

		{name: "destroy: domains go before the bucket, and what shows nothing stays", change: func(s *scene) { s.undeclare(); s.given(none, all, none) },
			kind: planner.Destroy, reason: "undeclared", steps: []string{probe, revoke, write("custom_domains"), dropBucket, dropItem},
			notes: []string{"the bucket is no longer public at a.example", "the bucket is empty"},
			last:  &vendors.SettingsChange{Kind: vendors.DomainSettings, Settings: under(), Detach: []string{"a.example"}}},
		{name: "destroy with objects: locks go before them", change: func(s *scene) {
			s.undeclare()
			s.fill(2)
			s.rec.OnDestroy, s.in.Allowance.Empty = "empty", true
			s.given(none, all, none)
		}, kind: planner.Destroy, reason: "undeclared", steps: []string{revoke, write("custom_domains"), write("lock"), wipe, dropBucket, dropItem},
			last: &vendors.SettingsChange{Kind: vendors.LockSettings, Settings: vendors.Cleared(vendors.LockSettings)}},
		{name: "destroy of what was cut: domains that may be there", change: func(s *scene) {
			s.undeclare()
			s.given(none, none, none)
			s.open(vendors.DomainSettings, vendors.SettingsChange{Settings: under("b.example")})
		}, kind: planner.Destroy, reason: "undeclared", steps: []string{probe, revoke, write("custom_domains"), dropBucket, dropItem}},
		{name: "retained: said to be public", change: func(s *scene) { s.undeclare(); s.rec.OnDestroy = "retain"; s.given(none, all, none) },
			kind: planner.Destroy, reason: "undeclared", steps: []string{revoke, dropItem},
			notes: []string{"the bucket photos-bucket stays, with its objects", "the bucket stays public at a.example, the vendor's own domain"}},
		{name: "forgotten: left alone", change: func(s *scene) {
			s.undeclare()
			s.in.Desired.Removed = []config.Removed{{From: photos}}
			s.given(none, all, none)
		}, kind: planner.Forget, reason: "forgotten", steps: []string{planner.StepForgetRecord}},
	}
}

func TestMake_settings(t *testing.T) {
	for _, test := range settingsTests() {
		t.Run(test.name, func(t *testing.T) {
			s := newScene()
			test.change(s)
			plan, diags := s.make(t)
			if len(diags) > 0 || len(plan.Operations) > 1 || (test.kind == "") != plan.Empty() {
				t.Fatalf("got %v %+v", diags, plan.Operations)
			}
			if test.kind == "" {
				return
			}
			o := plan.Operations[0]
			if o.Kind != test.kind || o.Reason.Word != test.reason {
				t.Errorf("got %s because %s, want %s because %s", o.Kind, o.Reason.Word, test.kind, test.reason)
			}
			var steps, changes []string
			var last *vendors.SettingsChange
			for i, a := range o.Acts {
				steps = append(steps, a.Step)
				if update, is := o.Steps[i].(planner.UpdateSettings); is {
					steps[i] += " " + a.Target
					last = &update.Change
					if fresh := slices.Contains(steps, create); update.Fresh != fresh || update.ID != photosID {
						t.Errorf("got %+v", update)
					}
				}
			}
			for _, c := range o.Changes {
				changes = append(changes, c.Field+": "+c.Before+" -> "+c.After)
			}
			if !slices.Equal(steps, test.steps) {
				t.Errorf("got steps %q, want %q", steps, test.steps)
			}
			for _, want := range test.changes {
				if !slices.Contains(changes, want) {
					t.Errorf("got changes %q, want %q", changes, want)
				}
			}
			if test.notes != nil && !slices.Equal(o.Notes, test.notes) {
				t.Errorf("got notes %q, want %q", o.Notes, test.notes)
			}
			if test.last != nil && !reflect.DeepEqual(last, test.last) {
				t.Errorf("got %+v, want %+v", last, test.last)
			}
		})
	}
}

// The same change of the file has the same digest, and a different change a different one.
func TestMake_digestsCoverSettings(t *testing.T) {
	digest := func(want, applied, observed vendors.BucketSettings) string {
		s := newScene()
		s.given(want, applied, observed)
		plan, _ := s.make(t)
		return plan.Digest()
	}
	first := digest(deleting(day), none, nothing)
	if again := digest(deleting(day), none, nothing); again != first {
		t.Error("the same plan has another digest")
	}
	seen := map[string]bool{first: true}
	for _, want := range []vendors.BucketSettings{deleting(2 * day), locked(""), under("a.example"), under("b.example"), public(true), cors("a"), cors("a", "b"), cors("b", "a")} {
		if d := digest(want, none, nothing); seen[d] {
			t.Errorf("%+v has the digest of another plan", want)
		} else {
			seen[d] = true
		}
	}
}

func TestMake_countsCallsOfSettings(t *testing.T) {
	s := newScene()
	s.given(together(cors("a"), under("b.example", "c.example")), under("a.example"), together(nothing, under("a.example", "others.example")))
	plan, _ := s.make(t)
	want := fmt.Sprint([]observed.Calls{{Connection: cloud, Vendor: "local", Reads: 1, Writes: 4}})
	if got := fmt.Sprint(plan.Calls()); got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestMake_stepsMakeBucketsWithoutSettings(t *testing.T) {
	s := newScene()
	s.absent()
	s.given(together(cors("a"), deleting(day)), none, none)
	plan, _ := s.make(t)
	for _, step := range plan.Operations[0].Steps {
		if made, is := step.(planner.CreateBucket); is && !made.Spec.Settings.None() {
			t.Errorf("got %+v", made)
		}
	}
}

// drawSettings draws a few settings, so that two draws are often alike.
func drawSettings(t *rapid.T, name string) vendors.BucketSettings {
	var out vendors.BucketSettings
	for _, s := range []vendors.BucketSettings{cors("a"), cors("b"), deleting(day), locked("a/"), locked("b/"), under(name + "1.example"), under(name+"2.example", name+"3.example"),
		public(true), public(false), vendors.Cleared(vendors.LockSettings)} {
		if rapid.IntRange(0, 2).Draw(t, "settings") == 0 {
			out = together(out, s)
		}
	}
	return out
}

func drawChange(t *rapid.T, p addr.Address, name string) state.Intent {
	change := vendors.SettingsChange{Kind: rapid.SampledFrom(vendors.SettingsKinds()).Draw(t, "kind")}
	change.Settings = together(nothing, drawSettings(t, name)).Only(change.Kind)
	return state.Intent{ID: 1000, Project: p, Step: planner.StepUpdateSettings, Name: name, Cloud: cloud, Secrets: store, At: now, Change: &change}
}

// checkSettings carries out the steps of a plan on the settings that were observed,
// and looks whether the buckets are as declared then, and no other rule was touched.
func checkSettings(t *rapid.T, in planner.Input, plan *planner.Plan) {
	for _, d := range in.Desired.Projects {
		o, planned := plan.Find(d.Addr)
		if in.Mode != planner.Normal || !planned && !slices.Contains(plan.Unchanged, d.Addr) || planned && o.Kind == planner.Destroy {
			continue
		}
		record := in.Recorded.Records[d.Addr]
		if !planned && record.Bucket == nil {
			continue // a fault was reported
		}
		before := in.Observed.Settings[observed.BucketKey{Cloud: cloud, ID: d.Bucket.ID}]
		if record.Bucket != nil && len(before.Kinds()) == 0 {
			continue // what was not read is another matter
		}
		before = together(nothing, before)
		after, applied := before, record.Applied.Settings
		issued := false
		for _, s := range o.Steps {
			switch s := s.(type) {
			case planner.CreateBucket:
				before, after, applied = nothing, nothing, none
			case planner.IssueCredential:
				issued = true
			case planner.UpdateSettings:
				if kinds := s.Change.Settings.Kinds(); issued || !slices.Equal(kinds, []vendors.SettingsKind{s.Change.Kind}) {
					t.Fatalf("%s: %+v (after the keys: %t)", d.Addr, s.Change, issued)
				}
				after = written(after, s.Change)
			}
		}
		if diagnosed(planned, record, in, d) {
			continue
		}
		checkGroups(t, in, d, before, after, applied)
	}
}

// diagnosed reports whether a project has no operation because of a fault.
func diagnosed(planned bool, r state.Record, in planner.Input, d config.Project) bool {
	_, there := in.Observed.Buckets[observed.BucketKey{Cloud: cloud, ID: d.Bucket.ID}]
	return !planned && (r.Bucket == nil || !there || r.Active == nil)
}

func written(s vendors.BucketSettings, change vendors.SettingsChange) vendors.BucketSettings {
	if change.Kind != vendors.DomainSettings {
		return s.With(change.Kind, change.Settings)
	}
	s.Domains = slices.DeleteFunc(slices.Clone(s.Domains), func(d vendors.CustomDomain) bool {
		return slices.Contains(change.Detach, d.Domain) || slices.ContainsFunc(change.Settings.Domains, func(x vendors.CustomDomain) bool { return x.Domain == d.Domain })
	})
	s.Domains = append(s.Domains, change.Settings.Domains...)
	return s
}

func checkGroups(t *rapid.T, in planner.Input, d config.Project, before, after, applied vendors.BucketSettings) {
	want := d.Bucket.Settings
	for _, kind := range vendors.SettingsKinds() {
		tried := slices.ContainsFunc(in.Recorded.Intents, func(i state.Intent) bool { return i.Project == d.Addr && i.Change != nil && i.Change.Kind == kind })
		switch {
		case want.Has(kind) && !after.Meets(kind, want):
			t.Fatalf("%s: %s is %q, and %q is declared", d.Addr, kind, after.Words(kind), want.Words(kind))
		case !want.Has(kind) && !applied.Has(kind) && !tried && !slices.Equal(before.Words(kind), after.Words(kind)):
			t.Fatalf("%s: %s was %q, is %q, and nobody asked", d.Addr, kind, before.Words(kind), after.Words(kind))
		case !want.Has(kind) && applied.Has(kind) && kind != vendors.DomainSettings && len(after.Words(kind)) > 0:
			t.Fatalf("%s: %s is no longer declared, and is %q", d.Addr, kind, after.Words(kind))
		}
	}
	for _, line := range applied.Words(vendors.DomainSettings) {
		if !slices.Contains(want.Words(vendors.DomainSettings), line) && slices.Contains(after.Words(vendors.DomainSettings), line) {
			t.Fatalf("%s: %s is no longer declared, and is still attached", d.Addr, strings.Fields(line)[0])
		}
	}
}
