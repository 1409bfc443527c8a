package memory

import (
	"context"
	"maps"
	"sync"
	"time"

	"buckethead/vendors"
)

// The kinds of thing that HideFromList is asked about.
const (
	KindBucket     = "bucket"
	KindCredential = "credential"
	KindItem       = "item"
)

// defaultPage is how many entries a page holds where PageSize is zero.
const defaultPage = 100

// World holds clouds and stores by name. The exported fields are set before calls are made, not
// during them; all methods, and those of the clouds and stores, are safe for concurrent use.
// Before and After are called without any lock held, so they may call back into the world,
// block, and panic: a panic is how a test kills the caller at that place. LateMint and
// HideFromList must not call the world.
type World struct {
	// Before is called when a call arrives. An error is returned to the caller as it is, and
	// nothing is done.
	Before func(Call) error
	// After is called when a call has succeeded. An error is returned instead of the response:
	// the act was done, but the response is lost.
	After func(Call) error
	// LateMint says how long a credential of this name stays unknown to every
	// read, and does not work, after it was issued.
	LateMint func(name string) time.Duration
	// HideFromList says what lists omit, although single reads find it.
	HideFromList func(kind, id string) bool
	// RefuseKeys returns the result of proving keys from elsewhere; nil means success. It is called
	// under the world's lock.
	RefuseKeys func(vendors.BucketCredentials) error
	// PageSize is how many entries a page of a list holds; zero means 100.
	PageSize int
	// CredentialLimit is how many credentials each cloud may have at once; zero
	// means any number.
	CredentialLimit int

	now    func() time.Time
	mu     sync.Mutex
	drawn  uint64 // how many identifiers and secrets have been made
	calls  int
	pages  int
	counts map[counted]int
	clouds map[string]*Cloud
	stores map[string]*Store
}

// NewWorld returns an empty world that reads the time from now.
func NewWorld(now func() time.Time) *World {
	return &World{now: now, counts: map[counted]int{}, clouds: map[string]*Cloud{}, stores: map[string]*Store{}}
}

// Cloud returns the cloud of that name, and creates it empty at first use.
func (w *World) Cloud(name string) *Cloud {
	w.mu.Lock()
	defer w.mu.Unlock()
	c, made := w.clouds[name]
	if !made {
		c = &Cloud{world: w, name: name, buckets: map[vendors.BucketID]bucket{}, credentials: map[string]credential{}}
		w.clouds[name] = c
	}
	return c
}

// Store returns the store of that name, and creates it empty at first use.
func (w *World) Store(name string) *Store {
	w.mu.Lock()
	defer w.mu.Unlock()
	s, made := w.stores[name]
	if !made {
		s = &Store{world: w, name: name, items: map[string]item{}}
		w.stores[name] = s
	}
	return s
}

// Clone returns a copy that shares nothing with w: the same things under the same
// ids, the same clock, no hooks, and counts that begin at zero.
func (w *World) Clone() *World {
	w.mu.Lock()
	defer w.mu.Unlock()
	out := NewWorld(w.now)
	out.PageSize, out.CredentialLimit, out.drawn = w.PageSize, w.CredentialLimit, w.drawn
	for name, c := range w.clouds {
		out.clouds[name] = &Cloud{world: out, name: name, buckets: maps.Clone(c.buckets),
			credentials: maps.Clone(c.credentials)}
	}
	for name, s := range w.stores {
		out.stores[name] = &Store{world: out, name: name, items: maps.Clone(s.items), recipients: s.recipients}
	}
	return out
}

// call is one call from arrival to answer. act runs under the world's lock.
func call[T any](ctx context.Context, w *World, vendor, method, target string,
	act func(op string) (T, error)) (T, error) {
	var none T
	op := operations[method]
	c := w.arrive(vendor, method, target)
	if err := ended(ctx, vendor, op); err != nil {
		return none, err
	}
	if w.Before != nil {
		if err := w.Before(c); err != nil {
			return none, err
		}
		// A hook may have cancelled the call.
		if err := ended(ctx, vendor, op); err != nil {
			return none, err
		}
	}
	answer, err := locked(w, func() (T, error) { return act(op) })
	if err != nil {
		return none, err
	}
	if w.After != nil {
		if err := w.After(c); err != nil {
			return none, err
		}
	}
	return answer, nil
}

func locked[T any](w *World, act func() (T, error)) (T, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return act()
}

func ended(ctx context.Context, vendor, op string) error {
	if err := ctx.Err(); err != nil {
		return &vendors.Error{Vendor: vendor, Op: op, Kind: vendors.ErrUnavailable, Err: err}
	}
	return nil
}

func refuse(vendor, op string, kind error, message string) error {
	return &vendors.Error{Vendor: vendor, Op: op, Kind: kind, Message: message}
}
