// Package connections opens what a file declares: clouds, secret stores and the place of
// the state.
//
// # Use
//
// [New] returns the [Connections] of a loaded file and opens nothing. [Connections.Cloud],
// [Connections.Store] and [Connections.Place] open one thing each. [Connections.Readers] and
// [Connections.Rigs] hand all of them to the planner and the executor, and
// [Connections.Resolve] reads a reference to a secret.
//
// # Opened once
//
// Each address is opened once in a run, by the first caller that needs it. Success and
// failure are both remembered: later callers get the same connection or the same error. An
// attempt that was cut off by its context is not remembered. No lock is held while
// something is being opened. A connection that has never answered and cannot be reached is
// tried once; the calls that follow fail with the same cause.
//
// # Observed
//
// Every call is observed: it is logged, [Options.Boundary] is called before and after it, and
// if a vendor panics, only that call fails. Values are never logged. Secrets that are issued,
// read or referenced are added to [Options.Secrets].
//
// # Where secrets may go
//
// Secrets are sent only to hosts that the vendor or the environment names ([AllowedHosts]).
// A host that only the file names is refused, with a [vendors.HostError].
//
// # Concurrency
//
// Connections are safe for concurrent use. Calls that can block return when their context
// ends. Retries and pacing are left to the vendors.
package connections

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"time"

	"buckethead/cmd/redact"
	"buckethead/config"
	"buckethead/state"
	"buckethead/vendors"
	"buckethead/vendors/parallel"
	"buckethead/vendors/registry"
)

// Options holds what connections need from the process. Config, Env, Now, Sleep and Log are
// required. Transport carries the requests of all vendors; nil means the network.
type Options struct {
	Config    *config.Config
	Env       func(name string) string
	Now       func() time.Time
	Sleep     func(ctx context.Context, d time.Duration) error
	Transport http.RoundTripper
	CacheDir  string
	Log       *slog.Logger
	// Secrets learns every secret that a connection works with: values of references,
	// and keys that are issued, read or registered. It may be nil.
	Secrets *redact.Set
	State   StateOptions
	// Boundary is called before and after each call to a vendor and each transaction of
	// the state. It may be nil.
	Boundary func(what string)
	// Waiting is called when a vendor or the state has to wait: with the title of the
	// vendor ("" for the state), the reason, and the latest end.
	Waiting func(title, why string, until time.Time)
}

// StateOptions holds how the state is opened. Path, if not empty, replaces the declared
// place.
type StateOptions struct {
	Path        string
	LockTimeout time.Duration
	Holder      state.Holder
	NoSync      bool // see bolt.Options
}

// Connections holds the connections of one run. It is safe for concurrent use.
type Connections struct {
	o        Options
	clouds   opened[vendors.BucketProvider]
	stores   opened[vendors.SecretStore]
	places   opened[state.Place]
	resolved resolved

	sharing sync.Mutex
	shared  map[string]any
}

// New returns the connections of a file. None is opened.
func New(o Options) *Connections { return &Connections{o: o, shared: map[string]any{}} }

// Cloud returns the cloud with that address. References in its settings are read first, so a
// machine needs only the token of its secret store. If the cloud is not declared, the error
// names the missing block: a record can need it even if no project does.
func (c *Connections) Cloud(ctx context.Context, address string) (vendors.BucketProvider, error) {
	return c.clouds.get(ctx, address, func(ctx context.Context) (vendors.BucketProvider, error) {
		connection, vendor, err := find("cloud", c.o.Config.Clouds, address)
		if err != nil {
			return nil, err
		}
		if err := connection.Ready(); err != nil {
			return nil, err
		}
		if err := c.checkHosts(connection, vendor); err != nil {
			return nil, fmt.Errorf("open cloud %s: %w", address, err)
		}
		settings, err := c.settings(ctx, connection)
		if err != nil {
			return nil, fmt.Errorf("open cloud %s: %w", address, err)
		}
		cloud, err := parallel.Await(ctx, func() (vendors.BucketProvider, error) {
			return vendor.OpenBuckets(ctx, c.host(ctx, address, vendor), settings)
		})
		if err != nil {
			return nil, fmt.Errorf("open cloud %s: %w", address, err)
		}
		return observedBuckets{cloud, c.observer(address), c.o.Secrets}, nil
	})
}

// Store returns the secret store with that address. Its errors are like those of Cloud.
func (c *Connections) Store(ctx context.Context, address string) (vendors.SecretStore, error) {
	return c.stores.get(ctx, address, func(ctx context.Context) (vendors.SecretStore, error) {
		connection, vendor, err := find("secrets", c.o.Config.Secrets, address)
		if err != nil {
			return nil, err
		}
		if err := connection.Ready(); err != nil {
			return nil, err
		}
		if err := c.checkHosts(connection, vendor); err != nil {
			return nil, fmt.Errorf("open secrets %s: %w", address, err)
		}
		store, err := parallel.Await(ctx, func() (vendors.SecretStore, error) {
			return vendor.OpenSecrets(ctx, c.host(ctx, address, vendor), connection.Settings)
		})
		if err != nil {
			return nil, fmt.Errorf("open secrets %s: %w", address, err)
		}
		return observeSecrets(store, c.observer(address), c.o.Secrets), nil
	})
}

// Reference returns the reference to a field of an item, or to the item if field is "". It
// makes no call and needs no token: if the store cannot be opened, the reference is made from
// its settings. The error wraps ErrInvalid if they do not say enough.
func (c *Connections) Reference(ctx context.Context, store, id, title, field string) (string, error) {
	opened, err := c.Store(ctx, store)
	if err == nil {
		return opened.Reference(id, title, field)
	}
	connection, vendor, unknown := find("secrets", c.o.Config.Secrets, store)
	if unknown != nil || vendor.Reference == nil {
		return "", err
	}
	if err := connection.Refers(vendor.ReferenceSettings); err != nil {
		return "", err
	}
	return vendor.Reference(connection.Settings, id, title, field)
}

// LearnReferences asks a store for what its references need and its settings do not say: the
// vault, or, if item is an id, where that item has its fields. It reports whether the store was
// asked. A store that cannot be opened is not asked, and that is not an error.
func (c *Connections) LearnReferences(ctx context.Context, store, item string) (bool, error) {
	opened, err := c.Store(ctx, store)
	if err != nil {
		return false, nil // references can be made without it
	}
	able, is := vendors.As[vendors.Referrer](opened)
	if !is {
		return false, nil
	}
	return true, able.LearnReferences(ctx, item)
}

func find(kind string, declared []config.Connection, address string) (config.Connection, vendors.Vendor, error) {
	connection, ok := config.Find(declared, address)
	if !ok {
		vendor, name, _ := strings.Cut(address, ".")
		return connection, vendors.Vendor{}, fmt.Errorf("the state needs %s %q %q, which is not declared: "+
			"restore the block until nothing uses it any more", kind, vendor, name)
	}
	vendor, ok := registry.Find(connection.Vendor)
	if !ok {
		return connection, vendor, fmt.Errorf("this bh has no vendor %q", connection.Vendor)
	}
	return connection, vendor, nil
}
