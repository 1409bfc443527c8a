package cli

import (
	"cmp"
	"fmt"

	"github.com/urfave/cli/v2"

	"buckethead/cmd/view"
	"buckethead/config"
	"buckethead/vendors"
	"buckethead/vendors/registry"
)

func purposeFlag() cli.Flag {
	return &cli.StringFlag{Name: "for", Usage: "list the permissions that `PURPOSE` needs: plan or apply"}
}

func readPurpose(c *cli.Context) (vendors.Purpose, error) {
	switch purpose := vendors.Purpose(c.String("for")); purpose {
	case "", vendors.ForPlan, vendors.ForApply:
		return purpose, nil
	default:
		return "", fmt.Errorf("--for is %q; it must be plan or apply", purpose)
	}
}

// held compares the permissions of an identity with those that are needed: by an apply, unless --for says
// otherwise.
func (d *checkup) held(list []vendors.Permission) {
	for _, p := range list {
		switch {
		case p.For == "" || p.For == cmp.Or(d.purpose, vendors.ForApply):
			d.permission(p)
		case d.purpose == vendors.ForPlan && p.Held == "yes":
			check := view.Check{Name: p.Name, Outcome: view.Warning, Found: "held, but a plan does not need it",
				Fix: "Plan with a separate identity that can only read: a plan runs the file of a pull request."}
			if p.Opens != "" {
				check.Found += ": " + p.Opens
			}
			d.add(check)
		}
	}
}

func (d *checkup) permission(p vendors.Permission) {
	check := view.Check{Name: p.Name, Outcome: view.Unknown, Found: "the vendor does not say; needed to " + p.Needed}
	switch p.Held {
	case "": // nobody was asked
		check.Found = "needed to " + p.Needed
	case "yes":
		check.Outcome, check.Found = view.OK, "held; needed to "+p.Needed
	case "no":
		check.Outcome, check.Found = view.Fault, "missing; needed to "+p.Needed
		check.Fix = "Grant the identity this permission, on the vendor's website."
	}
	if d.purpose != "" && p.Opens != "" {
		check.Found += "; " + p.Opens
	}
	d.add(check)
}

// untold lists what a block needs if its vendor cannot be asked. It does so only with --for.
func (d *checkup) untold(c config.Connection) {
	vendor, _ := registry.Find(c.Vendor)
	if d.purpose != "" && vendor.Permissions != nil {
		d.held(vendor.Permissions(c.Settings))
	}
}
