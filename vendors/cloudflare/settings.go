package cloudflare

import (
	"context"
	"errors"
	"slices"

	"github.com/cloudflare/cloudflare-go/v7/option"
	"github.com/cloudflare/cloudflare-go/v7/r2"

	"buckethead/vendors"
)

// ReadBucketSettings reads the groups that are asked for, one after the other.
func (c *Cloud) ReadBucketSettings(ctx context.Context, id vendors.BucketID, kinds []vendors.SettingsKind) (vendors.BucketSettings, error) {
	var out vendors.BucketSettings
	if err := (act{op: "read the bucket's settings"}).firstProblem(checkBucket(vendors.BucketSpec{ID: id})); err != nil {
		return out, err
	}
	for _, kind := range kinds {
		var err error
		switch kind {
		case vendors.CORSSettings:
			out.CORS, err = c.readCORS(ctx, id)
		case vendors.LifecycleSettings:
			out.Lifecycle, err = c.readLifecycle(ctx, id)
		case vendors.LockSettings:
			out.Lock, err = c.readLock(ctx, id)
		case vendors.DomainSettings:
			out.Domains, err = c.readDomains(ctx, id)
		case vendors.PublicSettings:
			out.PublicAccess, err = c.readPublicAccess(ctx, id)
		}
		if err != nil {
			return vendors.BucketSettings{}, err
		}
	}
	return out, nil
}

// WriteBucketSettings replaces one group of rules. Custom domains are attached,
// changed and detached one by one.
func (c *Cloud) WriteBucketSettings(ctx context.Context, id vendors.BucketID, change vendors.SettingsChange) error {
	if err := (act{op: "change the bucket's settings"}).firstProblem(checkBucket(vendors.BucketSpec{ID: id, Settings: change.Settings})); err != nil {
		return err
	}
	switch change.Kind {
	case vendors.CORSSettings:
		return c.writeCORS(ctx, id, change.Settings.CORS)
	case vendors.LifecycleSettings:
		return c.writeLifecycle(ctx, id, change.Settings.Lifecycle)
	case vendors.LockSettings:
		return c.writeLock(ctx, id, change.Settings.Lock)
	case vendors.DomainSettings:
		return c.writeDomains(ctx, id, change.Settings.Domains, change.Detach)
	case vendors.PublicSettings:
		return c.writePublicAccess(ctx, id, change.Settings.PublicAccess != nil && change.Settings.PublicAccess.Enabled)
	}
	return act{op: "change the bucket's settings"}.invalid("R2 has no settings %q", change.Kind)
}

func reads(what string) act { return act{op: "read " + what, about: aboutSettings} }
func sets(what string) act  { return act{op: "set " + what, writes: true, about: aboutSettings} }

func (c *Cloud) readCORS(ctx context.Context, id vendors.BucketID) ([]vendors.CORSRule, error) {
	var rules struct {
		Rules []corsRule `json:"rules"`
	}
	var p r2.BucketCORSGetParams
	p.AccountID.Value, p.AccountID.Present = c.account, true
	_, err := c.call(reads("CORS rules"), &rules, func(o ...option.RequestOption) error {
		_, err := c.buckets.CORS.Get(ctx, id.Name, p, append(o, in(id.Namespace)...)...)
		return err
	})
	if hasCode(err, codeNoCORS) {
		return []vendors.CORSRule{}, nil
	}
	return corsFrom(rules.Rules), err
}

func (c *Cloud) writeCORS(ctx context.Context, id vendors.BucketID, rules []vendors.CORSRule) error {
	if len(rules) == 0 {
		var p r2.BucketCORSDeleteParams
		p.AccountID.Value, p.AccountID.Present = c.account, true
		_, err := c.call(sets("CORS rules"), nil, func(o ...option.RequestOption) error {
			_, err := c.buckets.CORS.Delete(ctx, id.Name, p, append(o, in(id.Namespace)...)...)
			return err
		})
		if hasCode(err, codeNoCORS) {
			return nil
		}
		return err
	}
	var p r2.BucketCORSUpdateParams
	p.AccountID.Value, p.AccountID.Present = c.account, true
	_, err := c.call(sets("CORS rules"), nil, func(o ...option.RequestOption) error {
		_, err := c.buckets.CORS.Update(ctx, id.Name, p, append(append(o, in(id.Namespace)...), body(map[string]any{"rules": corsTo(rules)}))...)
		return err
	})
	return err
}

