package vendors

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"buckethead/config/words"
)

// SettingsKind names one group of a bucket's settings, which is read and written
// as a whole.
type SettingsKind string

// The groups of settings.
const (
	CORSSettings      SettingsKind = "cors"
	LifecycleSettings SettingsKind = "lifecycle"
	LockSettings      SettingsKind = "lock"
	DomainSettings    SettingsKind = "custom_domains"
	PublicSettings    SettingsKind = "public_access"
)

// BucketSettings holds a bucket's settings other than its location and storage class. A
// nil group was not declared, or not read; an empty one has no rules.
type BucketSettings struct {
	CORS         []CORSRule      `json:"cors,omitzero"`
	Lifecycle    []LifecycleRule `json:"lifecycle,omitzero"`
	Lock         []LockRule      `json:"lock,omitzero"`
	Domains      []CustomDomain  `json:"custom_domains,omitzero"`
	PublicAccess *PublicAccess   `json:"public_access,omitzero"`
}

// CORSRule says which pages may use the bucket from a browser. The lists in it are sorted.
// MaxAge is in whole seconds; zero means not set.
type CORSRule struct {
	AllowedOrigins []string      `json:"allowed_origins"`
	AllowedMethods []string      `json:"allowed_methods"` // upper case
	AllowedHeaders []string      `json:"allowed_headers,omitempty"`
	ExposeHeaders  []string      `json:"expose_headers,omitempty"`
	MaxAge         time.Duration `json:"max_age,omitzero"` // nanoseconds
}

// LifecycleRule says what happens to objects over time. At most one of After and On is
// set; zero means that the rule does not do this. Times are whole seconds.
type LifecycleRule struct {
	ID                    string        `json:"id"`
	Enabled               bool          `json:"enabled"`
	Prefix                string        `json:"prefix,omitempty"`
	DeleteAfter           time.Duration `json:"delete_after,omitzero"`
	DeleteOn              time.Time     `json:"delete_on,omitzero"`
	InfrequentAccessAfter time.Duration `json:"infrequent_access_after,omitzero"`
	InfrequentAccessOn    time.Time     `json:"infrequent_access_on,omitzero"`
	AbortUploadsAfter     time.Duration `json:"abort_uploads_after,omitzero"`
	// Other holds the parts of a vendor's rule that bh does not support, as the vendor
	// writes them. It is never declared, so such a rule always counts as different.
	Other string `json:"other,omitempty"`
}

// LockRule keeps objects from being deleted or overwritten: for a time, until a date, or
// with Indefinite until the rule is removed. Exactly one of them is set.
type LockRule struct {
	ID          string        `json:"id"`
	Enabled     bool          `json:"enabled"`
	Prefix      string        `json:"prefix,omitempty"`
	RetainFor   time.Duration `json:"retain_for,omitzero"`
	RetainUntil time.Time     `json:"retain_until,omitzero"`
	Indefinite  bool          `json:"indefinite,omitempty"`
}

// CustomDomain is a domain under which the bucket is public. MinTLS and Ciphers are left as they are
// if they are not declared.
type CustomDomain struct {
	Domain  string   `json:"domain"`
	ZoneID  string   `json:"zone_id"`
	Enabled bool     `json:"enabled"`
	MinTLS  string   `json:"min_tls,omitempty"`
	Ciphers []string `json:"ciphers,omitempty"` // sorted
	// Vague says that the vendor could not report everything. Missing parts do not count as a
	// difference.
	Vague bool `json:"-"`
}

// PublicAccess says whether the bucket is public under the vendor's own domain.
type PublicAccess struct {
	Enabled bool `json:"enabled"`
}

func (d CustomDomain) meets(want CustomDomain) bool {
	return d.Enabled == want.Enabled &&
		(d.ZoneID == want.ZoneID || d.Vague && d.ZoneID == "") &&
		(want.MinTLS == "" || d.MinTLS == want.MinTLS || d.Vague && d.MinTLS == "") &&
		(len(want.Ciphers) == 0 || slices.Equal(d.Ciphers, want.Ciphers) || d.Vague && len(d.Ciphers) == 0)
}

func (r *CORSRule) unshare() {
	r.AllowedOrigins, r.AllowedMethods = slices.Clone(r.AllowedOrigins), slices.Clone(r.AllowedMethods)
	r.AllowedHeaders, r.ExposeHeaders = slices.Clone(r.AllowedHeaders), slices.Clone(r.ExposeHeaders)
}

func (d *CustomDomain) unshare() { d.Ciphers = slices.Clone(d.Ciphers) }

func (r CORSRule) words() string {
	parts := []string{strings.Join(r.AllowedMethods, " ") + " from " + strings.Join(r.AllowedOrigins, " ")}
	if len(r.AllowedHeaders) > 0 {
		parts = append(parts, "with "+strings.Join(r.AllowedHeaders, " "))
	}
	if len(r.ExposeHeaders) > 0 {
		parts = append(parts, "exposing "+strings.Join(r.ExposeHeaders, " "))
	}
	if r.MaxAge > 0 {
		parts = append(parts, "for "+words.Length(r.MaxAge))
	}
	return strings.Join(parts, ", ")
}

func (r LifecycleRule) words() string {
	parts := []string{rule(r.ID, r.Prefix, r.Enabled)}
	add := func(act string, after time.Duration, on time.Time) {
		if after > 0 {
			parts = append(parts, act+" after "+words.Length(after))
		}
		if !on.IsZero() {
			parts = append(parts, act+" on "+words.Date(on))
		}
	}
	add("delete", r.DeleteAfter, r.DeleteOn)
	add("infrequent access", r.InfrequentAccessAfter, r.InfrequentAccessOn)
	add("abort uploads", r.AbortUploadsAfter, time.Time{})
	if r.Other != "" {
		parts = append(parts, "and "+r.Other)
	}
	return strings.Join(parts, ", ")
}

func (r LockRule) words() string {
	parts := []string{rule(r.ID, r.Prefix, r.Enabled)}
	if r.RetainFor > 0 {
		parts = append(parts, "kept for "+words.Length(r.RetainFor))
	}
	if !r.RetainUntil.IsZero() {
		parts = append(parts, "kept until "+words.Date(r.RetainUntil))
	}
	if r.Indefinite {
		parts = append(parts, "kept indefinitely")
	}
	return strings.Join(parts, ", ")
}

func (d CustomDomain) words() string {
	parts := []string{d.Domain + " in zone " + cmp.Or(d.ZoneID, "unknown")}
	if d.MinTLS != "" {
		parts = append(parts, "TLS "+d.MinTLS+" and above")
	}
	if len(d.Ciphers) > 0 {
		parts = append(parts, "ciphers "+strings.Join(d.Ciphers, " "))
	}
	if !d.Enabled {
		parts = append(parts, "disabled")
	}
	return strings.Join(parts, ", ")
}

// rule names a rule and what it covers.
func rule(id, prefix string, enabled bool) string {
	text := id + " for all objects"
	if prefix != "" {
		text = fmt.Sprintf("%s for %q", id, prefix)
	}
	if !enabled {
		text += ", disabled"
	}
	return text
}
