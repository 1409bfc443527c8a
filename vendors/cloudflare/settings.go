package cloudflare

import (
	"context"
	"errors"
	"slices"

	"github.com/cloudflare/cloudflare-go/v7/option"
	"github.com/cloudflare/cloudflare-go/v7/r2"

	"buckethead/vendors"
)

// settingsCalls is the table of the groups of settings in R2.
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

// ReadBucketSettings reads the requested groups, one after the other.
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

// ruleList is how the API sends and accepts rules.
type ruleList[R any] struct {
	Rules []R `json:"rules"`
}

func reads(what string) act { return act{op: "read " + what, about: aboutSettings} }
func sets(what string) act  { return act{op: "set " + what, writes: true, about: aboutSettings} }

func (c *Cloud) readCORS(ctx context.Context, id vendors.BucketID, into *vendors.BucketSettings) error {
	var rules ruleList[corsRule]
	_, err := onBucket(ctx, c, reads("CORS rules"), id, c.buckets.CORS.Get,
		r2.BucketCORSGetParams{AccountID: c.in.AccountID}, &rules)
	if hasCode(err, codeNoCORS) {
		rules.Rules, err = nil, nil
	}
	into.CORS = corsFrom(rules.Rules)
	return err
}

func (c *Cloud) writeCORS(ctx context.Context, id vendors.BucketID, change vendors.SettingsChange) error {
	if len(change.Settings.CORS) == 0 {
		_, err := onBucket(ctx, c, sets("CORS rules"), id, c.buckets.CORS.Delete,
			r2.BucketCORSDeleteParams{AccountID: c.in.AccountID}, nil)
		if hasCode(err, codeNoCORS) {
			return nil
		}
		return err
	}
	return errorOf(onBucket(ctx, c, sets("CORS rules"), id, c.buckets.CORS.Update,
		r2.BucketCORSUpdateParams{AccountID: c.in.AccountID}, nil,
		body(ruleList[corsRule]{corsTo(change.Settings.CORS)})))
}

func (c *Cloud) readLifecycle(ctx context.Context, id vendors.BucketID, into *vendors.BucketSettings) error {
	var rules ruleList[lifecycleRule]
	_, err := onBucket(ctx, c, reads("lifecycle rules"), id, c.buckets.Lifecycle.Get,
		r2.BucketLifecycleGetParams{AccountID: c.in.AccountID}, &rules)
	into.Lifecycle = lifecycleFrom(rules.Rules)
	return err
}

// writeLifecycle replaces all rules, including the one that a new bucket has by default
// (uploads are aborted after 7 days). There is no DELETE; no rules means an empty list.
func (c *Cloud) writeLifecycle(ctx context.Context, id vendors.BucketID, change vendors.SettingsChange) error {
	return errorOf(onBucket(ctx, c, sets("lifecycle rules"), id, c.buckets.Lifecycle.Update,
		r2.BucketLifecycleUpdateParams{AccountID: c.in.AccountID}, nil,
		body(ruleList[lifecycleRule]{lifecycleTo(change.Settings.Lifecycle)})))
}

func (c *Cloud) readLock(ctx context.Context, id vendors.BucketID, into *vendors.BucketSettings) error {
	var rules ruleList[lockRule]
	_, err := onBucket(ctx, c, reads("lock rules"), id, c.buckets.Locks.Get,
		r2.BucketLockGetParams{AccountID: c.in.AccountID}, &rules)
	into.Lock = lockFrom(rules.Rules)
	return err
}

func (c *Cloud) writeLock(ctx context.Context, id vendors.BucketID, change vendors.SettingsChange) error {
	return errorOf(onBucket(ctx, c, sets("lock rules"), id, c.buckets.Locks.Update,
		r2.BucketLockUpdateParams{AccountID: c.in.AccountID}, nil,
		body(ruleList[lockRule]{lockTo(change.Settings.Lock)})))
}

func (c *Cloud) readPublicAccess(ctx context.Context, id vendors.BucketID, into *vendors.BucketSettings) error {
	var managed struct {
		Enabled bool `json:"enabled"`
	}
	_, err := onBucket(ctx, c, reads("public access"), id, c.buckets.Domains.Managed.List,
		r2.BucketDomainManagedListParams{AccountID: c.in.AccountID}, &managed)
	into.PublicAccess = &vendors.PublicAccess{Enabled: managed.Enabled}
	return err
}

func (c *Cloud) writePublicAccess(ctx context.Context, id vendors.BucketID, change vendors.SettingsChange) error {
	enabled := change.Settings.PublicAccess != nil && change.Settings.PublicAccess.Enabled
	return errorOf(onBucket(ctx, c, sets("public access"), id, c.buckets.Domains.Managed.Update,
		r2.BucketDomainManagedUpdateParams{AccountID: c.in.AccountID}, nil, body(map[string]any{"enabled": enabled})))
}

func (c *Cloud) readDomains(ctx context.Context, id vendors.BucketID, into *vendors.BucketSettings) error {
	var list struct {
		Domains []customDomain `json:"domains"`
	}
	got, err := onBucket(ctx, c, reads("custom domains"), id, c.buckets.Domains.Custom.List,
		r2.BucketDomainCustomListParams{AccountID: c.in.AccountID}, &list)
	if err == nil && list.Domains == nil {
		err = reads("custom domains").odd(got, "the response has no list of domains")
	}
	into.Domains = domainsFrom(list.Domains)
	return err
}

// writeDomains reads the domains first. If an earlier response was lost, a domain may be
// attached already, and is not attached again.
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
			// The zone is sent only when a domain is attached.
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
	request := domainTo(d)
	request.Domain, request.ZoneID = d.Domain, d.ZoneID
	return errorOf(onBucket(ctx, c, sets("custom domain "+d.Domain), id, c.buckets.Domains.Custom.New,
		r2.BucketDomainCustomNewParams{AccountID: c.in.AccountID}, nil, body(request)))
}

func (c *Cloud) changeDomain(ctx context.Context, id vendors.BucketID, d vendors.CustomDomain) error {
	return errorOf(c.call(sets("custom domain "+d.Domain), nil, func(o ...option.RequestOption) error {
		_, err := c.buckets.Domains.Custom.Update(ctx, id.Name, d.Domain,
			r2.BucketDomainCustomUpdateParams{AccountID: c.in.AccountID},
			append(append(o, in(id.Namespace)...), body(domainTo(d)))...)
		return err
	}))
}

func (c *Cloud) detach(ctx context.Context, id vendors.BucketID, domain string) error {
	a := act{op: "detach custom domain " + domain, writes: true, about: aboutSettings}
	if !domainName.MatchString(domain) {
		return a.invalid("not a domain name")
	}
	_, err := c.call(a, nil, func(o ...option.RequestOption) error {
		_, err := c.buckets.Domains.Custom.Delete(ctx, id.Name, domain,
			r2.BucketDomainCustomDeleteParams{AccountID: c.in.AccountID}, append(o, in(id.Namespace)...)...)
		return err
	})
	if hasCode(err, codeNoDomain) || errors.Is(err, vendors.ErrNotFound) {
		return nil
	}
	return err
}
