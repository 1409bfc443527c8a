package connections

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"

	"buckethead/config"
	"buckethead/config/addr"
	"buckethead/planner/refresh"
	"buckethead/vendors"
	"buckethead/vendors/parallel"
	"buckethead/vendors/registry"
)

// resolved caches the values of references for the whole run: an apply needs again what its
// plan has read.
type resolved struct {
	mu     sync.Mutex
	values map[string]vendors.Secret
}

func (r *resolved) get(reference string) (vendors.Secret, bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	value, read := r.values[reference]
	return value, read
}

func (r *resolved) keep(values map[string]vendors.Secret) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.values == nil {
		r.values = map[string]vendors.Secret{}
	}
	maps.Copy(r.values, values)
}

// ResolveAll reads references, grouped by store. Each reference is in one of the two maps.
func (c *Connections) ResolveAll(ctx context.Context, references []string) (
	map[string]vendors.Secret, map[string]error) {
	values, faults := map[string]vendors.Secret{}, map[string]error{}
	byStore := map[string][]string{}
	for _, reference := range references {
		if value, read := c.resolved.get(reference); read {
			values[reference] = value
			continue
		}
		address, _ := c.StoreOf(reference)
		byStore[address] = append(byStore[address], reference)
	}
	for _, address := range slices.Sorted(maps.Keys(byStore)) {
		found, wrong := c.resolveFrom(ctx, address, byStore[address])
		maps.Copy(values, found)
		c.o.Secrets.Add(slices.Collect(maps.Values(found))...)
		maps.Copy(faults, wrong)
	}
	c.resolved.keep(values)
	return values, faults
}

// resolveFrom reads references from one store.
func (c *Connections) resolveFrom(ctx context.Context, address string, references []string) (
	map[string]vendors.Secret, map[string]error) {
	fail := func(err error) (map[string]vendors.Secret, map[string]error) {
		faults := map[string]error{}
		for _, reference := range references {
			faults[reference] = err
		}
		return nil, faults
	}
	if address == "" {
		scheme, _, _ := strings.Cut(references[0], "://")
		return fail(fmt.Errorf("no declared store reads %s:// references", scheme))
	}
	store, err := c.Store(ctx, address)
	if err != nil {
		return fail(err)
	}
	type result struct {
		values map[string]vendors.Secret
		faults map[string]error
	}
	read, err := parallel.Await(ctx, func() (r result, _ error) {
		r.values, r.faults = resolveWith(ctx, store, address, references)
		return r, nil
	})
	if err != nil {
		return fail(err)
	}
	return read.values, read.faults
}

// resolveWith reads references together if the store can do that, and otherwise one by one.
func resolveWith(ctx context.Context, store vendors.SecretStore, address string, references []string) (
	map[string]vendors.Secret, map[string]error) {
	if several, able := vendors.As[vendors.ReferencesResolver](store); able {
		return several.ResolveReferences(ctx, references)
	}
	values, faults := map[string]vendors.Secret{}, map[string]error{}
	one, able := vendors.As[vendors.ReferenceResolver](store)
	for _, reference := range references {
		if !able {
			faults[reference] = fmt.Errorf("%s cannot read references", address)
		} else if value, err := one.ResolveReference(ctx, reference); err != nil {
			faults[reference] = err
		} else {
			values[reference] = value
		}
	}
	return values, faults
}

// Resolve reads one reference.
func (c *Connections) Resolve(ctx context.Context, reference string) (vendors.Secret, error) {
	values, faults := c.ResolveAll(ctx, []string{reference})
	return values[reference], faults[reference]
}

// StoreOf returns the address of the store that reads a reference.
func (c *Connections) StoreOf(reference string) (address string, known bool) {
	scheme, _, _ := strings.Cut(reference, "://")
	for _, declared := range c.o.Config.Secrets {
		if vendor, ok := registry.Find(declared.Vendor); ok && vendor.ReferenceScheme == scheme {
			return declared.Address(), true
		}
	}
	return "", false
}

// settings returns the settings of a block with references replaced by their values. The
// declared settings are not changed.
func (c *Connections) settings(ctx context.Context, connection config.Connection) (vendors.Settings, error) {
	settings := maps.Clone(connection.Settings)
	for _, name := range slices.Sorted(maps.Keys(connection.Settings)) {
		value := connection.Settings[name]
		if value.Reference == "" {
			continue
		}
		var err error
		if value.Secret, err = c.Resolve(ctx, value.Reference); err != nil {
			store, _ := c.StoreOf(value.Reference)
			err = fmt.Errorf("read %s from %s: %w", name, value.Reference, err)
			return nil, &refresh.NeedsError{Connection: store, Err: err}
		}
		value.Reference = ""
		settings[name] = value
	}
	return settings, nil
}

// Registered returns the keys that a project registers.
func (c *Connections) Registered(ctx context.Context, project addr.Address) (vendors.BucketCredentials, error) {
	for i := range c.o.Config.Projects {
		p := &c.o.Config.Projects[i]
		if p.Addr != project || p.Register == nil {
			continue
		}
		keys := vendors.BucketCredentials{AccessKeyID: p.Register.AccessKeyID, SecretAccessKey: p.Register.SecretAccessKey}
		if p.Register.Reference != "" {
			var err error
			if keys.SecretAccessKey, err = c.Resolve(ctx, p.Register.Reference); err != nil {
				return keys, err
			}
		}
		return keys, nil
	}
	return vendors.BucketCredentials{}, fmt.Errorf("%s has no registered keys", project)
}
