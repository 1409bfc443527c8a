package s3

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"buckethead/state"
)

// lease is a lock that this process holds. It is safe for concurrent use.
type lease struct {
	b     *bucket
	key   string
	place string
	now   func() time.Time

	// turn serialises writes of the lock object; it is held across the request.
	turn turn
	mine lock
	etag string
	// inherited means that what the previous holder left is not in the state yet, or
	// that the state could not be written at the end: the next holder has to take over.
	inherited bool

	mu      sync.Mutex
	renewed time.Time // when the last write that succeeded was begun
	gone    error     // why the lock is no longer held
	unsafe  error     // why it may be taken although we renew it; see checkAge
}

// turn is a mutex that can be waited for with a context.
type turn chan struct{}

func newTurn() turn { return make(turn, 1) }

// take waits for the turn, and give releases it.
func (t turn) take(ctx context.Context) error {
	select {
	case t <- struct{}{}:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (t turn) give() { <-t }

// pollLock is how often to look at a lock that somebody holds.
const pollLock = 2 * time.Second

// drawID draws the id of a lock.
func drawID() string {
	id := make([]byte, 8)
	_, _ = rand.Read(id) // never fails, says crypto/rand
	return hex.EncodeToString(id)
}

// look reads the lock.
func (b *Backend) look(ctx context.Context) (seen, error) {
	got, err := b.bucket.get(ctx, b.lockKey())
	absent := errors.Is(err, errAbsent)
	switch {
	case err != nil && !absent:
		return seen{}, err
	case got.asked.IsZero(), got.modified.IsZero() && !absent:
		return seen{}, fmt.Errorf("%w: its answers have no date, so no lock can expire", state.ErrUnsafe)
	case absent:
		return seen{}, nil
	}
	l, err := decodeLock(got.body)
	if err != nil {
		return seen{}, fmt.Errorf("read s3://%s/%s: %w", b.bucket.name, b.lockKey(), err)
	}
	out := seen{lock: l, there: true, etag: got.etag, modified: got.modified, asked: got.asked}
	return out, datedAhead(b.Name(), out)
}

// acquire takes the lock. If it is held, acquire waits as long as Options.LockTimeout says.
// before is the lock that was there: if it was taken over or broken, it may have left
// intents, and a holder who does not know yet.
func (b *Backend) acquire(ctx context.Context, expiry time.Duration, manual bool) (
	held *lease, before seen, err error) {
	held = &lease{turn: newTurn(), b: b.bucket, key: b.lockKey(), place: b.Name(), now: b.o.Now,
		mine: lock{ID: drawID(), Holder: b.o.Holder, Manual: manual, ExpiresIn: int(expiry / time.Second)}}
	waiting, done := context.WithTimeout(ctx, b.o.LockTimeout)
	defer done()
	last, met, rounds := "", 0, 0
	var settled time.Duration
	var first seen // the version that is waited for, as it was first read
	for told := false; ; {
		if before, err = b.look(ctx); err != nil {
			return nil, before, err
		}
		if !before.free() && !before.expired() {
			if err = drifting(b.Name(), &first, before); err != nil {
				return nil, before, err
			}
			if b.o.Waiting != nil && !told && b.o.LockTimeout > 0 {
				told = true
				b.o.Waiting("the state is held by "+before.Holder.Describe(), b.o.Now().Add(b.o.LockTimeout))
			}
			if !b.pause(waiting, min(pollLock, max(before.expiresAt().Sub(before.asked)+time.Second, time.Second))) {
				return nil, before, errors.Join(lockedBy(b.Name(), before), ctx.Err())
			}
			continue
		}
		if wait := before.settlesIn(); wait > 0 {
			settled += wait
			if err = b.settle(ctx, wait, settled); err != nil {
				return nil, before, err
			}
			continue
		}
		held.mine.AcquiredAt, held.mine.Intents = b.o.Now().UTC(), nil
		if before.unfinished() {
			held.mine.Intents = before.Intents
		}
		held.inherited = before.unfinished()
		held.mine.Broken = held.inherited
		switch err := held.take(ctx, before); {
		case errors.Is(err, errCondition):
			// Somebody else was faster. But if nothing changed, the server refuses for
			// another reason, and asking again would never end.
			if met++; before.etag != last {
				last, met = before.etag, 1
			}
			if rounds++; met > tries || rounds > lockRounds || met > 1 && !b.pause(ctx, time.Duration(met)*100*time.Millisecond) {
				return nil, before, err
			}
			continue
		case err != nil:
			return nil, before, err
		}
		if err = held.checkAge(ctx); err == nil {
			err = b.probe(ctx, held)
		}
		return held, before, err
	}
}

// settle leaves a lock alone that somebody else released. In all that is no longer than
// settleLimit.
func (b *Backend) settle(ctx context.Context, wait, settled time.Duration) error {
	if max(wait, settled) > settleLimit {
		return b.unsettled(wait)
	}
	if b.o.Waiting != nil {
		b.o.Waiting("the state was unlocked a moment ago, and its holder has to notice", b.o.Now().Add(wait))
	}
	if !b.pause(ctx, wait) {
		return ctx.Err()
	}
	return nil
}

// pause waits for d, and returns false if ctx ended first.
func (b *Backend) pause(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-timer.C:
		return ctx.Err() == nil
	}
}

// take replaces the lock that was read with this one.
func (l *lease) take(ctx context.Context, before seen) error {
	l.etag = before.etag
	return l.write(ctx, condition{absent: !before.there, etag: before.etag})
}

// recognizeTimeout is how long a signal waits for word of a write that it cut off.
const recognizeTimeout = 1500 * time.Millisecond

// write writes the lock as it is in mine. If the condition does not hold, or the outcome is
// unknown, it reads the lock to see whether this write was carried out after all. The
// caller has the turn.
func (l *lease) write(ctx context.Context, c condition) error {
	begun := l.now()
	text, err := l.mine.encode()
	if err != nil {
		return err
	}
	etag, err := l.b.put(ctx, l.key, text, c)
	if errors.Is(err, errCondition) || errors.Is(err, errOpen) {
		// Also after a signal: a lock that nobody knows to be taken is never released.
		reading, cancel := ctx, context.CancelFunc(func() {})
		if ctx.Err() != nil {
			reading, cancel = state.Lasting(ctx, recognizeTimeout)
		}
		there, readErr := l.b.get(reading, l.key)
		cancel()
		if readErr == nil && string(there.body) == string(text) {
			etag, err = there.etag, nil
		}
	}
	if err != nil {
		return err
	}
	l.etag = etag
	l.mu.Lock()
	defer l.mu.Unlock()
	l.renewed = begun
	return nil
}

// renew writes the lock again, so that it does not expire. If the error wraps
// state.ErrLost, the lock is lost for good; after any other it may still be held.
func (l *lease) renew(ctx context.Context) error {
	if err := l.turn.take(ctx); err != nil {
		return err
	}
	defer l.turn.give()
	// A request that hangs must not take as long as the lock lasts.
	ctx, cancel := context.WithTimeout(ctx, l.expiry()/4)
	defer cancel()
	return l.rewrite(ctx)
}

// announce adds intents to those in the lock, unless they contain a secret.
func (l *lease) announce(ctx context.Context, intents []state.Intent) error {
	if err := l.turn.take(ctx); err != nil {
		return err
	}
	defer l.turn.give()
	before := l.mine.Intents
	if l.lost() == nil {
		l.mine.Intents = slices.Concat(before, intents)
	}
	err := l.rewrite(ctx)
	if errors.Is(err, state.ErrSecret) || errors.Is(err, errRefused) {
		// They are not there, and must not be in the way of a renewal or a release.
		l.mine.Intents = before
	}
	return errors.Join(err, l.mayAct())
}

// rewrite replaces our own lock. A version of ours whose answer was lost is recognised by
// its id, and replaced as well. The caller has the turn.
func (l *lease) rewrite(ctx context.Context) error {
	for try := 0; ; try++ {
		if err := l.lost(); err != nil {
			return err
		}
		l.mine.RenewedAt = l.now().UTC()
		err := l.write(ctx, condition{etag: l.etag})
		if err == nil {
			_ = l.checkAge(ctx) // what it finds is in mayAct; without an answer the next write asks again
			return nil
		}
		if !errors.Is(err, errCondition) {
			return err
		}
		there, err := l.b.get(ctx, l.key)
		if err != nil && !errors.Is(err, errAbsent) {
			return err
		}
		found, bad := decodeLock(there.body)
		switch {
		case err != nil || bad != nil:
			l.end(fmt.Errorf("%w: %s: the lock was removed or replaced", state.ErrLost, l.place))
		case found.ID == l.mine.ID && !found.Released && try < tries:
			l.etag = there.etag
		default:
			l.end(l.lostTo(found))
		}
	}
}

func (l *lease) lostTo(found lock) error {
	if found.ID == l.mine.ID && found.BrokenBy != nil {
		return fmt.Errorf("%w: %s: it was unlocked by %s", state.ErrLost, l.place, found.BrokenBy.Describe())
	}
	return fmt.Errorf("%w: %s: it had expired, and %s took it over", state.ErrLost, l.place, found.Holder.Describe())
}

// since returns how long ago the lock was last written for certain. It asks both clocks,
// because one of them stands still while a machine sleeps, and the other can be set.
func (l *lease) since() time.Duration {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := l.now()
	return max(now.Sub(l.renewed), now.Round(0).Sub(l.renewed.Round(0)), -now.Round(0).Sub(l.renewed.Round(0)))
}

// lost returns why the lock is no longer held, or nil while it may be.
func (l *lease) lost() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.gone
}

