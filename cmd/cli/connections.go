package cli

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"buckethead/config"
	"buckethead/config/addr"
	"buckethead/executor"
	"buckethead/executor/orchestrator"
	"buckethead/planner/refresh"
	"buckethead/state"
	"buckethead/vendors"
	"buckethead/vendors/registry"
)

// cloud opens a cloud once. The error of one that is not declared names the block
// that is missing: a record needs it even when no project does.
func (s *session) cloud(address string) (vendors.BucketProvider, error) {
	s.openingCloud.Lock() // a cloud may need a store, and no store needs a cloud
	defer s.openingCloud.Unlock()
	if opened, ok := s.clouds[address]; ok {
		return opened, nil
	}
	connection, vendor, err := s.connection("cloud", s.config.Clouds, address)
	if err != nil {
		return nil, err
	}
	settings, err := s.readSettings(connection)
	if err != nil {
		return nil, fmt.Errorf("open cloud %s: %w", address, err)
	}
	opened, err := vendor.OpenBuckets(context.Background(), s.host(address), settings)
	if err != nil {
		return nil, fmt.Errorf("open cloud %s: %w", address, err)
	}
	s.clouds[address] = observedBuckets{opened, s.observe(address)}
	return s.clouds[address], nil
}

// readSettings gives the settings of a block with the references among them read,
// so that a machine needs the token of its secret store alone.
func (s *session) readSettings(c config.Connection) (vendors.Settings, error) {
	settings := maps.Clone(c.Settings)
	for _, name := range slices.Sorted(maps.Keys(c.Settings)) {
		value := c.Settings[name]
		if value.Reference == "" {
			continue
		}
		var err error
		if value.Secret, err = s.resolve(context.Background(), value.Reference); err != nil {
			return nil, fmt.Errorf("read %s from %s: %w", name, value.Reference, err)
		}
		value.Reference = ""
		settings[name] = value
	}
	return settings, nil
}

// store opens a secret store once; errors as cloud's.
func (s *session) store(address string) (vendors.SecretStore, error) {
	s.openingStore.Lock()
	defer s.openingStore.Unlock()
	if opened, ok := s.stores[address]; ok {
		return opened, nil
	}
	connection, vendor, err := s.connection("secrets", s.config.Secrets, address)
	if err != nil {
		return nil, err
	}
	opened, err := vendor.OpenSecrets(context.Background(), s.host(address), connection.Settings)
	if err != nil {
		return nil, fmt.Errorf("open secrets %s: %w", address, err)
	}
	s.stores[address] = observedSecrets{opened, s.observe(address)}
	return s.stores[address], nil
}

func (s *session) connection(kind string, declared []config.Connection, address string) (config.Connection, vendors.Vendor, error) {
	connection, ok := config.Find(declared, address)
	if !ok {
		vendor, name, _ := strings.Cut(address, ".")
		return connection, vendors.Vendor{}, fmt.Errorf("the state needs %s %q %q, which is not declared: put the block back until nothing uses it", kind, vendor, name)
	}
	vendor, ok := registry.Find(connection.Vendor)
	if !ok {
		return connection, vendor, fmt.Errorf("this bh has no vendor %q", connection.Vendor)
	}
	return connection, vendor, nil
}

// reference names an item without its value; "" where the store cannot be opened.
func (s *session) reference(connection, id, title string) string {
	store, err := s.store(connection)
	if err != nil {
		return ""
	}
	return store.Reference(id, title, "")
}

func (s *session) readers() refresh.Readers {
	return refresh.Readers{
		Buckets: func(_ context.Context, address string) (vendors.BucketReader, error) { return s.cloud(address) },
		Secrets: func(_ context.Context, address string) (vendors.SecretReader, error) { return s.store(address) },
		Resolve: s.resolveAll,
	}
}

