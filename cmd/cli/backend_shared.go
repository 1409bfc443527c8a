package cli

import (
	"context"
	"os"
	"path/filepath"
	"time"

	"buckethead/config"
	"buckethead/state"
	"buckethead/state/s3"
)

// sharedState opens a place in a bucket.
func (s *session) sharedState(declared config.Backend) (backend, error) {
	host, _ := os.Hostname()
	run := s.run()
	shared, err := s3.New(context.Background(), s3.Options{Settings: declared.Settings, Stack: s.config.Stack, LockTimeout: s.flags.lockTimeout, Now: s.p.Now,
		Transport: s.p.Hooks.Transport, Rescue: filepath.Join(s.config.Dir, ".bh"),
		Holder: s3.Holder{Actor: run.Actor, Host: host, PID: os.Getpid(), Command: s.flags.command, Run: run.URL, Commit: run.Commit},
		Waiting: func(why string, until time.Time) {
			s.view.Note("Waiting: " + why + "; until " + until.UTC().Format(time.TimeOnly) + " at most")
		}})
	if err != nil {
		return nil, err
	}
	return sharedState{shared}, nil
}

// noteLock says what a lock means for what was read beside it.
func (s *session) noteLock() {
	switch l := s.lock; {
	case !l.Held:
	case l.Expired && l.Intents > 0:
		s.view.Note("A run was stopped and left the state locked (" + l.Holder.Describe() + "): what it left open is part of this plan. The next apply takes over.")
	case !l.Expired && !l.Manual:
		s.view.Note("The state is held by " + l.Holder.Describe() + ": what that has not recorded yet looks unfinished here.")
	}
}

// sharedState is an object in a bucket.
type sharedState struct{ *s3.Backend }

var _ backend = sharedState{}

func (b sharedState) Open(ctx context.Context) (openState, error) {
	opened, err := b.Backend.Open(ctx)
	if err != nil {
		return nil, err
	}
	return openShared{opened}, nil
}

func (b sharedState) Read(ctx context.Context) (state.Reader, error) { return b.OpenReadOnly(ctx) }

func (b sharedState) Backup(ctx context.Context) (string, error) {
	return b.Backend.Backup(ctx, backupsKept)
}

// openShared is an object whose lock is held.
type openShared struct{ *s3.Store }

func (o openShared) Backup(ctx context.Context) (string, error) {
	return o.Store.Backup(ctx, backupsKept)
}
