package vendortest

import (
	"context"
	"slices"
	"testing"
	"time"

	"buckethead/vendors"
)

var settingsPromises = []promise[*bucketSuite]{
	{"settings come back as they were sent", settingsComeBack},
	{"settings are cleared", settingsAreCleared},
	{"settings of an absent bucket = ErrNotFound", settingsOfAbsent},
	{"write settings twice", settingsTwice},
	{"custom domains of others stay", otherDomainsStay},
}

// settingsCloud is a cloud that has settings, and one of its buckets.
type settingsCloud struct {
	vendors.BucketProvider
	reader vendors.BucketSettingsReader
	writer vendors.BucketSettingsWriter
	id     vendors.BucketID
	kinds  []vendors.SettingsKind
}

// withSettings opens a cloud, or skips the test if it has no settings. Cleanup removes what the
// test writes.
func (s *bucketSuite) withSettings(t *testing.T) *settingsCloud {
	t.Helper()
	c := &settingsCloud{BucketProvider: s.open(t)}
	var reads, writes bool
	c.reader, reads = vendors.As[vendors.BucketSettingsReader](c.BucketProvider)
	c.writer, writes = vendors.As[vendors.BucketSettingsWriter](c.BucketProvider)
	for _, kind := range vendors.SettingsKinds() {
		if s.has(kind.Block()) {
			c.kinds = append(c.kinds, kind)
		}
	}
	if !reads || !writes || len(c.kinds) == 0 {
		if reads || writes || len(c.kinds) > 0 {
			t.Fatalf("the cloud reads settings: %t, writes them: %t, and names %v", reads, writes, c.kinds)
		}
		t.Skip("this cloud has no settings")
	}
	c.id = s.bucket(t, c)
	t.Cleanup(func() {
		for _, kind := range c.kinds {
			_ = c.writer.WriteBucketSettings(context.Background(), c.id, s.clearing(kind, c.id))
		}
	})
	return c
}

// sample returns settings that use all that a group has.
func (s *bucketSuite) sample(t *testing.T, kind vendors.SettingsKind, id vendors.BucketID) vendors.BucketSettings {
	t.Helper()
	const day = 24 * time.Hour
	on := time.Date(2031, 1, 1, 0, 0, 0, 0, time.UTC)
	if kind == vendors.DomainSettings {
		need(t, s.ZoneID != "" && s.Domain != "", "ZoneID and Domain")
	}
	return vendors.BucketSettings{
		CORS: []vendors.CORSRule{
			{AllowedOrigins: []string{"https://a.example", "https://b.example:8443"}, AllowedMethods: []string{"GET", "PUT"},
				AllowedHeaders: []string{"content-type"}, ExposeHeaders: []string{"etag"}, MaxAge: time.Hour},
			{AllowedOrigins: []string{"*"}, AllowedMethods: []string{"HEAD"}},
		},
		Lifecycle: []vendors.LifecycleRule{
			{ID: "old", Enabled: true, Prefix: "logs/", DeleteAfter: 30 * day, AbortUploadsAfter: 7 * day},
			{ID: "rest", InfrequentAccessAfter: 60 * day}, {ID: "then", Enabled: true, Prefix: "tmp/", DeleteOn: on}},
		Lock: []vendors.LockRule{{ID: "audit", Enabled: true, Prefix: "audit/", RetainFor: day}, {ID: "law", RetainUntil: on},
			{ID: "ever", Enabled: true, Prefix: "ever/", Indefinite: true}},
		Domains: []vendors.CustomDomain{{Domain: s.domain("a", id), ZoneID: s.ZoneID, Enabled: true, MinTLS: "1.2"},
			{Domain: s.domain("b", id), ZoneID: s.ZoneID}},
		PublicAccess: &vendors.PublicAccess{Enabled: true},
	}.Only(kind)
}

// domain returns a domain that no other bucket of the suite has.
func (s *bucketSuite) domain(name string, id vendors.BucketID) string {
	return name + "-" + id.Name + "." + s.Domain
}

func (s *bucketSuite) clearing(kind vendors.SettingsKind, id vendors.BucketID) vendors.SettingsChange {
	change := vendors.SettingsChange{Kind: kind, Settings: vendors.Cleared(kind)}
	if kind == vendors.DomainSettings {
		change.Detach = []string{s.domain("a", id), s.domain("b", id)}
	}
	return change
}

func (c *settingsCloud) write(t *testing.T, change vendors.SettingsChange) {
	t.Helper()
	expect(t, "write the settings "+string(change.Kind), c.writer.WriteBucketSettings(t.Context(), c.id, change), nil)
}

