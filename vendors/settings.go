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

// Block names the block of a project that declares the group.
func (k SettingsKind) Block() string {
	switch k {
	case CORSSettings:
		return "cors_rule"
	case LifecycleSettings:
		return "lifecycle_rule"
	case LockSettings:
		return "lock_rule"
	case DomainSettings:
		return "custom_domain"
	}
	return string(k)
}

// SettingsKinds lists the groups in the order in which they are applied: what
// guards objects comes before what shows them to the world.
func SettingsKinds() []SettingsKind {
	return []SettingsKind{LockSettings, LifecycleSettings, CORSSettings, DomainSettings, PublicSettings}
}

// BucketSettings are what a bucket has beside its place and class. A nil group is
// one that is not declared, or that was not read; an empty one has no rules.
type BucketSettings struct {
	CORS         []CORSRule      `json:"cors,omitzero"`
	Lifecycle    []LifecycleRule `json:"lifecycle,omitzero"`
	Lock         []LockRule      `json:"lock,omitzero"`
	Domains      []CustomDomain  `json:"custom_domains,omitzero"`
	PublicAccess *PublicAccess   `json:"public_access,omitzero"`
}

// CORSRule says which pages may use the bucket from a browser. The lists but for
// the rules themselves are sorted; MaxAge is in whole seconds, zero for none.
type CORSRule struct {
	AllowedOrigins []string      `json:"allowed_origins"`
	AllowedMethods []string      `json:"allowed_methods"` // upper case
	AllowedHeaders []string      `json:"allowed_headers,omitempty"`
	ExposeHeaders  []string      `json:"expose_headers,omitempty"`
	MaxAge         time.Duration `json:"max_age,omitzero"` // nanoseconds
}

// LifecycleRule says what becomes of objects with time. Of After and On at most
// one is set; zero means that the rule does not do this. Times are whole seconds.
type LifecycleRule struct {
	ID                    string        `json:"id"`
	Enabled               bool          `json:"enabled"`
	Prefix                string        `json:"prefix,omitempty"`
	DeleteAfter           time.Duration `json:"delete_after,omitzero"`
	DeleteOn              time.Time     `json:"delete_on,omitzero"`
	InfrequentAccessAfter time.Duration `json:"infrequent_access_after,omitzero"`
	InfrequentAccessOn    time.Time     `json:"infrequent_access_on,omitzero"`
	AbortUploadsAfter     time.Duration `json:"abort_uploads_after,omitzero"`
	// Other is what the vendor's rule has and bh no word for, as the vendor
	// writes it; never declared, so that such a rule counts as different.
	Other string `json:"other,omitempty"`
}

// LockRule keeps objects from being deleted or overwritten: for a time, until a
// date, or with Indefinite until the rule goes. Exactly one of them is set.
type LockRule struct {
	ID          string        `json:"id"`
	Enabled     bool          `json:"enabled"`
	Prefix      string        `json:"prefix,omitempty"`
	RetainFor   time.Duration `json:"retain_for,omitzero"`
	RetainUntil time.Time     `json:"retain_until,omitzero"`
	Indefinite  bool          `json:"indefinite,omitempty"`
}

// CustomDomain is a domain under which the bucket is public. MinTLS and Ciphers
// are left alone where they are not declared.
type CustomDomain struct {
	Domain  string   `json:"domain"`
	ZoneID  string   `json:"zone_id"`
	Enabled bool     `json:"enabled"`
	MinTLS  string   `json:"min_tls,omitempty"`
	Ciphers []string `json:"ciphers,omitempty"` // sorted
	// Vague says that the vendor could not tell all of it just now: what it left
	// out is no difference.
	Vague bool `json:"-"`
}

// PublicAccess says whether the vendor's own domain shows the bucket to the world.
type PublicAccess struct {
	Enabled bool `json:"enabled"`
}

// Has reports whether the group is there.
func (s BucketSettings) Has(kind SettingsKind) bool {
	switch kind {
	case CORSSettings:
		return s.CORS != nil
	case LifecycleSettings:
		return s.Lifecycle != nil
	case LockSettings:
		return s.Lock != nil
	case DomainSettings:
		return s.Domains != nil
	case PublicSettings:
		return s.PublicAccess != nil
	}
	return false
}

// Kinds lists the groups that are there, in the order of SettingsKinds.
func (s BucketSettings) Kinds() []SettingsKind {
	return slices.DeleteFunc(SettingsKinds(), func(k SettingsKind) bool { return !s.Has(k) })
}

// Only gives the settings with this group alone.
func (s BucketSettings) Only(kind SettingsKind) BucketSettings {
	switch kind {
	case CORSSettings:
		return BucketSettings{CORS: s.CORS}
	case LifecycleSettings:
		return BucketSettings{Lifecycle: s.Lifecycle}
	case LockSettings:
		return BucketSettings{Lock: s.Lock}
	case DomainSettings:
		return BucketSettings{Domains: s.Domains}
	case PublicSettings:
		return BucketSettings{PublicAccess: s.PublicAccess}
	}
	return BucketSettings{}
}

// Cleared gives the group as it is when it has no rules and shows nothing.
func Cleared(kind SettingsKind) BucketSettings {
	return BucketSettings{CORS: []CORSRule{}, Lifecycle: []LifecycleRule{}, Lock: []LockRule{},
		Domains: []CustomDomain{}, PublicAccess: &PublicAccess{}}.Only(kind)
}

// Meets reports whether a group, as it was observed, is what wanted says. The
// order of CORS rules counts, for the first that fits decides; that of the others
// does not. Custom domains beside the wanted ones are someone else's.
func (s BucketSettings) Meets(kind SettingsKind, wanted BucketSettings) bool {
	if kind != DomainSettings {
		return slices.Equal(s.Words(kind), wanted.Words(kind))
	}
	for _, want := range wanted.Domains {
		i := slices.IndexFunc(s.Domains, func(d CustomDomain) bool { return d.Domain == want.Domain })
		if i < 0 || !s.Domains[i].meets(want) {
			return false
		}
	}
	return true
}

func (d CustomDomain) meets(want CustomDomain) bool {
	return d.Enabled == want.Enabled &&
		(d.ZoneID == want.ZoneID || d.Vague && d.ZoneID == "") &&
		(want.MinTLS == "" || d.MinTLS == want.MinTLS || d.Vague && d.MinTLS == "") &&
		(len(want.Ciphers) == 0 || slices.Equal(d.Ciphers, want.Ciphers) || d.Vague && len(d.Ciphers) == 0)
}

// Words gives one line for each rule of a group, with all that is in it, so that
// two groups are the same where their words are. Rules whose order means nothing
// come sorted.
func (s BucketSettings) Words(kind SettingsKind) []string {
	var lines []string
	switch kind {
	case CORSSettings:
		for _, r := range s.CORS {
			lines = append(lines, r.words())
		}
		return lines
	case LifecycleSettings:
		for _, r := range s.Lifecycle {
			lines = append(lines, r.words())
		}
	case LockSettings:
		for _, r := range s.Lock {
			lines = append(lines, r.words())
		}
	case DomainSettings:
		for _, d := range s.Domains {
			lines = append(lines, d.words())
		}
	case PublicSettings:
		if s.PublicAccess != nil && s.PublicAccess.Enabled {
			lines = []string{"enabled"}
		}
	}
	slices.Sort(lines)
	return lines
}

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
