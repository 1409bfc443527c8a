package planner

import (
	"slices"
	"strings"

	"buckethead/config"
	"buckethead/config/addr"
	"buckethead/config/diag"
	"buckethead/planner/moves"
	"buckethead/state"
	"buckethead/vendors"
)

// DriftClass is a stable word for one kind of change made outside of bh.
type DriftClass string

// The classes of drift.
const (
	BucketGone         DriftClass = "bucket_gone"
	BucketSettings     DriftClass = "bucket_settings"
	SettingsDrift      DriftClass = "settings_drift"
	CredentialGone     DriftClass = "credential_gone"
	CredentialExposed  DriftClass = "credential_exposed"
	CredentialExpired  DriftClass = "credential_expired"
	CredentialDisabled DriftClass = "credential_disabled"
	CredentialUnproved DriftClass = "credential_unproved"
	PolicyDrift        DriftClass = "policy_drift"
	ItemGone           DriftClass = "item_gone"
	ItemDoubled        DriftClass = "item_doubled"
	ItemEdited         DriftClass = "item_edited"
)

// DriftClasses lists the classes in the order in which those of one project are shown.
func DriftClasses() []DriftClass {
	return []DriftClass{BucketGone, BucketSettings, SettingsDrift, CredentialGone, CredentialExposed, CredentialExpired,
		CredentialDisabled, CredentialUnproved, PolicyDrift, ItemGone, ItemDoubled, ItemEdited}
}

// Gone reports whether the thing itself no longer exists.
func (c DriftClass) Gone() bool { return c == BucketGone || c == CredentialGone || c == ItemGone }

// Difference is one thing that is not as bh recorded it. Before is the recorded value and
// After the present one; both are empty if they are sensitive. For an item that is gone, or
// that has a duplicate, the difference has its id and its store.
type Difference struct {
	Address   addr.Address `json:"address"`
	Class     DriftClass   `json:"class"`
	Field     string       `json:"field"`
	Before    string       `json:"before"`
	After     string       `json:"after"`
	Sensitive bool         `json:"sensitive,omitempty"`
	ItemID    string       `json:"item_id,omitempty"`
	Secrets   string       `json:"secrets,omitempty"`
	// Range is the block that declares the project; zero where none does.
	Range diag.Range `json:"range,omitzero"`
}

// Drift is all that was done outside of bh, by project and class. Checked counts the
// projects that were looked at, Ignored the differences that were left out. Proofs is nil
// if the stored keys were not proved.
type Drift struct {
	Stack       string
	Checked     int
	Differences []Difference
	Ignored     int
	Proofs      *ProofCount
	// Warnings name stores that are missing as a whole.
	Warnings diag.List
}

// ProofCount counts the projects whose stored keys open their bucket, and those for which
// that was not checked, such as keys with verify = false.
type ProofCount struct{ Proved, LeftOut int }

// Projects counts the projects that have drifted.
func (d Drift) Projects() int {
	drifted := map[addr.Address]bool{}
	for _, x := range d.Differences {
		drifted[x.Address] = true
	}
	return len(drifted)
}

// AsRecorded returns a config that declares what the state holds and nothing else, so that a
// refresh reads everything that drift depends on: including what is no longer declared, but no
// secret that someone brings.
func AsRecorded(c *config.Config, snap state.Snapshot) *config.Config {
	out := *c
	out.Projects, out.Moved, out.Removed, out.Imports = nil, nil, nil, nil
	declared := make(map[addr.Address]diag.Range, len(c.Projects))
	for i := range c.Projects {
		declared[c.Projects[i].Addr] = c.Projects[i].Range
	}
	moves := moves.Of(c, snap)
	for p, r := range snap.Records {
		one := config.Project{Addr: p, Cloud: r.Cloud, Secrets: r.Secrets, Access: r.Applied.Access,
			AllowedIPs:   r.Applied.AllowedIPs,
			ExpiresAfter: r.Applied.ExpiresAfter, OnDestroy: config.OnDestroy(r.OnDestroy), Range: declared[moves.Now(p)]}
		if r.Bucket != nil {
			one.Bucket = vendors.BucketSpec{ID: *r.Bucket, Location: r.Applied.Location, StorageClass: r.Applied.StorageClass,
				Settings: r.Applied.Settings}
		}
		if r.Item != nil {
			one.ItemTitle = r.Item.Title
		}
		out.Projects = append(out.Projects, one)
	}
	slices.SortFunc(out.Projects, func(a, b config.Project) int { return a.Addr.Compare(b.Addr) })
	return &out
}

// FindDrift compares what is recorded with what was observed. A difference does not count
// as drift if the file asks for it by now, if an interrupted step may have made it, or if it is
// a rotation that is due. Classes in ignore are counted and left out.
func FindDrift(in Input, ignore map[DriftClass]bool) Drift {
	m := newMaker(in)
	out := Drift{Stack: in.Desired.Stack, Warnings: m.missingStores()}
	doubles := map[addr.Address]doubled{}
	for _, d := range m.doubles() {
		doubles[d.record.Project] = d
	}
	for _, p := range m.addresses() {
		r := m.recorded[p]
		if r == nil || in.Scope != nil && !in.Scope(p) {
			continue
		}
		out.Checked++
		d := drifter{m: m, subject: &subject{project: p, desired: m.desired[p], record: r, intents: m.intents[p]}}
		d.bucket()
		d.credential()
		if cause, failed := in.Observed.Unproved[p]; failed {
			d.add(CredentialUnproved, "keys", "", cause)
		}
		d.item()
		if twice, is := doubles[r.Project]; is {
			d.add(ItemDoubled, "item", r.Item.Title, strings.Join(twice.others, ", "))
			d.ofItem()
		}
		slices.SortStableFunc(d.found, func(a, b Difference) int {
			return slices.Index(DriftClasses(), a.Class) - slices.Index(DriftClasses(), b.Class)
		})
		for _, x := range d.found {
			if ignore[x.Class] {
				out.Ignored++
			} else {
				out.Differences = append(out.Differences, x)
			}
		}
	}
	return out
}
