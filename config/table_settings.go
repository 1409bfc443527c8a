package config

import (
	"buckethead/config/language"
	"buckethead/vendors"
)

// The settings of a bucket. Some clouds know them.
var (
	corsBlock = &language.Block{Name: "cors_rule", Several: true, ByCloud: true, Needless: true,
		Doc:     "Which web pages may use the bucket from a browser, by their origin.",
		Example: "cors_rule {\n  allowed_origins = [\"https://app.example.com\"]\n  allowed_methods = [\"GET\", \"PUT\"]\n}",
		Attributes: []language.Attribute{
			{Name: "allowed_origins", Form: language.Texts, Required: true, Canonical: pageOrigin,
				Doc: `Schemes, hosts and ports of pages, or "*".`, Example: `allowed_origins = ["https://app.example.com"]`,
				At: language.At(func(r *vendors.CORSRule) any { return &r.AllowedOrigins })},
			{Name: "allowed_methods", Form: language.Texts, Required: true, Canonical: method,
				Doc: "Some of GET, PUT, POST, DELETE and HEAD.", Example: `allowed_methods = ["GET", "PUT"]`,
				At: language.At(func(r *vendors.CORSRule) any { return &r.AllowedMethods })},
			{Name: "allowed_headers", Form: language.Texts, Canonical: headerName, Doc: "Headers that a page may send.",
				Example: `allowed_headers = ["content-type"]`, At: language.At(func(r *vendors.CORSRule) any { return &r.AllowedHeaders })},
			{Name: "expose_headers", Form: language.Texts, Canonical: headerName, Doc: "Headers of the response that a page may read.",
				Example: `expose_headers = ["etag"]`, At: language.At(func(r *vendors.CORSRule) any { return &r.ExposeHeaders })},
			{Name: "max_age", Form: language.Length, Most: maxAge, Doc: "How long a browser keeps the response, 24h at most.",
				Example: `max_age = "1h"`, At: language.At(func(r *vendors.CORSRule) any { return &r.MaxAge })},
		}}

	lifecycleBlock = &language.Block{Name: "lifecycle_rule", Several: true, ByCloud: true, Needless: true,
		Doc:     "What happens to objects as they get older.",
		Example: "lifecycle_rule {\n  prefix       = \"logs/\"\n  delete_after = \"30d\"\n}",
		Attributes: append(ruleRows(func(r *vendors.LifecycleRule) (id *string, enabled *bool, prefix *string) {
			return &r.ID, &r.Enabled, &r.Prefix
		}),
			language.Attribute{Name: "delete_after", Form: language.Length, Doc: "Deletes objects of this age.",
				Example: `delete_after = "30d"`, At: ofLifecycle(func(r *vendors.LifecycleRule) any { return &r.DeleteAfter })},
			language.Attribute{Name: "delete_on", Form: language.Date, Doc: "Deletes objects on this day.",
				Example: `delete_on = "2027-01-31"`, At: ofLifecycle(func(r *vendors.LifecycleRule) any { return &r.DeleteOn })},
			language.Attribute{Name: "infrequent_access_after", Form: language.Length,
				Doc:     "Moves objects of this age to the storage class for infrequent access.",
				Example: `infrequent_access_after = "60d"`, At: ofLifecycle(func(r *vendors.LifecycleRule) any { return &r.InfrequentAccessAfter })},
			language.Attribute{Name: "infrequent_access_on", Form: language.Date, Doc: "Moves objects on this day.",
				Example: `infrequent_access_on = "2027-01-31"`, At: ofLifecycle(func(r *vendors.LifecycleRule) any { return &r.InfrequentAccessOn })},
			language.Attribute{Name: "abort_uploads_after", Form: language.Length, Doc: "Deletes unfinished uploads of this age.",
				Example: `abort_uploads_after = "3d"`, At: ofLifecycle(func(r *vendors.LifecycleRule) any { return &r.AbortUploadsAfter })},
		)}

	lockBlock = &language.Block{Name: "lock_rule", Several: true, ByCloud: true, Needless: true,
		Doc:     "How long objects cannot be changed or deleted.",
		Example: "lock_rule {\n  prefix     = \"invoices/\"\n  retain_for = \"3650d\"\n}",
		Attributes: append(ruleRows(func(r *vendors.LockRule) (id *string, enabled *bool, prefix *string) {
			return &r.ID, &r.Enabled, &r.Prefix
		}),
			language.Attribute{Name: "retain_for", Form: language.Length, Doc: "Keeps each object for this long.",
				Example: `retain_for = "3650d"`, At: ofLock(func(r *vendors.LockRule) any { return &r.RetainFor })},
			language.Attribute{Name: "retain_until", Form: language.Date, Doc: "Keeps objects until this day.",
				Example: `retain_until = "2030-01-01"`, At: ofLock(func(r *vendors.LockRule) any { return &r.RetainUntil })},
			language.Attribute{Name: "indefinite", Form: language.Flag, Default: "false", Doc: "Keeps objects until the rule is gone.",
				Example: `indefinite = true`, At: ofLock(func(r *vendors.LockRule) any { return &r.Indefinite })},
		)}

	domainBlock = &language.Block{Name: "custom_domain", Several: true, ByCloud: true, Needless: true,
		Doc:     "A domain of yours at which the bucket is public.",
		Example: "custom_domain {\n  domain  = \"files.example.com\"\n  zone_id = \"0123456789abcdef0123456789abcdef\"\n}",
		Attributes: []language.Attribute{
			{Name: "domain", Form: language.Text, Required: true, Canonical: hostname, Doc: "The host name.",
				Example: `domain = "files.example.com"`, At: ofDomain(func(d *vendors.CustomDomain) any { return &d.Domain })},
			{Name: "zone_id", Form: language.Text, Required: true, Canonical: unspaced, Doc: "The id of the zone that has the domain.",
				Example: `zone_id = "0123456789abcdef0123456789abcdef"`, At: ofDomain(func(d *vendors.CustomDomain) any { return &d.ZoneID })},
			{Name: "enabled", Form: language.Flag, Default: "true", Doc: "Whether the domain serves the bucket.",
				Example: `enabled = false`, At: ofDomain(func(d *vendors.CustomDomain) any { return &d.Enabled })},
			{Name: "min_tls", Form: language.Text, Words: []string{"1.0", "1.1", "1.2", "1.3"}, Doc: "The oldest version of TLS that is accepted.",
				Example: `min_tls = "1.2"`, At: ofDomain(func(d *vendors.CustomDomain) any { return &d.MinTLS })},
			{Name: "ciphers", Form: language.Texts, Canonical: cipher, Doc: "The cipher suites that are accepted. The default is the cloud's.",
				Example: `ciphers = ["ECDHE-ECDSA-AES128-GCM-SHA256"]`, At: ofDomain(func(d *vendors.CustomDomain) any { return &d.Ciphers })},
		}}

	publicBlock = &language.Block{Name: "public_access", ByCloud: true, Needless: true,
		Doc:     "Makes the bucket public at an address of the cloud.",
		Example: "public_access {}",
		Attributes: []language.Attribute{{Name: "enabled", Form: language.Flag, Default: "true", Doc: "Whether it is public.",
			Example: `enabled = false`, At: language.At(func(p *vendors.PublicAccess) any { return &p.Enabled })}}}
)

func ofLifecycle(at func(*vendors.LifecycleRule) any) func(any) any { return language.At(at) }
func ofLock(at func(*vendors.LockRule) any) func(any) any           { return language.At(at) }
func ofDomain(at func(*vendors.CustomDomain) any) func(any) any     { return language.At(at) }

// ruleRows are the attributes that lifecycle and lock rules share.
func ruleRows[R any](of func(*R) (id *string, enabled *bool, prefix *string)) []language.Attribute {
	return []language.Attribute{
		{Name: "id", Form: language.Text, Canonical: ruleID, Doc: `A name for the rule. The default is its number, such as "rule-1".`,
			Example: `id = "old-logs"`, At: language.At(func(r *R) any { id, _, _ := of(r); return id })},
		{Name: "enabled", Form: language.Flag, Default: "true", Doc: "Whether the rule applies.",
			Example: `enabled = false`, At: language.At(func(r *R) any { _, enabled, _ := of(r); return enabled })},
		{Name: "prefix", Form: language.Text, Doc: "The beginning of the names of the objects. By default, the rule is for all objects.",
			Example: `prefix = "logs/"`, At: language.At(func(r *R) any { _, _, prefix := of(r); return prefix })},
	}
}
