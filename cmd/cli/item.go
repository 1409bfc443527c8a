package cli

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"buckethead/config"
	"buckethead/config/addr"
	"buckethead/config/diag"
	"buckethead/state"
	"buckethead/vendors"
)

// recorded returns the record of one project, which a person named by its address or label. The project must have an
// item. Any fault is shown; the error is then an exit code.
func recorded(ctx context.Context, s *session, name string) (state.Record, state.Snapshot, error) {
	snap, _, err := s.readState(ctx)
	if err != nil {
		return state.Record{}, snap, err
	}
	named, err := s.projects(snap, name)
	if err != nil && !errors.Is(err, addr.ErrMalformed) {
		return state.Record{}, snap, err
	}
	known := knownProjects(s.config, snap)
	if err != nil {
		return state.Record{}, snap, s.fail(notFound(name, addr.Address{}, known, snap))
	}
	p := named[0]
	if r := snap.Records[p]; r.Item != nil && r.Active != nil {
		return r, snap, nil
	}
	if slices.Contains(known, p) {
		return state.Record{}, snap, s.fail(diag.Diagnostic{Kind: noKeysYet, Address: p, Fix: "bh apply creates them."})
	}
	if lacks := undecided(s, p, known); len(lacks) > 0 {
		return state.Record{}, snap, s.report(config.FaultsOf(lacks))
	}
	return state.Record{}, snap, s.fail(notFound(name, p, known, snap))
}

// undecided says why the file leaves open whether it declares a project that is not in the state.
func undecided(s *session, named addr.Address, known []addr.Address) []config.Lack {
	if named.Key == "" && anyCovered(named, known) {
		return nil
	}
	return s.config.Lacking(named.Name, "for_each")
}

// notFound describes a name that matches no project, or several. named is zero if the name is malformed.
func notFound(name string, named addr.Address, known []addr.Address, snap state.Snapshot) diag.Diagnostic {
	d := diag.Diagnostic{Kind: noSuchProject, Detail: stored(snap), Fix: "Name one that has keys."}
	if anyCovered(named, known) {
		d.Kind, d.Detail = oneProjectNeeded, fmt.Sprintf("%s stands for several. %s", named.Name, d.Detail)
		return d
	}
	if close := nearestProject(name, known); close != "" {
		d.Fix = "Did you mean " + inShell(close) + "?"
	}
	d.Detail = fmt.Sprintf("Neither the file nor the state has %s. %s", name, d.Detail)
	return d
}

// stored lists the projects that have an item, quoted for a shell.
func stored(snap state.Snapshot) string {
	var out []string
	for _, p := range slices.SortedFunc(maps.Keys(snap.Records), addr.Address.Compare) {
		if r := snap.Records[p]; r.Item != nil && r.Active != nil {
			out = append(out, inShell(p.Label()))
		}
	}
	if len(out) == 0 {
		return "The state has no keys yet: bh apply creates them."
	}
	return "The state has keys for " + strings.Join(out, ", ") + "."
}

// storedKeys reads the keys of a project from its item, in one call. Unless stale is set, it refuses keys that bh did
// not store. Any fault is shown; the error is then an exit code.
func storedKeys(ctx context.Context, s *session, r state.Record, snap state.Snapshot, stale bool) (
	vendors.BucketCredentials, error,
) {
	var none vendors.BucketCredentials
	store, err := s.connections.Store(ctx, r.Secrets)
	if err != nil {
		return none, itemFault(s, r.Project, err, "Correct the block, then run the command again.")
	}
	item, err := store.GetItem(ctx, r.Item.ID)
	if ctx.Err() != nil {
		return none, ctx.Err() // a signal cut it off
	}
	if errors.Is(err, vendors.ErrNotFound) {
		return none, itemGone(ctx, s, r, store)
	}
	if errors.Is(err, vendors.ErrDenied) {
		return none, itemFault(s, r.Project, err, "Check the credentials for the store; bh doctor says what is missing.")
	}
	if errors.Is(err, vendors.ErrInvalid) {
		return none, itemFault(s, r.Project, err, "Correct that, then run the command again.")
	}
	if err != nil {
		return none, itemFault(s, r.Project, err, "Run the command again when the store answers.")
	}
	if item.Keys.AccessKeyID == "" || item.Keys.SecretAccessKey.IsZero() {
		return none, itemFault(s, r.Project, errors.New("the item holds no keys"), "bh apply repairs that.")
	}
	if fault := notAsStored(item.Keys, r, snap); fault != "" && !stale {
		return none, itemFault(s, r.Project, errors.New(fault),
			"Someone edited it, or a rotation is under way. bh plan shows the difference; bh apply repairs it. "+
				"To use what the item holds anyway: --stale.")
	}
	return item.Keys, nil
}

// itemGone shows that the item of a project is gone, and whether its store is gone too. It returns an exit code.
func itemGone(ctx context.Context, s *session, r state.Record, store vendors.SecretReader) error {
	text := fmt.Sprintf("the item is gone: %s (id %s) in %s", r.Item.Title, r.Item.ID, r.Secrets)
	if able, is := vendors.As[vendors.Absence](store); is {
		if missing, err := able.Absent(ctx); err == nil && missing != "" {
			text += "; " + missing + " is not there"
		}
	}
	fix := "Put it back to keep the current keys. Otherwise bh apply issues new ones and stores them."
	if r.Registered {
		fix = "Put it back, or bh apply stores the declared keys again."
	}
	return itemFault(s, r.Project, errors.New(text), fix)
}

// notAsStored says what differs between an item's keys and what bh stored, or returns "" if nothing differs. Keys
// of an interrupted rotation count as stored, because the item may already hold them. An edited endpoint matters
// because it would lead the command, and what it writes, elsewhere.
func notAsStored(keys vendors.BucketCredentials, r state.Record, snap state.Snapshot) string {
	print := vendors.Fingerprint(snap.Meta.FingerprintKey, keys.SecretAccessKey)
	known := slices.ContainsFunc([]*state.CredentialRef{r.Active, r.Pending}, func(c *state.CredentialRef) bool {
		return c != nil && c.ID == keys.AccessKeyID && c.Fingerprint == print
	})
	if !known {
		return "the item no longer holds the keys that bh stored"
	}
	fields := keys.Texts()
	for _, name := range []string{vendors.FieldBucket, vendors.FieldEndpointURL, vendors.FieldRegion} {
		if fields[name] != r.Item.Fields[name] {
			return "the item's " + name + " is no longer what bh stored"
		}
	}
	return ""
}

// itemFault shows an error with an item, and returns an exit code.
func itemFault(s *session, p addr.Address, err error, fix string) error {
	if told := s.lacking(err); told != nil {
		return told
	}
	return s.fail(diag.Diagnostic{Kind: keysUnusable, Address: p,
		Detail: sentence(err), Fix: fix, Cause: err})
}
