package planner

import (
	"time"

	"buckethead/config"
	"buckethead/config/addr"
	"buckethead/config/diag"
	"buckethead/planner/moves"
	"buckethead/planner/observed"
	"buckethead/planner/owners"
	"buckethead/state"
)

// maker holds the input, indexed, while one plan is made.
type maker struct {
	in       Input
	diags    diag.List
	desired  map[addr.Address]*config.Project
	recorded map[addr.Address]*state.Record // by the address after moves
	moves    moves.Moves
	removed  map[addr.Address]config.Removed
	imports  map[addr.Address]config.Import
	intents  map[addr.Address][]state.Intent
	watches  map[addr.Address][]state.Watch
	byName   map[observed.CredentialKey][]string // by cloud and name (as ID): ids; names are not unique
	owners   *owners.Index
	renames  map[addr.Address]renaming // made when first asked for
	refused  map[addr.Address]bool     // those of the renames whose bucket they could not get
}

func newMaker(in Input) *maker {
	m := &maker{
		in:      in,
		owners:  owners.New(in.Desired, in.Recorded, in.Observed),
		desired: make(map[addr.Address]*config.Project, len(in.Desired.Projects)),
		removed: map[addr.Address]config.Removed{}, imports: map[addr.Address]config.Import{},
		intents: map[addr.Address][]state.Intent{}, watches: map[addr.Address][]state.Watch{},
		byName: map[observed.CredentialKey][]string{}, refused: map[addr.Address]bool{},
	}
	if in.Mode != DestroyAll {
		for i := range in.Desired.Projects {
			p := &in.Desired.Projects[i]
			m.desired[p.Addr] = p
		}
		for _, i := range in.Desired.Imports {
			m.imports[i.To] = i
		}
	}
	for _, r := range in.Desired.Removed {
		m.removed[r.From] = r
	}
	m.moves = moves.Of(in.Desired, in.Recorded)
	m.recorded = make(map[addr.Address]*state.Record, len(in.Recorded.Records))
	for p, r := range in.Recorded.Records {
		m.recorded[m.moves.Now(p)] = &r
	}
	m.indexJournal()
	m.indexWorld()
	return m
}

// renaming is a project that seems to have another address by now: its bucket is
// declared under one of which nothing is known, and it is not declared itself.
type renaming struct {
	from, to addr.Address
	bucket   observed.BucketKey
}

func (m *maker) indexJournal() {
	for _, i := range m.in.Recorded.Intents {
		p := m.moves.Now(i.Project)
		m.intents[p] = append(m.intents[p], i)
	}
	for _, w := range m.in.Recorded.Watches {
		p := m.moves.Now(w.Project)
		m.watches[p] = append(m.watches[p], w)
	}
}

// indexWorld indexes credentials by name, which only open intents and watches need.
func (m *maker) indexWorld() {
	if len(m.in.Recorded.Intents)+len(m.in.Recorded.Watches) == 0 {
		return
	}
	for key, c := range m.in.Observed.Credentials {
		if c.Name != "" {
			name := observed.CredentialKey{Cloud: key.Cloud, ID: c.Name}
			m.byName[name] = append(m.byName[name], c.ID)
		}
	}
}

func (m *maker) fault(d diag.Diagnostic) {
	if d.Severity == "" {
		d.Severity = diag.Error
	}
	m.diags = append(m.diags, d)
}

// departs reports whether this plan ends the project, and whether its bucket goes
// with it: a retained one stays, and so does one that is only forgotten.
func (m *maker) departs(p addr.Address) (departs, bucketGoes bool) {
	if m.desired[p] != nil || m.in.Scope != nil && !m.in.Scope(p) {
		return false, false
	}
	r, recorded := m.recorded[p]
	return true, !m.forgets(p) && !(recorded && r.OnDestroy == "retain")
}

// forgets reports whether a project that departs is only forgotten, and nothing of it
// deleted.
func (m *maker) forgets(p addr.Address) bool {
	block, removed := m.removed[p]
	return removed && !block.Destroy && m.in.Mode != DestroyAll
}

// frees reports whether this plan releases the project's bucket: deletes it or,
// where the taker may adopt it, leaves it behind.
func (m *maker) frees(p addr.Address, adopts bool) bool {
	departs, bucketGoes := m.departs(p)
	return departs && (bucketGoes || adopts)
}

// nothingRecorded reports whether the state knows of nothing at all.
func (m *maker) nothingRecorded() bool {
	return len(m.in.Recorded.Records)+len(m.in.Recorded.Intents)+len(m.in.Recorded.Watches) == 0
}

// clockTolerance is how far a provider's clock may be behind ours before a
// bucket that an open intent names counts as older than the intent.
const clockTolerance = time.Minute
