package planner_test

import (
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"buckethead/config"
	"buckethead/config/addr"
	"buckethead/planner"
	"buckethead/planner/observed"
	"buckethead/state"
	"buckethead/vendors"
)

// drawAges adds to a world what time can change: keys that expire, and older ones whose overlap ends.
func drawAges(t *rapid.T, in planner.Input) {
	hours := func(label string, from, to int) time.Duration {
		return time.Duration(rapid.IntRange(from, to).Draw(t, label)) * time.Hour
	}
	for i := range in.Desired.Projects {
		if d := &in.Desired.Projects[i]; rapid.Bool().Draw(t, "expires") {
			d.ExpiresAfter = hours("expires after", 1, 6)
		}
	}
	for _, p := range slices.SortedFunc(maps.Keys(in.Recorded.Records), addr.Address.Compare) {
		r := in.Recorded.Records[p]
		for range rapid.IntRange(0, 2).Draw(t, "retiring") {
			id := "K" + p.Name + rapid.StringMatching("[a-z]{4}").Draw(t, "older key")
			r.Retiring = append(r.Retiring, state.CredentialRef{ID: id, RetireAfter: now.Add(hours("retires", -2, 4))})
			in.Observed.Credentials[observed.CredentialKey{Cloud: cloud, ID: id}] = vendors.Credential{ID: id, Status: vendors.Active}
		}
		in.Recorded.Records[p] = r
	}
	byID := func(a, b observed.CredentialKey) int { return strings.Compare(a.ID, b.ID) }
	for _, key := range slices.SortedFunc(maps.Keys(in.Observed.Credentials), byID) {
		c := in.Observed.Credentials[key]
		if rapid.Bool().Draw(t, "has an end") {
			c.ExpiresAt = now.Add(hours("ends", -2, 4))
		}
		in.Observed.Credentials[key] = c
	}
	in.Observed.CredentialLimit = map[string]int{cloud: rapid.SampledFrom([]int{0, 0, 3, 8}).Draw(t, "limit")}
}

// later returns the same world when some time has passed.
func later(in planner.Input, d time.Duration) planner.Input {
	in.Now = now.Add(d)
	in.Observed.Credentials = maps.Clone(in.Observed.Credentials)
	for key, c := range in.Observed.Credentials {
		if !c.ExpiresAt.IsZero() && !c.ExpiresAt.After(in.Now) {
			c.Status = vendors.Expired
			in.Observed.Credentials[key] = c
		}
	}
	return in
}

// lasting returns what a plan does that time alone did not cause.
func lasting(p *planner.Plan) map[addr.Address]string {
	out := map[addr.Address]string{}
	for i := range p.Operations {
		if digest := p.Operations[i].Lasting(); digest != "" {
			out[p.Operations[i].Address] = digest
		}
	}
	return out
}

// TestMake_digestDoesNotAge: as long as only time passes, a plan keeps its digest, and so does each
// operation without what time causes. If due rotations are left out, what is left to them is told.
func TestMake_digestDoesNotAge(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		in := drawInput(t)
		drawAges(t, in)
		first, _ := planner.Make(later(in, 0))
		in = later(in, time.Duration(rapid.IntRange(1, 600).Draw(t, "minutes"))*time.Minute)
		second, _ := planner.Make(in)
		if first.Digest() != second.Digest() {
			t.Fatalf("the digest is another one later:\n%v\n%v", texts(first), texts(second))
		}
		if a, b := lasting(first), lasting(second); !maps.Equal(a, b) {
			t.Fatalf("an operation does something else later:\n%v %v\n%v %v", a, texts(first), b, texts(second))
		}
		in.LeaveDue = func(addr.Address) bool { return true }
		third, _ := planner.Make(in)
		if third.Digest() != second.Digest() {
			t.Fatalf("without what is due, the digest is another one:\n%v\n%v", texts(second), texts(third))
		}
		for _, o := range third.Operations {
			if o.IsDue() && o.Timed.Rest == "" {
				t.Fatalf("%s is due, and was not left out", o.Address)
			}
		}
		due := slices.Concat(third.Left, third.Due())
		if missing := slices.DeleteFunc(second.Due(), func(p addr.Address) bool { return slices.Contains(due, p) }); len(missing) > 0 {
			t.Fatalf("due are %v; left out are %v, and made are %v", second.Due(), third.Left, third.Due())
		}
	})
}

