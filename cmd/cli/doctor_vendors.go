package cli

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"

	"buckethead/cmd/view"
	"buckethead/config"
	"buckethead/config/diag"
	"buckethead/config/words"
	"buckethead/vendors"
	"buckethead/vendors/registry"
)

// settings checks every setting of a block, and says where its value comes from.
func (d *checkup) settings(ctx context.Context, c config.Connection) {
	vendor, known := registry.Find(c.Vendor)
	if !known {
		d.bad("vendor", "this bh has no vendor "+c.Vendor, "Use one of those that bh version --json lists.")
		return
	}
	for _, s := range vendor.Settings {
		value, set := c.Settings[s.Name]
		if lacks := c.Refers([]string{s.Name}); !set && lacks != nil {
			d.unopened(s.Name, lacks)
			continue
		}
		switch {
		case !set && s.Required:
			fix := "Write it in the block."
			if len(s.Env) > 0 {
				fix = "Set " + strings.Join(s.Env, " or ") + ", or write it in the block."
			}
			d.bad(s.Name, "not set", fix)
		case !set:
			d.good(s.Name, "not set", "")
		case value.Reference != "":
			d.good(s.Name, value.Reference, value.Source)
			d.readReference(ctx, s.Name, value.Reference)
		default:
			d.good(s.Name, shown(s, value), value.Source)
		}
	}
}

// shown returns the text of a setting without secrets.
func shown(s vendors.Setting, v vendors.Value) string {
	switch {
	case s.Secret && v.Secret.IsZero():
		return "empty"
	case s.Secret:
		return "set"
	case s.List:
		return strings.Join(v.List, ", ")
	}
	if u, err := url.Parse(v.Text); err == nil && u.User != nil {
		return u.Redacted()
	}
	return v.Text
}

// readReference checks that a value can be read from its store. It forgets the value.
func (d *checkup) readReference(ctx context.Context, name, reference string) {
	from, known := d.session.connections.StoreOf(reference)
	if !known {
		scheme, _, _ := strings.Cut(reference, "://")
		d.bad("read "+name, "no declared store reads "+scheme+":// references", "Declare a secrets block that does.")
		return
	}
	d.ask(ctx, from, "read "+name, func() (string, error) {
		_, err := d.session.connections.Resolve(ctx, reference)
		return "from secrets " + from, err
	})
}

// broughtKeys checks the keys of projects with register.
func (d *checkup) broughtKeys(ctx context.Context) {
	for i := range d.session.config.Projects {
		p := &d.session.config.Projects[i]
		if r := p.Register; r != nil && r.Reference != "" {
			d.readReference(ctx, p.Addr.Label()+" "+r.Reference, r.Reference)
		}
	}
	d.section(ctx, "registered keys")
}

// cloud checks the block of a cloud, and whether the cloud answers.
func (d *checkup) cloud(ctx context.Context, c config.Connection) {
	d.settings(ctx, c)
	address, told := c.Address(), false
	cloud, err := d.session.connections.Cloud(ctx, address)
	if err != nil {
		d.unopened("open", err)
	} else {
		if checker, able := vendors.As[vendors.PermissionChecker](cloud); able && d.permissions(ctx, address, checker) {
			told = true
		}
		d.ask(ctx, address, "list buckets", func() (string, error) {
			buckets, err := cloud.ListBuckets(ctx, "")
			return words.Count(len(buckets), "bucket"), err
		})
	}
	if !told {
		d.untold(c)
	}
	d.section(ctx, "cloud "+address)
}

// unopened adds why a block cannot be opened. A missing value is reported once, with its setting.
func (d *checkup) unopened(name string, err error) {
	var lack *config.LackError
	if !errors.As(err, &lack) {
		d.bad(name, err.Error(), fixOf(err))
		return
	}
	for _, x := range lack.Faults {
		if slices.ContainsFunc(d.faults, func(f diag.Diagnostic) bool { return f.Error() == x.Error() }) {
			continue // it is counted with the files
		}
		if !slices.ContainsFunc(d.checks, func(c view.Check) bool { return c.Found == x.Error() }) {
			d.bad(name, x.Error(), x.Fix)
		}
	}
}

// store checks the block of a store, and whether the store answers.
func (d *checkup) store(ctx context.Context, c config.Connection) {
	d.settings(ctx, c)
	d.keyFiles(ctx, c)
	store, err := d.session.connections.Store(ctx, c.Address())
	if err != nil {
		d.unopened("open", err)
	} else {
		d.ask(ctx, c.Address(), "list items", func() (string, error) {
			items, err := store.ListItems(ctx)
			return words.Count(len(items), "item"), err
		})
	}
	d.untold(c)
	d.section(ctx, "secrets "+c.Address())
}

// The limits for the time that an identity has left, and for clocks: S3 signatures fail beyond a quarter of an hour,
// and tokens before that.
const (
	expiresSoon = 14 * 24 * time.Hour
	skewNoticed = 30 * time.Second
	skewFatal   = 5 * time.Minute
)

// permissions checks who bh is to the vendor and what it may do. It reports whether the vendor answered.
func (d *checkup) permissions(ctx context.Context, address string, checker vendors.PermissionChecker) bool {
	var report vendors.IdentityReport
	if !d.ask(ctx, address, "identity", func() (string, error) {
		var err error
		report, err = checker.CheckPermissions(ctx)
		return report.Identity, err
	}) {
		return false
	}
	d.expiry(report.ExpiresAt)
	d.held(report.Permissions)
	d.clock(report.ClockSkew)
	return true
}

func (d *checkup) expiry(at time.Time) {
	check := view.Check{Name: "expiry", Outcome: view.OK, Found: "never"}
	left := at.Sub(d.now())
	switch {
	case at.IsZero():
	case left <= 0:
		check.Outcome, check.Found, check.Fix = view.Fault, "expired on "+words.Day(at), "Create a new one, and give it to bh."
	case left < expiresSoon:
		check.Outcome, check.Fix = view.Warning, "Create a new one before then, and give it to bh."
		check.Found = fmt.Sprintf("%s, in %s", words.Day(at), words.Count(int(left/(24*time.Hour)), "day"))
	default:
		check.Found = words.Day(at)
	}
	d.add(check)
}

func (d *checkup) clock(ahead time.Duration) {
	off, side := ahead, "ahead of"
	if ahead < 0 {
		off, side = -ahead, "behind"
	}
	check := view.Check{Name: "clock", Outcome: view.OK,
		Found: fmt.Sprintf("%s %s the vendor's", off.Round(time.Second), side)}
	if off < time.Second {
		check.Found = "as the vendor's"
	}
	switch {
	case off > skewFatal:
		check.Outcome, check.Fix = view.Fault, "Set this machine's clock: requests signed with a wrong time are refused."
	case off > skewNoticed:
		check.Outcome, check.Fix = view.Warning, "Set this machine's clock: beyond five minutes, requests are refused."
	}
	d.add(check)
}