func (c *Cloud) readLifecycle(ctx context.Context, id vendors.BucketID) ([]vendors.LifecycleRule, error) {
	var rules struct {
		Rules []lifecycleRule `json:"rules"`
	}
	var p r2.BucketLifecycleGetParams
	p.AccountID.Value, p.AccountID.Present = c.account, true
	_, err := c.call(reads("lifecycle rules"), &rules, func(o ...option.RequestOption) error {
		_, err := c.buckets.Lifecycle.Get(ctx, id.Name, p, append(o, in(id.Namespace)...)...)
		return err
	})
	return lifecycleFrom(rules.Rules), err
}

// writeLifecycle replaces all rules, the one that a new bucket comes with (uploads
// are aborted after 7 days) included. There is no DELETE: none is an empty list.
func (c *Cloud) writeLifecycle(ctx context.Context, id vendors.BucketID, rules []vendors.LifecycleRule) error {
	var p r2.BucketLifecycleUpdateParams
	p.AccountID.Value, p.AccountID.Present = c.account, true
	_, err := c.call(sets("lifecycle rules"), nil, func(o ...option.RequestOption) error {
		_, err := c.buckets.Lifecycle.Update(ctx, id.Name, p, append(append(o, in(id.Namespace)...), body(map[string]any{"rules": lifecycleTo(rules)}))...)
		return err
	})
	return err
}

func (c *Cloud) readLock(ctx context.Context, id vendors.BucketID) ([]vendors.LockRule, error) {
	var rules struct {
		Rules []lockRule `json:"rules"`
	}
	var p r2.BucketLockGetParams
	p.AccountID.Value, p.AccountID.Present = c.account, true
	_, err := c.call(reads("lock rules"), &rules, func(o ...option.RequestOption) error {
		_, err := c.buckets.Locks.Get(ctx, id.Name, p, append(o, in(id.Namespace)...)...)
		return err
	})
	return lockFrom(rules.Rules), err
}

func (c *Cloud) writeLock(ctx context.Context, id vendors.BucketID, rules []vendors.LockRule) error {
	var p r2.BucketLockUpdateParams
	p.AccountID.Value, p.AccountID.Present = c.account, true
	_, err := c.call(sets("lock rules"), nil, func(o ...option.RequestOption) error {
		_, err := c.buckets.Locks.Update(ctx, id.Name, p, append(append(o, in(id.Namespace)...), body(map[string]any{"rules": lockTo(rules)}))...)
		return err
	})
	return err
}

func (c *Cloud) readPublicAccess(ctx context.Context, id vendors.BucketID) (*vendors.PublicAccess, error) {
	var managed struct {
		Enabled bool `json:"enabled"`
	}
	var p r2.BucketDomainManagedListParams
	p.AccountID.Value, p.AccountID.Present = c.account, true
	_, err := c.call(reads("public access"), &managed, func(o ...option.RequestOption) error {
		_, err := c.buckets.Domains.Managed.List(ctx, id.Name, p, append(o, in(id.Namespace)...)...)
		return err
	})
	return &vendors.PublicAccess{Enabled: managed.Enabled}, err
}

func (c *Cloud) writePublicAccess(ctx context.Context, id vendors.BucketID, enabled bool) error {
	var p r2.BucketDomainManagedUpdateParams
	p.AccountID.Value, p.AccountID.Present = c.account, true
	_, err := c.call(sets("public access"), nil, func(o ...option.RequestOption) error {
		_, err := c.buckets.Domains.Managed.Update(ctx, id.Name, p, append(append(o, in(id.Namespace)...), body(map[string]any{"enabled": enabled}))...)
		return err
	})
	return err
}

