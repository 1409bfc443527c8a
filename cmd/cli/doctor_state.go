package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"buckethead/cmd/view"
	"buckethead/config"
	"buckethead/config/words"
	"buckethead/state"
	"buckethead/vendors"
)

// state checks where the state is, what it holds, who has locked it, and which backups exist.
func (d *checkup) state(ctx context.Context) {
	defer d.section(ctx, "state")
	d.stateSettings()
	place, err := d.session.connections.Place(ctx)
	if err != nil {
		var lack *config.LackError
		if errors.As(err, &lack) {
			d.unopened("open", err)
			return
		}
		d.bad("open", err.Error(), stateFix(d.session, err))
		return
	}
	d.good("place", place.Name(), d.stateSource())
	if d.purpose != "" {
		d.held(d.session.connections.StatePermissions())
	}
	begun := d.now()
	opened, err := place.Read(ctx)
	var snap state.Snapshot
	holder := "nobody holds it"
	if err == nil {
		if lock := opened.Lock(); lock.Held {
			holder = "held by " + lock.Holder.Describe()
		}
		snap, err = opened.Snapshot()
		err = errors.Join(err, opened.Close())
	}
	check := view.Check{Name: "read", Outcome: view.OK, Asked: true, Took: d.now().Sub(begun)}
	switch {
	case errors.Is(err, state.ErrLocked):
		check.Outcome, check.Found = view.Warning, err.Error()
		check.Fix = "Try again when it is done, or wait for it with --lock-timeout."
	case err != nil:
		check.Outcome, check.Found, check.Fix = view.Fault, err.Error(), stateFix(d.session, err)
	case d.elsewhere(ctx, place, snap, &check):
	case snap.Meta.Lineage == "":
		check.Found = "not there yet; the first apply creates it"
	default:
		lineage := snap.Meta.Lineage
		if len(snap.Meta.Ancestors) > 0 {
			lineage += ", which comes from " + strings.Join(shortened(snap.Meta.Ancestors), ", ")
		}
		check.Found = fmt.Sprintf("%s; serial %d, lineage %s; %s", words.Count(len(snap.Records), "project"),
			snap.Meta.Serial, lineage, holder)
	}
	d.add(check)
	if d.session.connections.LocalState() == "" && d.purpose == "" && check.Outcome == view.OK {
		d.add(view.Check{Name: "write", Outcome: view.Unknown, Found: "not tried: bh doctor changes nothing",
			Fix: "bh doctor --for apply lists what the keys of the state need."})
	}
	if n := len(snap.Intents); n > 0 {
		d.add(view.Check{Name: "unfinished", Outcome: view.Warning,
			Found: words.Count(n, "step") + " of a run that was stopped", Fix: "Run bh apply: it continues from there."})
	}
	d.missingStores(ctx, snap)
	d.backups(ctx, place)
}

// stateSettings says where the region and the endpoint of a state in a bucket come from.
func (d *checkup) stateSettings() {
	declared := d.session.config.State
	if d.session.flags.state != "" || !d.session.stateInBucket() {
		return
	}
	for _, name := range []string{"region", "endpoint_url"} {
		value, set := declared.Settings[name]
		found, source := value.Text, value.Source
		if !set && name == "region" {
			for _, variable := range []string{"AWS_REGION", "AWS_DEFAULT_REGION"} {
				if text := d.session.run.get(variable); text != "" && found == "" {
					found, source = text, variable
				}
			}
		}
		d.good(name, cmp.Or(found, "not set"), source)
	}
}

// elsewhere reports whether the state was lost or is in another place, and notes it on the check.
func (d *checkup) elsewhere(ctx context.Context, place state.Place, snap state.Snapshot, check *view.Check) bool {
	if from, projects := d.session.notMigrated(ctx, place); from != "" {
		check.Outcome, check.Found = view.Fault, "there is none yet, and "+from+" has one, with "+words.Count(projects, "project")
		check.Fix = "Bring it to the declared place: bh state migrate."
		return true
	}
	why := d.session.lostState(ctx, place, snap)
	if why != "" {
		check.Outcome, check.Found, check.Fix = view.Fault, why, lostFix
	}
	return why != ""
}

// missingStores looks for stores that do not exist although the state has items in them.
func (d *checkup) missingStores(ctx context.Context, snap state.Snapshot) {
	items := map[string]int{}
	for _, r := range snap.Records {
		if r.Item != nil {
			items[r.Secrets]++
		}
	}
	for _, secrets := range slices.Sorted(maps.Keys(items)) {
		store, err := d.session.connections.Store(ctx, secrets)
		if err != nil {
			continue // the section of the store says why
		}
		if able, is := vendors.As[vendors.Absence](store); is {
			if missing, err := able.Absent(ctx); err == nil && missing != "" {
				d.add(view.Check{Name: "items", Outcome: view.Warning,
					Found: fmt.Sprintf("%s does not exist, but the state has %s in %s", missing,
						words.Count(items[secrets], "item"), secrets),
					Fix: "If it was moved, put it back or correct the block before an apply, which would issue new keys."})
			}
		}
	}
}

// shortened returns lineages in the short form that owner names use.
func shortened(lineages []string) []string {
	out := make([]string, len(lineages))
	for i, l := range lineages {
		out[i] = l[:min(len(l), 8)]
	}
	return out
}

// stateSource says which setting decides where the state is.
func (d *checkup) stateSource() string {
	switch {
	case d.session.flags.state != "":
		return "--state"
	case !d.session.config.State.Range.IsZero():
		return d.session.config.State.Range.File
	}
	return "default"
}

// stateFix says how to fix a state that cannot be used.
func stateFix(s *session, err error) string {
	switch {
	case errors.Is(err, state.ErrDamaged):
		return "bh state backup --list lists the copies, and bh state restore restores one. " +
			"If there is none, bh state rebuild --force makes a new state."
	case errors.Is(err, state.ErrNewer):
		return "Use a bh at least as new as the one that wrote it."
	case errors.Is(err, state.ErrStack):
		return "Set the bh block to the state's own stack, or use another state."
	}
	if errors.Is(err, state.ErrServer) { // the error says what to do with the server
		return "bh doctor --for apply lists what the keys of the state need."
	}
	if errors.Is(err, state.ErrMoved) || errors.Is(err, state.ErrUnsafe) {
		return "Declare where to keep the state."
	}
	if s.stateInBucket() {
		return "Correct the state block, or the environment variables that stand for what it leaves out."
	}
	return "Choose a path that bh can read, with state \"local\" { path = ... } or --state."
}

func (d *checkup) backups(ctx context.Context, place state.Place) {
	backups, err := place.Backups(ctx)
	if err != nil {
		d.bad("backups", err.Error(), "Give bh permission to list and read them.")
		return
	}
	if len(backups) == 0 {
		d.good("backups", "none yet", "")
		return
	}
	d.good("backups", fmt.Sprintf("%d, the newest of %s", len(backups), words.Time(backups[0].At)), "")
	for _, b := range backups {
		if b.Err != nil {
			d.add(view.Check{Name: "backup", Outcome: view.Warning,
				Found: b.Path + " cannot be read: " + b.Err.Error(), Fix: "Remove it; that does not affect the others."})
		}
	}
}
