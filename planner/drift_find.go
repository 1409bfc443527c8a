package planner

import (
	"maps"
	"slices"
	"strings"
	"time"

	"buckethead/config/diag"
	"buckethead/planner/observed"
	"buckethead/planner/owners"
	"buckethead/state"
	"buckethead/vendors"
)

// drifter looks for what was done to one project outside of bh.
type drifter struct {
	m *maker
	*subject
	found []Difference
}

func (d *drifter) add(class DriftClass, field, before, after string) {
	x := Difference{Address: d.project, Class: class, Field: field, Before: before, After: after}
	if d.desired != nil {
		x.Range = d.desired.Range
	}
	d.found = append(d.found, x)
}

// differs notes a field that is neither as recorded nor as declared. If someone already
// made the change that an apply would make, there is nothing to put back. An unfinished run
// can leave the same behind, because a policy is recorded last.
func (d *drifter) differs(class DriftClass, field, recorded, observed string, declared *string) {
	if observed != recorded && (declared == nil || observed != *declared) {
		d.add(class, field, recorded, observed)
	}
}

// cut reports whether one of the steps was started and its outcome is not known.
func (d *drifter) cut(steps ...string) bool {
	return slices.ContainsFunc(d.intents, func(i state.Intent) bool { return slices.Contains(steps, i.Step) })
}

func (d *drifter) bucket() {
	r := d.record
	if r.Bucket == nil {
		return
	}
	key := observed.BucketKey{Cloud: r.Cloud, ID: *r.Bucket}
	observed, there := d.m.in.Observed.Buckets[key]
	if !there {
		if !d.cut(StepDeleteBucket) {
			d.add(BucketGone, "bucket", r.Bucket.Name, "")
		}
		return
	}
	if r.Applied.StorageClass != "" && observed.StorageClass != "" && !d.cut(StepUpdateBucket) {
		d.differs(BucketSettings, "storage_class", r.Applied.StorageClass, observed.StorageClass,
			d.declaredText(func() string { return d.desired.Bucket.StorageClass }))
	}
	d.settings(d.m.in.Observed.Settings[key])
}

// declaredText returns what is declared, nil where no bucket of bh's making is.
func (d *drifter) declaredText(of func() string) *string {
	if d.desired == nil || d.desired.Register != nil {
		return nil
	}
	text := of()
	return &text
}

// settings compares the groups that bh wrote to the bucket.
func (d *drifter) settings(observed vendors.BucketSettings) {
	for _, kind := range d.record.Applied.Settings.Kinds() {
		applied := d.record.Applied.Settings.Only(kind)
		if !observed.Has(kind) || observed.Meets(kind, applied) || d.cutSettings(kind) {
			continue
		}
		if kind == vendors.DomainSettings {
			d.domains(observed)
			continue
		}
		if !d.declaresSettings(kind, observed) {
			d.add(SettingsDrift, kind.Block(), orNone(applied.Words(kind)), orNone(observed.Words(kind)))
		}
	}
}

// declaresSettings reports whether a group is as the file has it by now: the same, or
// not there twice.
func (d *drifter) declaresSettings(kind vendors.SettingsKind, observed vendors.BucketSettings) bool {
	if d.desired == nil {
		return false
	}
	declared := d.desired.Bucket.Settings
	return declared.Has(kind) && observed.Meets(kind, declared) || !declared.Has(kind) && len(observed.Words(kind)) == 0
}

// domains compares each domain that bh attached; others on the bucket are someone
// else's. One that is neither there nor declared is as the file has it: a step that
// was refused halfway leaves that behind, for each domain is a call.
func (d *drifter) domains(observed vendors.BucketSettings) {
	const kind = vendors.DomainSettings
	one := func(x vendors.CustomDomain) vendors.BucketSettings {
		return vendors.BucketSettings{Domains: []vendors.CustomDomain{x}}
	}
	var before, after []string
	for _, want := range d.record.Applied.Settings.Domains {
		there, attached := findDomain(observed, want.Domain)
		var declared vendors.CustomDomain
		var isDeclared bool
		if d.desired != nil {
			declared, isDeclared = findDomain(d.desired.Bucket.Settings, want.Domain)
		}
		switch {
		case observed.Meets(kind, one(want)), isDeclared && observed.Meets(kind, one(declared)), !isDeclared && !attached:
			continue
		}
		before = append(before, one(want).Words(kind)...)
		if attached {
			after = append(after, one(there).Words(kind)...)
		}
	}
	if len(before) > 0 {
		d.add(SettingsDrift, kind.Block(), orNone(before), orNone(after))
	}
}

// cutSettings reports whether a step that was cut may have written the group, or
// have taken it away before the bucket was to go.
func (d *drifter) cutSettings(kind vendors.SettingsKind) bool {
	return slices.ContainsFunc(d.intents, func(i state.Intent) bool {
		return i.Step == StepUpdateSettings && i.Change != nil && i.Change.Kind == kind
	})
}

