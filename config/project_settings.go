package config

import (
	"fmt"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/hashicorp/hcl/v2/hclwrite"

	"buckethead/config/addr"
	"buckethead/vendors"
)

// What a bucket can have at most, of each type of rule and of domains.
const (
	maxRules   = 1000
	maxDomains = 50
)

// domainOwner is the project that has a domain, and the place that says so.
type domainOwner struct {
	project addr.Address
	place   hcl.Range
}

// settingsGroup is a row of the table of settings: how the blocks of one kind are read and written.
type settingsGroup struct {
	bit    attributeSet
	decode func(*projectDecoder, hclsyntax.Blocks)
	write  func(vendors.BucketSettings, *hclwrite.Body)
}

// settingsGroups is in the order in which faults are reported and blocks are written.
var settingsGroups = []settingsGroup{
	groupOf(hasCORSRule, vendors.CORSSettings, maxRules, (*rule).cors, writer.cors,
		func(s *vendors.BucketSettings) *[]vendors.CORSRule { return &s.CORS }),
	groupOf(hasLifecycleRule, vendors.LifecycleSettings, maxRules, (*rule).lifecycle, writer.lifecycle,
		func(s *vendors.BucketSettings) *[]vendors.LifecycleRule { return &s.Lifecycle }),
	groupOf(hasLockRule, vendors.LockSettings, maxRules, (*rule).lock, writer.lock,
		func(s *vendors.BucketSettings) *[]vendors.LockRule { return &s.Lock }),
	groupOf(hasCustomDomain, vendors.DomainSettings, maxDomains, (*rule).domain, writer.domain,
		func(s *vendors.BucketSettings) *[]vendors.CustomDomain { return &s.Domains }),
	{hasPublicAccess, func(d *projectDecoder, blocks hclsyntax.Blocks) {
		// A second block is reported elsewhere.
		if list, _ := decodeRules(d, blocks, hasPublicAccess, len(blocks), (*rule).public); len(list) > 0 {
			d.project.Bucket.Settings.PublicAccess = &list[0]
		}
	}, func(s vendors.BucketSettings, body *hclwrite.Body) {
		if s.PublicAccess != nil && s.PublicAccess.Enabled {
			block(body, vendors.PublicSettings)
		}
	}},
}

// groupOf is the row of a group that is a list of rules.
func groupOf[R any](bit attributeSet, kind vendors.SettingsKind, limit int, read func(*rule, int) (R, string),
	write func(writer, R), at func(*vendors.BucketSettings) *[]R) settingsGroup {
	return settingsGroup{bit, func(d *projectDecoder, blocks hclsyntax.Blocks) {
		list, places := decodeRules(d, blocks, bit, limit, read)
		*at(&d.project.Bucket.Settings) = list
		if bit == hasCustomDomain {
			d.domains = places
		}
	}, func(s vendors.BucketSettings, body *hclwrite.Body) {
		for _, r := range *at(&s) {
			write(block(body, kind), r)
		}
	}}
}

// decodeSettings reads the blocks of these types, which are settings of the bucket.
func (d *projectDecoder) decodeSettings(blocks hclsyntax.Blocks, types attributeSet) {
	for _, g := range settingsGroups {
		if types&g.bit != 0 {
			g.decode(d, blocks)
		}
	}
}

// decodeRules reads the blocks of one type, in order, and returns the rules and the place of
// each name. read gets the number of its block, from 1, and returns the rule's name, which
// is "" if rules of this type have none.
func decodeRules[R any](d *projectDecoder, blocks hclsyntax.Blocks, bit attributeSet, limit int,
	read func(*rule, int) (R, string)) ([]R, map[string]hcl.Range) {
	var out []R
	places := map[string]hcl.Range{}
	n := 0
	for _, b := range blocks {
		if attributeBits[b.Type] != bit {
			continue
		}
		d.set |= bit
		r := &rule{scope: d.scope, source: b, ok: true}
		r.scope.block = b.Range()
		if n++; n > limit {
			if n == limit+1 {
				r.fault(tooManyRules, b.DefRange(),
					fmt.Sprintf("A bucket can have %d %s blocks, and this is one more.", limit, b.Type),
					"Remove some, or put several of them into one.")
				d.faults |= bit
			}
			continue
		}
		if !d.l.labelled(b, nil) {
			d.faults |= bit
			continue
		}
		one, name := read(r, n)
		if name != "" {
			r.once(name, places)
		}
		if !r.ok {
			d.faults |= bit
			continue
		}
		out = append(out, one)
	}
	return out, places
}