// read reads some groups, which must come back and no other with them.
func (c *settingsCloud) read(t *testing.T, kinds ...vendors.SettingsKind) vendors.BucketSettings {
	t.Helper()
	got, err := c.reader.ReadBucketSettings(t.Context(), c.id, kinds)
	expect(t, "read settings", err, nil)
	if !slices.Equal(got.Kinds(), kinds) {
		t.Errorf("asked for %v, got %v", kinds, got.Kinds())
	}
	return got
}

func settingsComeBack(t *testing.T, s *bucketSuite) {
	c := s.withSettings(t)
	c.read(t, c.kinds...) // not nil where there is nothing
	for _, kind := range c.kinds {
		sent := s.sample(t, kind, c.id)
		c.write(t, vendors.SettingsChange{Kind: kind, Settings: sent})
		if got := c.read(t, kind); !got.Meets(kind, sent) {
			t.Errorf("%s: sent %q, got %q", kind, sent.Words(kind), got.Words(kind))
		}
	}
	all := c.read(t, c.kinds...)
	for _, kind := range c.kinds {
		if sent := s.sample(t, kind, c.id); !all.Meets(kind, sent) {
			t.Errorf("%s among the others: sent %q, got %q", kind, sent.Words(kind), all.Words(kind))
		}
	}
}

func settingsAreCleared(t *testing.T, s *bucketSuite) {
	c := s.withSettings(t)
	for _, kind := range c.kinds {
		c.write(t, vendors.SettingsChange{Kind: kind, Settings: s.sample(t, kind, c.id)})
		for range 2 {
			c.write(t, s.clearing(kind, c.id))
			if got := c.read(t, kind); len(got.Words(kind)) > 0 {
				t.Errorf("%s: cleared, and there is still %q", kind, got.Words(kind))
			}
		}
	}
}

func settingsOfAbsent(t *testing.T, s *bucketSuite) {
	c := s.withSettings(t)
	absent := s.id()
	for _, kind := range c.kinds {
		_, err := c.reader.ReadBucketSettings(t.Context(), absent, []vendors.SettingsKind{kind})
		expect(t, "read the settings "+string(kind)+" of an absent bucket", err, vendors.ErrNotFound)
		change := vendors.SettingsChange{Kind: kind, Settings: s.sample(t, kind, absent)}
		expectRefusal(t, "write the settings "+string(kind)+" of an absent bucket",
			c.writer.WriteBucketSettings(t.Context(), absent, change), vendors.ErrNotFound)
	}
}

func settingsTwice(t *testing.T, s *bucketSuite) {
	c := s.withSettings(t)
	for _, kind := range c.kinds {
		sent := s.sample(t, kind, c.id)
		for range 2 {
			c.write(t, vendors.SettingsChange{Kind: kind, Settings: sent})
			if got := c.read(t, kind); len(got.Words(kind)) != len(sent.Words(kind)) || !got.Meets(kind, sent) {
				t.Errorf("%s: sent %q, got %q", kind, sent.Words(kind), got.Words(kind))
			}
		}
	}
}

func otherDomainsStay(t *testing.T, s *bucketSuite) {
	c := s.withSettings(t)
	if !slices.Contains(c.kinds, vendors.DomainSettings) {
		t.Skip("this cloud has no custom domains")
	}
	both := s.sample(t, vendors.DomainSettings, c.id)
	mine, others := both.Domains[:1:1], vendors.BucketSettings{Domains: both.Domains[1:]}
	c.write(t, vendors.SettingsChange{Kind: vendors.DomainSettings, Settings: both})
	mine[0].Enabled = false
	change := vendors.SettingsChange{Kind: vendors.DomainSettings, Settings: vendors.BucketSettings{Domains: mine}}
	c.write(t, change)
	got := c.read(t, vendors.DomainSettings)
	if !got.Meets(vendors.DomainSettings, change.Settings) || !got.Meets(vendors.DomainSettings, others) {
		t.Errorf("after a change of one domain: %q", got.Words(vendors.DomainSettings))
	}
	change = vendors.SettingsChange{Kind: vendors.DomainSettings, Settings: vendors.Cleared(vendors.DomainSettings),
		Detach: []string{mine[0].Domain}}
	for range 2 {
		c.write(t, change)
		if got := c.read(t, vendors.DomainSettings); len(got.Domains) != 1 || !got.Meets(vendors.DomainSettings, others) {
			t.Errorf("after one domain was detached: %q", got.Words(vendors.DomainSettings))
		}
	}
}
