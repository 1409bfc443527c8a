package cloudflare

import (
	"cmp"
	"encoding/json"
	"math"
	"slices"
	"strings"
	"time"

	"buckethead/vendors"
)

// The types in this file follow the pages below API reference, R2, Buckets.

// corsRule has no id: ids have no meaning, and R2 may assign its own.
type corsRule struct {
	Allowed struct {
		Methods []string `json:"methods"`
		Origins []string `json:"origins"`
		Headers []string `json:"headers,omitempty"`
	} `json:"allowed"`
	ExposeHeaders []string `json:"exposeHeaders,omitempty"`
	MaxAgeSeconds float64  `json:"maxAgeSeconds,omitempty"`
}

func corsTo(rules []vendors.CORSRule) []corsRule {
	out := make([]corsRule, len(rules))
	for i, r := range rules {
		out[i].Allowed.Methods, out[i].Allowed.Origins, out[i].Allowed.Headers = r.AllowedMethods,
			r.AllowedOrigins, r.AllowedHeaders
		out[i].ExposeHeaders, out[i].MaxAgeSeconds = r.ExposeHeaders, r.MaxAge.Seconds()
	}
	return out
}

func corsFrom(rules []corsRule) []vendors.CORSRule {
	out := make([]vendors.CORSRule, len(rules))
	for i, r := range rules {
		out[i] = vendors.CORSRule{AllowedOrigins: sorted(r.Allowed.Origins), AllowedMethods: sorted(r.Allowed.Methods),
			AllowedHeaders: sorted(r.Allowed.Headers),
			ExposeHeaders:  sorted(r.ExposeHeaders), MaxAge: seconds(r.MaxAgeSeconds)}
	}
	return out
}

// ageOrDate is when a rule acts: maxAge seconds after an object was created, or on a date.
type ageOrDate struct {
	Type   string  `json:"type"`
	MaxAge float64 `json:"maxAge,omitempty"`
	Date   string  `json:"date,omitempty"`
}

type transition struct {
	Condition    *ageOrDate `json:"condition"`
	StorageClass string     `json:"storageClass,omitempty"`
}

type lifecycleRule struct {
	ID         string `json:"id"`
	Enabled    bool   `json:"enabled"`
	Conditions struct {
		Prefix string `json:"prefix"` // always sent, but missing from some responses
	} `json:"conditions"`
	Delete  *transition  `json:"deleteObjectsTransition,omitempty"`
	Classes []transition `json:"storageClassTransitions,omitempty"`
	Abort   *transition  `json:"abortMultipartUploadsTransition,omitempty"`
}

const infrequentAccess = "InfrequentAccess"

func lifecycleTo(rules []vendors.LifecycleRule) []lifecycleRule {
	out := make([]lifecycleRule, len(rules))
	for i, r := range rules {
		out[i].ID, out[i].Enabled, out[i].Conditions.Prefix = r.ID, r.Enabled, r.Prefix
		if when := whenTo(r.DeleteAfter, r.DeleteOn); when != nil {
			out[i].Delete = &transition{Condition: when}
		}
		if when := whenTo(r.InfrequentAccessAfter, r.InfrequentAccessOn); when != nil {
			out[i].Classes = []transition{{Condition: when, StorageClass: infrequentAccess}}
		}
		if when := whenTo(r.AbortUploadsAfter, time.Time{}); when != nil {
			out[i].Abort = &transition{Condition: when}
		}
	}
	return out
}

func whenTo(after time.Duration, on time.Time) *ageOrDate {
	switch {
	case after > 0:
		return &ageOrDate{Type: "Age", MaxAge: after.Seconds()}
	case !on.IsZero():
		return &ageOrDate{Type: "Date", Date: on.UTC().Format(time.RFC3339)}
	}
	return nil
}

func lifecycleFrom(rules []lifecycleRule) []vendors.LifecycleRule {
	out := make([]vendors.LifecycleRule, len(rules))
	for i, r := range rules {
		rule := vendors.LifecycleRule{ID: r.ID, Enabled: r.Enabled, Prefix: r.Conditions.Prefix}
		var odd []string
		rule.DeleteAfter, rule.DeleteOn = r.Delete.when("delete", &odd)
		for n, class := range r.Classes {
			if n == 0 && class.StorageClass == infrequentAccess {
				rule.InfrequentAccessAfter, rule.InfrequentAccessOn = class.when("move", &odd)
			} else {
				odd = append(odd, "move to "+class.StorageClass)
			}
		}
		var on time.Time
		if rule.AbortUploadsAfter, on = r.Abort.when("abort", &odd); !on.IsZero() {
			odd = append(odd, "abort uploads on "+on.Format(time.RFC3339))
		}
		rule.Other = strings.Join(odd, ", ")
		out[i] = rule
	}
	return out
}