// once reports a second rule of one name.
func (r *rule) once(name string, places map[string]hcl.Range) {
	attribute := "id"
	if attributeBits[r.source.Type] == hasCustomDomain {
		attribute = "domain"
	}
	place := valueRange(r.source, attribute)
	first, twice := places[name]
	if !twice {
		places[name] = place
		return
	}
	r.fault(duplicateRule, place,
		fmt.Sprintf("Two %s blocks have the %s %q: here and at %s.", r.source.Type, attribute, name, toRange(first)),
		fmt.Sprintf("Give each of them an %s of its own, or remove one.", attribute))
}

// claimDomains reports domains that another project has already: a domain leads
// to one bucket.
func (d *projectDecoder) claimDomains() {
	if d.faults&hasCustomDomain != 0 {
		return
	}
	if d.l.domains == nil {
		d.l.domains = map[string]domainOwner{}
	}
	for _, c := range d.project.Bucket.Settings.Domains {
		place := d.domains[c.Domain]
		other, taken := d.l.domains[c.Domain]
		if !taken {
			d.l.domains[c.Domain] = domainOwner{d.project.Addr, place}
			continue
		}
		d.report(sharedDomain, place, fmt.Sprintf("The domain %q belongs to %s at %s and to %s at %s.",
			c.Domain, other.project, toRange(other.place), d.project.Addr, toRange(place)),
			"Give each bucket a domain of its own.")
	}
}

// cors reads a cors_rule block.
func (r *rule) cors(int) (vendors.CORSRule, string) {
	r.attributes("allowed_origins", "allowed_methods", "allowed_headers", "expose_headers", "max_age")
	return vendors.CORSRule{
		AllowedOrigins: r.list("allowed_origins", true, pageOrigin), AllowedMethods: r.list("allowed_methods", true, method),
		AllowedHeaders: r.list("allowed_headers", false, headerName), ExposeHeaders: r.list("expose_headers",
			false, headerName), MaxAge: r.length("max_age", maxAge),
	}, ""
}

// lifecycle reads a lifecycle_rule block.
func (r *rule) lifecycle(n int) (vendors.LifecycleRule, string) {
	acts := []string{"delete_after", "delete_on", "infrequent_access_after", "infrequent_access_on", "abort_uploads_after"}
	r.attributes(append([]string{"id", "enabled", "prefix"}, acts...)...)
	out := vendors.LifecycleRule{ID: r.id(n), Enabled: r.flagOf("enabled", true), Prefix: r.textOf("prefix"),
		DeleteAfter: r.length(acts[0], 0), DeleteOn: r.date(acts[1]),
		InfrequentAccessAfter: r.length(acts[2], 0), InfrequentAccessOn: r.date(acts[3]),
		AbortUploadsAfter: r.length(acts[4], 0)}
	r.oneOf(acts[0], acts[1])
	r.oneOf(acts[2], acts[3])
	if !r.has(acts...) {
		r.fault(contradictoryRule, r.source.DefRange(), "The rule does nothing.",
			"Add what it is to do: delete_after, delete_on, "+
				"infrequent_access_after, infrequent_access_on or abort_uploads_after.")
	}
	return out, out.ID
}

// lock reads a lock_rule block.
func (r *rule) lock(n int) (vendors.LockRule, string) {
	r.attributes("id", "enabled", "prefix", "retain_for", "retain_until", "indefinite")
	out := vendors.LockRule{ID: r.id(n), Enabled: r.flagOf("enabled", true), Prefix: r.textOf("prefix"),
		RetainFor: r.length("retain_for", 0), RetainUntil: r.date("retain_until"), Indefinite: r.flagOf("indefinite", false)}
	how := []string{"retain_for", "retain_until"}
	if out.Indefinite {
		how = append(how, "indefinite")
	}
	r.oneOf(how...)
	if !r.has(how...) {
		r.fault(contradictoryRule, r.source.DefRange(), "The rule does not say for how long objects are kept.",
			"Add one of retain_for, retain_until, and indefinite = true.")
	}
	return out, out.ID
}

// domain reads a custom_domain block.
func (r *rule) domain(int) (vendors.CustomDomain, string) {
	r.attributes("domain", "zone_id", "enabled", "min_tls", "ciphers")
	out := vendors.CustomDomain{Domain: r.hostname("domain"), Enabled: r.flagOf("enabled", true),
		Ciphers: r.list("ciphers", false, cipher)}
	r.ok = r.needed(r.source, r.source.Body.Attributes["zone_id"], "zone_id", &out.ZoneID) && r.ok
	if a := r.source.Body.Attributes["min_tls"]; a != nil {
		var read outcome
		out.MinTLS, read = r.choice(a, "1.0", "1.1", "1.2", "1.3")
		r.ok = r.ok && read != faulty
	}
	return out, out.Domain
}

// public reads a public_access block.
func (r *rule) public(int) (vendors.PublicAccess, string) {
	r.attributes("enabled")
	return vendors.PublicAccess{Enabled: r.flagOf("enabled", true)}, ""
}
