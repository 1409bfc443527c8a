package cli

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode"

	"buckethead/config/addr"
	"buckethead/config/diag"
	"buckethead/planner"
	"buckethead/state"
	"buckethead/vendors"
)

// recorded finds the one project that a person names, by its address or its label,
// and what the state knows of it. It must have an item.
func (s *session) recorded(ctx context.Context, name string) (state.Record, state.Snapshot, error) {
	snap, err := s.readState(ctx)
	if err != nil {
		return state.Record{}, snap, err
	}
	known := s.knownProjects(snap)
	for _, p := range known {
		if name != p.Label() && name != p.String() {
			continue
		}
		if r := snap.Records[p]; r.Item != nil && r.Active != nil {
			return r, snap, nil
		}
		return state.Record{}, snap, s.projectFault(diag.Diagnostic{Project: p, Summary: "The project has no stored keys yet", Fix: "bh apply makes them."})
	}
	d := diag.Diagnostic{Summary: "No such project", Detail: stored(snap), Fix: "Name one that has keys."}
	if named, err := addr.Parse(name); err == nil && named.Key == "" && slices.ContainsFunc(known, func(p addr.Project) bool { return p.Name == named.Name }) {
		d.Summary, d.Detail = "One project is wanted", fmt.Sprintf("%s stands for several. %s", named.Name, d.Detail)
		return state.Record{}, snap, s.projectFault(d)
	}
	var labels []string
	for _, p := range known {
		labels = append(labels, p.Label())
	}
	slices.Sort(labels)
	if close := nearest(strings.TrimPrefix(name, "project."), labels); close != "" {
		d.Fix = "Did you mean " + inShell(close) + "?"
	}
	d.Detail = fmt.Sprintf("Neither the file nor the state knows %s. %s", name, d.Detail)
	return state.Record{}, snap, s.projectFault(d)
}

// stored says which projects have an item, as they are typed.
func stored(snap state.Snapshot) string {
	var out []string
	for _, p := range slices.SortedFunc(maps.Keys(snap.Records), addr.Project.Compare) {
		if r := snap.Records[p]; r.Item != nil && r.Active != nil {
			out = append(out, inShell(p.Label()))
		}
	}
	if len(out) == 0 {
		return "The state has no keys yet: bh apply makes them."
	}
	return "The state has keys of " + strings.Join(out, ", ") + "."
}

// inShell gives a word as a shell takes it.
func inShell(word string) string {
	if !strings.ContainsFunc(word, func(r rune) bool {
		return !strings.ContainsRune("-_.", r) && !unicode.IsLetter(r) && !unicode.IsDigit(r)
	}) {
		return word
	}
	return "'" + strings.ReplaceAll(word, "'", `'\''`) + "'"
}

// projectFault shows what is wrong with the project that was named; the error is an
// exit code.
func (s *session) projectFault(d diag.Diagnostic) error {
	d.Severity, d.Code = diag.Error, "BH5008"
	s.view.Diagnostics(diag.List{d})
	return exitCode(exitError)
}

// storedKeys reads the keys of a project from its item, in one call. Keys that are
// not those that bh stored are refused unless stale is set.
func (s *session) storedKeys(ctx context.Context, r state.Record, snap state.Snapshot, stale bool) (vendors.BucketCredentials, error) {
	var none vendors.BucketCredentials
	store, err := s.connections.Store(ctx, r.Secrets)
	if err != nil {
		return none, s.itemFault(r.Project, err, "Correct the block, then repeat the command.")
	}
	item, err := store.GetItem(ctx, r.Item.ID)
	if ctx.Err() != nil {
		return none, ctx.Err() // what a signal cuts off is no fault
	}
	if errors.Is(err, vendors.ErrNotFound) {
		return none, s.itemFault(r.Project, err, "The item is gone. bh apply issues new keys and stores them.")
	}
	if errors.Is(err, vendors.ErrDenied) {
		return none, s.itemFault(r.Project, err, "Check what opens the store; bh doctor says what is missing.")
	}
	if err != nil {
		return none, s.itemFault(r.Project, err, "Repeat the command when the store answers again.")
	}
	if item.Keys.AccessKeyID == "" || item.Keys.SecretAccessKey.IsZero() {
		return none, s.itemFault(r.Project, errors.New("the item holds no keys"), "bh apply puts that right.")
	}
	if fault := notAsStored(item.Keys, r, snap); fault != "" && !stale {
		return none, s.itemFault(r.Project, errors.New(fault),
			"Someone edited it, or a rotation is under way: look at bh plan; bh apply puts it right. To use what is in the item all the same: --stale.")
	}
	return item.Keys, nil
}

// notAsStored says what of an item's keys is not as bh stored it, "" where all is. A
// rotation that was cut off leaves keys that are stored and not yet known to be. An
// endpoint that was edited would lead the command, and what it writes, elsewhere.
func notAsStored(keys vendors.BucketCredentials, r state.Record, snap state.Snapshot) string {
	print := vendors.Fingerprint(snap.Meta.FingerprintKey, keys.SecretAccessKey)
	known := slices.ContainsFunc([]*state.CredentialRef{r.Active, r.Pending}, func(c *state.CredentialRef) bool {
		return c != nil && c.ID == keys.AccessKeyID && c.Fingerprint == print
	})
	if !known {
		return "the item no longer holds the keys that bh stored"
	}
	fields := planner.Fields(keys)
	for _, name := range []string{vendors.FieldBucket, vendors.FieldEndpointURL, vendors.FieldRegion} {
		if fields[name] != r.Item.Fields[name] {
			return "the item's " + name + " is no longer what bh stored"
		}
	}
	return ""
}

// itemFault shows a fault with an item; the error is an exit code.
func (s *session) itemFault(p addr.Project, err error, fix string) error {
	s.view.Diagnostics(diag.List{{Severity: diag.Error, Code: "BH5006", Project: p, Summary: "The stored keys cannot be used", Detail: sentence(err), Fix: fix, Cause: err}})
	return exitCode(exitError)
}
