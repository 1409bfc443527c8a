package state

import (
	"context"
	"errors"
	"slices"
	"time"

	"buckethead/config/addr"
	"buckethead/vendors"
)

// Format is the number of the schema that this version writes.
const Format = 2

// The errors of a store that callers test for. Each is wrapped in words for people.
var (
	// ErrLocked: another process holds the state.
	ErrLocked = errors.New("state is locked")
	// ErrDamaged: the file cannot be read as state.
	ErrDamaged = errors.New("state is damaged")
	// ErrNewer: a newer bh wrote the state.
	ErrNewer = errors.New("state was written by a newer bh")
	// ErrStack: the state belongs to another stack.
	ErrStack = errors.New("state belongs to another stack")
	// ErrSecret: an entry would contain a secret; it was not written.
	ErrSecret = errors.New("the state would contain a secret")
	// ErrReadOnly: the store was opened for reading.
	ErrReadOnly = errors.New("state is open for reading only")
)

// Meta describes one state. Lineage is generated when the state is created and identifies it
// from then on, in the marks of items and the names of credentials. Ancestors are the lineages
// that the state comes from: it owns what they own. Serial increases with every write.
// FingerprintKey is the HMAC key of the fingerprints of secrets; it is kept nowhere else.
type Meta struct {
	Format         int      `json:"format"`
	Stack          string   `json:"stack"`
	Lineage        string   `json:"lineage"`
	Ancestors      []string `json:"ancestors,omitempty"`
	Serial         uint64   `json:"serial"`
	FingerprintKey []byte   `json:"fingerprint_key"`
}

// Lineages returns the lineages whose things the state owns: its own and its ancestors'.
// A state that does not exist yet has none.
func (m Meta) Lineages() []string {
	if m.Lineage == "" {
		return nil
	}
	return append([]string{m.Lineage}, m.Ancestors...)
}

// Descends returns the meta value of a state that also comes from these lineages.
func (m Meta) Descends(lineages ...string) Meta {
	m.Ancestors = slices.Clone(m.Ancestors)
	for _, l := range lineages {
		if l != "" && l != m.Lineage && !slices.Contains(m.Ancestors, l) {
			m.Ancestors = append(m.Ancestors, l)
		}
	}
	return m
}

// Record is what bh knows about one project: identifiers, and the desired attributes as they
// were last applied. It never holds a secret.
type Record struct {
	Project    addr.Address `json:"project"`
	Cloud      string       `json:"cloud,omitempty"` // connection address; empty when Registered
	Secrets    string       `json:"secrets"`         // connection address
	Registered bool         `json:"registered,omitempty"`
	// Bucket is nil until the bucket is created or taken over, and always nil for
	// registered keys, whose bucket bh does not touch.
	Bucket  *vendors.BucketID `json:"bucket,omitempty"`
	Applied Applied           `json:"applied"`
	Item    *ItemRef          `json:"item,omitempty"`
	// Former lists items that must still be deleted, in stores that the project no longer uses.
	Former []FormerItem `json:"former,omitempty"`
	// Active is the credential that the item holds. Pending was issued, but may not be stored.
	// Those in Retiring work until their date; those without a date must be revoked, because
	// nobody ever had their secret.
	Active   *CredentialRef  `json:"active,omitempty"`
	Pending  *CredentialRef  `json:"pending,omitempty"`
	Retiring []CredentialRef `json:"retiring,omitempty"`
	// Issuer is the kind of credentials that the cloud issued, see vendors.Address; empty if
	// unknown.
	Issuer string `json:"issuer,omitempty"`
	// Proof says whether the stored credential was proved to work.
	Proof      Proof     `json:"proof,omitempty"`
	Protected  bool      `json:"protected,omitempty"`
	OnDestroy  string    `json:"on_destroy,omitempty"`
	CreatedAt  time.Time `json:"created_at"`
	UpdatedAt  time.Time `json:"updated_at"`
	Generation int       `json:"generation"` // counts the credentials issued or registered
}

