package cli

import (
	"context"
	"fmt"
	"io/fs"
	"maps"
	"slices"
	"strings"

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
		wanted, err := addr.Parse(what)
		if err != nil {
			return nil, fmt.Errorf("%w; and %s is no plan file: %w", err, what, fs.ErrNotExist)
		}
		keep = func(p addr.Address) bool { return covers(wanted, p) }
	}
	out := []state.Record{}
	for _, p := range slices.SortedFunc(maps.Keys(snap.Records), addr.Address.Compare) {
		if keep(p) {
			out = append(out, snap.Records[p])
		}
	}
	if what != "" && len(out) == 0 {
		var names []string
		for p := range snap.Records {
			names = append(names, p.Label())
		}
		hint := didYouMean(strings.TrimPrefix(what, "project."), names)
		return nil, fmt.Errorf("the state knows no project %s%s", what, hint)
	}
	return out, nil
}
