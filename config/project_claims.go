package config

import (
	"fmt"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"

	"buckethead/config/diag"
	"buckethead/config/expr"
	"buckethead/config/faults"
)

// claim reports a bucket or an item that another project already has.
func (d *projectDecoder) claim(registers bool) {
	index := int32(len(d.of.claimants))
	p := &d.project
	if !registers && p.Cloud != "" && d.faults&(hasBucket|hasJurisdiction) == 0 {
		key := bucketKey{p.Cloud, p.Bucket.ID}
		if other, taken := d.of.buckets[key]; taken {
			d.shared(faults.SharedBucket, "bucket", fmt.Sprintf("The bucket %q in %s", p.Bucket.ID.Name, p.Cloud), d.of.claimants[other],
				"Give each project its own bucket.")
		} else {
			d.of.buckets[key] = index
		}
	}
	if d.domains != nil && !registers {
		d.claimDomains()
	}
	if p.Secrets == "" || d.faults&hasItemTitle != 0 {
		return
	}
	key := itemKey{p.Secrets, p.ItemTitle}
	if other, taken := d.of.items[key]; taken {
		d.shared(faults.SharedItem, "item_title", fmt.Sprintf("The item %q in %s", p.ItemTitle, p.Secrets), d.of.claimants[other],
			"Give each project its own item_title.")
	} else {
		d.of.items[key] = index
	}
}

func (d *projectDecoder) shared(k diag.Kind, attribute, what string, other claimant, fix string) {
	at := func(b *hclsyntax.Block) hcl.Range { return expr.ValueRange(b, attribute) }
	d.Report(k, at(d.source), fmt.Sprintf("%s belongs to %s at %s and to %s at %s.",
		what, other.project, faults.RangeOf(at(other.block)), d.project.Addr, faults.RangeOf(at(d.source))), fix)
}

// claimDomains reports domains that another project already has: a domain leads to
// only one bucket.
func (d *projectDecoder) claimDomains() {
	if d.faults&hasDomain != 0 {
		return
	}
	if d.of.domains == nil {
		d.of.domains = map[string]domainOwner{}
	}
	for _, c := range d.project.Bucket.Settings.Domains {
		place := d.domains[c.Domain]
		other, taken := d.of.domains[c.Domain]
		if !taken {
			d.of.domains[c.Domain] = domainOwner{d.project.Addr, place}
			continue
		}
		d.Report(faults.SharedDomain, place, fmt.Sprintf("The domain %q belongs to %s at %s and to %s at %s.",
			c.Domain, other.project, faults.RangeOf(other.place), d.project.Addr, faults.RangeOf(place)),
			"Give each bucket its own domain.")
	}
}
