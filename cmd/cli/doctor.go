package cli

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/urfave/cli/v2"

	"buckethead/cmd/connections"
	"buckethead/cmd/view"
	"buckethead/config"
	"buckethead/config/diag"
	"buckethead/config/words"
	"buckethead/vendors"
	"buckethead/vendors/registry"
)

func doctorCommand(p Process) *cli.Command {
	return &cli.Command{Name: "doctor", Usage: "look at files, settings, vendors and state, and say what is wrong", Flags: commonFlags(),
		Action: func(c *cli.Context) error {
			flags, err := readAlone(c, p)
			if err != nil {
				return err
			}
			return runDoctor(c.Context, p, flags)
		}}
}

// doctor looks at everything, one section after the other, and goes on after a
// fault. It changes nothing.
type doctor struct {
	*session
	ctx    context.Context
	checks []view.Check // of the section at hand
	counts view.CheckCounts
}

func runDoctor(ctx context.Context, p Process, flags common) (err error) {
	s, diags, err := begin(ctx, p, flags)
	if err != nil {
		return err
	}
	defer func() { err = joinClose(err, s) }()
	d := &doctor{session: s, ctx: ctx, counts: view.CheckCounts{}}
	d.good("version", version, "")
	d.section("bh")
	d.files(diags)
	for _, c := range s.config.Clouds {
		d.cloudBlock(c)
	}
	for _, c := range s.config.Secrets {
		d.storeBlock(c)
	}
	d.broughtKeys()
	d.state()
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	s.view.CheckSummary(d.counts)
	if !d.counts.Healthy() {
		return exitCode(exitError)
	}
	return nil
}

// section shows what was found since the last one. After a signal nothing is shown:
// what was cut off is no fault.
func (d *doctor) section(title string) {
	if len(d.checks) > 0 && d.ctx.Err() == nil {
		d.view.Checks(title, d.checks)
	}
	for _, c := range d.checks {
		d.counts[c.Outcome]++
	}
	d.checks = nil
}

func (d *doctor) add(c view.Check) { d.checks = append(d.checks, c) }

func (d *doctor) good(name, found, source string) {
	d.add(view.Check{Name: name, Outcome: view.OK, Found: found, Source: source})
}

// ask makes one call and says how long it took. found is what it gave, in words.
func (d *doctor) ask(address, name string, call func() (found string, err error)) bool {
	begun := d.p.Now()
	found, err := connections.Observe(d.ctx, d.connections, address, name, call)
	check := view.Check{Name: name, Outcome: view.OK, Found: found, Asked: true, Took: d.p.Now().Sub(begun)}
	if err != nil {
		check.Outcome, check.Found, check.Fix = view.Fault, err.Error(), fixOf(err)
	}
	d.add(check)
	return err == nil
}

// fixOf is the way out of a fault of a vendor.
func fixOf(err error) string {
	switch {
	case errors.Is(err, vendors.ErrDenied):
		return "Check the credentials that bh uses, and what they may do."
	case errors.Is(err, vendors.ErrRateLimited):
		return "Wait until the limit allows calls again, then look again."
	case errors.Is(err, vendors.ErrInvalid):
		return "Correct what the block says."
	case errors.Is(err, vendors.ErrNotFound):
		return "Name what is there, or make it."
	}
	return "See that it is there and can be reached, then look again."
}

// files says what was read, and every fault in it.
func (d *doctor) files(diags diag.List) {
	for _, name := range slices.Sorted(maps.Keys(d.config.Sources)) {
		faulty := slices.ContainsFunc(diags, func(x diag.Diagnostic) bool { return x.Subject.File == name && x.Severity == diag.Error })
		if !faulty {
			d.good(name, words.Count(strings.Count(string(d.config.Sources[name]), "\n"), "line"), "")
		}
	}
	for _, name := range d.flags.varFiles {
		d.good(name, "variables", "--var-file")
	}
	for _, x := range diags {
		check := view.Check{Name: "files", Outcome: view.Fault, Found: x.Summary, Fix: x.Fix}
		if !x.Subject.IsZero() {
			check.Name, check.Found = x.Subject.File, fmt.Sprintf("line %d: %s", x.Subject.Start.Line, x.Summary)
		}
		if x.Detail != "" {
			check.Found += ": " + x.Detail
		}
		if x.Severity == diag.Warning {
			check.Outcome = view.Warning
		}
		if check.Fix == "" {
			check.Fix = "Correct it; bh validate shows the line."
		}
		d.add(check)
	}
	if !diags.HasErrors() {
		d.good("stack", fmt.Sprintf("%s, with %s", d.config.Stack, words.Count(len(d.config.Projects), "project")), "")
	}
	d.section("files")
}

// settings says what every setting of a block is and where it comes from.
func (d *doctor) settings(c config.Connection) {
	vendor, known := registry.Find(c.Vendor)
	if !known {
		d.add(view.Check{Name: "vendor", Outcome: view.Fault, Found: "this bh has no vendor " + c.Vendor, Fix: "Use one of those that bh version --json names."})
		return
	}
	for _, s := range vendor.Settings {
		value, set := c.Settings[s.Name]
		switch {
		case !set && s.Required:
			fix := "Write it in the block."
			if len(s.Env) > 0 {
				fix = "Set " + strings.Join(s.Env, " or ") + ", or write it in the block."
			}
			d.add(view.Check{Name: s.Name, Outcome: view.Fault, Found: "not set", Fix: fix})
		case !set:
			d.good(s.Name, "not set", "")
		case value.Reference != "":
			d.good(s.Name, value.Reference, value.Source)
			d.readReference(s.Name, value.Reference)
		default:
			d.good(s.Name, shown(s, value), value.Source)
		}
	}
}

