package config

import (
	"fmt"
	"strings"

	"buckethead/config/addr"
	"buckethead/config/diag"
	"buckethead/config/faults"
	"buckethead/config/language"
	"buckethead/vendors"
)

// finish completes one project, checks it as a whole and adds it to the config.
// A second project of the same name is checked, but not added.
func (d *projectDecoder) finish(address addr.Address, twice bool) {
	p := &d.project
	p.Addr = address
	registers := (d.set|d.faults)&hasRegister != 0
	if (d.set|d.faults)&hasBucket == 0 {
		d.Report(faults.MissingAttribute, d.source.DefRange(), "A project needs bucket, the name of its bucket.",
			`Add a line: bucket = "..."`)
		d.faults |= hasBucket
	} else if d.set&hasBucket != 0 && p.Bucket.ID.Name == "" {
		d.Report(faults.InvalidValue, d.place("bucket"), "The name of the bucket is empty.", "Give the bucket a name.")
		d.faults |= hasBucket
	}
	if (d.set|d.faults)&hasItemTitle == 0 {
		p.ItemTitle = address.Label()
	} else if d.set&hasItemTitle != 0 && strings.TrimSpace(p.ItemTitle) == "" {
		d.Report(faults.InvalidValue, d.place("item_title"), "The title of the item is empty.",
			"Give the item a title, or remove the line: the project's name is the default.")
		d.faults |= hasItemTitle
	}
	if registers {
		if d.set&hasRegister != 0 { // otherwise it is unknown whether it registers keys
			d.needless()
		}
	} else {
		if d.cloud == nil && d.faults&hasCloud == 0 {
			d.cloud = d.of.connected.only(&d.Scope, &d.of.connected.clouds, d.source.DefRange())
		}
		d.checkCloud()
	}
	if d.secrets == nil && d.faults&hasSecrets == 0 {
		d.secrets = d.of.connected.only(&d.Scope, &d.of.connected.secrets, d.source.DefRange())
	}
	d.checkStore()
	d.checkExpiry()
	if twice {
		return
	}
	d.claim(registers)
	d.of.config.Projects = append(d.of.config.Projects, *p)
	d.of.claimants = append(d.of.claimants, claimant{d.source, address})
}

// needless reports attributes that have no effect beside register.
func (d *projectDecoder) needless() {
	for _, name := range projectBlock.Names(d.set & needless) {
		d.Report(faults.NeedlessAttribute, d.place(name),
			fmt.Sprintf("%s has no effect in a project with register: bh stores those keys and does not use a cloud.", name),
			fmt.Sprintf("Remove %s, or remove register to have bh make the bucket and its keys.", name))
	}
}

// checkCloud checks the bucket and its credential against the rules of the cloud.
func (d *projectDecoder) checkCloud() {
	if d.cloud == nil {
		return
	}
	d.project.Cloud = d.cloud.address
	vendor := d.cloud.vendor
	if vendor == nil {
		return
	}
	if foreign := d.set & byCloud &^ d.cloud.knows; foreign != 0 {
		for _, name := range projectBlock.Names(foreign) {
			d.Report(faults.UnsupportedAttribute, d.place(name), fmt.Sprintf("%s has no %s.", vendorTitle(vendor), name),
				fmt.Sprintf("Remove %s, or put the project into another cloud.", name))
		}
	}
	if vendor.CheckBucket != nil && d.faults&ofBucket == 0 {
		spec := d.project.Bucket
		if d.faults&settingsBlocks != 0 {
			spec.Settings = vendors.BucketSettings{} // half of them mean nothing
		}
		d.problems(faults.InvalidBucket, vendor.CheckBucket(spec))
	}
	if vendor.CheckCredential != nil && d.faults&(ofBucket|ofCredential) == 0 {
		d.problems(faults.InvalidCredential, vendor.CheckCredential(vendors.CredentialSpec{
			Bucket: d.project.Bucket.ID, Access: d.project.Access, AllowedIPs: d.project.AllowedIPs,
		}))
	}
}

// checkStore checks the item against the rules of the secret store.
func (d *projectDecoder) checkStore() {
	if d.secrets == nil {
		return
	}
	d.project.Secrets = d.secrets.address
	if vendor := d.secrets.vendor; vendor != nil && vendor.CheckItemTitle != nil && d.faults&hasItemTitle == 0 {
		d.problems(faults.InvalidItemTitle, vendor.CheckItemTitle(d.project.ItemTitle))
	}
}

func (d *projectDecoder) problems(k diag.Kind, problems []vendors.Problem) {
	for _, p := range problems {
		name := p.Attribute
		switch name {
		case "title":
			name = "item_title"
		case "name":
			name = "bucket"
		}
		d.Report(k, d.place(name), faults.Capital(faults.Sentence(p.Summary)), p.Fix)
	}
}

// checkExpiry warns of keys that expire while a rotation still relies on them.
func (d *projectDecoder) checkExpiry() {
	r := d.project.Rotate
	if r == nil || d.set&hasExpiresAfter == 0 || d.project.ExpiresAfter >= r.Every+r.Overlap {
		return
	}
	d.Report(faults.EarlyExpiry, d.place("expires_after"),
		fmt.Sprintf("The keys expire after %s, but must work for %s: a rotation every %s and an overlap of %s.",
			language.FormatDuration(d.project.ExpiresAfter), language.FormatDuration(r.Every+r.Overlap), language.FormatDuration(r.Every),
			language.FormatDuration(r.Overlap)), "Let the keys live longer, or rotate them more often.").Severity = diag.Warning
}
