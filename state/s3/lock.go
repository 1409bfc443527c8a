package s3

import (
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"time"

	"buckethead/config/words"
	"buckethead/state"
	"buckethead/state/bolt"
	"buckethead/vendors/transport"
)

// lockFormat is the number of the layout of the lock object. It is raised with the format of
// the state, because the lock holds intents.
const lockFormat = 2

// lock is the lock object. It is never deleted: a released lock stays and is marked as such, so
// that every change is a conditional write. The holder generates a new ID each time. ExpiresIn
// counts, in seconds, from when the server received the write. Manual means that a person took
// it and no process runs under it. Broken means that this holder, or one that it took over
// from, may not know that the lock was lost, or has work that is not in the state. Intents are
// those of the apply.
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

// lockID matches the id of a lock, which people paste into a command.
var lockID = regexp.MustCompile(`^[0-9A-Za-z-]{1,64}$`)

func decodeLock(text []byte) (lock, error) {
	var l lock
	err := errAnswer
	if !transport.Dense(text, bytesOfObject) {
		err = json.Unmarshal(text, &l)
	}
	switch {
	case err != nil, l.Format == 0, !lockID.MatchString(l.ID), l.ExpiresIn <= 0, int64(l.ExpiresIn) > int64(longestLock/time.Second):
		return l, errors.New("it is not a lock of bh: endpoint_url may point to another server, " +
			"or another tool has written the object; delete it while no apply is running")
	case l.Format > lockFormat:
		return l, fmt.Errorf("%w: the lock has layout %d, and this bh supports layout %d", errNewer, l.Format, lockFormat)
	}
	// Taking it over would lose the fields that this bh does not know.
	l = lock{}
	err = bolt.Decode(text, &l)
	for _, i := range l.Intents {
		if err == nil && !i.Project.IsZero() {
			err = i.Project.CheckProject()
		}
	}
	return l, err
}

// seen is a lock as it was read.
type seen struct {
	lock
	there bool
	etag  string
	// modified and asked are by the server's clock.
	modified, asked time.Time
}

// free reports whether the lock may be taken without a takeover.
func (s seen) free() bool { return !s.there || s.Released }

// settlesIn returns how long to leave alone a lock that somebody else released: by then, its
// holder has tried to renew it, and knows.
func (s seen) settlesIn() time.Duration {
	if !s.there || !s.Released || s.BrokenBy == nil || s.Manual {
		return 0
	}
	return s.modified.Add(time.Duration(s.ExpiresIn) * time.Second * 3 / 4).Add(time.Second).Sub(s.asked)
}

// expired reports whether a lock that nobody released may be taken over. The server's dates are
// in whole seconds, so one more second has to pass.
func (s seen) expired() bool {
	return !s.free() && !s.asked.Before(s.expiresAt().Add(time.Second))
}

// unfinished reports whether the previous holder did not release the lock itself: it may
// have left work, and may not know yet that it lost the lock.
func (s seen) unfinished() bool {
	return s.there && (s.Broken || !s.Released && (!s.Manual || len(s.Intents) > 0))
}

func (s seen) expiresAt() time.Time { return s.modified.Add(time.Duration(s.ExpiresIn) * time.Second) }

func (s seen) info() state.Lock {
	return state.Lock{ID: s.ID, Holder: s.Holder, AcquiredAt: s.AcquiredAt, ExpiresAt: s.expiresAt().UTC(),
		Held: !s.free(), Expired: s.expired(), Manual: s.Manual, Intents: len(s.Intents)}
}

// unlocked returns the history entry for a lock that somebody broke. Breaking a lock cannot
// write the state, so the next holder adds the entry.
func (s seen) unlocked() state.Entry {
	return state.Entry{At: s.modified.UTC(), Actor: s.BrokenBy.Actor, Commit: s.BrokenBy.Commit, Run: s.BrokenBy.Run,
		Operation: "state unlock", Reason: "held by " + s.Holder.Describe(), Outcome: "done"}
}

// lockedBy returns the error for a lock that somebody holds.
func lockedBy(place string, s seen) error {
	left := fmt.Sprintf("in %s", max(s.expiresAt().Sub(s.asked).Round(time.Second), 0))
	if !s.Manual {
		left += " unless it is renewed"
	}
	return fmt.Errorf("%w: %s is held by %s since %s, and the lock expires %s; "+
		"wait for it with --lock-timeout, or, if you are sure that nothing is running: bh state unlock %s",
		state.ErrLocked, place, s.Holder.Describe(), words.Time(s.AcquiredAt), left, words.InShell(s.ID))
}