// end notes why the lock is no longer held.
func (l *lease) end(why error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.gone = why
}

func (l *lease) expiry() time.Duration { return time.Duration(l.mine.ExpiresIn) * time.Second }

// confirm makes sure that the lock is held right now. If it was written a short while ago,
// no call is needed; otherwise it is written again. An unreachable server is no error until
// the lock could have expired.
func (l *lease) confirm(ctx context.Context) error {
	if err := l.lost(); err != nil {
		return err
	}
	if l.since() < l.expiry()/2 {
		return nil
	}
	err := l.renew(ctx)
	if err == nil || errors.Is(err, state.ErrLost) {
		return err
	}
	if l.since() < l.expiry()*3/4 {
		return nil
	}
	return fmt.Errorf("the lock on %s cannot be renewed, and may have expired: %w", l.place, err)
}

// release releases the lock, unless it was lost. What was inherited and did not get into
// the state stays in the lock, for the next holder.
func (l *lease) release(ctx context.Context) error {
	if err := l.turn.take(ctx); err != nil {
		return err
	}
	defer l.turn.give()
	if l.lost() != nil {
		return nil
	}
	l.mine.Released, l.mine.Broken = true, l.inherited
	if !l.inherited {
		l.mine.Intents = nil
	}
	err := l.write(ctx, condition{etag: l.etag})
	if errors.Is(err, errCondition) {
		l.mine.Released = false
		if err = l.rewrite(ctx); err == nil { // a renewal of ours whose answer was lost
			l.mine.Released = true
			err = l.write(ctx, condition{etag: l.etag})
		}
	}
	if errors.Is(err, state.ErrLost) {
		return nil // it was reported before, where it mattered
	}
	l.end(fmt.Errorf("%w: %s: it was released", state.ErrLost, l.place))
	if err != nil {
		return fmt.Errorf("release the lock, which expires by itself in %s: %w", l.expiry(), err)
	}
	return nil
}
