package vendors_test

import (
	"encoding/json"
	"reflect"
	"testing"
	"time"

	"buckethead/vendors"
)

func full() vendors.BucketSettings {
	on := time.Date(2030, 1, 1, 0, 0, 0, 0, time.UTC)
	return vendors.BucketSettings{
		CORS: []vendors.CORSRule{{AllowedOrigins: []string{"https://a.example"}, AllowedMethods: []string{"GET", "PUT"}, AllowedHeaders: []string{"*"}, ExposeHeaders: []string{"etag"}, MaxAge: time.Hour},
			{AllowedOrigins: []string{"*"}, AllowedMethods: []string{"HEAD"}}},
		Lifecycle: []vendors.LifecycleRule{{ID: "old", Enabled: true, Prefix: "logs/", DeleteAfter: 30 * 24 * time.Hour, InfrequentAccessOn: on, AbortUploadsAfter: time.Hour},
			{ID: "rest", DeleteOn: on, InfrequentAccessAfter: 24 * time.Hour}},
		Lock: []vendors.LockRule{{ID: "audit", Enabled: true, Prefix: "audit/", RetainFor: 24 * time.Hour}, {ID: "law", RetainUntil: on}, {ID: "ever", Enabled: true, Indefinite: true}},
		Domains: []vendors.CustomDomain{{Domain: "a.example.com", ZoneID: "z", Enabled: true, MinTLS: "1.2", Ciphers: []string{"AES128-SHA"}},
			{Domain: "b.example.com", ZoneID: "z"}},
		PublicAccess: &vendors.PublicAccess{Enabled: true},
	}
}

// Every field of every rule stands in its words, or a difference would not be seen.
func TestBucketSettings_wordsHoldEveryField(t *testing.T) {
	for _, kind := range vendors.SettingsKinds() {
		whole := full()
		if !whole.Meets(kind, full()) {
			t.Errorf("%s does not meet itself: %q", kind, whole.Words(kind))
		}
		changed := full()
		eachField(reflect.ValueOf(&changed).Elem(), func(path string, undo func()) {
			if changed.Only(kind).Has(kind) && !reflect.DeepEqual(changed.Only(kind), whole.Only(kind)) && whole.Meets(kind, changed) && path != "Vague" {
				t.Errorf("%s: another %s is no difference: %q", kind, path, changed.Words(kind))
			}
			undo()
		})
	}
}

// eachField changes one field after the other.
func eachField(v reflect.Value, look func(path string, undo func())) {
	switch v.Kind() {
	case reflect.Pointer:
		eachField(v.Elem(), look)
	case reflect.Slice:
		if v.Type().Elem().Kind() == reflect.Struct {
			for i := range v.Len() {
				eachField(v.Index(i), look)
			}
			return
		}
	case reflect.Struct:
		for i := range v.NumField() {
			f := v.Field(i)
			name := v.Type().Field(i).Name
			before := reflect.New(f.Type()).Elem()
			before.Set(f)
			undo := func() { f.Set(before) }
			switch x := f.Interface().(type) {
			case string:
				f.SetString(x + "x")
			case bool:
				f.SetBool(!x)
			case time.Duration:
				f.SetInt(int64(x + time.Second))
			case time.Time:
				f.Set(reflect.ValueOf(x.Add(24 * time.Hour).Truncate(24 * time.Hour)))
			case []string:
				f.Set(reflect.ValueOf(append([]string{"more"}, x...)))
			default:
				eachField(f, look)
				continue
			}
			look(name, undo)
		}
	}
}

func TestBucketSettings_orderCountsForCORSAlone(t *testing.T) {
	turned := full()
	turned.CORS[0], turned.CORS[1] = turned.CORS[1], turned.CORS[0]
	turned.Lifecycle[0], turned.Lifecycle[1] = turned.Lifecycle[1], turned.Lifecycle[0]
	turned.Lock[0], turned.Lock[2] = turned.Lock[2], turned.Lock[0]
	turned.Domains[0], turned.Domains[1] = turned.Domains[1], turned.Domains[0]
	for _, kind := range vendors.SettingsKinds() {
		if got, want := turned.Meets(kind, full()), kind != vendors.CORSSettings; got != want {
			t.Errorf("%s in another order meets: %t, want %t", kind, got, want)
		}
	}
}

