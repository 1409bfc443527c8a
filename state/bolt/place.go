package bolt

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"buckethead/state"
)

// Place is a state in a file on this machine. Backups are kept in a folder next to it.
type Place struct {
	path    string
	options Options
}

var (
	_ state.Place   = Place{}
	_ state.Watched = Place{}
)

// NewPlace returns the place of a file. It does not touch the file.
func NewPlace(path string, o Options) Place { return Place{path, o} }

// Name implements [state.Place]: the path.
func (p Place) Name() string { return p.path }

// Address implements [state.Place]: the host and the absolute path.
func (p Place) Address() string {
	path, err := filepath.Abs(p.path)
	if err != nil {
		path = p.path
	}
	return p.options.Holder.Host + ":" + path
}

// Open implements [state.Place], as [Open] does.
func (p Place) Open(ctx context.Context) (state.Locked, error) {
	opened, err := Open(ctx, p.path, p.options)
	if err != nil {
		return nil, err
	}
	return &locked{opened, p}, nil
}

// Read implements [state.Place], as [OpenReadOnly] does.
func (p Place) Read(ctx context.Context) (state.View, error) {
	opened, err := OpenReadOnly(ctx, p.path, p.options)
	if err != nil {
		return nil, err
	}
	return view{opened}, nil
}

// Locked implements [state.Watched].
func (p Place) Locked(ctx context.Context) (state.Lock, error) {
	now := p.options
	now.LockTimeout = 0
	opened, err := OpenReadOnly(ctx, p.path, now)
	if errors.Is(err, state.ErrLocked) && ctx.Err() == nil {
		h := holder(p.path)
		return state.Lock{Held: true, Holder: h.Holder, AcquiredAt: h.Since}, nil
	}
	if err != nil {
		return state.Lock{}, err
	}
	return state.Lock{}, opened.Close()
}

// view is a file that is open for reading.
type view struct{ *Store }

// Lock implements [state.View]. If the file can be read, nobody holds it.
func (view) Lock() state.Lock { return state.Lock{} }

// Backup implements [state.Place].
func (p Place) Backup(ctx context.Context) (path string, err error) {
	opened, err := OpenReadOnly(ctx, p.path, p.options)
	if err != nil {
		return "", err
	}
	defer func() { err = errors.Join(err, opened.Close()) }()
	return Backup(opened, BackupDir(p.path), p.options.Now(), state.BackupsKept)
}

// Backups implements [state.Place].
func (p Place) Backups(context.Context) ([]state.BackupInfo, error) {
	return Backups(BackupDir(p.path))
}

// Restore implements [state.Place], as [Restore] does.
func (p Place) Restore(ctx context.Context, path string) (kept string, err error) {
	return Restore(ctx, p.path, path, p.options)
}

// Pull implements [state.Place].
func (p Place) Pull(ctx context.Context) (file []byte, err error) {
	opened, err := OpenReadOnly(ctx, p.path, p.options)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, opened.Close()) }()
	return Bytes(opened)
}

// Push implements [state.Place].
func (p Place) Push(ctx context.Context, file string, push state.Push) (kept string, err error) {
	offered, err := Inspect(file)
	if err != nil {
		return "", fmt.Errorf("%w: %s: %w", state.ErrOffered, file, err)
	}
	o := p.options
	o.Moves = push.Moves
	if !push.Force || push.Over != nil {
		o.May = func(present state.Meta) error { return push.May(offered, present) }
	}
	return Restore(ctx, p.path, file, o)
}

// locked is a file that is open for writing, and so locked.
type locked struct {
	*Store
	at Place
}

// Announce implements [state.Locked]. It does nothing, because an intent is in the file
// before its step begins, where everyone can read it.
func (*locked) Announce(context.Context, []state.Intent) error { return nil }

// Backup implements [state.Locked].
func (l *locked) Backup(context.Context) (string, error) {
	if meta, err := l.Meta(); err != nil || meta.Serial == 0 {
		return "", err
	}
	return Backup(l.Store, BackupDir(l.at.path), l.at.options.Now(), state.BackupsKept)
}

// Retire implements [state.Locked]: the file is renamed.
func (l *locked) Retire(context.Context, string) (kept string, err error) {
	kept = fmt.Sprintf("%s.migrated-%s", l.at.path, l.at.options.Now().UTC().Format("20060102T150405Z"))
	if err := l.Close(); err != nil {
		return "", err
	}
	return kept, os.Rename(l.at.path, kept)
}
