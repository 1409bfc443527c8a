package s3

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"buckethead/config/words"
	"buckethead/state"
	"buckethead/state/bolt"
	"buckethead/vendors"
)

// Options say how a shared state is opened. Now is required. A nil Transport means the
// network. LockTimeout is how long to wait for a lock that is held. Rescue is the folder
// that a state is saved to if it cannot be written back.
type Options struct {
	Settings    vendors.Settings
	Stack       string
	Holder      state.Holder
	LockTimeout time.Duration
	Now         func() time.Time
	Transport   http.RoundTripper
	// MaySend returns an error for a host that a session token may not be sent to. If it is nil,
	// every host may get one.
	MaySend func(host string) error
	Rescue  string
	// Secret is as in bolt.Options. It covers the working copy, the lock and the first line of
	// the state. Learn, if it is not nil, is told the keys that the AWS SDK's default chain
	// finds.
	Secret func(texts ...[]byte) bool
	Learn  func(secrets ...vendors.Secret)
	// Waiting, if it is not nil, is told why a command waits, and until when.
	Waiting func(why string, until time.Time)
	// Pace says how often to write back; the zero value means DefaultPace.
	Pace Pace
}

// Pace says how often a changing state is written back: when that much time has passed since
// the last time, or that many operations have ended.
type Pace struct {
	Every      time.Duration
	Operations int
}

// DefaultPace bounds how much of a dead runner's work is missing from the state, and must be
// found through the intents.
var DefaultPace = Pace{Every: 15 * time.Second, Operations: 25}

// Backend is a state in a bucket, with its lock. It holds no resources itself.
type Backend struct {
	o      Options
	bucket *bucket
	key    string
}

var (
	_ state.Place  = (*Backend)(nil)
	_ state.Locker = (*Backend)(nil)
)

// New returns the backend with its client. It makes no calls, except those of the AWS SDK's
// default chain, which may ask a server for keys.
func New(ctx context.Context, o Options) (*Backend, error) {
	if o.Pace == (Pace{}) {
		o.Pace = DefaultPace
	}
	b, err := openBucket(ctx, o)
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

// beforeRestore returns the prefix of the names of replaced states.
func (b *Backend) beforeRestore() string { return b.key + ".before-restore-" }

// boltOptions returns the options of the working copy. Nobody else opens it, and it need
// not survive a crash of this machine.
func (b *Backend) boltOptions() bolt.Options {
	return bolt.Options{Stack: b.o.Stack, Now: b.o.Now, NoSync: true, Name: b.Name(), Secret: b.o.Secret}
}

// noETag is an ETag that no object has.
const noETag = `"00000000000000000000000000000000"`

// probe tries both conditional writes on the lock that was just taken, so that a state is never
// kept on a server that ignores the conditions. Both must be refused. They write what is
// already there, so they do no harm if a server accepts them.
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
			return fmt.Errorf("%w: it does not support conditional writes: it accepted one with %s that it had to refuse; "+
				"keep the state on a server that supports them, such as R2, AWS S3, MinIO or versitygw", state.ErrUnsafe, c.header)
		default:
			return err
		}
	}
	return nil
}

// Lock takes the lock and keeps it for as long as last, which is 5 seconds or more, or until
// Unlock. If the lock is held, it waits for up to Options.LockTimeout. Errors wrap
// state.ErrLocked.
func (b *Backend) Lock(ctx context.Context, last time.Duration) (state.Lock, error) {
	if last < shortestExpiry {
		return state.Lock{}, fmt.Errorf("a lock lasts at least %s", shortestExpiry)
	}
	if last > longestLock {
		return state.Lock{}, errors.New("a lock lasts at most 100 years")
	}
	by := *b
	by.o.Holder.PID = 0 // this process ends at once
	held, _, err := by.acquire(ctx, last, true)
	if err != nil {
		return state.Lock{}, errors.Join(err, releaseIf(ctx, held))
	}
	now, err := b.look(ctx)
	if ctx.Err() != nil {
		return state.Lock{}, errors.Join(ctx.Err(), releaseIf(ctx, held)) // nobody would learn its id
	}
	if err != nil {
		return state.Lock{}, fmt.Errorf("the lock %s was taken for %s; to release it: bh state unlock %s; "+
			"the time when it expires could not be read: %w", held.mine.ID, last, words.InShell(held.mine.ID), err)
	}
	return now.info(), nil
}

func releaseIf(ctx context.Context, held *lease) error {
	if held == nil || held.etag == "" {
		return nil
	}
	ctx, cancel := state.Lasting(ctx, callTimeout)
	defer cancel()
	return held.release(ctx)
}

// Locked implements [state.Locker]. Held is false in the result if nobody holds the lock.
func (b *Backend) Locked(ctx context.Context) (state.Lock, error) {
	now, err := b.look(ctx)
	return now.info(), err
}

// Unlock releases the lock with this id, no matter who holds it. A holder that is still running
// notices before its next write. Unlock returns false if that lock is not, or no longer, held.
func (b *Backend) Unlock(ctx context.Context, id string) (bool, error) {
	for round := 1; ; round++ {
		now, err := b.look(ctx)
		if err != nil || now.free() || now.ID != id {
			return false, err
		}
		now.lock.Broken = now.Broken || !now.Manual || len(now.Intents) > 0
		now.lock.Released, now.lock.BrokenBy = true, &b.o.Holder
		text, err := now.lock.encode()
		if err != nil {
			return false, err
		}
		if _, err = b.bucket.put(ctx, b.lockKey(), text, condition{etag: now.etag}); !errors.Is(err, errCondition) || round == lockRounds {
			return err == nil, err
		}
		// The lock was renewed in the meantime, or this write was carried out and its response
		// lost.
		if there, err := b.look(ctx); err == nil && there.ID == id && there.Released {
			return true, nil
		}
	}
}
