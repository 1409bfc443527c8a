package cloudflare

import (
	"cmp"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"time"

	"buckethead/vendors/sim/kit"
)

// CustomDomain is one domain of a bucket:
// https://developers.cloudflare.com/r2/buckets/public-buckets/#custom-domains
type CustomDomain struct {
	Domain, ZoneID string
	Enabled        bool
	MinTLS         string
	Ciphers        []string
	Added          time.Time
	// Ownership and SSL, if they are empty, follow from Added. If both are "unknown", the
	// response lacks what a degraded backend leaves out.
	Ownership, SSL string
}

// perBucket: https://developers.cloudflare.com/r2/platform/limits/
const perBucket = 50

var (
	domainName  = regexp.MustCompile(`^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}$`)
	cipherShape = regexp.MustCompile(`^[A-Z0-9][A-Z0-9_-]+$`)

	tlsVersions = oneOf("1.0", "1.1", "1.2", "1.3")
	ciphers     = list(text().And(func(value any) string {
		if !cipherShape.MatchString(value.(string)) {
			return "is not a cipher"
		}
		return ""
	}), 0)

	managedSchema = object(must("enabled", boolean()))
	domainSchema  = object(must("domain", text()), must("zoneId", text()), must("enabled", boolean()),
		may("minTLS", tlsVersions), may("ciphers", ciphers))
	domainUpdateSchema = object(may("enabled", boolean()), may("minTLS", tlsVersions), may("ciphers", ciphers))
)

func (s *Simulator) getManaged(r *request) answer {
	return done(r.bucket.managed())
}

// putManaged opens or closes r2.dev. A bucket is not known to it at once:
// https://github.com/alchemy-run/alchemy (alchemy/src/cloudflare/bucket.ts)
func (s *Simulator) putManaged(r *request) answer {
	b := r.bucket
	if s.o.Now().Before(b.CreatedAt.Add(s.o.FreshBucketDelay)) {
		return failed(http.StatusNotFound, 10006, "The specified bucket does not exist.")
	}
	var sent struct{ Enabled bool }
	kit.Decode(r.body, &sent)
	b.ManagedDomain = sent.Enabled
	return done(b.managed())
}

func (b *Bucket) managed() map[string]any {
	return map[string]any{"bucketId": b.id, "domain": "pub-" + b.id + ".r2.dev", "enabled": b.ManagedDomain}
}

func (s *Simulator) listDomains(r *request) answer {
	b := r.bucket
	domains := []map[string]any{}
	for i := range b.CustomDomains {
		domains = append(domains, s.domainView(&b.CustomDomains[i]))
	}
	return done(map[string]any{"domains": domains})
}

// createDomain connects a domain. The codes of its refusals are unverified.
func (s *Simulator) createDomain(r *request) answer {
	b := r.bucket
	var sent CustomDomain
	kit.Decode(r.body, &sent)
	zone := s.zones[sent.ZoneID]
	switch {
	case !isID(sent.ZoneID) || zone == "":
		return failed(http.StatusBadRequest, codeBadRequest, "The zone %q does not exist in this account.", sent.ZoneID)
	case !domainName.MatchString(sent.Domain) || sent.Domain != zone && !strings.HasSuffix(sent.Domain, "."+zone):
		return failed(http.StatusBadRequest, codeBadRequest, "The domain %q is not in the zone %s.", sent.Domain, zone)
	case s.connected(sent.Domain):
		return failed(http.StatusConflict, codeBadRequest, "The domain %q is already connected to a bucket.", sent.Domain)
	case len(b.CustomDomains) >= perBucket:
		return failed(http.StatusBadRequest, codeBadRequest, "A bucket can have %d custom domains.", perBucket)
	}
	sent.Added, sent.MinTLS = s.o.Now(), cmp.Or(sent.MinTLS, "1.0")
	b.CustomDomains = append(b.CustomDomains, sent)
	return done(map[string]any{"domain": sent.Domain, "zoneId": sent.ZoneID, "enabled": sent.Enabled,
		"minTLS": sent.MinTLS, "ciphers": orNone(sent.Ciphers)})
}

// connected reports whether any bucket has a domain.
func (s *Simulator) connected(domain string) bool {
	for _, b := range s.buckets {
		if slices.ContainsFunc(b.CustomDomains, func(d CustomDomain) bool { return d.Domain == domain }) {
			return true
		}
	}
	return false
}

// domain finds the domain in a path.
func (r *request) domain() (*CustomDomain, answer) {
	for i, d := range r.bucket.CustomDomains {
		if d.Domain == r.vars["domain"] {
			return &r.bucket.CustomDomains[i], answer{}
		}
	}
	return nil, failed(http.StatusNotFound, 10053, "The custom domain does not exist.")
}

func (s *Simulator) getDomain(r *request) answer {
	d, missing := r.domain()
	if d == nil {
		return missing
	}
	return done(s.domainView(d))
}

// updateDomain changes the fields in the request. That the others stay is unverified.
func (s *Simulator) updateDomain(r *request) answer {
	d, missing := r.domain()
	if d == nil {
		return missing
	}
	// A decoder would write into the old list of ciphers.
	changed := *d
	changed.Ciphers = slices.Clone(d.Ciphers)
	kit.Decode(r.body, &changed)
	*d = changed
	return done(map[string]any{"domain": d.Domain, "enabled": d.Enabled, "minTLS": d.MinTLS, "ciphers": orNone(d.Ciphers)})
}

func (s *Simulator) deleteDomain(r *request) answer {
	b := r.bucket
	d, missing := r.domain()
	if d == nil {
		return missing
	}
	name := d.Domain
	b.CustomDomains = slices.DeleteFunc(b.CustomDomains, func(other CustomDomain) bool { return other.Domain == name })
	return done(map[string]any{"domain": name})
}

// domainView is a domain as responses show it.
func (s *Simulator) domainView(d *CustomDomain) map[string]any {
	ownership, ssl := "pending", "initializing"
	if !s.o.Now().Before(d.Added.Add(s.o.DomainDelay)) {
		ownership, ssl = "active", "active"
	}
	ownership, ssl = cmp.Or(d.Ownership, ownership), cmp.Or(d.SSL, ssl)
	view := map[string]any{"domain": d.Domain, "enabled": d.Enabled, "zoneId": d.ZoneID,
		"zoneName": s.zones[d.ZoneID], "minTLS": d.MinTLS, "ciphers": orNone(d.Ciphers),
		"status": map[string]string{"ownership": ownership, "ssl": ssl}}
	if ownership == "unknown" && ssl == "unknown" {
		// https://github.com/cloudflare/terraform-provider-cloudflare (internal/services/r2_custom_domain/custom.go)
		delete(view, "zoneName")
		delete(view, "minTLS")
		delete(view, "ciphers")
	}
	return view
}
