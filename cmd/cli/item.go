package cli

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"buckethead/config/addr"
	"buckethead/config/diag"
	"buckethead/state"
	"buckethead/vendors"
)

// recorded finds the one project of the state that a person names: by its address or
// its label. It must have an item.
func (s *session) recorded(ctx context.Context, name string) (state.Record, state.Snapshot, error) {
	snap, err := s.readState(ctx)
	if err != nil {
		return state.Record{}, snap, err
	}
	var labels []string
	for p, r := range snap.Records {
		labels = append(labels, p.Label())
		if name != p.Label() && name != p.String() {
			continue
		}
		if r.Item == nil || r.Active == nil {
			return r, snap, fmt.Errorf("%s has no stored keys yet; bh apply makes them", p.Label())
		}
		return r, snap, nil
	}
	slices.Sort(labels)
	switch close := nearest(name, labels); {
	case len(labels) == 0:
		return state.Record{}, snap, errors.New("the state knows no project yet; bh apply makes them")
	case close != "":
		return state.Record{}, snap, fmt.Errorf("the state knows no project %s; did you mean %q", name, close)
	}
	return state.Record{}, snap, fmt.Errorf("the state knows no project %s; it knows %s", name, strings.Join(labels, ", "))
}

// storedKeys reads the keys of a project from its item, in one call. Keys that are
// not those that bh stored are refused unless stale is set.
func (s *session) storedKeys(ctx context.Context, r state.Record, snap state.Snapshot, stale bool) (vendors.BucketCredentials, error) {
	var none vendors.BucketCredentials
	store, err := s.store(r.Secrets)
	if err != nil {
		return none, s.itemFault(r.Project, err, "Correct the block, then repeat the command.")
	}
	item, err := store.GetItem(ctx, r.Item.ID)
	if errors.Is(err, vendors.ErrNotFound) {
		return none, s.itemFault(r.Project, err, "The item is gone. bh apply issues new keys and stores them.")
	}
	if err != nil {
		return none, s.itemFault(r.Project, err, "Repeat the command when the store answers again.")
	}
	print := vendors.Fingerprint(snap.Meta.FingerprintKey, item.Keys.SecretAccessKey)
	known := print == r.Active.Fingerprint || r.Pending != nil && print == r.Pending.Fingerprint
	if !known && !stale {
		return none, s.itemFault(r.Project, errors.New("the item no longer holds the keys that bh stored"),
			"bh apply puts that right. To use what is in the item all the same: --stale.")
	}
	return item.Keys, nil
}

// itemFault shows a fault with an item; the error is an exit code.
func (s *session) itemFault(p addr.Project, err error, fix string) error {
	s.view.Diagnostics(diag.List{{Severity: diag.Error, Code: "BH5006", Project: p, Summary: "The stored keys cannot be used", Detail: err.Error() + ".", Fix: fix, Cause: err}})
	return exitCode(exitError)
}