func TestBucketSettings_domains(t *testing.T) {
	domain := func(d vendors.CustomDomain) vendors.BucketSettings {
		return vendors.BucketSettings{Domains: []vendors.CustomDomain{d}}
	}
	whole := vendors.CustomDomain{Domain: "a", ZoneID: "z", Enabled: true, MinTLS: "1.2", Ciphers: []string{"c"}}
	undeclared := vendors.CustomDomain{Domain: "a", ZoneID: "z", Enabled: true}
	vague := vendors.CustomDomain{Domain: "a", Enabled: true, Vague: true}
	other := vendors.BucketSettings{Domains: []vendors.CustomDomain{{Domain: "someone.else"}, whole}}
	for name, c := range map[string]struct {
		observed, wanted vendors.BucketSettings
		meets            bool
	}{
		"itself":                    {domain(whole), domain(whole), true},
		"what is not declared":      {domain(whole), domain(undeclared), true},
		"what the vendor lacks":     {domain(undeclared), domain(whole), false},
		"what it cannot say now":    {domain(vague), domain(whole), true},
		"what it says against":      {domain(vendors.CustomDomain{Domain: "a", MinTLS: "1.2", Vague: true}), domain(whole), false},
		"one more of someone's own": {other, domain(whole), true},
		"one that is gone":          {domain(whole), other, false},
		"none wanted":               {domain(whole), vendors.Cleared(vendors.DomainSettings), true},
	} {
		if got := c.observed.Meets(vendors.DomainSettings, c.wanted); got != c.meets {
			t.Errorf("%s: meets %t, want %t", name, got, c.meets)
		}
	}
}

// Not declared and cleared are not the same, in memory or in the state.
func TestBucketSettings_emptyIsNotNil(t *testing.T) {
	var none vendors.BucketSettings
	for _, kind := range vendors.SettingsKinds() {
		cleared := vendors.Cleared(kind)
		if none.Has(kind) || !none.None() || !cleared.Has(kind) || cleared.None() || len(cleared.Kinds()) != 1 || len(cleared.Words(kind)) != 0 {
			t.Errorf("%s: %+v", kind, cleared)
		}
		text, err := json.Marshal(cleared)
		var back vendors.BucketSettings
		if err != nil || json.Unmarshal(text, &back) != nil || !reflect.DeepEqual(back, cleared) {
			t.Errorf("%s went through JSON as %s, %+v", kind, text, back)
		}
	}
	if text, err := json.Marshal(none); err != nil || string(text) != "{}" {
		t.Errorf("nothing is written as %s", text)
	}
}

func TestBucketSettings_withAndClone(t *testing.T) {
	var taken vendors.BucketSettings
	for _, kind := range vendors.SettingsKinds() {
		taken = taken.With(kind, full())
		if alone := (vendors.BucketSettings{}).With(kind, full()); !reflect.DeepEqual(alone, full().Only(kind)) {
			t.Errorf("%s alone is %+v", kind, alone)
		}
	}
	if !reflect.DeepEqual(taken, full()) {
		t.Errorf("all groups together are %+v", taken)
	}
	whole := full()
	copied := whole.Clone()
	eachField(reflect.ValueOf(&copied).Elem(), func(path string, undo func()) {
		if !reflect.DeepEqual(whole, full()) {
			t.Errorf("%s of the copy is %s of the original", path, path)
		}
		undo()
	})
	copied.CORS[0].AllowedOrigins[0], copied.CORS[0].AllowedMethods[0], copied.CORS[0].AllowedHeaders[0] = "x", "x", "x"
	copied.CORS[0].ExposeHeaders[0], copied.Domains[0].Ciphers[0] = "x", "x"
	if !reflect.DeepEqual(whole, full()) {
		t.Errorf("a list is shared with the copy: %+v", whole)
	}
	for _, kind := range vendors.SettingsKinds() {
		if got := vendors.Cleared(kind).Clone(); !reflect.DeepEqual(got, vendors.Cleared(kind)) {
			t.Errorf("a copy of nothing is %+v", got)
		}
	}
}