// Finished reports whether an apply has once finished the project. Before that, a record may lack
// its credential, and what it may do.
func (r *Record) Finished() bool {
	return r.Active != nil && r.Item != nil && (r.Registered || r.Bucket != nil && r.Applied.Access != "")
}

// Proof is how sure bh is that the stored credential works.
type Proof string

// The kinds of proof.
const (
	Unproved Proof = ""
	Proved   Proof = "proved"
	Waived   Proof = "waived" // by --verify=false, or verify = false in the register block
	// Restricted: the vendor refused the proof, but only some addresses may use the credential,
	// and this machine may not be one of them.
	Restricted Proof = "restricted"
)

// Applied holds the desired attributes as they were last applied.
type Applied struct {
	Location     string         `json:"location,omitempty"`
	StorageClass string         `json:"storage_class,omitempty"`
	Access       vendors.Access `json:"access,omitempty"`
	AllowedIPs   []string       `json:"allowed_ips,omitempty"`
	ExpiresAfter time.Duration  `json:"expires_after,omitempty"` // nanoseconds
	// Unverified is verify = false in the register block.
	Unverified bool `json:"unverified,omitempty"`
	// Settings holds the groups of settings that bh wrote, as they were declared.
	Settings vendors.BucketSettings `json:"settings,omitzero"`
}

// ItemRef identifies the item that holds the keys. Fields holds its fields as they were stored,
// without the secret. UpdatedAt is the store's time; edits change it.
type ItemRef struct {
	ID        string            `json:"id"`
	Title     string            `json:"title"`
	Fields    map[string]string `json:"fields"`
	Address   addr.Address      `json:"address"`   // the address in its mark
	Operation string            `json:"operation"` // the operation id in its mark
	UpdatedAt time.Time         `json:"updated_at"`
	// Shape is how the store wrote the item, see vendors.Vendor; empty if unknown. It ends in
	// [Elsewhere] if references to some fields differ from those in items that the store
	// created.
	Shape string `json:"shape,omitempty"`
}

// Elsewhere ends the shape of an item that has fields in other places, because someone else
// created it. An older bh, which does not know it, writes such an item again.
const Elsewhere = "+elsewhere"

// FormerItem is an item that was replaced by one in another store.
type FormerItem struct {
	Secrets string `json:"secrets"`
	ID      string `json:"id"`
	Title   string `json:"title"`
}

// CredentialRef identifies a credential. Fingerprint is an HMAC of the secret, computed
// when it was issued. Name is empty for registered and imported keys.
type CredentialRef struct {
	ID          string    `json:"id"`
	Name        string    `json:"name,omitempty"`
	IssuedAt    time.Time `json:"issued_at"`
	ExpiresAt   time.Time `json:"expires_at,omitzero"`
	Fingerprint string    `json:"fingerprint"`
	RetireAfter time.Time `json:"retire_after,omitzero"`
}

