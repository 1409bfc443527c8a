package config

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"buckethead/config/addr"
	"buckethead/vendors"
)

// everyBlock is a cloud that knows all that the language can say of a bucket.
var everyBlock = vendors.Vendor{Name: "c", Title: "Cloud", BucketAttributes: []string{"location", "jurisdiction", "storage_class", "allowed_ips", "expires_after",
	"cors_rule", "lifecycle_rule", "lock_rule", "custom_domain", "public_access"}}

func drawSpec(t *rapid.T) vendors.BucketSpec {
	text := rapid.StringMatching(`[a-z][a-z0-9 ${}%\\é]{0,8}[a-z]`)
	days := rapid.Custom(func(t *rapid.T) time.Duration {
		return time.Duration(rapid.IntRange(1, 4000).Draw(t, "hours")) * time.Hour
	})
	date := rapid.Custom(func(t *rapid.T) time.Time {
		return time.Unix(int64(rapid.IntRange(0, 4_000_000_000).Draw(t, "seconds")), 0).UTC()
	})
	id := func(i int) string { return text.Draw(t, "id") + string(rune('a'+i)) }
	spec := vendors.BucketSpec{ID: vendors.BucketID{Name: "b", Namespace: rapid.SampledFrom([]string{"", "eu"}).Draw(t, "namespace")},
		Location: rapid.SampledFrom([]string{"", "weur"}).Draw(t, "location"), StorageClass: rapid.SampledFrom([]string{"", "standard"}).Draw(t, "class")}
	s := &spec.Settings
	for range rapid.IntRange(0, 2).Draw(t, "cors") {
		s.CORS = append(s.CORS, vendors.CORSRule{AllowedOrigins: []string{"*"}, AllowedMethods: []string{"GET", "PUT"},
			ExposeHeaders: rapid.SampledFrom([][]string{nil, {"ETag"}}).Draw(t, "headers"), MaxAge: time.Duration(rapid.IntRange(0, 86400).Draw(t, "age")) * time.Second})
	}
	for i := range rapid.IntRange(0, 2).Draw(t, "lifecycle") {
		r := vendors.LifecycleRule{ID: id(i), Enabled: rapid.Bool().Draw(t, "enabled"), Prefix: rapid.SampledFrom([]string{"", "${x}/", `a"b\`}).Draw(t, "prefix"),
			AbortUploadsAfter: days.Draw(t, "abort")}
		if rapid.Bool().Draw(t, "dated") {
			r.DeleteOn = date.Draw(t, "on")
		} else {
			r.DeleteAfter = days.Draw(t, "after")
		}
		s.Lifecycle = append(s.Lifecycle, r)
	}
	for i := range rapid.IntRange(0, 2).Draw(t, "lock") {
		r := vendors.LockRule{ID: id(i), Enabled: true}
		switch rapid.IntRange(0, 2).Draw(t, "how") {
		case 0:
			r.RetainFor = days.Draw(t, "for")
		case 1:
			r.RetainUntil = date.Draw(t, "until")
		default:
			r.Indefinite = true
		}
		s.Lock = append(s.Lock, r)
	}
	if rapid.Bool().Draw(t, "domain") {
		s.Domains = []vendors.CustomDomain{{Domain: "files.example.com", ZoneID: "Z", Enabled: rapid.Bool().Draw(t, "on"), MinTLS: rapid.SampledFrom([]string{"", "1.2"}).Draw(t, "tls")}}
	}
	if rapid.Bool().Draw(t, "public") {
		s.PublicAccess = &vendors.PublicAccess{Enabled: rapid.Bool().Draw(t, "open")}
	}
	return spec
}

// What the language has words for comes back as it was written; the text is canonical.
func TestDeclarable_saysAll(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		spec := drawSpec(t)
		got, left, err := Declarable(everyBlock, spec)
		if err != nil || len(left) > 0 || got.Location != spec.Location {
			t.Fatalf("%v, left out %q of\n%s", err, left, Generate([]Existing{{To: addr.Address{Kind: addr.Project, Name: "p"}, Bucket: spec}}))
		}
		text := Generate([]Existing{{To: addr.Address{Kind: addr.Project, Name: "p"}, Bucket: spec}})
		if again, diags := Format(text, "x.hcl"); len(diags) > 0 || !bytes.Equal(again, text) {
			t.Fatalf("not canonical (%v):\n%s", diags, text)
		}
	})
}

// One rule without words leaves its group out, and nothing else.
func TestDeclarable_leavesOut(t *testing.T) {
	full := vendors.BucketSpec{ID: vendors.BucketID{Name: "photos"}, Location: "weur", StorageClass: "standard", Settings: vendors.BucketSettings{
		CORS:      []vendors.CORSRule{{AllowedOrigins: []string{"https://example.com"}, AllowedMethods: []string{"GET"}}},
		Lifecycle: []vendors.LifecycleRule{{ID: "old", Enabled: true, DeleteAfter: time.Hour}},
		Lock:      []vendors.LockRule{{ID: "kept", Enabled: true, Indefinite: true}},
		Domains:   []vendors.CustomDomain{{Domain: "a.example.com", ZoneID: "Z", Enabled: true}, {Domain: "b.example.com", ZoneID: "Z", Enabled: true}},
	}}
	for name, c := range map[string]struct {
		change func(*vendors.BucketSpec)
		want   string // what is left out
	}{
		"nothing":                    {func(*vendors.BucketSpec) {}, ""},
		"a rule of the vendor's own": {func(s *vendors.BucketSpec) { s.Settings.Lifecycle[0].Other = "{}" }, "lifecycle_rule (old for all objects, delete after 1h, and {}): the language cannot express all of it"},
		"an invalid origin":          {func(s *vendors.BucketSpec) { s.Settings.CORS[0].AllowedOrigins[0] = "https://example.com/" }, "cors_rule"},
		"an origin in capitals":      {func(s *vendors.BucketSpec) { s.Settings.CORS[0].AllowedOrigins[0] = "https://EXAMPLE.com" }, "cors_rule"},
		"an invalid id":              {func(s *vendors.BucketSpec) { s.Settings.Lock[0].ID = `a"b` }, "lock_rule"},
		"two rules of one id":        {func(s *vendors.BucketSpec) { s.Settings.Lock = append(s.Settings.Lock, s.Settings.Lock[0]) }, "lock_rule"},
		"a domain of unknown zone":   {func(s *vendors.BucketSpec) { s.Settings.Domains[0].ZoneID = "" }, "custom_domain a.example.com: "},
		"a part of a second": {func(s *vendors.BucketSpec) {
			s.Settings.Lock[0] = vendors.LockRule{ID: "k", Enabled: true, RetainFor: 1500 * time.Millisecond}
		}, "lock_rule"},
		"a class in capitals": {func(s *vendors.BucketSpec) { s.StorageClass = "STANDARD" }, `storage_class "STANDARD"`},
	} {
		t.Run(name, func(t *testing.T) {
			spec := full
			spec.Settings = full.Settings.Clone()
			c.change(&spec)
			got, left, err := Declarable(everyBlock, spec)
			if err != nil || strings.Join(left, "\n") != c.want && (c.want == "" || len(left) != 1 || !strings.HasPrefix(left[0], c.want)) {
				t.Fatalf("got %v, left out %q, want %q", err, left, c.want)
			}
			if err := readsBack(everyBlock, got); err != nil {
				t.Errorf("what it returns cannot be declared: %v", err)
			}
			if groups := len(got.Settings.Kinds()); got.Location != "weur" || groups < 3 || strings.HasPrefix(c.want, "custom_domain") && len(got.Settings.Domains) != 1 {
				t.Errorf("it left out too much: %+v", got)
			}
		})
	}
	strict := everyBlock
	strict.CheckBucket = func(s vendors.BucketSpec) []vendors.Problem {
		return []vendors.Problem{{Attribute: "bucket", Summary: "No bucket is called so", Fix: "Do not."}}
	}
	if _, _, err := Declarable(strict, full); err == nil || !strings.Contains(err.Error(), "No bucket is called so") {
		t.Errorf("got %v, want what the vendor says", err)
	}
}

func TestGenerate(t *testing.T) {
	got := string(Generate([]Existing{
		{To: addr.Address{Kind: addr.Project, Name: "photos"}, Cloud: "local.main", Secrets: "age_file.main", Bucket: vendors.BucketSpec{ID: vendors.BucketID{Name: "p", Namespace: "eu"}},
			ItemTitle: "a ${b}", Item: "I1", AccessKeyID: "K1", Access: vendors.ReadOnly, AllowedIPs: []string{"10.0.0.0/8"}, ExpiresAfter: 90 * 24 * time.Hour},
		{To: addr.Address{Kind: addr.Project, Name: "tenant", Key: `a"${b}`}, Declared: true, Bucket: vendors.BucketSpec{ID: vendors.BucketID{Name: "t"}}},
	}))
	want := `project "photos" {
  bucket        = "p"
  cloud         = cloud.local.main
  secrets       = age_file.main
  item_title    = "a $${b}"
  jurisdiction  = "eu"
  access        = "read_only"
  allowed_ips   = ["10.0.0.0/8"]
  expires_after = "90d"
}

import {
  to            = project.photos
  bucket        = "p"
  item          = "I1"
  access_key_id = "K1"
}

import {
  to     = project.tenant["a\"$${b}"]
  bucket = "t"
}
`
	if got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

func TestAppend(t *testing.T) {
	for src, want := range map[string]string{"": "x\n", "a": "a\n\nx\n", "a\n": "a\n\nx\n", "a {}\r\n# b": "a {}\r\n# b\n\nx\n"} {
		if got := string(Append([]byte(src), []byte("x\n"))); got != want {
			t.Errorf("%q: got %q, want %q", src, got, want)
		}
	}
}
