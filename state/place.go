package state

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"
)

// Place is where a state is kept: a file of this machine, or an object in a bucket. It
// holds nothing itself, and is safe to use at once with other processes.
//
// Files are those of state/bolt, whole. Errors wrap those of this package, in words for
// people.
type Place interface {
	// Name names the place for the people at this machine.
	Name() string
	// Address names it for those at other machines.
	Address() string
	// Open locks the state until it is closed, and makes it where there is none.
	Open(ctx context.Context) (Locked, error)
	// Read opens the state without keeping others from it. A state that does not exist
	// reads as empty, with a zero Meta.
	Read(ctx context.Context) (View, error)
	// Backup copies the state and returns the path of the copy. An error where there is
	// no state.
	Backup(ctx context.Context) (path string, err error)
	// Backups lists the copies, newest first.
	Backups(ctx context.Context) ([]BackupInfo, error)
	// Restore replaces the state with a copy, and returns where the present one is
	// kept, "" when there was none.
	Restore(ctx context.Context, path string) (kept string, err error)
	// Pull returns the file of the state; io.EOF where there is none.
	Pull(ctx context.Context) ([]byte, error)
	// Push replaces the state with a file, as Restore does, if p allows it.
	Push(ctx context.Context, file string, p Push) (kept string, err error)
}

// Locker is a Place with a lock that people can take and break. The lock of a file is
// the system's, which frees it when the process ends.
type Locker interface {
	// Lock keeps everyone from changing the state, for so long.
	Lock(ctx context.Context, last time.Duration) (Lock, error)
	// Locked returns the lock as it is.
	Locked(ctx context.Context) (Lock, error)
	// Unlock releases the lock of that id, and reports whether it was there.
	Unlock(ctx context.Context, id string) (bool, error)
}

// Locked is a state that is open for writing, with its lock held. Close releases it,
// whatever became of the context that it was opened with.
type Locked interface {
	Store
	// Announce makes known what an apply is about to do, before any of it acts, where
	// others could not tell otherwise. Call it once, before the first Begin.
	Announce(ctx context.Context, intents []Intent) error
	// Backup copies the state and returns the path of the copy, "" where there is
	// nothing in it yet.
	Backup(ctx context.Context) (string, error)
	// Copy writes the file of the state as it is at one moment.
	Copy(w io.Writer) (Meta, error)
	// Retire closes the state for good: from now on it is kept at the place with that
	// address. It returns the path at which the last version is kept.
	Retire(ctx context.Context, to string) (kept string, err error)
}

// View is a state that was read.
type View interface {
	Reader
	// Lock returns the lock as it was when the state was read; the zero value where
	// the place has none.
	Lock() Lock
}

// Lock says who holds a state. ExpiresAt is by the server's clock; Expired says that the
// next apply takes it over; Manual that a person took it and no process runs under it.
// Intents counts what its apply announced. Held is false where nobody holds the state.
type Lock struct {
	ID         string    `json:"id"`
	Holder     Holder    `json:"holder"`
	AcquiredAt time.Time `json:"acquired_at"`
	ExpiresAt  time.Time `json:"expires_at"`
	Held       bool      `json:"held"`
	Expired    bool      `json:"expired,omitempty"`
	Manual     bool      `json:"manual,omitempty"`
	Intents    int       `json:"intents,omitempty"`
}

// Holder says who holds a lock, for those who wait. Run is the address of the CI run.
type Holder struct {
	Actor   string `json:"actor,omitempty"`
	Host    string `json:"host,omitempty"`
	PID     int    `json:"pid,omitempty"`
	Command string `json:"command,omitempty"`
	Run     string `json:"run,omitempty"`
	Commit  string `json:"commit,omitempty"`
}

// Describe says who holds the lock, in words for people.
func (h Holder) Describe() string {
	who := "somebody"
	switch {
	case h.PID != 0 && h.Command != "":
		who = fmt.Sprintf("process %d (%s)", h.PID, h.Command)
	case h.Command != "":
		who = h.Command
	case h.PID != 0:
		who = fmt.Sprintf("process %d", h.PID)
	}
	parts := []string{who}
	for _, p := range [][2]string{{"of", h.Actor}, {"on", h.Host}, {"run", h.Run}, {"commit", h.Commit[:min(len(h.Commit), 8)]}} {
		if p[1] != "" {
			parts = append(parts, p[0]+" "+p[1])
		}
	}
	return strings.Join(parts, " ")
}

// BackupsKept is how many copies of a state are kept beside it.
const BackupsKept = 10

// BackupInfo describes one copy. Err says why it cannot be restored, nil when it can.
type BackupInfo struct {
	Path string
	At   time.Time
	Size int64 // bytes
	Meta Meta
	Err  error
}

// Push says how a file replaces a state. Force puts it over another lineage, a newer
// state or a damaged one. Moves says that it is the state itself, from another place.
// Over, where not nil, is what has to be there, or nothing is done.
type Push struct {
	Force, Moves bool
	Over         *Meta
}

// Why a state cannot be used at a place, or cannot replace another. Code decides on them.
var (
	// ErrUnsafe: the server of a shared state cannot keep it safe.
	ErrUnsafe = errors.New("the server cannot keep a shared state safe")
	// ErrServer: the server of a shared state refused, or did not answer.
	ErrServer = errors.New("the server of the state")
	// ErrLost: the lock was lost while it was needed.
	ErrLost = errors.New("the lock on the state was lost")
	// ErrMoved: the state was migrated to another place.
	ErrMoved = errors.New("the state is kept elsewhere now")
	// ErrLineage: two states were not made of one another.
	ErrLineage = errors.New("the states have different lineages")
	// ErrOlder: a state is not newer than the one that it would replace.
	ErrOlder = errors.New("the state is not newer")
	// ErrChanged: the present state is not the one that was looked at.
	ErrChanged = errors.New("the state changed meanwhile")
)

// May reports why a file may not take the place of the present state: as [ErrChanged],
// [ErrLineage] or [ErrOlder].
func (p Push) May(offered, present Meta) error {
	switch {
	case p.Over != nil && (p.Over.Lineage != present.Lineage || p.Over.Serial != present.Serial):
		return fmt.Errorf("%w: serial %d was looked at, and %d is there; nothing was changed", ErrChanged, p.Over.Serial, present.Serial)
	case p.Force, p.Moves && offered.Lineage == present.Lineage && offered.Serial == present.Serial:
		return nil // the second: an earlier move got as far as this
	}
	return mayReplace(offered, present)
}

// mayReplace reports, as ErrLineage or ErrOlder, why a state may not take the place of
// the present one; a present one without a lineage does not exist, and one of serial 0
// has nothing in it that could be lost.
func mayReplace(offered, present Meta) error {
	switch {
	case present.Lineage == "" || present.Serial == 0:
		return nil
	case offered.Lineage != present.Lineage:
		return fmt.Errorf("%w: %s is offered, and %s is there; nothing was changed, and --force does it all the same", ErrLineage, offered.Lineage, present.Lineage)
	case offered.Serial <= present.Serial:
		return fmt.Errorf("%w: serial %d is offered, and %d is there; nothing was changed, and --force does it all the same", ErrOlder, offered.Serial, present.Serial)
	}
	return nil
}