// TestMake_lostDigestDoesNotAge: whether the older key of the record is in its overlap decides what becomes of an older
// key that the state does not know. The digest is that of the plan in which it still is.
func TestMake_lostDigestDoesNotAge(t *testing.T) {
	digest := func(left time.Duration) string {
		s := newScene()
		s.lose("K9", 2)
		s.addCredential("K0", drawnBy("L", photos, 1), "photos-bucket")
		s.rec.Retiring = []state.CredentialRef{{ID: "K0", RetireAfter: now.Add(left)}}
		plan, diags := s.make(t)
		if diags.HasErrors() || len(plan.Operations) != 1 {
			t.Fatalf("%v\n%s", texts(plan), said(diags))
		}
		return plan.Digest()
	}
	if digest(time.Hour) != digest(-time.Hour) {
		t.Error("the digest is another one after the overlap")
	}
}

func texts(p *planner.Plan) (out []string) {
	for _, o := range p.Operations {
		out = append(out, string(o.Kind)+" "+o.Address.String()+" ("+o.Reason.Word+")")
	}
	return out
}

// TestMake_timed: what is marked as caused by time, and what remains without it.
func TestMake_timed(t *testing.T) {
	due := func(s *scene) {
		s.desc.Rotate = &config.Rotation{Every: time.Minute}
	}
	protect := func(s *scene) { s.desc.Protect = true }
	expired := func(s *scene) {
		s.credential(func(c *vendors.Credential) { c.Status, c.ExpiresAt = vendors.Expired, now.Add(-time.Hour) })
	}
	ended := func(s *scene) {
		s.rec.Retiring = []state.CredentialRef{{ID: "old", RetireAfter: now.Add(-time.Hour)}}
	}
	for _, c := range []struct {
		name       string
		change     []func(*scene)
		word, left string // the reason with what is due, and without it
		due, rest  bool
	}{
		{"due", []func(*scene){due}, "rotation_due", "", true, false},
		{"due, and something declared", []func(*scene){due, protect}, "rotation_due", "settings_changed", true, true},
		{"due, and an overlap ended", []func(*scene){due, ended}, "rotation_due", "overlap_passed", true, false},
		{"an overlap ended", []func(*scene){ended}, "overlap_passed", "overlap_passed", false, false},
		{"an overlap ended, and something declared", []func(*scene){ended, protect}, "overlap_passed", "overlap_passed", false, true},
		{"something declared", []func(*scene){protect}, "settings_changed", "settings_changed", false, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := newScene()
			for _, f := range c.change {
				f(s)
			}
			plan, diags := s.make(t)
			if diags.HasErrors() || len(plan.Operations) != 1 {
				t.Fatalf("%v %v", texts(plan), diags)
			}
			o := plan.Operations[0]
			if o.Reason.Word != c.word || o.IsDue() != c.due || (o.Lasting() != "") != c.rest {
				t.Errorf("got %s, %+v", o.Reason.Word, o.Timed)
			}
			s.in.LeaveDue = func(addr.Address) bool { return true }
			plan, _ = s.make(t)
			word := ""
			if len(plan.Operations) > 0 {
				word = plan.Operations[0].Reason.Word
			}
			if word != c.left || len(plan.Left) > 0 != c.due {
				t.Errorf("without what is due: %q, left out %v", word, plan.Left)
			}
		})
	}
	t.Run("a key that expired is renewed beside other changes", func(t *testing.T) {
		for _, more := range []bool{false, true} {
			s := newScene()
			s.desc.Protect = more
			s.desc.ExpiresAfter = 0
			expired(s)
			s.credential(func(c *vendors.Credential) { c.ExpiresAt = time.Time{} })
			s.in.LeaveDue = func(addr.Address) bool { return true }
			plan, _ := s.make(t)
			if renews := len(plan.Operations) == 1 && plan.Operations[0].IsDue(); renews != more || len(plan.Left) > 0 == more {
				t.Errorf("with more to do %t: %v, left out %v", more, texts(plan), plan.Left)
			}
		}
	})
}
