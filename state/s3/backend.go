package s3

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"buckethead/state"
	"buckethead/state/bolt"
	"buckethead/vendors"
)

// Options are how a shared state is opened. Now is required; Transport nil is the
// network. LockTimeout is how long to wait for a lock that is held. Rescue is the
// folder to which a state is saved that could not be written back.
type Options struct {
	Settings    vendors.Settings
	Stack       string
	Holder      state.Holder
	LockTimeout time.Duration
	Now         func() time.Time
	Transport   http.RoundTripper
	Rescue      string
	// Waiting is told why a command waits, and until when it will; nil for nobody.
	Waiting func(why string, until time.Time)
	// Pace says when work is written back; the zero value is DefaultPace.
	Pace Pace
}

// Pace is how often a state that is being changed is written back: when so much time
// has passed, or so many operations have ended, since the last time.
type Pace struct {
	Every      time.Duration
	Operations int
}

// DefaultPace bounds what a runner that dies takes with it: what it ended since the
// last write is not in the state, and is found again by the intents.
var DefaultPace = Pace{Every: 15 * time.Second, Operations: 25}

// Backend is a state in a bucket, and its lock. It holds nothing; Open does.
type Backend struct {
	o      Options
	bucket *bucket
	key    string
}

var (
	_ state.Place  = (*Backend)(nil)
	_ state.Locker = (*Backend)(nil)
)

// New makes the client. No call is made, but for keys that the AWS SDK's default chain
// asks a server for.
func New(ctx context.Context, o Options) (*Backend, error) {
	if o.Pace == (Pace{}) {
		o.Pace = DefaultPace
	}
	b, err := openBucket(ctx, o.Settings, o.Transport)
	if err != nil {
		return nil, err
	}
	return &Backend{o: o, bucket: b, key: o.Settings.Text("key")}, nil
}

// Name implements [state.Place]: s3://bucket/key.
func (b *Backend) Name() string { return place(b.o.Settings) }

// Address implements [state.Place]: a bucket has the same name everywhere.
func (b *Backend) Address() string { return b.Name() }

func (b *Backend) lockKey() string     { return b.key + ".lock" }
func (b *Backend) previousKey() string { return b.key + ".previous" }
func (b *Backend) backupsKey() string  { return b.key + ".backups/" }

// boltOptions are those of the working copy, which nobody else opens and which need
// not outlive this machine.
func (b *Backend) boltOptions() bolt.Options {
	return bolt.Options{Stack: b.o.Stack, Now: b.o.Now, NoSync: true}
}

// noETag is one that no object has.
const noETag = `"00000000000000000000000000000000"`

// probe tries both conditional writes on the lock that was just taken, so that a
// server which does not heed them is never trusted with a state. They write what is
// there already: where a server takes them, nothing else becomes of it.
func (b *Backend) probe(ctx context.Context, held *lease) error {
	text, err := held.mine.encode()
	if err != nil {
		return err
	}
	for _, c := range []struct {
		header string
		condition
	}{{"If-None-Match: *", condition{absent: true}}, {"If-Match", condition{etag: noETag}}} {
		switch _, err := b.bucket.put(ctx, held.key, text, c.condition); {
		case errors.Is(err, errCondition):
		case err == nil:
			return fmt.Errorf("%w: it has no conditional writes, for it took one with %s that it had to refuse; keep the state on a server that heeds it (R2, AWS S3, MinIO, versitygw do)", state.ErrUnsafe, c.header)
		default:
			return err
		}
	}
	return nil
}

// Lock takes the lock and leaves it taken, for a length of time from 5 seconds to any,
// or until Unlock. It waits as Options.LockTimeout says; errors wrap state.ErrLocked.
func (b *Backend) Lock(ctx context.Context, last time.Duration) (state.Lock, error) {
	if last < shortestExpiry {
		return state.Lock{}, fmt.Errorf("a lock lasts at least %s", shortestExpiry)
	}
	by := *b
	by.o.Holder.PID = 0 // that process ends at once
	held, _, err := by.acquire(ctx, last, true)
	if err != nil {
		return state.Lock{}, errors.Join(err, releaseIf(ctx, held))
	}
	now, err := b.look(ctx)
	if err != nil {
		return state.Lock{}, fmt.Errorf("the lock %s was taken, and lasts %s; bh state unlock %s lets go of it; when it expires could not be read: %w", held.mine.ID, last, held.mine.ID, err)
	}
	return now.info(), nil
}

func releaseIf(ctx context.Context, held *lease) error {
	if held == nil || held.etag == "" {
		return nil
	}
	return held.release(context.WithoutCancel(ctx))
}

// Locked reads the lock; Held of the answer is false where nobody holds it.
func (b *Backend) Locked(ctx context.Context) (state.Lock, error) {
	now, err := b.look(ctx)
	return now.info(), err
}

// Unlock lets go of the lock of this id, whoever holds it. A holder that still runs
// notices before its next write. False where that lock is not held (any more).
func (b *Backend) Unlock(ctx context.Context, id string) (bool, error) {
	for {
		now, err := b.look(ctx)
		if err != nil || now.free() || now.ID != id {
			return false, err
		}
		now.lock.Released, now.lock.Broken, now.lock.BrokenBy = true, now.Broken || !now.Manual || len(now.Intents) > 0, &b.o.Holder
		text, err := now.lock.encode()
		if err != nil {
			return false, err
		}
		if _, err = b.bucket.put(ctx, b.lockKey(), text, condition{etag: now.etag}); !errors.Is(err, errCondition) {
			return err == nil, err
		}
		// It was renewed meanwhile, or this write was taken and its answer lost.
		if there, err := b.look(ctx); err == nil && there.ID == id && there.Released {
			return true, nil
		}
	}
}
