package state

import (
	"context"
	"errors"
	"time"

	"buckethead/config/addr"
	"buckethead/vendors"
)

// Format is the schema number that this version writes.
const Format = 1

// The faults of a store that code decides on. Each comes wrapped in words for people.
var (
	// ErrLocked: another process holds the state.
	ErrLocked = errors.New("state is locked")
	// ErrDamaged: the file cannot be read as state.
	ErrDamaged = errors.New("state is damaged")
	// ErrNewer: a newer bh wrote the state.
	ErrNewer = errors.New("state was written by a newer bh")
	// ErrStack: the state belongs to another stack.
	ErrStack = errors.New("state belongs to another stack")
	// ErrReadOnly: the store was opened for reading.
	ErrReadOnly = errors.New("state is open for reading only")
)

// Meta describes one state. Lineage is drawn when the state is made and never
// changes; Serial rises with every write. FingerprintKey is the HMAC key under
// which secrets are fingerprinted; it exists in the state alone.
type Meta struct {
	Format         int    `json:"format"`
	Stack          string `json:"stack"`
	Lineage        string `json:"lineage"`
	Serial         uint64 `json:"serial"`
	FingerprintKey []byte `json:"fingerprint_key"`
}

// Record is what bh knows of one project. It holds identifiers and the desired
// attributes last applied, never a secret.
type Record struct {
	Project    addr.Project `json:"project"`
	Cloud      string       `json:"cloud,omitempty"` // connection address; empty when Registered
	Secrets    string       `json:"secrets"`         // connection address
	Registered bool         `json:"registered,omitempty"`
	// Bucket is nil until the bucket exists (or is taken over), and for
	// registered keys, whose bucket bh does not touch.
	Bucket  *vendors.BucketID `json:"bucket,omitempty"`
	Applied Applied           `json:"applied"`
	Item    *ItemRef          `json:"item,omitempty"`
	// Former are items in other stores that the project has left and that are
	// still to be deleted.
	Former []FormerItem `json:"former,omitempty"`
	// Active is the credential that the item holds; Pending was issued and is
	// not known to be stored; Retiring ones work until their date, and those
	// without a date are to be revoked: nobody ever had their secret.
	Active   *CredentialRef  `json:"active,omitempty"`
	Pending  *CredentialRef  `json:"pending,omitempty"`
	Retiring []CredentialRef `json:"retiring,omitempty"`
	// Proof is "" until the stored credential was proved to work.
	Proof      Proof     `json:"proof,omitempty"`
	Protected  bool      `json:"protected,omitempty"`
	OnDestroy  string    `json:"on_destroy,omitempty"`
	CreatedAt  time.Time `json:"created_at"`
	UpdatedAt  time.Time `json:"updated_at"`
	Generation int       `json:"generation"` // rises with each issued or registered credential
}

// Proof is how sure bh is that the stored credential works.
type Proof string

// The kinds of proof.
const (
	Unproved Proof = ""
	Proved   Proof = "proved"
	Waived   Proof = "waived" // by --verify=false
)

// Applied are the desired attributes as they were last applied.
type Applied struct {
	Location     string         `json:"location,omitempty"`
	StorageClass string         `json:"storage_class,omitempty"`
	Access       vendors.Access `json:"access,omitempty"`
	AllowedIPs   []string       `json:"allowed_ips,omitempty"`
	ExpiresAfter time.Duration  `json:"expires_after,omitempty"` // nanoseconds
	// Settings are the groups that bh gave the bucket, as they were declared.
	Settings vendors.BucketSettings `json:"settings,omitzero"`
}

// ItemRef is the item that holds the keys. Fields are its fields but for the
// secret, as they were stored; UpdatedAt is the store's, for seeing edits.
type ItemRef struct {
	ID        string            `json:"id"`
	Title     string            `json:"title"`
	Fields    map[string]string `json:"fields"`
	Address   addr.Project      `json:"address"`   // the address in its mark
	Operation string            `json:"operation"` // the operation id in its mark
	UpdatedAt time.Time         `json:"updated_at"`
}

// FormerItem is an item that a newer one in another store replaces.
type FormerItem struct {
	Secrets string `json:"secrets"`
	ID      string `json:"id"`
	Title   string `json:"title"`
}

// CredentialRef is a credential by its identifiers. Fingerprint is an HMAC of the
// secret, taken when it was issued. Name is empty for registered and imported keys.
type CredentialRef struct {
	ID          string    `json:"id"`
	Name        string    `json:"name,omitempty"`
	IssuedAt    time.Time `json:"issued_at"`
	ExpiresAt   time.Time `json:"expires_at,omitzero"`
	Fingerprint string    `json:"fingerprint"`
	RetireAfter time.Time `json:"retire_after,omitzero"`
}

