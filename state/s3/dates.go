package s3

import (
	"context"
	"fmt"
	"time"

	"buckethead/config/words"
	"buckethead/state"
)

// When a lock expires is calculated from two headers of the server: Date, and the Last-Modified
// of the lock object. If Last-Modified did not follow the writes, a lock would seem expired
// although its holder renews it, and a second runner would take it. So every writer of the lock
// reads it back, and refuses a server that reports a wrong age.

// slack is how far the clocks of one server's machines may be apart: 2 seconds or more, since
// its times are whole seconds, but no more than a quarter of what the lock lasts, because a
// holder stops after three quarters.
func slack(expiry time.Duration) time.Duration { return min(max(expiry/8, 2*time.Second), expiry/4) }

// misdated returns why a lock cannot expire in time on this server, or nil. We wrote the lock,
// and began to write it since ago at most.
func misdated(place string, s seen, since time.Duration) error {
	age, most := s.asked.Sub(s.modified), slack(time.Duration(s.ExpiresIn)*time.Second)
	said := "said Last-Modified " + words.Time(s.modified) + " at Date " + words.Time(s.asked)
	switch {
	case s.asked.IsZero() || s.modified.IsZero():
		said = "did not say when"
	case age <= since+most && age >= -most:
		return nil
	}
	return fmt.Errorf("%w: %s: right after bh wrote the lock, the server %s; "+
		"without the correct time, two runners could hold the lock at once; "+
		"keep the state on a server that reports it, such as R2, AWS S3, MinIO or versitygw, "+
		"or look for a proxy or cache in between", state.ErrUnsafe, place, said)
}

// drifting returns an error if the server reports a later time for a lock that nobody has
// written since it was first read: such a lock never expires. If there is a new version, it
// sets first to that.
func drifting(place string, first *seen, now seen) error {
	if now.etag != first.etag {
		*first = now
	}
	if now.modified.Sub(first.modified) <= slack(time.Duration(now.ExpiresIn)*time.Second) {
		return nil
	}
	return fmt.Errorf("%w: %s: its Last-Modified changes although nobody writes the lock, so the lock of %s would never expire; "+
		"keep the state on another server, or, if you are sure that nothing is running: bh state unlock %s",
		state.ErrUnsafe, place, now.Holder.Describe(), words.InShell(now.ID))
}

// checkAge reads our own lock back right after it was written. The caller has the turn.
func (l *lease) checkAge(ctx context.Context) error {
	there, err := l.b.get(ctx, l.key)
	if err != nil || there.etag != l.etag {
		return err // if the lock is no longer ours, the next write finds out
	}
	err = misdated(l.place, seen{lock: l.mine, modified: there.modified, asked: there.asked}, l.since())
	if err != nil {
		l.mu.Lock()
		defer l.mu.Unlock()
		l.unsafe = err
	}
	return err
}

// mayAct returns why no step may begin although the lock is held: the server reports a wrong
// age, so somebody else may be about to take it.
func (l *lease) mayAct() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.unsafe
}
