package cloudflare

import (
	"context"
	"errors"
	"slices"

	"github.com/cloudflare/cloudflare-go/v7/option"
	"github.com/cloudflare/cloudflare-go/v7/r2"

	"buckethead/vendors"
)

// settingsCalls is the table of the groups of settings that R2 has.
var settingsCalls = map[vendors.SettingsKind]struct {
	read  func(*Cloud, context.Context, vendors.BucketID, *vendors.BucketSettings) error
	write func(*Cloud, context.Context, vendors.BucketID, vendors.SettingsChange) error
}{
	vendors.CORSSettings:      {(*Cloud).readCORS, (*Cloud).writeCORS},
	vendors.LifecycleSettings: {(*Cloud).readLifecycle, (*Cloud).writeLifecycle},
	vendors.LockSettings:      {(*Cloud).readLock, (*Cloud).writeLock},
	vendors.DomainSettings:    {(*Cloud).readDomains, (*Cloud).writeDomains},
	vendors.PublicSettings:    {(*Cloud).readPublicAccess, (*Cloud).writePublicAccess},
}

// ReadBucketSettings reads the groups that are asked for, one after the other.
func (c *Cloud) ReadBucketSettings(ctx context.Context, id vendors.BucketID,
	kinds []vendors.SettingsKind) (vendors.BucketSettings, error) {
	var out vendors.BucketSettings
	a := act{op: "read the bucket's settings"}
	if err := a.firstProblem(checkBucket(vendors.BucketSpec{ID: id})); err != nil {
		return out, err
	}
	for _, kind := range kinds {
		group, known := settingsCalls[kind]
		if !known {
			return vendors.BucketSettings{}, a.invalid("R2 has no settings %q", kind)
		}
		if err := group.read(c, ctx, id, &out); err != nil {
			return vendors.BucketSettings{}, err
		}
	}
	return out, nil
}

// WriteBucketSettings replaces one group of rules. Custom domains are attached,
// changed and detached one by one.
func (c *Cloud) WriteBucketSettings(ctx context.Context, id vendors.BucketID, change vendors.SettingsChange) error {
	a := act{op: "change the bucket's settings"}
	if err := a.firstProblem(checkBucket(vendors.BucketSpec{ID: id, Settings: change.Settings})); err != nil {
		return err
	}
	group, known := settingsCalls[change.Kind]
	if !known {
		return a.invalid("R2 has no settings %q", change.Kind)
	}
	return group.write(c, ctx, id, change)
}

func reads(what string) act { return act{op: "read " + what, about: aboutSettings} }
func sets(what string) act  { return act{op: "set " + what, writes: true, about: aboutSettings} }

func (c *Cloud) readCORS(ctx context.Context, id vendors.BucketID, into *vendors.BucketSettings) error {
	var rules struct {
		Rules []corsRule `json:"rules"`
	}
	var p r2.BucketCORSGetParams
	p.AccountID.Value, p.AccountID.Present = c.account, true
	_, err := onBucket(ctx, c, reads("CORS rules"), id, c.buckets.CORS.Get, p, &rules)
	if hasCode(err, codeNoCORS) {
		rules.Rules, err = nil, nil
	}
	into.CORS = corsFrom(rules.Rules)
	return err
}

func (c *Cloud) writeCORS(ctx context.Context, id vendors.BucketID, change vendors.SettingsChange) error {
	if len(change.Settings.CORS) == 0 {
		var p r2.BucketCORSDeleteParams
		p.AccountID.Value, p.AccountID.Present = c.account, true
		_, err := onBucket(ctx, c, sets("CORS rules"), id, c.buckets.CORS.Delete, p, nil)
		if hasCode(err, codeNoCORS) {
			return nil
		}
		return err
	}
	var p r2.BucketCORSUpdateParams
	p.AccountID.Value, p.AccountID.Present = c.account, true
	_, err := onBucket(ctx, c, sets("CORS rules"), id, c.buckets.CORS.Update, p, nil,
		body(map[string]any{"rules": corsTo(change.Settings.CORS)}))
	return err
}

func (c *Cloud) readLifecycle(ctx context.Context, id vendors.BucketID, into *vendors.BucketSettings) error {
	var rules struct {
		Rules []lifecycleRule `json:"rules"`
	}
	var p r2.BucketLifecycleGetParams
	p.AccountID.Value, p.AccountID.Present = c.account, true
	_, err := onBucket(ctx, c, reads("lifecycle rules"), id, c.buckets.Lifecycle.Get, p, &rules)
	into.Lifecycle = lifecycleFrom(rules.Rules)
	return err
}

