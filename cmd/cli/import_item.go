package cli

import (
	"context"
	"errors"
	"fmt"
	"time"

	"buckethead/config"
	"buckethead/config/diag"
	"buckethead/planner/observed"
	"buckethead/vendors"
)

// takeItem finds the named item, and the credential in it. It declares the project with the access that the
// credential has, so that the credential stays as it is.
func (i *importer) takeItem(ctx context.Context, e *config.Existing, key observed.BucketKey) error {
	const leaveOut = "Leave out --item: bh then issues a new credential and stores it in a new item."
	fault := func(detail, fix string) error {
		return i.fault(diag.Diagnostic{Address: e.To, Detail: detail, Fix: fix})
	}
	item, wrong, err := i.itemNamed(ctx, i.args.item)
	switch {
	case err != nil:
		return err
	case wrong != "":
		return fault(wrong, "Name the item by its id.")
	}
	for p, r := range i.snap.Records {
		if r.Secrets == i.secrets && r.Item != nil && r.Item.ID == item.ID {
			return fault("The item \""+item.Title+"\" belongs to "+p.String()+".", leaveOut)
		}
	}
	if item.Keys.AccessKeyID == "" || item.Keys.SecretAccessKey.IsZero() {
		return fault("The item \""+item.Title+"\" has no "+vendors.FieldAccessKeyID+" and "+
			vendors.FieldSecretAccessKey+".", leaveOut)
	}
	cloud, err := i.session.connections.Cloud(ctx, key.Cloud)
	if err != nil {
		return err
	}
	c, err := cloud.GetCredential(ctx, item.Keys.AccessKeyID)
	switch {
	case errors.Is(err, vendors.ErrNotFound):
		return fault("The access key id \""+item.Keys.AccessKeyID+"\" in the item \""+item.Title+
			"\" is not a live credential of "+key.Cloud+".", leaveOut)
	case err != nil:
		return fmt.Errorf("read the credential %s: %w", item.Keys.AccessKeyID, err)
	}
	e.Item, e.AccessKeyID, e.ItemTitle = item.ID, c.ID, item.Title
	if c.Bucket != key.ID {
		i.session.view.Diagnostics(diag.List{{Severity: diag.Warning, Kind: credentialOpensMore, Address: e.To,
			Detail: "The credential " + c.ID + " is not for the bucket " + key.ID.Name + " alone. " +
				"An apply narrows it to that bucket; anything that uses it for another one stops working.",
			Fix: "Leave out --item so that bh issues its own credential, or make sure that nobody needs the rest."}})
	}
	e.Access, e.AllowedIPs = c.Access, c.AllowedIPs
	if !c.ExpiresAt.IsZero() && !c.IssuedAt.IsZero() {
		e.ExpiresAfter = c.ExpiresAt.Truncate(time.Second).Sub(c.IssuedAt.Truncate(time.Second))
	}
	return nil
}

// itemNamed reads the item with this id, or else the only one with this title. wrong says what is wrong with the name.
func (i *importer) itemNamed(ctx context.Context, name string) (item vendors.Item, wrong string, err error) {
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
	store, err := i.session.connections.Store(ctx, i.secrets)
	if err == nil {
		item, err = store.GetItem(ctx, id)
	}
	if err != nil {
		err = fmt.Errorf("read the item %q of %s: %w", name, i.secrets, err)
	}
	return item, "", err
}
