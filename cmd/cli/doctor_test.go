package cli

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"strings"
	"testing"
	"time"

	"buckethead/cmd/view"
	"buckethead/config"
	"buckethead/vendors"
)

// newDoctor is a doctor at work on a session without files.
func newDoctor(t *testing.T) *checkup {
	t.Helper()
	now := func() time.Time { return time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC) }
	v, err := view.New("human", io.Discard, io.Discard, view.Options{Now: now})
	if err != nil {
		t.Fatal(err)
	}
	s := &session{run: &run{Process: Process{Now: now, Sleep: sleep}}, view: view.Serial(v), log: slog.New(slog.DiscardHandler), config: &config.Config{Dir: t.TempDir()}}
	s.connections = newConnections(s)
	return &checkup{session: s, counts: view.CheckCounts{}}
}

// told returns the checks as lines: outcome, name, what was found.
func (d *checkup) told() string {
	var lines []string
	for _, c := range d.checks {
		lines = append(lines, fmt.Sprintf("%s %s: %s", c.Outcome, c.Name, c.Found))
	}
	return strings.Join(lines, "\n")
}

// checker is a vendor that tells what bh may do.
type checker struct {
	report vendors.IdentityReport
	err    error
	fault  string
}

func (c checker) CheckPermissions(context.Context) (vendors.IdentityReport, error) {
	if c.fault != "" {
		panic(c.fault)
	}
	return c.report, c.err
}

func TestDoctor_permissions(t *testing.T) {
	now := time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	write := vendors.Permission{Name: "Storage Write", Needed: "make buckets"}
	held := func(how string) []vendors.Permission { p := write; p.Held = how; return []vendors.Permission{p} }
	for _, test := range []struct {
		name    string
		checker checker
		want    string
		fixes   int
	}{
		{"all is well", checker{report: vendors.IdentityReport{Identity: "token x", Permissions: held("yes"), ClockSkew: -2 * time.Second}},
			"ok identity: token x\nok expiry: never\nok Storage Write: held; needed to make buckets\nok clock: 2s behind the vendor's", 0},
		{"nobody tells", checker{report: vendors.IdentityReport{Identity: "token x", Permissions: held("unknown"), ExpiresAt: now.Add(15 * 24 * time.Hour)}},
			"ok identity: token x\nok expiry: 2026-12-08\nunknown Storage Write: the vendor does not say; needed to make buckets\nok clock: as the vendor's", 0},
		{"soon over, and clocks differ", checker{report: vendors.IdentityReport{Identity: "token x", ExpiresAt: now.Add(13 * 24 * time.Hour), ClockSkew: 31 * time.Second}},
			"ok identity: token x\nwarning expiry: 2026-12-06, in 13 days\nwarning clock: 31s ahead of the vendor's", 2},
		{"over, missing, and far off", checker{report: vendors.IdentityReport{Identity: "token x", Permissions: held("no"), ExpiresAt: now, ClockSkew: -6 * time.Minute}},
			"ok identity: token x\nerror expiry: expired on 2026-11-23\nerror Storage Write: missing; needed to make buckets\nerror clock: 6m0s behind the vendor's", 3},
		{"not valid", checker{err: &vendors.Error{Vendor: "c", Op: "verify the token", Kind: vendors.ErrDenied, Code: "1000", RequestID: "ray-1"}},
			"error identity: c: verify the token: permission denied (code 1000, request ray-1)", 1},
		{"a panic", checker{fault: "index out of range"}, "error identity: identity: internal error, this is a bug in bh: index out of range", 1},
	} {
		t.Run(test.name, func(t *testing.T) {
			d := newDoctor(t)
			d.permissions(t.Context(), "local.main", test.checker)
			if got := d.told(); got != test.want {
				t.Errorf("got\n%s\nwant\n%s", got, test.want)
			}
			fixes := 0
			for _, c := range d.checks {
				if (c.Fix != "") != (c.Outcome == view.Fault || c.Outcome == view.Warning) {
					t.Errorf("%s has the way out %q", c.Outcome, c.Fix)
				}
				if c.Fix != "" {
					fixes++
				}
			}
			if fixes != test.fixes {
				t.Errorf("%d ways out, want %d", fixes, test.fixes)
			}
		})
	}
}

func TestDoctor_showsNoSecretOfASetting(t *testing.T) {
	const canary = "canary-Zo1ohz9aeph3"
	secret := vendors.Setting{Name: "api_token", Secret: true}
	for _, test := range []struct {
		setting vendors.Setting
		value   vendors.Value
		want    string
	}{
		{secret, vendors.Value{Secret: vendors.NewSecret(canary)}, "set"},
		{secret, vendors.Value{}, "empty"},
		{vendors.Setting{}, vendors.Value{Text: "https://" + "me:" + canary + "@proxy.example/"}, "https://me:xxxxx@proxy.example/"},
		{vendors.Setting{}, vendors.Value{Text: "a text"}, "a text"},
		{vendors.Setting{List: true}, vendors.Value{List: []string{"a", "b"}}, "a, b"},
	} {
		if got := shown(test.setting, test.value); got != test.want {
			t.Errorf("got %q, want %q", got, test.want)
		}
	}
}

func TestDoctor_goesOnWithABlockOfNoVendor(t *testing.T) {
	d := newDoctor(t)
	d.session.config.Clouds = []config.Connection{{Vendor: "nobody", Name: "main"}}
	d.cloud(t.Context(), d.session.config.Clouds[0])
	if d.counts[view.Fault] != 2 || len(d.checks) != 0 {
		t.Errorf("got %v, want two faults", d.counts)
	}
}
