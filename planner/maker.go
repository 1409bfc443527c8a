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
	recorded map[addr.Address]*state.Record // by the address after all moves
	moves    moves.Moves
	removed  map[addr.Address]config.Removed
	imports  map[addr.Address]config.Import
	intents  map[addr.Address][]state.Intent
	watches  map[addr.Address][]state.Watch
	byName   map[observed.CredentialKey][]string // ids by cloud and name (as ID); names are not unique
	owners   *owners.Index
	renames  map[addr.Address]renaming // made when first asked for
	refused  map[addr.Address]bool     // renames whose bucket belongs to the old project
	timed    map[addr.Address]aging    // projects for which time alone decides something
	left     map[addr.Address]bool     // projects whose due rotations are left out
	timeless bool                      // leave out all that time alone causes
}

// aging says what time alone decides about a project. Since is when its key became too old, zero
// if it did not.
type aging struct {
	since   time.Time
	expired bool // the key does not work any more
}

// newMaker returns a maker with the input indexed by the addresses that projects have after all moves.
func newMaker(in Input) *maker {
	if in.OnlyDue {
		in.Desired = recordedDue(in)
	}
	m := &maker{
		in:      in,
		owners:  owners.New(in.Desired, in.Recorded, in.Observed),
		desired: make(map[addr.Address]*config.Project, len(in.Desired.Projects)),
		removed: map[addr.Address]config.Removed{}, imports: map[addr.Address]config.Import{},
		intents: map[addr.Address][]state.Intent{}, watches: map[addr.Address][]state.Watch{},
		byName: map[observed.CredentialKey][]string{}, refused: map[addr.Address]bool{},
		timed: map[addr.Address]aging{},
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

// renaming is a project that seems to have a new address: it is no longer declared, and its bucket
// is declared under an address that is not in the state.
type renaming struct {
	from, to addr.Address
	bucket   observed.BucketKey
}

// indexJournal indexes open intents and watched names by project.
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

// fault reports a diagnostic. It is an error unless it says otherwise.
func (m *maker) fault(d diag.Diagnostic) {
	if d.Severity == "" {
		d.Severity = diag.Error
	}
	m.diags = append(m.diags, d)
}

// departs reports whether this plan ends the project, and whether it deletes the bucket: not if the
// bucket is retained, and not if the project is only forgotten.
func (m *maker) departs(p addr.Address) (departs, bucketGoes bool) {
	if m.desired[p] != nil || m.in.Scope != nil && !m.in.Scope(p) {
		return false, false
	}
	r, recorded := m.recorded[p]
	return true, !m.forgets(p) && !(recorded && r.OnDestroy == "retain")
}

// forgets reports whether a project that departs is only forgotten, so that nothing is deleted.
func (m *maker) forgets(p addr.Address) bool {
	block, removed := m.removed[p]
	return removed && !block.Destroy && m.in.Mode != DestroyAll
}

// frees reports whether this plan releases the project's bucket: it deletes it or, if the project
// that wants it may adopt it, leaves it behind.
func (m *maker) frees(p addr.Address, adopts bool) bool {
	departs, bucketGoes := m.departs(p)
	return departs && (bucketGoes || adopts)
}

// nothingRecorded reports whether the state is empty.
func (m *maker) nothingRecorded() bool {
	return len(m.in.Recorded.Records)+len(m.in.Recorded.Intents)+len(m.in.Recorded.Watches) == 0
}

// clockTolerance is how far a provider's clock may be behind ours before a
// bucket that an open intent names counts as older than the intent.
const clockTolerance = time.Minute