func (d *drifter) credential() {
	r := d.record
	if r.Registered || r.Active == nil {
		return
	}
	c, live := d.m.in.Observed.Credential(r.Cloud, r.Active.ID)
	if !live {
		if !d.cut(StepRevokeCredential) {
			d.add(CredentialGone, "credential", r.Active.ID, "")
		}
		return
	}
	class, sick := map[vendors.Status]DriftClass{vendors.Exposed: CredentialExposed, vendors.Expired: CredentialExpired,
		vendors.Disabled: CredentialDisabled}[c.Status]
	if sick {
		d.add(class, "status", string(vendors.Active), string(c.Status))
	}
	if r.Applied.Access == "" || d.cut(StepUpdateCredential) {
		return // its first run is not finished, or nobody knows what the policy is
	}
	d.policy(c)
}

// policy compares what the credential may do, and from where and until when.
func (d *drifter) policy(c vendors.Credential) {
	r := d.record
	ips := func(list []string) string { return strings.Join(slices.Sorted(slices.Values(list)), ", ") }
	expires := func(after time.Duration) string {
		if after == 0 {
			return timeOrNever(time.Time{})
		}
		return timeOrNever(d.m.in.Observed.IssuedAt(r.Cloud, *r.Active).Add(after))
	}
	d.differs(PolicyDrift, "access", string(r.Applied.Access), string(c.Access),
		d.declaredText(func() string { return string(d.desired.Access) }))
	d.differs(PolicyDrift, "allowed_ips", ips(r.Applied.AllowedIPs), ips(c.AllowedIPs),
		d.declaredText(func() string { return ips(d.desired.AllowedIPs) }))
	d.differs(PolicyDrift, "expires", expires(r.Applied.ExpiresAfter), timeOrNever(c.ExpiresAt),
		d.declaredText(func() string { return expires(d.desired.ExpiresAfter) }))
	if r.Bucket != nil {
		d.differs(PolicyDrift, "bucket", r.Bucket.Name, c.Bucket.Name, nil)
	}
}

func (d *drifter) item() {
	r := d.record
	if r.Item == nil {
		return
	}
	item, there := d.m.in.Observed.Item(r.Secrets, r.Item.ID)
	switch {
	case !there && d.cut(StepDeleteItem):
	case !there:
		d.add(ItemGone, "item", r.Item.Title, "")
		d.ofItem()
	case d.cut(StepStoreCredential, StepUpdateItem):
		// What stands in it may be bh's own.
	default:
		d.itemFields(item)
	}
}

// ofItem says of the last difference which item it is about.
func (d *drifter) ofItem() {
	last := &d.found[len(d.found)-1]
	last.ItemID, last.Secrets = d.record.Item.ID, d.record.Secrets
}

// missingStores warns of stores that are missing as a whole, which is one cause of many
// differences.
func (m *maker) missingStores() diag.List {
	var out diag.List
	for _, secrets := range slices.Sorted(maps.Keys(m.in.Observed.Missing)) {
		gone, all := m.vanished(secrets)
		d := m.lostStore(secrets, gone, all)
		d.Fix = elsewhere
		out = append(out, d)
	}
	return out
}

// itemFields compares the fields that bh stored, and ignores those that people added.
func (d *drifter) itemFields(item observed.Item) {
	r := d.record
	var title *string
	if d.desired != nil {
		title = &d.desired.ItemTitle
	}
	d.differs(ItemEdited, "item_title", r.Item.Title, item.Summary.Title, title)
	if !item.Read {
		return
	}
	for _, name := range slices.Sorted(maps.Keys(r.Item.Fields)) {
		d.differs(ItemEdited, name, r.Item.Fields[name], item.Fields[name], nil)
	}
	for _, x := range item.Misfits {
		if !d.m.reshaped(d.subject) || x.Aspect == "type" {
			d.add(ItemEdited, x.Field+" "+x.Aspect, x.Want, x.Found)
		}
	}
	if r.Active != nil && item.Fingerprint != r.Active.Fingerprint &&
		(r.Pending == nil || item.Fingerprint != r.Pending.Fingerprint) {
		d.add(ItemEdited, vendors.FieldSecretAccessKey, "", "")
		d.found[len(d.found)-1].Sensitive = true
	}
	mark := item.Mark
	if mark.Address != r.Item.Address.String() || mark.Stack != d.m.in.Desired.Stack ||
		mark.Operation != r.Item.Operation {
		d.add(ItemEdited, "mark", r.Item.Address.String(), mark.Address)
	}
	if claim, taken := d.m.owners.Taken(r); taken {
		d.add(ItemEdited, "owner", owners.Name(d.m.in.Desired.Stack, d.m.in.Recorded.Meta.Lineage), claim.String())
	}
}
