package bolt

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"runtime"
	"slices"

	"buckethead/config/addr"
	"buckethead/state"
)

// Restore replaces the state with a backup, in one step, and returns the path at which the
// previous one is kept, "" if there was none. It waits for the lock as Open does, and reads the
// backup to its last page first. The current state may be damaged.
//
// No credential name is used twice because of a restore. The sequences, open intents and
// watches of the current state are carried over, and the serial rises above both. If there is
// no current state, or it cannot be read, the lineage changes, unless Options.Moves is set.
//
// Errors wrap state.ErrDamaged (of the backup), ErrNewer, ErrStack or ErrLocked.
func Restore(ctx context.Context, path, backup string, o Options) (kept string, err error) {
	meta, err := verify(backup, o)
	switch {
	case err != nil:
		return "", fmt.Errorf("restore %s: it cannot be read: %w", backup, err)
	case o.Stack != "" && meta.Stack != "" && meta.Stack != o.Stack:
		return "", fmt.Errorf("restore %s: %w: it belongs to stack %q, but the file declares stack %q",
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
	copied, err := present.prepare(ctx, path, backup, o)
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
	store  *Store      // open and locked; nil if there is none, or it is damaged
	info   fs.FileInfo // nil if there is none
	damage error       // nil if it is not damaged
}

func lockPresent(ctx context.Context, path string, o Options) (present, error) {
	info, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return present{}, makeFolder(path)
	}
	if err != nil {
		return present{}, fmt.Errorf("read the current state: %w", err)
	}
	checked, err := openFile(ctx, path, o, true)
	if err == nil {
		if err = checked.check(Options{migrations: o.migrations}); errors.Is(err, state.ErrNewer) {
			err = nil // it may be replaced, but cannot say what it began
		}
		err = errors.Join(err, checked.Close())
	}
	var store *Store
	if err == nil {
		store, err = openFile(ctx, path, o, false)
	}
	// bbolt held the lock when it found the damage, so nobody was writing to the file, and from
	// now on nobody can.
	if errors.Is(err, state.ErrDamaged) {
		return present{info: info, damage: err}, nil
	}
	if err != nil {
		return present{}, err
	}
	if info, err = store.file.Stat(); err != nil {
		return present{}, errors.Join(fmt.Errorf("read the current state: %w", err), store.Close())
	}
	return present{store: store, info: info}, nil
}

// prepare copies the backup to a file next to the state, converts it to this format, and
// carries over what must not be forgotten.
func (p present) prepare(ctx context.Context, path, backup string, o Options) (copied string, err error) {
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
		return copied, err
	}
	if err := copyInto(out, backup); err != nil {
		return copied, err
	}
	come, unknown := p.progress(ctx, o)
	if unknown != nil && !errors.Is(unknown, state.ErrDamaged) && !errors.Is(unknown, state.ErrNewer) {
		return copied, unknown
	}
	return copied, updateCopy(copied, o, func(w *writing) error {
		w.secret = o.Secret
		if w.meta.Format < state.Format {
			if err := (&Store{path: backup, options: Options{Damaged: ofBackup}}).convert(w, o); err != nil {
				return err
			}
		}
		if err := w.mayKeep(); err != nil {
			return err
		}
		return p.carryOver(w, come, unknown, o.Moves)
	})
}

// ofBackup is the error for a damaged backup. It leaves out what to do about a damaged state.
func ofBackup(cause error) error { return fmt.Errorf("%w: %w", state.ErrDamaged, cause) }

// mayGo returns nil if the current state may be replaced. A damaged one cannot be read, so
// Options.May is not called.
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
	case p.damage != nil:
		return fmt.Errorf("%w; --force replaces it with the file", p.damage)
	}
	return o.May(state.Meta{})
}

// carryOver adds to the backup what was begun since it was made: the sequences of the current
// state, and its open intents and watches. A newer file of the same lineage already has the
// open intents. If the current state cannot say what was begun, the lineage changes, so that
// the restored state uses no name that was used before. The restored state also owns what the
// current one owns.
func (p present) carryOver(w *writing, come state.Snapshot, unknown error, moves bool) error {
	meta := &w.meta
	switch {
	case p.info == nil && moves:
		return nil
	case unknown != nil:
		before := meta.Lineage
		meta.Lineage, meta.Serial = drawLineage(), meta.Serial+1
		meta.Meta = meta.Descends(before)
		return nil
	}
	for project, n := range come.Sequences {
		if err := raise(w, project, n); err != nil {
			return err
		}
	}
	if newer := meta.Lineage == come.Meta.Lineage && meta.Serial > come.Meta.Serial; !newer {
		if err := addOpen(w, come); err != nil {
			return err
		}
	}
	meta.Serial = max(meta.Serial, come.Meta.Serial) + 1
	meta.Meta = meta.Descends(come.Meta.Lineages()...)
	return nil
}

// addOpen adds the intents and watches that are open in another state and unknown here.
func addOpen(w *writing, other state.Snapshot) error {
	type step struct {
		project               addr.Address
		operation, step, name string
	}
	known := map[step]bool{}
	err := each(w.tx, bucketIntents, func(_ []byte, i state.Intent) {
		known[step{i.Project, i.Operation, i.Step, i.Name}] = true
	})
	for _, i := range other.Intents {
		if err != nil || known[step{i.Project, i.Operation, i.Step, i.Name}] {
			continue
		}
		i.ID = 0
		if err = giveID(w, &i); err == nil {
			err = w.put(bucketIntents, number(i.ID), i)
		}
	}
	if err != nil {
		return err
	}
	return putWatches(w, slices.DeleteFunc(slices.Clone(other.Watches), func(watch state.Watch) bool {
		return w.tx.Bucket(bucketWatches).Get([]byte(watch.Name)) != nil
	}))
}

// progress reads how far the current state got, and what is open in it.
func (p present) progress(ctx context.Context, o Options) (come state.Snapshot, err error) {
	if p.store == nil {
		return come, cmp.Or(p.damage, state.ErrDamaged)
	}
	readable := p.store
	meta, err := readable.Meta()
	switch {
	case err != nil:
		return come, err
	case meta.Format > state.Format:
		return come, state.ErrNewer
	case meta.Format < state.Format:
		if readable, err = p.store.migratedCopy(ctx, o); err != nil {
			return come, err
		}
		defer func() { err = errors.Join(err, readable.Close()) }()
	}
	return readable.Snapshot()
}

// replace keeps the current file under another name and replaces it with the copy. There is
// always a state at the path.
func (p present) replace(path, copied string, o Options) (kept string, err error) {
	if p.info == nil {
		err := linkOrCopy(copied, path)
		if errors.Is(err, fs.ErrExist) {
			return "", errors.New("another process created a state in the meantime")
		}
		return "", err
	}
	if there, err := os.Stat(path); err != nil || !os.SameFile(there, p.info) {
		return "", errors.Join(errors.New("the state was replaced in the meantime"), err)
	}
	kept = fmt.Sprintf("%s.before-restore-%s", path, o.Now().UTC().Format(backupTime))
	err = linkOrCopy(path, kept)
	for n := 2; errors.Is(err, fs.ErrExist); n++ {
		kept = fmt.Sprintf("%s.before-restore-%s-%d", path, o.Now().UTC().Format(backupTime), n)
		err = linkOrCopy(path, kept)
	}
	if err != nil {
		return "", fmt.Errorf("save the current state: %w", err)
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
