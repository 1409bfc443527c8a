package s3

import (
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"buckethead/state"
)

// lockFormat is the number of the layout of the lock object.
const lockFormat = 1

// lock is the lock object. It is never deleted: one that is let go of stays, marked as
// released, so that every change of it is a conditional write. ID is drawn by the
// holder each time. ExpiresIn counts, in seconds, from when the server took the write.
// Manual says that a person took it and no process runs under it; Broken that a holder
// before, this one or one that it took over from, may not know that it is not his, or
// did not bring home what he has. Intents are those of the apply.
type lock struct {
	Format     int            `json:"bh_lock"`
	ID         string         `json:"id"`
	Holder     state.Holder   `json:"holder"`
	AcquiredAt time.Time      `json:"acquired_at"`
	RenewedAt  time.Time      `json:"renewed_at,omitzero"`
	ExpiresIn  int            `json:"expires_in"`
	Manual     bool           `json:"manual,omitempty"`
	Released   bool           `json:"released,omitempty"`
	Broken     bool           `json:"broken,omitempty"`
	BrokenBy   *state.Holder  `json:"broken_by,omitempty"`
	Intents    []state.Intent `json:"intents,omitempty"`
}

func (l lock) encode() ([]byte, error) {
	l.Format = lockFormat
	text, err := json.MarshalIndent(l, "", "  ")
	return append(text, '\n'), err
}

func decodeLock(text []byte) (lock, error) {
	var l lock
	switch err := json.Unmarshal(text, &l); {
	case err != nil, l.Format == 0, l.ID == "", l.ExpiresIn <= 0:
		return l, errors.New("the lock is not one of bh's: endpoint_url may lead to another server, or another tool has written the object; delete it when no apply runs")
	case l.Format > lockFormat:
		return l, fmt.Errorf("%w: the lock has layout %d, and this bh reads layout %d", errNewer, l.Format, lockFormat)
	}
	return l, nil
}

// seen is a lock as it was read.
type seen struct {
	lock
	there bool
	etag  string
	// modified and asked are by the server's clock.
	modified, asked time.Time
}

// free reports whether the lock may be taken without taking it over.
func (s seen) free() bool { return !s.there || s.Released }

// settlesIn is how long a lock that somebody else let go of is to be left alone: by then
// its holder has asked for it again, and knows.
func (s seen) settlesIn() time.Duration {
	if !s.there || !s.Released || s.BrokenBy == nil || s.Manual {
		return 0
	}
	return s.modified.Add(time.Duration(s.ExpiresIn) * time.Second * 3 / 4).Add(time.Second).Sub(s.asked)
}

// expired reports whether a lock that nobody released may be taken over. Dates of the
// server have whole seconds, so one more has to pass.
func (s seen) expired() bool {
	return !s.free() && !s.asked.Before(s.expiresAt().Add(time.Second))
}

// unfinished reports whether the holder before did not let go of the lock himself: he
// may have left work, and may not know yet that the lock is not his any more.
func (s seen) unfinished() bool {
	return s.there && (s.Broken || !s.Released && (!s.Manual || len(s.Intents) > 0))
}

func (s seen) expiresAt() time.Time { return s.modified.Add(time.Duration(s.ExpiresIn) * time.Second) }

func (s seen) info() state.Lock {
	return state.Lock{ID: s.ID, Holder: s.Holder, AcquiredAt: s.AcquiredAt, ExpiresAt: s.expiresAt().UTC(), Held: !s.free(), Expired: s.expired(), Manual: s.Manual, Intents: len(s.Intents)}
}

// lockedBy words a lock that somebody holds.
func lockedBy(place string, s seen) error {
	left := fmt.Sprintf("in %s", max(s.expiresAt().Sub(s.asked).Round(time.Second), 0))
	if !s.Manual {
		left += " unless it is renewed"
	}
	return fmt.Errorf("%w: %s is held by %s since %s, and the lock expires %s; wait for it with --lock-timeout, or, when you know that nothing runs: bh state unlock %s",
		state.ErrLocked, place, s.Holder.Describe(), s.AcquiredAt.UTC().Format(time.RFC3339), left, s.ID)
}
