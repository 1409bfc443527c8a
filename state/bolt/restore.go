package bolt

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"runtime"
	"slices"

	bbolt "go.etcd.io/bbolt"

	"buckethead/config/addr"
	"buckethead/state"
)

// Restore replaces the state with a backup, in one step, and returns the path at which the
// previous one is kept, "" if there was none. It waits for the lock as Open does, and reads
// the backup to its last page first. The present state may be damaged.
//
// No credential name is used twice because of a restore. The sequences of the present
// state, its open intents and its watches are carried over, and the serial rises above
// both. If there is no present state, or it cannot be read, the lineage changes, unless
// Options.Moves is set.
//
// Errors wrap state.ErrDamaged (of the backup), ErrNewer, ErrStack or ErrLocked.
func Restore(ctx context.Context, path, backup string, o Options) (kept string, err error) {
	meta, err := verify(backup, o)
	switch {
	case err != nil:
		return "", fmt.Errorf("restore %s: it cannot be read: %w", backup, err)
	case o.Stack != "" && meta.Stack != "" && meta.Stack != o.Stack:
		return "", fmt.Errorf("restore %s: %w: it is of stack %q, and the file declares stack %q",
			backup, state.ErrStack, meta.Stack, o.Stack)
	}
	present, err := lockPresent(ctx, path, o)
	if err != nil {
		return "", err
	}
	if present.store != nil {
		defer func() { err = errors.Join(err, present.store.Close()) }()
	}
	if err := present.mayGo(o); err != nil {
		return "", err
	}
	copied, err := present.prepare(path, backup, o.Moves)
	if err == nil {
		defer func() { _ = os.Remove(copied) }()
		kept, err = present.replace(path, copied, o)
	}
	if err != nil {
		return "", fmt.Errorf("restore %s: %w", backup, err)
	}
	syncFolder(path)
	return kept, nil
}

// present is the state that a backup replaces.
type present struct {
	store *Store      // open and locked; nil if there is none, or it is damaged
	info  fs.FileInfo // nil if there is none
}

func lockPresent(ctx context.Context, path string, o Options) (present, error) {
	info, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return present{}, makeFolder(path)
	}
	if err != nil {
		return present{}, fmt.Errorf("look at the present state: %w", err)
	}
	checked, err := openFile(ctx, path, o, true)
	if err == nil {
		err = checked.Close()
	}
	var store *Store
	if err == nil {
		store, err = openFile(ctx, path, o, false)
	}
	// bbolt had the lock when it found the damage, so nobody was writing to the file, and
	// from now on nobody can.
	if errors.Is(err, state.ErrDamaged) {
		return present{info: info}, nil
	}
	if err != nil {
		return present{}, err
	}
	if info, err = store.file.Stat(); err != nil {
		return present{}, errors.Join(fmt.Errorf("look at the present state: %w", err), store.Close())
	}
	return present{store, info}, nil
}

// prepare copies the backup to a file beside the state, and carries over what must not be
// forgotten.
func (p present) prepare(path, backup string, moves bool) (copied string, err error) {
	copied, err = tempBeside(path)
	if err != nil {
		return "", err
	}
	defer func() {
		if err != nil {
			_ = os.Remove(copied)
		}
	}()
	out, err := os.OpenFile(copied, os.O_WRONLY, 0)
	if err != nil {
		return "", err
	}
	if err := copyInto(out, backup); err != nil {
		return "", err
	}
	db, err := bbolt.Open(copied, 0o600, nil)
	if err != nil {
		return "", err
	}
	return copied, errors.Join(db.Update(func(tx *bbolt.Tx) error { return p.carryOver(tx, moves) }), db.Close())
}

// mayGo returns nil if the present state may be replaced. A damaged one cannot be looked
// at, so Options.May is not asked.
func (p present) mayGo(o Options) error {
	switch {
	case o.May == nil:
		return nil
	case p.store != nil:
		meta, err := p.store.Meta()
		if err != nil {
			return err
		}
		return o.May(meta)
	case p.info != nil:
		return fmt.Errorf("%w: the present state cannot be read", state.ErrDamaged)
	}
	return o.May(state.Meta{})
}