// resolveAll reads references, those of one store together, and keeps what they
// name for as long as the session lasts: what a plan has read its apply needs again.
func (s *session) resolveAll(ctx context.Context, references []string) (map[string]vendors.Secret, map[string]error) {
	values, faults := map[string]vendors.Secret{}, map[string]error{}
	byStore := map[string][]string{}
	s.resolving.Lock()
	for _, reference := range references {
		if value, read := s.resolved[reference]; read {
			values[reference] = value
			continue
		}
		address, _ := s.storeOf(reference)
		byStore[address] = append(byStore[address], reference)
	}
	s.resolving.Unlock()
	for address, list := range byStore {
		found, wrong := s.resolveFrom(ctx, address, list)
		maps.Copy(values, found)
		maps.Copy(faults, wrong)
	}
	s.resolving.Lock()
	defer s.resolving.Unlock()
	if s.resolved == nil {
		s.resolved = map[string]vendors.Secret{}
	}
	maps.Copy(s.resolved, values)
	return values, faults
}

// resolveFrom reads references from one store.
func (s *session) resolveFrom(ctx context.Context, address string, references []string) (map[string]vendors.Secret, map[string]error) {
	values, faults := map[string]vendors.Secret{}, map[string]error{}
	fail := func(err error) (map[string]vendors.Secret, map[string]error) {
		for _, reference := range references {
			faults[reference] = err
		}
		return nil, faults
	}
	if address == "" {
		scheme, _, _ := strings.Cut(references[0], "://")
		return fail(fmt.Errorf("no declared store reads %s:// references", scheme))
	}
	store, err := s.store(address)
	if err != nil {
		return fail(err)
	}
	if several, able := vendors.As[vendors.ReferencesResolver](store); able {
		return several.ResolveReferences(ctx, references)
	}
	one, able := vendors.As[vendors.ReferenceResolver](store)
	if !able {
		return fail(fmt.Errorf("%s reads no references", address))
	}
	for _, reference := range references {
		if value, err := one.ResolveReference(ctx, reference); err != nil {
			faults[reference] = err
		} else {
			values[reference] = value
		}
	}
	return values, faults
}

// resolve reads one reference.
func (s *session) resolve(ctx context.Context, reference string) (vendors.Secret, error) {
	values, faults := s.resolveAll(ctx, []string{reference})
	return values[reference], faults[reference]
}

// storeOf gives the store that reads a reference.
func (s *session) storeOf(reference string) (address string, known bool) {
	scheme, _, _ := strings.Cut(reference, "://")
	for _, c := range s.config.Secrets {
		if vendor, ok := registry.Find(c.Vendor); ok && vendor.ReferenceScheme == scheme {
			return c.Address(), true
		}
	}
	return "", false
}

// rigs gives what operations act on.
func (s *session) rigs(snap state.Snapshot) executor.Rigs {
	return func(_ context.Context, cloud, secrets string) (orchestrator.Rig, error) {
		rig := orchestrator.Rig{Connection: secrets, Stores: func(_ context.Context, address string) (vendors.SecretStore, error) { return s.store(address) }, Register: s.registered, Stack: s.config.Stack, Now: s.p.Now, Sleep: s.p.Sleep,
			Fingerprint: func(secret vendors.Secret) string { return vendors.Fingerprint(snap.Meta.FingerprintKey, secret) }}
		var err error
		if cloud != "" {
			if rig.Buckets, err = s.cloud(cloud); err != nil {
				return rig, err
			}
		}
		if secrets != "" {
			rig.Secrets, err = s.store(secrets)
		}
		return rig, err
	}
}

// registered gives the keys that someone brings.
func (s *session) registered(ctx context.Context, project addr.Project) (vendors.BucketCredentials, error) {
	for i := range s.config.Projects {
		p := &s.config.Projects[i]
		if p.Addr != project || p.Register == nil {
			continue
		}
		keys := vendors.BucketCredentials{AccessKeyID: p.Register.AccessKeyID, SecretAccessKey: p.Register.SecretAccessKey}
		if p.Register.Reference != "" {
			var err error
			if keys.SecretAccessKey, err = s.resolve(ctx, p.Register.Reference); err != nil {
				return keys, err
			}
		}
		return keys, nil
	}
	return vendors.BucketCredentials{}, fmt.Errorf("%s registers no keys", project)
}
