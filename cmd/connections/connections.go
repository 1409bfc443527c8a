// Package connections opens what a file declares: clouds, secret stores and the place of
// the state.
//
// Each address is opened once in a run, by whoever needs it first, and remembers how that
// ended: the same connection or the same error is returned to all who ask. Nobody who asks
// for one connection waits for another. A connection that has never answered and cannot be
// reached is asked once; the calls that follow fail with the same cause.
//
// Every call is observed: it is logged, tests can stand before and after it, and a vendor
// that panics fails that call alone. Values are never logged.
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

// Options are what connections need of the process. Config, Env, Now, Sleep and Log are
// required. Transport carries the requests of all vendors, nil for the network.
type Options struct {
	Config    *config.Config
	Env       func(name string) string
	Now       func() time.Time
	Sleep     func(ctx context.Context, d time.Duration) error
	Transport http.RoundTripper
	CacheDir  string
	Log       *slog.Logger
	// Secrets learns every secret that a connection works with: what references name,
	// keys that are issued, read or brought. Nil for nobody.
	Secrets *redact.Set
	State   StateOptions
	// Boundary is called before and after each call to a vendor and each transaction of
	// the state; nil for nobody.
	Boundary func(what string)
	// Waiting is told when a vendor, by its title, or the state, by "", waits, for what,
	// and until when at most.
	Waiting func(title, why string, until time.Time)
}

// StateOptions say how the state is opened. Path, where not empty, is used instead of
// the declared place.
type StateOptions struct {
	Path        string
	LockTimeout time.Duration
	Holder      state.Holder
	NoSync      bool // see bolt.Options
}

// Connections are those of one run. Safe for concurrent use.
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

// Cloud returns the cloud with that address, of which a machine needs no other token
// than that of its secret store: references among its settings are read first. The error
// of one that is not declared names the block that is missing: a record needs it even
// when no project does.
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

// Store returns the secret store with that address; errors as Cloud's.
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

// Reference names a field of an item, or with field "" the item, without its value. It
// makes no call and needs no token: a store that cannot be opened is asked for what its
// settings say alone. The error wraps ErrInvalid if that does not say enough.
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
// vault, or if item is an id, where that item has its fields. It reports whether the store was
// asked; one that cannot be opened is not, and that is no error.
func (c *Connections) LearnReferences(ctx context.Context, store, item string) (bool, error) {
	opened, err := c.Store(ctx, store)
	if err != nil {
		return false, nil // what is known without it has to do
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
			"put the block back until nothing uses it", kind, vendor, name)
	}
	vendor, ok := registry.Find(connection.Vendor)
	if !ok {
		return connection, vendor, fmt.Errorf("this bh has no vendor %q", connection.Vendor)
	}
	return connection, vendor, nil
}