// Intent is a step that is about to act, or whose outcome is open. Name is the
// remote name that the step uses: of the bucket, the credential, or the item.
// Change is what a step that gives the bucket settings is about to write. Retry marks
// a further name, which the step uses only where an answer under the one before was lost.
type Intent struct {
	ID        uint64       `json:"id"` // given by Begin
	Project   addr.Project `json:"project"`
	Operation string       `json:"operation"` // operation id
	Sequence  uint64       `json:"sequence"`  // of the operation, within its project
	Step      string       `json:"step"`
	Name      string       `json:"name,omitempty"`
	Namespace string       `json:"namespace,omitempty"`
	Cloud     string       `json:"cloud,omitempty"`
	Secrets   string       `json:"secrets,omitempty"`
	Run       string       `json:"run,omitempty"`
	At        time.Time    `json:"at"`
	Retry     bool         `json:"retry,omitempty"`

	Change *vendors.SettingsChange `json:"change,omitempty"`
}

// Watch is a credential name whose mint was left open and that has not been seen:
// the provider may still answer late. AbsentSince and Listings count the listings
// that lacked it.
type Watch struct {
	Name        string       `json:"name"`
	Cloud       string       `json:"cloud"`
	Project     addr.Project `json:"project"`
	At          time.Time    `json:"at"`
	AbsentSince time.Time    `json:"absent_since,omitzero"`
	Listings    int          `json:"listings"`
}

// Entry is one line of history. Outcome is a word of executor.Outcome.
type Entry struct {
	At         time.Time    `json:"at"`
	Actor      string       `json:"actor,omitempty"`
	Commit     string       `json:"commit,omitempty"`
	Run        string       `json:"run,omitempty"`
	PlanDigest string       `json:"plan_digest"`
	Project    addr.Project `json:"project"`
	Operation  string       `json:"operation"`
	Reason     string       `json:"reason,omitempty"`
	Outcome    string       `json:"outcome"`
	Error      string       `json:"error,omitempty"`
}

// Snapshot is the whole state at one moment, but for history. It is the caller's own.
type Snapshot struct {
	Meta    Meta
	Records map[addr.Project]Record
	Intents []Intent // by ID
	Watches []Watch  // by name
	// Sequences holds the highest operation sequence begun for each project,
	// those destroyed included: a credential name is never used twice.
	Sequences map[addr.Project]uint64
}

// Settlement ends a project's open business: its intents are dropped, its record
// becomes Record (nil deletes it; one of another project is refused), the names in
// Unwatch leave the watch list and those in Watch join it or replace their like.
type Settlement struct {
	Project addr.Project
	Record  *Record
	Watch   []Watch
	Unwatch []string
}

// Journal is how the executor tells the state what it does. Every method is one
// durable transaction (it is on disk when the call returns) that raises the
// serial, and safe for concurrent use. An error means that nothing was
// written, unless the disk failed at the last moment; it wraps addr.ErrMalformed for
// an address that is not one.
//
// Only Begin ends with its context. The others record what was done already, which a
// signal must not undo: they ignore the end of theirs, and have a bound of their own
// ([RecordTimeout]).
type Journal interface {
	// Begin keeps an intent before its step acts, gives it an ID where it has
	// none yet, and raises the project's sequence to the intent's.
	Begin(context.Context, Intent) (Intent, error)
	// Commit writes the record and drops this one intent, in one transaction.
	// An intent with ID 0 (a step that changes nothing remote) is not looked for.
	Commit(context.Context, Intent, Record) error
	// Abort drops an intent whose step certainly did not act.
	Abort(context.Context, Intent) error
	// Move gives the record, the intents and the names under watch of one
	// project to another address, with the higher of both sequences. A project
	// without a record moves as well; a record at the new address is replaced.
	Move(ctx context.Context, from, to addr.Project) error
	// Settle ends an operation.
	Settle(context.Context, Settlement) error
	// SetWatches replaces the watch list.
	SetWatches(context.Context, []Watch) error
	// Append adds entries to the history.
	Append(context.Context, ...Entry) error
}

// RecordTimeout bounds each transaction of a [Journal] on a local disk.
const RecordTimeout = 10 * time.Second

// Lasting returns a context for recording or releasing something that was done: it
// keeps the values of ctx and outlives its end, by bound at most.
func Lasting(ctx context.Context, bound time.Duration) (context.Context, context.CancelFunc) {
	return context.WithTimeout(context.WithoutCancel(ctx), bound)
}

// Store is a state that is open for writing.
type Store interface {
	Journal
	Reader
}

// Reader is a state that is open.
type Reader interface {
	// Snapshot reads everything but history in one consistent view.
	Snapshot() (Snapshot, error)
	// History gives the newest entries first, at most limit of them (0: all),
	// of one project or, for the zero address, of all.
	History(project addr.Project, limit int) ([]Entry, error)
	// Close releases the state. Idempotent.
	Close() error
}
