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
	// inherited means that the intents of the previous holder are not in the state yet, or that
	// the state could not be written at the end. The next holder must take over.
	inherited bool

	mu      sync.Mutex
	renewed time.Time // when the last successful write began
	gone    error     // why the lock is no longer held
	unsafe  error     // why others may take it although we renew it; see checkAge
}

// turn is a mutex that can be acquired with a context.
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

// pollLock is how often to check a lock that somebody holds.
const pollLock = 2 * time.Second

// drawID generates the id of a lock.
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
		return seen{}, fmt.Errorf("%w: its responses have no date, so no lock can expire", state.ErrUnsafe)
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

// acquire takes the lock. If it is held, acquire waits for up to Options.LockTimeout. before is
// the previous lock: if it was taken over or broken, it may have left intents, and its holder
// may not know yet.
func (b *Backend) acquire(ctx context.Context, expiry time.Duration, manual bool) (
	held *lease, before seen, err error) {
	held = &lease{turn: newTurn(), b: b.bucket, key: b.lockKey(), place: b.Name(), now: b.o.Now,
		mine: lock{ID: drawID(), Holder: b.o.Holder, Manual: manual, ExpiresIn: int(expiry / time.Second)}}
	waiting, done := context.WithTimeout(ctx, b.o.LockTimeout)
	defer done()
	last, met, rounds := "", 0, 0
	var settled time.Duration
	var first seen // the version that we wait for, as it was first read
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
			// Somebody else was faster. But if nothing has changed, the server refuses for
			// another reason, and trying again would never end.
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

// settle leaves a lock alone that somebody else released, for at most settleLimit in total.
func (b *Backend) settle(ctx context.Context, wait, settled time.Duration) error {
	if max(wait, settled) > settleLimit {
		return b.unsettled(wait)
	}
	if b.o.Waiting != nil {
		b.o.Waiting("the state was just unlocked, and its holder has to notice", b.o.Now().Add(wait))
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

// recognizeTimeout is how long to wait, after a signal, for the result of a write that it
// interrupted.
const recognizeTimeout = 1500 * time.Millisecond

// write writes the lock as it is in mine. If the condition is not met, or the outcome is
// unknown, it reads the lock to see whether this write was carried out after all. The caller
// has the turn.
func (l *lease) write(ctx context.Context, c condition) error {
	begun := l.now()
	text, err := l.mine.encode()
	if err != nil {
		return err
	}
	etag, err := l.b.put(ctx, l.key, text, c)
	if errors.Is(err, errCondition) || errors.Is(err, errOpen) {
		// Even after a signal: if nobody knows that a lock was taken, it is never released.
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
		// They were not written, and must not block a renewal or a release.
		l.mine.Intents = before
	}
	return errors.Join(err, l.mayAct())
}

// rewrite replaces our own lock. A version of ours whose response was lost is recognised by its
// id, and also replaced. The caller has the turn.
func (l *lease) rewrite(ctx context.Context) error {
	for try := 0; ; try++ {
		if err := l.lost(); err != nil {
			return err
		}
		l.mine.RenewedAt = l.now().UTC()
		err := l.write(ctx, condition{etag: l.etag})
		if err == nil {
			_ = l.checkAge(ctx) // mayAct reports the result; without a response, the next write checks again
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

// since returns how long ago the lock was last certainly written. It uses both clocks, because
// one stands still while a machine sleeps, and the other can be set.
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

// end records why the lock is no longer held.
func (l *lease) end(why error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.gone = why
}

func (l *lease) expiry() time.Duration { return time.Duration(l.mine.ExpiresIn) * time.Second }

// confirm makes sure that the lock is held right now. If it was written a short while ago, no
// call is needed; otherwise it is written again. An unreachable server is not an error until
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
	return fmt.Errorf("cannot renew the lock on %s, and it may have expired: %w", l.place, err)
}

// release releases the lock, unless it was lost. Inherited intents that did not get into the
// state stay in the lock, for the next holder.
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
		if err = l.rewrite(ctx); err == nil { // a renewal of ours whose response was lost
			l.mine.Released = true
			err = l.write(ctx, condition{etag: l.etag})
		}
	}
	if errors.Is(err, state.ErrLost) {
		return nil // it was already reported where it mattered
	}
	l.end(fmt.Errorf("%w: %s: it was released", state.ErrLost, l.place))
	if err != nil {
		return fmt.Errorf("release the lock, which otherwise expires in %s: %w", l.expiry(), err)
	}
	return nil
}