// shown gives a setting as everyone may see it.
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

// reference reads a value from the store that it names, and keeps nothing of it.
func (d *doctor) readReference(name, reference string) {
	from, known := d.connections.StoreOf(reference)
	if !known {
		scheme, _, _ := strings.Cut(reference, "://")
		d.add(view.Check{Name: "read " + name, Outcome: view.Fault, Found: "no declared store reads " + scheme + ":// references", Fix: "Declare the secrets block that does."})
		return
	}
	d.ask(from, "read "+name, func() (string, error) {
		_, err := d.connections.Resolve(d.ctx, reference)
		return "from secrets " + from, err
	})
}

func (d *doctor) broughtKeys() {
	for i := range d.config.Projects {
		if r := d.config.Projects[i].Register; r != nil && r.Reference != "" {
			d.readReference(d.config.Projects[i].Addr.Label()+" "+r.Reference, r.Reference)
		}
	}
	d.section("keys that are brought")
}

func (d *doctor) cloudBlock(c config.Connection) {
	d.settings(c)
	address := c.Address()
	cloud, err := d.connections.Cloud(d.ctx, address)
	if err != nil {
		d.add(view.Check{Name: "open", Outcome: view.Fault, Found: err.Error(), Fix: fixOf(err)})
	} else {
		if checker, able := vendors.As[vendors.PermissionChecker](cloud); able {
			d.permissions(address, checker)
		}
		d.ask(address, "list buckets", func() (string, error) {
			buckets, err := cloud.ListBuckets(d.ctx, "")
			return words.Count(len(buckets), "bucket"), err
		})
	}
	d.section("cloud " + address)
}

func (d *doctor) storeBlock(c config.Connection) {
	d.settings(c)
	store, err := d.connections.Store(d.ctx, c.Address())
	if err != nil {
		d.add(view.Check{Name: "open", Outcome: view.Fault, Found: err.Error(), Fix: fixOf(err)})
	} else {
		d.ask(c.Address(), "list items", func() (string, error) {
			items, err := store.ListItems(d.ctx)
			return words.Count(len(items), "item"), err
		})
	}
	d.section("secrets " + c.Address())
}

// The bounds on what an identity has left, and on clocks: signatures of S3 fail
// beyond a quarter of an hour, and tokens before.
const (
	expiresSoon = 14 * 24 * time.Hour
	skewNoticed = 30 * time.Second
	skewFatal   = 5 * time.Minute
)

// permissions says who bh is to the vendor, and what it may do.
func (d *doctor) permissions(address string, checker vendors.PermissionChecker) {
	var report vendors.IdentityReport
	if !d.ask(address, "identity", func() (string, error) {
		var err error
		report, err = checker.CheckPermissions(d.ctx)
		return report.Identity, err
	}) {
		return
	}
	d.expiry(report.ExpiresAt)
	for _, p := range report.Permissions {
		check := view.Check{Name: p.Name, Outcome: view.Unknown, Found: "the vendor does not tell; needed to " + p.Needed}
		switch p.Held {
		case "yes":
			check.Outcome, check.Found = view.OK, "held; needed to "+p.Needed
		case "no":
			check.Outcome, check.Found, check.Fix = view.Fault, "missing; needed to "+p.Needed, "Give the identity this permission, on the vendor's pages."
		}
		d.add(check)
	}
	d.clock(report.ClockSkew)
}

func (d *doctor) expiry(at time.Time) {
	check := view.Check{Name: "expiry", Outcome: view.OK, Found: "never"}
	left := at.Sub(d.p.Now())
	switch {
	case at.IsZero():
	case left <= 0:
		check.Outcome, check.Found, check.Fix = view.Fault, "expired on "+words.Day(at), "Make a new one, and give it to bh."
	case left < expiresSoon:
		check.Outcome, check.Found, check.Fix = view.Warning, fmt.Sprintf("%s, in %s", words.Day(at), words.Count(int(left/(24*time.Hour)), "day")), "Make a new one in time, and give it to bh."
	default:
		check.Found = words.Day(at)
	}
	d.add(check)
}

func (d *doctor) clock(ahead time.Duration) {
	off, side := ahead, "ahead of"
	if ahead < 0 {
		off, side = -ahead, "behind"
	}
	check := view.Check{Name: "clock", Outcome: view.OK, Found: fmt.Sprintf("%s %s the vendor's", off.Round(time.Second), side)}
	if off < time.Second {
		check.Found = "as the vendor's"
	}
	switch {
	case off > skewFatal:
		check.Outcome, check.Fix = view.Fault, "Set this machine's clock: signatures fail."
	case off > skewNoticed:
		check.Outcome, check.Fix = view.Warning, "Set this machine's clock: beyond five minutes signatures fail."
	}
	d.add(check)
}