// Intent is a step that is about to act, or whose outcome is unknown. Name is the remote name
// that the step uses: that of the bucket, the credential or the item. Change is what a step
// that writes bucket settings is about to write. Retry marks another name, which the step uses
// only if the response for the previous one was lost.
type Intent struct {
	ID        uint64       `json:"id"` // assigned by Begin
	Project   addr.Address `json:"project"`
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

// Watch is a credential name whose mint has an unknown outcome, and that no listing has shown
// so far: the provider may still create it. Listings counts the listings without it, and
// AbsentSince is the time of the first one.
type Watch struct {
	Name        string       `json:"name"`
	Cloud       string       `json:"cloud"`
	Project     addr.Address `json:"project"`
	At          time.Time    `json:"at"`
	AbsentSince time.Time    `json:"absent_since,omitzero"`
	Listings    int          `json:"listings"`
}

// Entry is one line of history. Outcome is one of the words of executor.Outcome.
type Entry struct {
	At         time.Time    `json:"at"`
	Actor      string       `json:"actor,omitempty"`
	Commit     string       `json:"commit,omitempty"`
	Run        string       `json:"run,omitempty"`
	PlanDigest string       `json:"plan_digest"`
	Project    addr.Address `json:"project"`
	Block      string       `json:"block,omitempty"` // if there is no project, the store that it was about
	Operation  string       `json:"operation"`
	Reason     string       `json:"reason,omitempty"`
	Outcome    string       `json:"outcome"`
	Error      string       `json:"error,omitempty"`
}

// Address returns the address of the project or the store that the entry is about. It is zero for
// the whole state.
func (e Entry) Address() addr.Address {
	if e.Block != "" {
		a, _ := addr.Parse(e.Block) // a malformed address counts as none
		return a
	}
	return e.Project
}

// About returns the entry with the address that it is about.
func (e Entry) About(a addr.Address) Entry {
	if e.Project, e.Block = a, ""; a.Kind != addr.Project {
		e.Project, e.Block = addr.Address{}, a.String()
	}
	return e
}

// Snapshot is the whole state at one moment, without the history. The caller owns it.
type Snapshot struct {
	Meta    Meta
	Records map[addr.Address]Record
	Intents []Intent // by ID
	Watches []Watch  // by name
	// Sequences holds the highest operation sequence begun for each project, even for destroyed
	// ones, so that no credential name is used twice.
	Sequences map[addr.Address]uint64
}

// Settlement ends an operation on a project. Its intents are dropped but for those in Keep, and Record becomes its
// record: nil deletes the record, and a record of another project is refused. The names in
// Unwatch are removed from the watch list; those in Watch are added or replaced. Entries are
// added to the history.
type Settlement struct {
	Project addr.Address
	Record  *Record
	Keep    []uint64 // ids of intents of the project that stay open
	Watch   []Watch
	Unwatch []string
	Entries []Entry
}

// Journal is how the executor records what it does. Every method is one durable transaction,
// which is on the disk when the call returns and raises the serial. All methods are safe for
// concurrent use.
//
// An error means that nothing was written, with two exceptions: the disk may have failed at the
// last moment, or may not have answered in time. In the second case, the transaction may still
// be committed later, so the caller must not change what it passed. The error wraps
// addr.ErrMalformed for a malformed address.
//
// Only Begin ends with its context. The other methods record what was already done, which a
// signal must not undo. They ignore the end of their context, and take at most [RecordTimeout].
type Journal interface {
	// Begin stores an intent before its step acts, assigns it an ID if it has none
	// yet, and raises the project's sequence to the intent's.
	Begin(context.Context, Intent) (Intent, error)
	// Commit writes the record and drops this one intent. It ignores an intent with ID 0, which
	// belongs to a step that changes nothing remote.
	Commit(context.Context, Intent, Record) error
	// Abort drops an intent whose step certainly did not act.
	Abort(context.Context, Intent) error
	// Move moves the record, the intents and the names under watch of one project to
	// another address, which gets the higher of both sequences. A project without a
	// record moves as well; a record at the new address is replaced. The entries are
	// added to the history.
	Move(ctx context.Context, from, to addr.Address, entries ...Entry) error
	// Settle ends an operation.
	Settle(context.Context, Settlement) error
	// SetWatches replaces the watch list.
	SetWatches(context.Context, []Watch) error
	// Append adds entries to the history.
	Append(context.Context, ...Entry) error
}

// RecordTimeout bounds each transaction of a [Journal] on a local disk.
const RecordTimeout = 10 * time.Second

// Lasting returns a context for recording or releasing something after ctx has ended: it
// has the values of ctx, is not cancelled with it, and lasts no longer than bound.
func Lasting(ctx context.Context, bound time.Duration) (context.Context, context.CancelFunc) {
	return context.WithTimeout(context.WithoutCancel(ctx), bound)
}

// Store is a state that is open for writing.
type Store interface {
	Journal
	Reader
}

// Reader is an open state.
type Reader interface {
	// Snapshot reads everything but history in one consistent view.
	Snapshot() (Snapshot, error)
	// History returns the newest entries first, at most limit of them, or all if limit is 0.
	// The zero address means all entries.
	History(about addr.Address, limit int) ([]Entry, error)
	// Close releases the state. It is idempotent.
	Close() error
}
