package memory

import (
	"context"
	"slices"

	"buckethead/vendors"
)

// locked reports whether some lock rule keeps objects.
func (b bucket) locked() bool {
	return slices.ContainsFunc(b.settings.Lock, func(r vendors.LockRule) bool { return r.Enabled })
}

// ReadBucketSettings reads groups of settings, in one call each.
func (c *Cloud) ReadBucketSettings(ctx context.Context, id vendors.BucketID,
	kinds []vendors.SettingsKind) (vendors.BucketSettings, error) {
	var out vendors.BucketSettings
	for _, kind := range kinds {
		group, err := call(ctx, c.world, c.name, "ReadBucketSettings", id.Name+": "+string(kind),
			func(op string) (vendors.BucketSettings, error) {
				b, there := c.buckets[id]
				switch {
				case !there:
					return vendors.BucketSettings{}, c.noBucket(op, id)
				case !b.settings.Has(kind):
					return vendors.Cleared(kind), nil
				}
				return b.settings.Clone(), nil
			})
		if err != nil {
			return vendors.BucketSettings{}, err
		}
		out = out.With(kind, group)
	}
	return out, nil
}

// WriteBucketSettings replaces one group of a bucket's settings in one call. Custom domains
// are read first, and each one that differs takes a call of its own.
func (c *Cloud) WriteBucketSettings(ctx context.Context, id vendors.BucketID, change vendors.SettingsChange) error {
	if kinds := change.Settings.Kinds(); len(kinds) != 1 || kinds[0] != change.Kind ||
		len(change.Detach) > 0 && change.Kind != vendors.DomainSettings {
		return refuse(c.name, operations["WriteBucketSettings"], vendors.ErrInvalid,
			"a change holds the group that it names, and no other")
	}
	if change.Kind != vendors.DomainSettings {
		return c.writeSettings(ctx, id, string(change.Kind),
			func(s *vendors.BucketSettings) { *s = s.With(change.Kind, change.Settings) })
	}
	now, err := c.ReadBucketSettings(ctx, id, []vendors.SettingsKind{vendors.DomainSettings})
	if err != nil {
		return err
	}
	at := func(list []vendors.CustomDomain, name string) int {
		return slices.IndexFunc(list, func(d vendors.CustomDomain) bool { return d.Domain == name })
	}
	for _, name := range change.Detach {
		if at(now.Domains, name) < 0 {
			continue
		}
		if err := c.writeSettings(ctx, id, name, func(s *vendors.BucketSettings) {
			s.Domains = slices.DeleteFunc(s.Domains, func(d vendors.CustomDomain) bool { return d.Domain == name })
		}); err != nil {
			return err
		}
	}
	for _, want := range change.Settings.Domains {
		if now.Meets(vendors.DomainSettings, vendors.BucketSettings{Domains: []vendors.CustomDomain{want}}) {
			continue
		}
		if err := c.writeSettings(ctx, id, want.Domain, func(s *vendors.BucketSettings) {
			if i := at(s.Domains, want.Domain); i >= 0 {
				s.Domains[i] = attached(s.Domains[i], want)
			} else {
				s.Domains = append(s.Domains, want)
			}
		}); err != nil {
			return err
		}
	}
	return nil
}

// attached returns a domain as it is wanted; what is not declared stays as it was.
func attached(before, want vendors.CustomDomain) vendors.CustomDomain {
	if want.MinTLS == "" {
		want.MinTLS = before.MinTLS
	}
	if len(want.Ciphers) == 0 {
		want.Ciphers = before.Ciphers
	}
	return want
}

// writeSettings is one call that changes a bucket's settings.
func (c *Cloud) writeSettings(ctx context.Context, id vendors.BucketID, what string,
	change func(*vendors.BucketSettings)) error {
	_, err := call(ctx, c.world, c.name, "WriteBucketSettings", id.Name+": "+what, func(op string) (struct{}, error) {
		if !c.edited(id, change) {
			return struct{}{}, c.noBucket(op, id)
		}
		return struct{}{}, nil
	})
	return err
}

// edited changes a copy of a bucket's settings and keeps a copy of that: a map of
// buckets is copied with its values alone. The lock is held.
func (c *Cloud) edited(id vendors.BucketID, change func(*vendors.BucketSettings)) bool {
	b, there := c.buckets[id]
	if there {
		settings := b.settings.Clone()
		change(&settings)
		b.settings = settings.Clone()
		c.buckets[id] = b
	}
	return there
}

// EditSettings changes a bucket's settings behind bh's back, and reports whether
// there is such a bucket.
func (c *Cloud) EditSettings(id vendors.BucketID, change func(*vendors.BucketSettings)) bool {
	c.world.mu.Lock()
	defer c.world.mu.Unlock()
	return c.edited(id, change)
}

// Settings returns a bucket's settings as they are. It does not count as a call.
func (c *Cloud) Settings(id vendors.BucketID) vendors.BucketSettings {
	c.world.mu.Lock()
	defer c.world.mu.Unlock()
	return c.buckets[id].settings.Clone()
}
