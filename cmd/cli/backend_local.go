package cli

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"buckethead/state"
	"buckethead/state/bolt"
)

// localState is a file of this machine.
type localState struct {
	path    string
	options bolt.Options
}

var _ backend = localState{}

func (l localState) Place() string { return l.path }

// onThisHost names the file for people elsewhere.
func (l localState) onThisHost() string {
	path, err := filepath.Abs(l.path)
	if err != nil {
		path = l.path
	}
	return l.options.Holder.Host + ":" + path
}

func (l localState) Open(ctx context.Context) (openState, error) {
	opened, err := bolt.Open(ctx, l.path, l.options)
	if err != nil {
		return nil, err
	}
	return openFile{opened, l}, nil
}

func (l localState) Read(ctx context.Context) (state.Reader, error) {
	return bolt.OpenReadOnly(ctx, l.path, l.options)
}

func (l localState) Backup(ctx context.Context) (path string, err error) {
	opened, err := bolt.OpenReadOnly(ctx, l.path, l.options)
	if err != nil {
		return "", err
	}
	defer func() { err = errors.Join(err, opened.Close()) }()
	return bolt.Backup(opened, bolt.BackupDir(l.path), l.options.Now(), backupsKept)
}

func (l localState) Backups(context.Context) ([]bolt.BackupInfo, error) {
	return bolt.Backups(bolt.BackupDir(l.path))
}

func (l localState) Restore(ctx context.Context, path string) (string, error) {
	return bolt.Restore(ctx, l.path, path, l.options)
}

func (l localState) Pull(ctx context.Context) (file []byte, err error) {
	opened, err := bolt.OpenReadOnly(ctx, l.path, l.options)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, opened.Close()) }()
	return bolt.Bytes(opened)
}

func (l localState) Push(ctx context.Context, file string, p bolt.Push) (string, error) {
	offered, err := bolt.Inspect(file)
	if err != nil {
		return "", err
	}
	o := l.options
	o.Moves = p.Moves
	if !p.Force || p.Over != nil {
		o.May = func(present state.Meta) error { return p.May(offered, present) }
	}
	return bolt.Restore(ctx, l.path, file, o)
}

// openFile is a file that is locked.
type openFile struct {
	*bolt.Store
	at localState
}

func (o openFile) Backup(context.Context) (string, error) {
	if meta, err := o.Meta(); err != nil || meta.Serial == 0 {
		return "", err
	}
	return bolt.Backup(o.Store, bolt.BackupDir(o.at.path), o.at.options.Now(), backupsKept)
}

func (o openFile) Retire(context.Context, string) (string, error) {
	kept := fmt.Sprintf("%s.migrated-%s", o.at.path, o.at.options.Now().UTC().Format("20060102T150405Z"))
	if err := o.Close(); err != nil {
		return "", err
	}
	return kept, os.Rename(o.at.path, kept)
}
