package cli

import (
	"errors"
	"fmt"
	"time"

	"buckethead/config"
	"buckethead/config/diag"
	"buckethead/planner"
	"buckethead/vendors"
)

// takeItem finds the item that is named, and the credential that it holds: the
// project is declared with what that one may do, so that it stays as it is.
func (i *importer) takeItem(e *config.Existing, key planner.BucketKey) error {
	fault := func(detail, fix string) error {
		return i.importFault(diag.Diagnostic{Project: e.To, Detail: detail, Fix: fix})
	}
	item, wrong, err := i.itemNamed(i.args.item)
	switch {
	case err != nil:
		return err
	case wrong != "":
		return fault(wrong, "Name the item by its id.")
	}
	for p, r := range i.snap.Records {
		if r.Secrets == i.secrets && r.Item != nil && r.Item.ID == item.ID {
			return fault("The item \""+item.Title+"\" belongs to "+p.String()+".", "Leave --item out: bh then issues a new credential and stores it in a new item.")
		}
	}
	if item.Keys.AccessKeyID == "" || item.Keys.SecretAccessKey.IsZero() {
		return fault("The item \""+item.Title+"\" has no "+vendors.FieldAccessKeyID+" and "+vendors.FieldSecretAccessKey+".", "Leave --item out: bh then issues a new credential and stores it in a new item.")
	}
	cloud, err := i.connections.Cloud(i.ctx, key.Cloud)
	if err != nil {
		return err
	}
	c, err := cloud.GetCredential(i.ctx, item.Keys.AccessKeyID)
	switch {
	case errors.Is(err, vendors.ErrNotFound):
		return fault("The access key id \""+item.Keys.AccessKeyID+"\" in the item \""+item.Title+"\" is no live credential of "+key.Cloud+".",
			"Leave --item out: bh then issues a new credential and stores it in a new item.")
	case err != nil:
		return fmt.Errorf("read the credential %s: %w", item.Keys.AccessKeyID, err)
	}
	e.Item, e.AccessKeyID, e.ItemTitle = item.ID, c.ID, item.Title
	if c.Bucket != key.ID {
		i.view.Diagnostics(diag.List{{Severity: diag.Warning, Code: "BH5023", Project: e.To, Summary: "The credential opens other buckets as well",
			Detail: "The credential " + c.ID + " is not for the bucket " + key.ID.Name + " alone. An apply narrows it to that bucket, and whoever uses it for another one is shut out.",
			Fix:    "Leave --item out to have bh issue a credential of its own, or make sure that nobody needs the rest."}})
	}
	e.Access, e.AllowedIPs = c.Access, c.AllowedIPs
	if !c.ExpiresAt.IsZero() && !c.IssuedAt.IsZero() {
		e.ExpiresAfter = c.ExpiresAt.Truncate(time.Second).Sub(c.IssuedAt.Truncate(time.Second))
	}
	return nil
}

// itemNamed reads the item that has the name for its id, or else the only one that
// has it for its title, or says what is wrong with the name.
func (i *importer) itemNamed(name string) (item vendors.Item, wrong string, err error) {
	id, several := "", 0
	for _, item := range i.items {
		if item.ID == name {
			id, several = name, 1
			break
		}
		if item.Title == name {
			id, several = item.ID, several+1
		}
	}
	switch several {
	case 0:
		return item, fmt.Sprintf("The store %s has no item %q.", i.secrets, name), nil
	case 1:
	default:
		return item, fmt.Sprintf("The store %s has %d items %q.", i.secrets, several, name), nil
	}
	store, err := i.connections.Store(i.ctx, i.secrets)
	if err == nil {
		item, err = store.GetItem(i.ctx, id)
	}
	if err != nil {
		err = fmt.Errorf("read the item %q of %s: %w", name, i.secrets, err)
	}
	return item, "", err
}
