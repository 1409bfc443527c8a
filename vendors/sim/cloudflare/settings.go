package cloudflare

import (
	"net/http"
	"net/url"
	"strings"
	"time"

	"buckethead/vendors/sim/kit"
)

// CORSRule is one rule of https://developers.cloudflare.com/r2/buckets/cors/.
type CORSRule struct {
	ID            string      `json:"id,omitempty"`
	Allowed       CORSAllowed `json:"allowed"`
	ExposeHeaders []string    `json:"exposeHeaders,omitempty"`
	MaxAgeSeconds float64     `json:"maxAgeSeconds,omitempty"`
}

// CORSAllowed is what a CORS rule lets through.
type CORSAllowed struct {
	Methods []string `json:"methods"`
	Origins []string `json:"origins"`
	Headers []string `json:"headers,omitempty"`
}

// LifecycleRule is one rule of https://developers.cloudflare.com/r2/buckets/object-lifecycles/.
type LifecycleRule struct {
	ID         string             `json:"id"`
	Enabled    bool               `json:"enabled"`
	Conditions LifecycleCondition `json:"conditions"`
	Delete     *Transition        `json:"deleteObjectsTransition,omitempty"`
	Classes    []Transition       `json:"storageClassTransitions,omitempty"`
	Abort      *Transition        `json:"abortMultipartUploadsTransition,omitempty"`
}

// LifecycleCondition says which objects a rule is about. Answers leave out an empty prefix.
type LifecycleCondition struct {
	Prefix string `json:"prefix,omitempty"`
}

// Transition is what happens, and when.
type Transition struct {
	Condition    When   `json:"condition"`
	StorageClass string `json:"storageClass,omitempty"`
}

// When is an age in seconds, or a date. A lock's age has another name.
type When struct {
	Type          string `json:"type"`
	MaxAge        int64  `json:"maxAge,omitempty"`
	MaxAgeSeconds int64  `json:"maxAgeSeconds,omitempty"`
	Date          string `json:"date,omitempty"`
}

// LockRule is one rule of https://developers.cloudflare.com/r2/buckets/bucket-locks/.
type LockRule struct {
	ID        string `json:"id"`
	Enabled   bool   `json:"enabled"`
	Prefix    string `json:"prefix,omitempty"`
	Condition When   `json:"condition"`
}

// when is the schema of a condition: the type says which field goes with it.
func when(age string, types ...string) *kit.Schema {
	condition := object(must("type", oneOf(types...)), may(age, integer(1, 1<<40)), may("date", moment()))
	return condition.And(func(value any) string {
		fields := value.(map[string]any)
		_, hasAge := fields[age]
		_, hasDate := fields["date"]
		if hasAge != (fields["type"] == "Age") || hasDate != (fields["type"] == "Date") {
			return "lacks the field of its type, or has that of another"
		}
		return ""
	})
}

func rules(rule *kit.Schema) *kit.Schema {
	return object(must("rules", list(rule, 1000).And(distinctIDs)))
}

var (
	corsSchema = rules(object(
		may("id", filled()),
		must("allowed", object(
			must("methods", list(oneOf("GET", "PUT", "POST", "DELETE", "HEAD"), 0).And(notEmpty)),
			must("origins", list(text().And(isOrigin), 0).And(notEmpty)),
			may("headers", list(text(), 0)))),
		may("exposeHeaders", list(text(), 0)),
		may("maxAgeSeconds", number(0, 86400)),
	))
	ageOrDate       = object(must("condition", when("maxAge", "Age", "Date")))
	lifecycleSchema = rules(object(
		must("id", filled()), must("enabled", boolean()), must("conditions", object(must("prefix", text()))),
		may("deleteObjectsTransition", ageOrDate),
		may("storageClassTransitions", list(object(must("condition", when("maxAge", "Age", "Date")),
			must("storageClass", oneOf("InfrequentAccess"))), 0)),
		may("abortMultipartUploadsTransition", object(must("condition", when("maxAge", "Age")))),
	))
	lockSchema = rules(object(
		must("id", filled()), must("enabled", boolean()), may("prefix", text()),
		must("condition", when("maxAgeSeconds", "Age", "Date", "Indefinite")),
	))
)

func filled() *kit.Schema {
	return text().And(func(value any) string {
		if value == "" {
			return "is empty"
		}
		return ""
	})
}

// distinctIDs: that the API refuses two rules with one id is unverified.
func distinctIDs(value any) string {
	seen := map[any]bool{}
	for _, rule := range value.([]any) {
		id, there := rule.(map[string]any)["id"]
		if there && seen[id] {
			return "has two rules with one id"
		}
		seen[id] = true
	}
	return ""
}

// isOrigin: an origin has a scheme and a host and no path.
func isOrigin(value any) string {
	u, err := url.Parse(strings.ReplaceAll(value.(string), "*", "x"))
	bare := err == nil && u.Path == "" && u.RawQuery == "" && u.Fragment == ""
	if value == "*" || bare && u.Scheme != "" && u.Host != "" {
		return ""
	}
	return "is not an origin"
}

// freshLifecycle is what a new bucket has.
func freshLifecycle() []LifecycleRule {
	week := When{Type: "Age", MaxAge: 7 * 86400}
	return []LifecycleRule{{ID: "Default Multipart Abort Rule", Enabled: true, Abort: &Transition{Condition: week}}}
}

// getCORS: that none is a 404 with a code of its own is seen in
// https://github.com/alchemy-run/distilled (r2.test.ts).
func (s *Simulator) getCORS(r *request) answer {
	b := r.bucket
	if b.CORS == nil {
		return failed(http.StatusNotFound, 10059, "The CORS configuration does not exist.")
	}
	return done(map[string]any{"rules": b.CORS})
}

// deleteCORS: what is answered when there are none is unverified.
func (s *Simulator) deleteCORS(r *request) answer {
	b := r.bucket
	if b.CORS == nil {
		return failed(http.StatusNotFound, 10059, "The CORS configuration does not exist.")
	}
	b.CORS = nil
	return done(map[string]any{})
}

// getRules and putRules are for settings that are one list of rules, which is replaced as a whole.
func getRules[T any](of func(*Bucket) *[]T) handler {
	return func(_ *Simulator, r *request) answer { return done(map[string]any{"rules": orNone(*of(r.bucket))}) }
}

func putRules[T any](of func(*Bucket) *[]T) handler {
	return func(_ *Simulator, r *request) answer {
		var sent struct {
			Rules []T `json:"rules"`
		}
		kit.Decode(r.body, &sent)
		*of(r.bucket) = sent.Rules
		return done(map[string]any{})
	}
}

func corsOf(b *Bucket) *[]CORSRule           { return &b.CORS }
func lifecycleOf(b *Bucket) *[]LifecycleRule { return &b.Lifecycle }
func lockOf(b *Bucket) *[]LockRule           { return &b.Lock }

func orNone[T any](list []T) []T {
	if list == nil {
		return []T{}
	}
	return list
}

// locked reports whether a lock rule protects an object. The strictest rule wins.
func (b *Bucket) locked(key string, now time.Time) bool {
	o, there := b.store.Objects[key]
	if !there {
		return false
	}
	for _, rule := range b.Lock {
		if !rule.Enabled || !strings.HasPrefix(key, rule.Prefix) {
			continue
		}
		until, _ := time.Parse(time.RFC3339, rule.Condition.Date) // "" for the other types
		age := time.Duration(rule.Condition.MaxAgeSeconds) * time.Second
		if rule.Condition.Type == "Indefinite" || now.Before(until) || now.Before(o.Modified.Add(age)) {
			return true
		}
	}
	return false
}