// when parses a condition, and adds what it cannot parse to odd.
func (t *transition) when(what string, odd *[]string) (time.Duration, time.Time) {
	if t == nil || t.Condition == nil {
		return 0, time.Time{}
	}
	switch t.Condition.Type {
	case "Age":
		if t.Condition.MaxAge > 0 {
			return seconds(t.Condition.MaxAge), time.Time{}
		}
	case "Date":
		if on, err := time.Parse(time.RFC3339, t.Condition.Date); err == nil {
			return 0, on.UTC()
		}
	}
	text, _ := json.Marshal(t.Condition)
	*odd = append(*odd, what+" when "+string(text))
	return 0, time.Time{}
}

// The condition of a lockRule is different: maxAgeSeconds, a date, or indefinite.
type lockRule struct {
	ID        string `json:"id"`
	Enabled   bool   `json:"enabled"`
	Prefix    string `json:"prefix,omitempty"`
	Condition struct {
		Type          string  `json:"type"`
		MaxAgeSeconds float64 `json:"maxAgeSeconds,omitempty"`
		Date          string  `json:"date,omitempty"`
	} `json:"condition"`
}

func lockTo(rules []vendors.LockRule) []lockRule {
	out := make([]lockRule, len(rules))
	for i, r := range rules {
		out[i].ID, out[i].Enabled, out[i].Prefix = r.ID, r.Enabled, r.Prefix
		switch {
		case r.RetainFor > 0:
			out[i].Condition.Type, out[i].Condition.MaxAgeSeconds = "Age", r.RetainFor.Seconds()
		case !r.RetainUntil.IsZero():
			out[i].Condition.Type, out[i].Condition.Date = "Date", r.RetainUntil.UTC().Format(time.RFC3339)
		default:
			out[i].Condition.Type = "Indefinite"
		}
	}
	return out
}

func lockFrom(rules []lockRule) []vendors.LockRule {
	out := make([]vendors.LockRule, len(rules))
	for i, r := range rules {
		out[i] = vendors.LockRule{ID: r.ID, Enabled: r.Enabled, Prefix: r.Prefix}
		switch r.Condition.Type {
		case "Age":
			out[i].RetainFor = seconds(r.Condition.MaxAgeSeconds)
		case "Date":
			if on, err := time.Parse(time.RFC3339, r.Condition.Date); err == nil {
				out[i].RetainUntil = on.UTC()
			}
		case "Indefinite":
			out[i].Indefinite = true
		}
	}
	return out
}

// customDomain is a domain in responses. If the service behind it has problems, both statuses
// are "unknown" and fields are missing; that does not count as a difference.
// https://github.com/cloudflare/terraform-provider-cloudflare (r2_custom_domain)
type customDomain struct {
	Domain  string   `json:"domain"`
	ZoneID  string   `json:"zoneId"`
	Enabled bool     `json:"enabled"`
	MinTLS  string   `json:"minTLS"`
	Ciphers []string `json:"ciphers"`
	Status  struct {
		Ownership string `json:"ownership"`
		SSL       string `json:"ssl"`
	} `json:"status"`
}

func domainsFrom(list []customDomain) []vendors.CustomDomain {
	out := make([]vendors.CustomDomain, len(list))
	for i, d := range list {
		out[i] = vendors.CustomDomain{Domain: strings.ToLower(d.Domain), ZoneID: d.ZoneID, Enabled: d.Enabled,
			MinTLS: d.MinTLS, Ciphers: sorted(d.Ciphers), Vague: d.Status.Ownership == "unknown" && d.Status.SSL == "unknown"}
	}
	slices.SortFunc(out, func(a, b vendors.CustomDomain) int { return cmp.Compare(a.Domain, b.Domain) })
	return out
}

// domainRequest is the body to attach a domain. To change one, domain and zone are left out.
type domainRequest struct {
	Domain  string   `json:"domain,omitempty"`
	ZoneID  string   `json:"zoneId,omitempty"`
	Enabled bool     `json:"enabled"`
	MinTLS  string   `json:"minTLS,omitempty"`
	Ciphers []string `json:"ciphers,omitempty"`
}

func domainTo(d vendors.CustomDomain) domainRequest {
	return domainRequest{Enabled: d.Enabled, MinTLS: d.MinTLS, Ciphers: d.Ciphers}
}

// sorted returns a list sorted and without duplicates; nil if it is empty.
func sorted(list []string) []string {
	if len(list) == 0 {
		return nil
	}
	list = slices.Clone(list)
	slices.Sort(list)
	return slices.Compact(list)
}

// seconds returns a duration, capped at the longest one.
func seconds(n float64) time.Duration {
	const most = float64(math.MaxInt64 / time.Second)
	return time.Duration(min(max(n, -most), most)) * time.Second
}
