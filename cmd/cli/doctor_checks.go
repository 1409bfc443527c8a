package cli

import (
	"context"
	"errors"
	"time"

	"buckethead/cmd/connections"
	"buckethead/cmd/view"
	"buckethead/config"
	"buckethead/config/diag"
	"buckethead/vendors"
)

// checkup collects the checks of bh doctor, and shows them section by section. It continues after one that failed.
type checkup struct {
	session *session
	checks  []view.Check // of the current section
	counts  view.CheckCounts
	faults  diag.List       // of the files
	purpose vendors.Purpose // of --for; "" for what an apply needs
}

func (d *checkup) now() time.Time { return d.session.run.Now() }

// section shows the checks since the last section. After a signal it shows nothing, because the signal may have made
// them fail.
func (d *checkup) section(ctx context.Context, title string) {
	if len(d.checks) > 0 && ctx.Err() == nil {
		d.session.view.Checks(title, d.checks)
	}
	for _, c := range d.checks {
		d.counts[c.Outcome]++
	}
	d.checks = nil
}

func (d *checkup) add(c view.Check) { d.checks = append(d.checks, c) }

func (d *checkup) good(name, found, source string) {
	d.add(view.Check{Name: name, Outcome: view.OK, Found: found, Source: source})
}

// bad adds a check that failed, and how to fix it.
func (d *checkup) bad(name, found, fix string) {
	d.add(view.Check{Name: name, Outcome: view.Fault, Found: found, Fix: fix})
}

// ask makes one call and adds a check for it, with the time it took. found says what the call returned. ask reports
// whether the call succeeded.
func (d *checkup) ask(ctx context.Context, address, name string, call func() (found string, err error)) bool {
	begun := d.now()
	found, err := connections.Observe(ctx, d.session.connections, address, name, call)
	check := view.Check{Name: name, Outcome: view.OK, Found: found, Asked: true, Took: d.now().Sub(begun)}
	if err != nil {
		check.Outcome, check.Found, check.Fix = view.Fault, err.Error(), fixOf(err)
	}
	d.add(check)
	return err == nil
}

// fixOf says how to fix an error of a vendor.
func fixOf(err error) string {
	var lack *config.LackError
	switch {
	case errors.Is(err, vendors.ErrHostNotAllowed):
		return "" // the error says so itself
	case errors.As(err, &lack):
		return lack.Faults[0].Fix
	case errors.Is(err, vendors.ErrDenied):
		return "Check the credentials that bh uses, and their permissions."
	case errors.Is(err, vendors.ErrRateLimited):
		return "Wait until the limit allows calls again, then try again."
	case errors.Is(err, vendors.ErrInvalid):
		return "Correct the block."
	case errors.Is(err, vendors.ErrNotFound):
		return "Name one that exists, or create it."
	}
	return "Check that it exists and can be reached, then try again."
}
