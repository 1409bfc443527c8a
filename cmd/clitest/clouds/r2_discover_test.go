package clouds

import (
	"strings"
	"testing"

	simulator "buckethead/vendors/sim/cloudflare"
)

// Every jurisdiction is looked into that the account may have, and other people's
// tokens are counted alone.
func TestR2_discover(t *testing.T) {
	r2Case(t, simulator.Options{SparseLists: true, NotEntitled: []string{"fedramp"}}, func(t *testing.T, a *r2Account) {
		a.declare(`project "photos" { bucket = "photos" }`)
		a.converges(1)
		a.AddBucket(simulator.Bucket{Name: "old-photos", Jurisdiction: "eu"})
		a.AddBucket(simulator.Bucket{Name: "logs"})
		a.AddToken(simulator.TokenSpec{Name: "bh/prod/project.logs/0123456789ab", Groups: []string{"Workers R2 Storage Bucket Item Read"}})
		a.AddToken(simulator.TokenSpec{Name: "terraform", Groups: []string{"Workers R2 Storage Write"}})
		a.ResetCounts()
		out := a.must("discover", "--verbose")
		for _, want := range []string{"bh import logs --bucket logs\n", "bh import old_photos --bucket old-photos --jurisdiction eu\n", "prod@unknown project.logs",
			"cloudflare_r2.main: fedramp was not listed", "Found: 2 buckets, 1 credential. Not managed by bh, and not listed: 2 credentials."} {
			if !strings.Contains(out, want) {
				t.Errorf("it lacks %q:\n%s", want, out)
			}
		}
		if strings.Contains(out, "terraform") || strings.Contains(out, "bucket photos") {
			t.Errorf("it lists what is someone's:\n%s", out)
		}
		if strings.Contains(a.must("discover"), "fedramp") {
			t.Error("it speaks of fedramp without being asked")
		}
		for _, c := range a.Log() {
			if c.Method != "GET" {
				t.Errorf("it sent %s %s", c.Method, c.Path)
			}
		}
	})
}

// A picture asks nobody, and knows of jurisdictions.
func TestR2_graph(t *testing.T) {
	r2Case(t, simulator.Options{}, func(t *testing.T, a *r2Account) {
		a.declare(r2Two)
		out := a.must("graph")
		for _, want := range []string{"cloudflare_r2.main", "albums (eu)", "photos", "age_file.main"} {
			if !strings.Contains(out, want) {
				t.Errorf("it lacks %q:\n%s", want, out)
			}
		}
		if calls := a.Log(); len(calls) > 0 {
			t.Errorf("it made %d calls", len(calls))
		}
	})
}
