package cli

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"slices"

	"buckethead/config/addr"
	"buckethead/state"
)

// records returns the records of the state in the order of their addresses: all of them, or those of one project.
func records(ctx context.Context, s *session, what string) ([]state.Record, error) {
	snap, _, err := s.readState(ctx)
	if err != nil {
		return nil, err
	}
	keep := func(addr.Address) bool { return true }
	if what != "" {
		wanted, err := s.projects(snap, what)
		if errors.Is(err, addr.ErrMalformed) {
			return nil, fmt.Errorf("%w; and %s is not a plan file: %w", err, what, fs.ErrNotExist)
		}
		if err != nil {
			return nil, err
		}
		keep = func(p addr.Address) bool { return covers(wanted[0], p) }
	}
	out := []state.Record{}
	for _, p := range slices.SortedFunc(maps.Keys(snap.Records), addr.Address.Compare) {
		if keep(p) {
			out = append(out, snap.Records[p])
		}
	}
	if what != "" && len(out) == 0 {
		return nil, notInState(what, snap)
	}
	return out, nil
}