// carryOver adds to the backup what was begun since it was made: the sequences of the
// present state, and what is open in it. A newer file of the same lineage has the open
// intents already. If the present state does not tell what was begun, the lineage changes,
// so that no name that the restored state draws was used before. What the present state
// owns is the restored one's too.
func (p present) carryOver(tx *bbolt.Tx, moves bool) error {
	meta, err := getMeta(tx)
	if err != nil || meta.Format != state.Format || p.info == nil && moves {
		return err
	}
	come, err := p.progress()
	if err != nil {
		before := meta.Lineage
		meta.Lineage, meta.Serial = drawLineage(), meta.Serial+1
		return putMeta(tx, meta.Descends(before))
	}
	for project, n := range come.sequences {
		if err := raise(tx, project, n); err != nil {
			return err
		}
	}
	if newer := meta.Lineage == come.meta.Lineage && meta.Serial > come.meta.Serial; !newer {
		if err := come.open(tx); err != nil {
			return err
		}
	}
	meta.Serial = max(meta.Serial, come.meta.Serial) + 1
	return putMeta(tx, meta.Descends(come.meta.Lineages()...))
}

// progress is how far a state got, and what is open in it.
type progress struct {
	meta      state.Meta
	sequences map[addr.Project]uint64
	intents   []state.Intent
	watches   []state.Watch
}

// open adds the intents and watches that a file does not have.
func (p progress) open(tx *bbolt.Tx) error {
	intents := tx.Bucket(bucketIntents)
	type step struct {
		project               addr.Project
		operation, step, name string
	}
	known := map[step]bool{}
	err := each(intents, func(_ []byte, i state.Intent) { known[step{i.Project, i.Operation, i.Step, i.Name}] = true })
	for _, i := range p.intents {
		if err != nil || known[step{i.Project, i.Operation, i.Step, i.Name}] {
			continue
		}
		i.ID = 0
		if err = giveID(intents, &i); err == nil {
			err = put(intents, number(i.ID), i)
		}
	}
	if err != nil {
		return err
	}
	watches := tx.Bucket(bucketWatches)
	return putWatches(watches, slices.DeleteFunc(p.watches, func(w state.Watch) bool {
		return watches.Get([]byte(w.Name)) != nil
	}))
}

// progress reads how far the present state got.
func (p present) progress() (come progress, err error) {
	if p.store == nil {
		return come, state.ErrDamaged
	}
	snap, err := p.store.Snapshot()
	if err == nil && snap.Meta.Format != state.Format {
		err = state.ErrDamaged
	}
	if err != nil {
		return progress{}, errors.Join(state.ErrDamaged, err)
	}
	return progress{snap.Meta, snap.Sequences, snap.Intents, snap.Watches}, nil
}

// replace keeps the present file under another name and puts the copy in its place. There
// is a state at the path at every moment.
func (p present) replace(path, copied string, o Options) (kept string, err error) {
	if p.info == nil {
		err := linkOrCopy(copied, path)
		if errors.Is(err, fs.ErrExist) {
			return "", errors.New("another process created a state meanwhile")
		}
		return "", err
	}
	if there, err := os.Stat(path); err != nil || !os.SameFile(there, p.info) {
		return "", errors.Join(errors.New("the state was replaced meanwhile"), err)
	}
	kept = fmt.Sprintf("%s.before-restore-%s", path, o.Now().UTC().Format(backupTime))
	err = linkOrCopy(path, kept)
	for n := 2; errors.Is(err, fs.ErrExist); n++ {
		kept = fmt.Sprintf("%s.before-restore-%s-%d", path, o.Now().UTC().Format(backupTime), n)
		err = linkOrCopy(path, kept)
	}
	if err != nil {
		return "", fmt.Errorf("keep the present state: %w", err)
	}
	if p.store != nil && runtime.GOOS == "windows" {
		// Windows cannot replace an open file.
		if err := p.store.Close(); err != nil {
			return "", err
		}
	}
	if err := os.Rename(copied, path); err != nil {
		return "", errors.Join(err, os.Remove(kept))
	}
	return kept, nil
}