func (c *Cloud) readDomains(ctx context.Context, id vendors.BucketID) ([]vendors.CustomDomain, error) {
	var list struct {
		Domains []customDomain `json:"domains"`
	}
	var p r2.BucketDomainCustomListParams
	p.AccountID.Value, p.AccountID.Present = c.account, true
	_, err := c.call(reads("custom domains"), &list, func(o ...option.RequestOption) error {
		_, err := c.buckets.Domains.Custom.List(ctx, id.Name, p, append(o, in(id.Namespace)...)...)
		return err
	})
	return domainsFrom(list.Domains), err
}

// writeDomains looks first, so that what an answer that was lost attached is not
// attached again.
func (c *Cloud) writeDomains(ctx context.Context, id vendors.BucketID, wanted []vendors.CustomDomain, detach []string) error {
	present, err := c.readDomains(ctx, id)
	if err != nil {
		return err
	}
	for _, name := range detach {
		if slices.ContainsFunc(present, func(d vendors.CustomDomain) bool { return d.Domain == name }) {
			if err := c.detach(ctx, id, name); err != nil {
				return err
			}
		}
	}
	for _, d := range wanted {
		i := slices.IndexFunc(present, func(p vendors.CustomDomain) bool { return p.Domain == d.Domain })
		switch {
		case i < 0:
			err = c.attach(ctx, id, d)
		case present[i].ZoneID != d.ZoneID && present[i].ZoneID != "":
			// A zone is named when a domain is attached, and at no other time.
			if err = c.detach(ctx, id, d.Domain); err == nil {
				err = c.attach(ctx, id, d)
			}
		case !(vendors.BucketSettings{Domains: present}).Meets(vendors.DomainSettings, vendors.BucketSettings{Domains: []vendors.CustomDomain{d}}):
			err = c.changeDomain(ctx, id, d)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (c *Cloud) attach(ctx context.Context, id vendors.BucketID, d vendors.CustomDomain) error {
	var p r2.BucketDomainCustomNewParams
	p.AccountID.Value, p.AccountID.Present = c.account, true
	request := domainTo(d)
	request.Domain, request.ZoneID = d.Domain, d.ZoneID
	_, err := c.call(sets("custom domain "+d.Domain), nil, func(o ...option.RequestOption) error {
		_, err := c.buckets.Domains.Custom.New(ctx, id.Name, p, append(append(o, in(id.Namespace)...), body(request))...)
		return err
	})
	return err
}

func (c *Cloud) changeDomain(ctx context.Context, id vendors.BucketID, d vendors.CustomDomain) error {
	var p r2.BucketDomainCustomUpdateParams
	p.AccountID.Value, p.AccountID.Present = c.account, true
	_, err := c.call(sets("custom domain "+d.Domain), nil, func(o ...option.RequestOption) error {
		_, err := c.buckets.Domains.Custom.Update(ctx, id.Name, d.Domain, p, append(append(o, in(id.Namespace)...), body(domainTo(d)))...)
		return err
	})
	return err
}

func (c *Cloud) detach(ctx context.Context, id vendors.BucketID, domain string) error {
	a := act{op: "detach custom domain " + domain, writes: true, about: aboutSettings}
	if !domainName.MatchString(domain) {
		return a.invalid("this is no name of a domain")
	}
	var p r2.BucketDomainCustomDeleteParams
	p.AccountID.Value, p.AccountID.Present = c.account, true
	_, err := c.call(a, nil, func(o ...option.RequestOption) error {
		_, err := c.buckets.Domains.Custom.Delete(ctx, id.Name, domain, p, append(o, in(id.Namespace)...)...)
		return err
	})
	if hasCode(err, codeNoDomain) || errors.Is(err, vendors.ErrNotFound) {
		return nil
	}
	return err
}
