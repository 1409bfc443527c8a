package terraform

import (
	"encoding/json"
	"strings"
	"time"

	"buckethead/vendors"
)

// The resources of a bucket's settings, of version 5.
const (
	corsType      = bucketType + "_cors"
	lifecycleType = bucketType + "_lifecycle"
	lockType      = bucketType + "_lock"
	domainType    = "cloudflare_r2_custom_domain"
	managedType   = "cloudflare_r2_managed_domain"
)

// ofBucket names the bucket that settings are of.
type ofBucket struct {
	Account      text `json:"account_id"`
	Name         text `json:"bucket_name"`
	Jurisdiction text
}

// settings reads one group of settings, or names what bh does not manage.
func (s *State) settings(o object) {
	read, kind := readers[o.kind], kinds[o.kind]
	if read == nil {
		s.leave(o.address, "bh does not manage resources of this type; it stays as it is")
		return
	}
	var of ofBucket
	out := Settings{Address: o.address, Kind: kind}
	if json.Unmarshal(o.text, &of) != nil || of.Name == "" || read(o.text, &out) != nil {
		s.leave(o.address, oddAttributes)
		return
	}
	out.Account, out.Bucket = string(of.Account), bucketID(string(of.Jurisdiction), string(of.Name))
	s.Settings = append(s.Settings, out)
}

var kinds = map[string]vendors.SettingsKind{corsType: vendors.CORSSettings, lifecycleType: vendors.LifecycleSettings,
	lockType: vendors.LockSettings, domainType: vendors.DomainSettings, managedType: vendors.PublicSettings}

var readers = map[string]func(json.RawMessage, *Settings) error{corsType: readCORS, lifecycleType: readLifecycle, lockType: readLock,
	domainType: readDomain, managedType: readManaged}

func readCORS(value json.RawMessage, out *Settings) error {
	var a struct {
		Rules []struct {
			Allowed block[struct{ Methods, Origins, Headers []text }]
			Expose  []text  `json:"expose_headers"`
			MaxAge  seconds `json:"max_age_seconds"`
		}
	}
	if err := json.Unmarshal(value, &a); err != nil {
		return err
	}
	out.Group.CORS = []vendors.CORSRule{}
	for _, r := range a.Rules {
		allowed := r.Allowed.get()
		out.odd(r.MaxAge.Odd, "a max_age_seconds is no whole number of seconds")
		rule := vendors.CORSRule{AllowedMethods: texts(allowed.Methods), AllowedHeaders: texts(allowed.Headers), AllowedOrigins: texts(allowed.Origins),
			ExposeHeaders: texts(r.Expose), MaxAge: r.MaxAge.Duration}
		out.Group.CORS = append(out.Group.CORS, rule)
	}
	return nil
}

// condition is when a rule acts.
type condition struct {
	Type    text
	MaxAge  seconds `json:"max_age"`
	Seconds seconds `json:"max_age_seconds"` // of a lock
	Date    moment
}

type transition struct {
	Condition    block[condition]
	StorageClass text `json:"storage_class"`
}

func readLifecycle(value json.RawMessage, out *Settings) error {
	var a struct {
		Rules []struct {
			ID         text
			Enabled    flag
			Conditions block[struct{ Prefix text }]
			Abort      block[transition] `json:"abort_multipart_uploads_transition"`
			Delete     block[transition] `json:"delete_objects_transition"`
			Classes    []transition      `json:"storage_class_transitions"`
		}
	}
	if err := json.Unmarshal(value, &a); err != nil {
		return err
	}
	out.Group.Lifecycle = []vendors.LifecycleRule{}
	for _, r := range a.Rules {
		rule := vendors.LifecycleRule{ID: string(r.ID), Enabled: !r.Enabled.off, Prefix: string(r.Conditions.get().Prefix)}
		rule.DeleteAfter, rule.DeleteOn = out.when(r.Delete)
		var on time.Time
		rule.AbortUploadsAfter, on = out.when(r.Abort)
		out.odd(!on.IsZero(), "a rule aborts uploads on a date")
		out.odd(len(r.Classes) > 1, "a rule moves objects twice")
		for _, class := range r.Classes {
			out.odd(!strings.EqualFold(string(class.StorageClass), "InfrequentAccess"), "a rule moves objects to another storage class than InfrequentAccess")
			rule.InfrequentAccessAfter, rule.InfrequentAccessOn = out.when(block[transition]{&class})
		}
		out.Group.Lifecycle = append(out.Group.Lifecycle, rule)
	}
	return nil
}

// when reads the condition of a transition: after some time, or on a date.
func (s *Settings) when(t block[transition]) (time.Duration, time.Time) {
	if t.at == nil {
		return 0, time.Time{}
	}
	c := t.at.Condition.get()
	s.odd(c.MaxAge.Odd, "an age is no whole number of seconds")
	s.odd(c.MaxAge.Duration == 0 && c.Date.IsZero() && !c.MaxAge.Odd, "a rule acts neither after some time nor on a date")
	if !c.Date.IsZero() {
		return 0, c.Date.Time
	}
	return c.MaxAge.Duration, time.Time{}
}

func readLock(value json.RawMessage, out *Settings) error {
	var a struct {
		Rules []struct {
			ID        text
			Enabled   flag
			Prefix    text
			Condition block[condition]
		}
	}
	if err := json.Unmarshal(value, &a); err != nil {
		return err
	}
	out.Group.Lock = []vendors.LockRule{}
	for _, r := range a.Rules {
		c := r.Condition.get()
		age := max(c.Seconds.Duration, c.MaxAge.Duration)
		rule := vendors.LockRule{ID: string(r.ID), Enabled: !r.Enabled.off, Prefix: string(r.Prefix)}
		switch {
		case strings.EqualFold(string(c.Type), "Indefinite"):
			rule.Indefinite = true
		case !c.Date.IsZero():
			rule.RetainUntil = c.Date.Time
		case age > 0 && !c.Seconds.Odd:
			rule.RetainFor = age
		default:
			out.odd(true, "a rule keeps objects neither for some time nor until a date")
		}
		out.Group.Lock = append(out.Group.Lock, rule)
	}
	return nil
}

func readDomain(value json.RawMessage, out *Settings) error {
	var a struct {
		Domain  text
		Zone    text `json:"zone_id"`
		Enabled flag
		MinTLS  text `json:"min_tls"`
		Ciphers []text
	}
	if err := json.Unmarshal(value, &a); err != nil || a.Domain == "" {
		return errOdd
	}
	out.Group.Domains = []vendors.CustomDomain{{Domain: strings.ToLower(string(a.Domain)), ZoneID: string(a.Zone), Enabled: !a.Enabled.off,
		MinTLS: string(a.MinTLS), Ciphers: texts(a.Ciphers)}}
	return nil
}

func readManaged(value json.RawMessage, out *Settings) error {
	var a struct{ Enabled flag }
	if err := json.Unmarshal(value, &a); err != nil {
		return err
	}
	out.Group.PublicAccess = &vendors.PublicAccess{Enabled: !a.Enabled.off}
	return nil
}

// odd notes what bh has no word for, once.
func (s *Settings) odd(is bool, what string) {
	if is && !strings.Contains(s.Odd, what) {
		s.Odd = strings.TrimPrefix(s.Odd+"; "+what, "; ")
	}
}
