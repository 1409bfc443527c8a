package state

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"buckethead/vendors"
)

// Place is where a state is kept: a file on this machine, or an object in a bucket. It
// holds no resources, and several processes may use the same place at once.
//
// The files that it reads and writes are whole files of package state/bolt. Its errors
// are written for people, and wrap the errors of this package.
type Place interface {
	// Name names the place for the people at this machine.
	Name() string
	// Address names it for those at other machines.
	Address() string
	// Open locks the state until it is closed, and creates it if it does not exist.
	Open(ctx context.Context) (Locked, error)
	// Read opens the state without locking others out. A state that does not exist
	// reads as empty, with a zero Meta.
	Read(ctx context.Context) (View, error)
	// Backup copies the state and returns the path of the copy. It is an error if there
	// is no state.
	Backup(ctx context.Context) (path string, err error)
	// Backups lists the copies, newest first.
	Backups(ctx context.Context) ([]BackupInfo, error)
	// Restore replaces the state with a copy, and returns where the previous one was
	// saved, "" if there was none.
	Restore(ctx context.Context, path string) (kept string, err error)
	// Pull returns the file of the state, or io.EOF if there is no state.
	Pull(ctx context.Context) ([]byte, error)
	// Push replaces the state with a file, as Restore does, if p allows it.
	Push(ctx context.Context, file string, p Push) (kept string, err error)
}

// Watched is a [Place] that knows who holds it.
type Watched interface {
	// Locked returns the current lock, a zero one if nobody holds the state. The lock of a file has no id, and does not
	// expire.
	Locked(ctx context.Context) (Lock, error)
}

// Locker is a [Place] with a lock that people can take and break. A file is not a Locker: its
// lock belongs to the system, which releases it when the process ends.
type Locker interface {
	Watched
	// Lock keeps others from changing the state for as long as last.
	Lock(ctx context.Context, last time.Duration) (Lock, error)
	// Unlock releases the lock with that id, and reports whether it existed.
	Unlock(ctx context.Context, id string) (bool, error)
}

// Locked is a state that is open for writing, with its lock held. Close releases the
// lock, even if the context that the state was opened with has ended.
type Locked interface {
	Store
	// Announce publishes what an apply is about to do before any step acts, if others could not
	// see it otherwise. It must be called once, before the first Begin.
	Announce(ctx context.Context, intents []Intent) error
	// Backup copies the state and returns the path of the copy, "" if the state is
	// still empty.
	Backup(ctx context.Context) (string, error)
	// Copy writes a consistent copy of the state's file.
	Copy(w io.Writer) (Meta, error)
	// Retire closes the state for good, because it moved to the place with address to. It
	// returns the path of the last version.
	Retire(ctx context.Context, to string) (kept string, err error)
}

// View is a state that was read.
type View interface {
	Reader
	// Lock returns the lock as it was when the state was read, or the zero value if
	// the place has none.
	Lock() Lock
}

// Lock says who holds a state. ExpiresAt is by the server's clock. Expired means that the next
// apply takes over the lock. Manual means that a person took it and no process runs under it.
// Intents counts what the holder's apply announced. Held is false if nobody holds the state.
type Lock struct {
	ID         string    `json:"id"`
	Holder     Holder    `json:"holder"`
	AcquiredAt time.Time `json:"acquired_at"`
	ExpiresAt  time.Time `json:"expires_at,omitzero"`
	Held       bool      `json:"held"`
	Expired    bool      `json:"expired,omitempty"`
	Manual     bool      `json:"manual,omitempty"`
	Intents    int       `json:"intents,omitempty"`
}

// Holder describes who holds a lock, for those who wait. Run is the URL of the CI run.
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
	commit := h.Commit[:min(len(h.Commit), 8)]
	for _, p := range [][2]string{{"of", h.Actor}, {"on", h.Host}, {"run", h.Run}, {"commit", commit}} {
		if p[1] != "" {
			parts = append(parts, p[0]+" "+p[1])
		}
	}
	return vendors.Excerpt(strings.Join(parts, " "), 300) // others wrote it
}

// BackupsKept is how many copies of a state are kept next to it.
const BackupsKept = 10

// BackupInfo describes one copy. Err says why it cannot be restored; it is nil if it can.
type BackupInfo struct {
	Path string
	At   time.Time
	Size int64 // bytes
	Meta Meta
	Err  error
}

// Push says how a file may replace a state. Force allows it to replace a state of another
// lineage, a newer one or a damaged one. Moves means that the file is this state, from another
// place. If Over is not nil, the current state must have its lineage and serial, or nothing is
// done.
type Push struct {
	Force, Moves bool
	Over         *Meta
}

// The errors that say why a state cannot be used at a place, or cannot replace another.
var (
	// ErrUnsafe: the server of a shared state cannot keep it safe.
	ErrUnsafe = errors.New("the server cannot keep a shared state safe")
	// ErrServer: the server of a shared state refused, or did not answer.
	ErrServer = errors.New("the server of the state")
	// ErrLost: the lock was lost while it was needed.
	ErrLost = errors.New("the lock on the state was lost")
	// ErrMoved: the state was migrated to another place.
	ErrMoved = errors.New("the state is kept elsewhere now")
	// ErrLineage: neither of two states comes from the other.
	ErrLineage = errors.New("the states have different lineages")
	// ErrOlder: a state is not newer than the one that it would replace.
	ErrOlder = errors.New("the state is not newer")
	// ErrOffered: the file that should replace a state cannot be read.
	ErrOffered = errors.New("the file cannot be pushed")
	// ErrChanged: the current state is not the one that was read before.
	ErrChanged = errors.New("the state changed in the meantime")
)

// May returns nil if a file may replace the current state. Otherwise its error wraps
// [ErrChanged], [ErrLineage] or [ErrOlder].
func (p Push) May(offered, present Meta) error {
	switch {
	case p.Over != nil && (p.Over.Lineage != present.Lineage || p.Over.Serial != present.Serial):
		return fmt.Errorf("%w: serial %d was expected, but the state has %d; nothing was changed",
			ErrChanged, p.Over.Serial, present.Serial)
	case p.Force, p.Moves && offered.Lineage == present.Lineage && offered.Serial == present.Serial:
		return nil // second case: an earlier move got this far
	}
	return mayReplace(offered, present)
}

// mayReplace returns an error that wraps ErrLineage or ErrOlder if a state may not replace the
// current one. A current state without a lineage does not exist, and one with serial 0 has
// nothing to lose.
func mayReplace(offered, present Meta) error {
	const anyway = "nothing was changed; --force replaces it anyway"
	switch {
	case present.Lineage == "" || present.Serial == 0:
		return nil
	case offered.Lineage != present.Lineage:
		return fmt.Errorf("%w: the file has %s, and the state has %s; %s", ErrLineage, offered.Lineage, present.Lineage, anyway)
	case offered.Serial <= present.Serial:
		return fmt.Errorf("%w: the file has serial %d, and the state has %d; %s", ErrOlder, offered.Serial, present.Serial, anyway)
	}
	return nil
}
