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
		return "", fmt.Errorf("--for is %q, and has to be plan or apply", purpose)
	}
}

// held checks the permissions of an identity, against those that an apply needs if nothing else was asked for.
func (d *checkup) held(list []vendors.Permission) {
	for _, p := range list {
		switch {
		case p.For == "" || p.For == cmp.Or(d.purpose, vendors.ForApply):
			d.permission(p)
		case d.purpose == vendors.ForPlan && p.Held == "yes":
			check := view.Check{Name: p.Name, Outcome: view.Warning, Found: "held, and a plan does not need it",
				Fix: "Plan with an identity of its own that may only read: a plan runs the file of a pull request."}
			if p.Opens != "" {
				check.Found += ": " + p.Opens
			}
			d.add(check)
		}
	}
}

func (d *checkup) permission(p vendors.Permission) {
	check := view.Check{Name: p.Name, Outcome: view.Unknown, Found: "the vendor does not tell; needed to " + p.Needed}
	switch p.Held {
	case "": // nobody was asked
		check.Found = "needed to " + p.Needed
	case "yes":
		check.Outcome, check.Found = view.OK, "held; needed to "+p.Needed
	case "no":
		check.Outcome, check.Found = view.Fault, "missing; needed to "+p.Needed
		check.Fix = "Give the identity this permission, on the vendor's pages."
	}
	if d.purpose != "" && p.Opens != "" {
		check.Found += "; " + p.Opens
	}
	d.add(check)
}

// untold lists what a block needs, with --for alone, if its vendor cannot be asked.
func (d *checkup) untold(c config.Connection) {
	vendor, _ := registry.Find(c.Vendor)
	if d.purpose != "" && vendor.Permissions != nil {
		d.held(vendor.Permissions(c.Settings))
	}
}