// writeLifecycle replaces all rules, the one that a new bucket comes with (uploads
// are aborted after 7 days) included. There is no DELETE: none is an empty list.
func (c *Cloud) writeLifecycle(ctx context.Context, id vendors.BucketID, change vendors.SettingsChange) error {
	var p r2.BucketLifecycleUpdateParams
	p.AccountID.Value, p.AccountID.Present = c.account, true
	_, err := onBucket(ctx, c, sets("lifecycle rules"), id, c.buckets.Lifecycle.Update, p, nil,
		body(map[string]any{"rules": lifecycleTo(change.Settings.Lifecycle)}))
	return err
}

func (c *Cloud) readLock(ctx context.Context, id vendors.BucketID, into *vendors.BucketSettings) error {
	var rules struct {
		Rules []lockRule `json:"rules"`
	}
	var p r2.BucketLockGetParams
	p.AccountID.Value, p.AccountID.Present = c.account, true
	_, err := onBucket(ctx, c, reads("lock rules"), id, c.buckets.Locks.Get, p, &rules)
	into.Lock = lockFrom(rules.Rules)
	return err
}

func (c *Cloud) writeLock(ctx context.Context, id vendors.BucketID, change vendors.SettingsChange) error {
	var p r2.BucketLockUpdateParams
	p.AccountID.Value, p.AccountID.Present = c.account, true
	_, err := onBucket(ctx, c, sets("lock rules"), id, c.buckets.Locks.Update, p, nil,
		body(map[string]any{"rules": lockTo(change.Settings.Lock)}))
	return err
}

func (c *Cloud) readPublicAccess(ctx context.Context, id vendors.BucketID, into *vendors.BucketSettings) error {
	var managed struct {
		Enabled bool `json:"enabled"`
	}
	var p r2.BucketDomainManagedListParams
	p.AccountID.Value, p.AccountID.Present = c.account, true
	_, err := onBucket(ctx, c, reads("public access"), id, c.buckets.Domains.Managed.List, p, &managed)
	into.PublicAccess = &vendors.PublicAccess{Enabled: managed.Enabled}
	return err
}

func (c *Cloud) writePublicAccess(ctx context.Context, id vendors.BucketID, change vendors.SettingsChange) error {
	enabled := change.Settings.PublicAccess != nil && change.Settings.PublicAccess.Enabled
	var p r2.BucketDomainManagedUpdateParams
	p.AccountID.Value, p.AccountID.Present = c.account, true
	_, err := onBucket(ctx, c, sets("public access"), id, c.buckets.Domains.Managed.Update, p, nil,
		body(map[string]any{"enabled": enabled}))
	return err
}

func (c *Cloud) readDomains(ctx context.Context, id vendors.BucketID, into *vendors.BucketSettings) error {
	var list struct {
		Domains []customDomain `json:"domains"`
	}
	var p r2.BucketDomainCustomListParams
	p.AccountID.Value, p.AccountID.Present = c.account, true
	_, err := onBucket(ctx, c, reads("custom domains"), id, c.buckets.Domains.Custom.List, p, &list)
	into.Domains = domainsFrom(list.Domains)
	return err
}

// writeDomains looks first, so that what an answer that was lost attached is not
// attached again.
func (c *Cloud) writeDomains(ctx context.Context, id vendors.BucketID, change vendors.SettingsChange) error {
	var there vendors.BucketSettings
	err := c.readDomains(ctx, id, &there)
	if err != nil {
		return err
	}
	present := there.Domains
	for _, name := range change.Detach {
		if slices.ContainsFunc(present, func(d vendors.CustomDomain) bool { return d.Domain == name }) {
			if err := c.detach(ctx, id, name); err != nil {
				return err
			}
		}
	}
	for _, d := range change.Settings.Domains {
		i := slices.IndexFunc(present, func(p vendors.CustomDomain) bool { return p.Domain == d.Domain })
		switch {
		case i < 0:
			err = c.attach(ctx, id, d)
		case present[i].ZoneID != d.ZoneID && present[i].ZoneID != "":
			// A zone is named when a domain is attached, and at no other time.
			if err = c.detach(ctx, id, d.Domain); err == nil {
				err = c.attach(ctx, id, d)
			}
		case !there.Meets(vendors.DomainSettings, vendors.BucketSettings{Domains: []vendors.CustomDomain{d}}):
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
	_, err := onBucket(ctx, c, sets("custom domain "+d.Domain), id, c.buckets.Domains.Custom.New, p, nil, body(request))
	return err
}

func (c *Cloud) changeDomain(ctx context.Context, id vendors.BucketID, d vendors.CustomDomain) error {
	var p r2.BucketDomainCustomUpdateParams
	p.AccountID.Value, p.AccountID.Present = c.account, true
	_, err := c.call(sets("custom domain "+d.Domain), nil, func(o ...option.RequestOption) error {
		_, err := c.buckets.Domains.Custom.Update(ctx, id.Name, d.Domain, p,
			append(append(o, in(id.Namespace)...), body(domainTo(d)))...)
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
