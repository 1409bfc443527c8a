package planner

import (
	"slices"
	"time"

	"buckethead/planner/observed"
	"buckethead/state"
)

// A name whose mint was left open is forgotten once it has been missing for this long, and from this
// many listings, because providers can be late.
const (
	WatchFor      = 15 * time.Minute
	WatchListings = 2
)

// countListings returns the watch list after this plan's listings, and whether
// that differs from the recorded one. Names that were seen stay until
// the operation that revokes them has settled.
func (m *maker) countListings() ([]state.Watch, bool) {
	var out []state.Watch
	changed := false
	for _, w := range m.in.Recorded.Watches {
		live := len(m.byName[observed.CredentialKey{Cloud: w.Cloud, ID: w.Name}]) > 0
		if live || !m.in.Observed.Listed[w.Cloud] {
			out = append(out, w)
			continue
		}
		changed = true
		if w.AbsentSince.IsZero() {
			w.AbsentSince = m.in.Now
		}
		w.Listings++
		if w.Listings < WatchListings || m.in.Now.Sub(w.AbsentSince) < WatchFor {
			out = append(out, w)
		}
	}
	return slices.Clip(out), changed
}
