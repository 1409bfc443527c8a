package drift

import (
	"cmp"
	"maps"
	"slices"
	"strings"
	"time"

	"buckethead/config"
	"buckethead/config/addr"
	"buckethead/config/words"
	"buckethead/planner"
	"buckethead/planner/moves"
	"buckethead/planner/observed"
	"buckethead/planner/owners"
	"buckethead/planner/settings"
	"buckethead/state"
	"buckethead/vendors"
)

// Find compares what is recorded with what was observed. A difference does not count
// as drift if the file now asks for it, if an interrupted step may have made it, or if it is
// a rotation that is due. Classes in ignore are counted and left out. The mode of the input does not
// matter.
func Find(in planner.Input, ignore map[Class]bool) Report {
	out := Report{Stack: in.Desired.Stack, Warnings: planner.MissingStores(in)}
	for _, d := range drifters(&in) {
		out.Checked++
		d.find()
		for _, x := range d.found {
			if ignore[x.Class] {
				out.Ignored++
			} else {
				out.Differences = append(out.Differences, x)
			}
		}
	}
	return out
}

// drifter looks for what was changed of one project.
type drifter struct {
	in      *planner.Input
	owners  *owners.Index
	project addr.Address // as it is after all moves
	desired *config.Project
	record  *state.Record
	intents []state.Intent
	double  *owners.Double
	found   []Difference
}

// drifters returns a drifter for each recorded project in the scope, by address.
func drifters(in *planner.Input) []*drifter {
	index, moved := owners.New(in.Desired, in.Recorded, in.Observed), moves.Of(in.Desired, in.Recorded)
	var out []*drifter
	of := make(map[addr.Address]*drifter, len(in.Recorded.Records))
	for p, r := range in.Recorded.Records {
		project := moved.Now(p)
		if in.Scope == nil || in.Scope(project) {
			of[project] = &drifter{in: in, owners: index, project: project, record: &r}
			out = append(out, of[project])
		}
	}
	for i := range in.Desired.Projects {
		if d := of[in.Desired.Projects[i].Addr]; d != nil {
			d.desired = &in.Desired.Projects[i]
		}
	}
	for _, i := range in.Recorded.Intents {
		if d := of[moved.Now(i.Project)]; d != nil {
			d.intents = append(d.intents, i)
		}
	}
	for _, x := range index.Doubles() {
		if d := of[x.Project]; d != nil {
			d.double = &x
		}
	}
	slices.SortFunc(out, func(a, b *drifter) int { return a.project.Compare(b.project) })
	return out
}

// find collects the differences of the project, in the order of their classes.
func (d *drifter) find() {
	d.bucket()
	d.credential()
	if cause, failed := d.in.Observed.Unproved[d.project]; failed {
		d.add(CredentialUnproved, "keys", "", cause)
	}
	d.item()
	if d.double != nil {
		d.add(ItemDoubled, "item", d.record.Item.Title, strings.Join(d.double.Others, ", "))
		d.ofItem()
	}
	slices.SortStableFunc(d.found, func(a, b Difference) int {
		return slices.Index(Classes(), a.Class) - slices.Index(Classes(), b.Class)
	})
}

// add notes a difference.
func (d *drifter) add(class Class, field, before, after string) {
	x := Difference{Address: d.project, Class: class, Field: field, Before: before, After: after}
	if d.desired != nil {
		x.Range = d.desired.Range
	}
	d.found = append(d.found, x)
}

// differs notes a field that is neither as recorded nor as declared. If someone already made the
// change that an apply would make, there is nothing to undo. An interrupted run can leave the
// same, because a policy is recorded last.
func (d *drifter) differs(class Class, field, recorded, found string, declared *string) {
	if found != recorded && (declared == nil || found != *declared) {
		d.add(class, field, recorded, found)
	}
}

// cut reports whether one of the steps was started and its outcome is not known.
func (d *drifter) cut(steps ...string) bool {
	return slices.ContainsFunc(d.intents, func(i state.Intent) bool { return slices.Contains(steps, i.Step) })
}

// bucket looks for changes of the bucket and its settings.
func (d *drifter) bucket() {
	r := d.record
	if r.Bucket == nil {
		return
	}
	key := observed.BucketKey{Cloud: r.Cloud, ID: *r.Bucket}
	bucket, there := d.in.Observed.Buckets[key]
	if !there {
		if !d.cut(planner.StepDeleteBucket) {
			d.add(BucketGone, "bucket", r.Bucket.Name, "")
		}
		return
	}
	if r.Applied.StorageClass != "" && bucket.StorageClass != "" && !d.cut(planner.StepUpdateBucket) {
		d.differs(BucketSettings, "storage_class", r.Applied.StorageClass, bucket.StorageClass,
			d.declaredText(func() string { return d.desired.Bucket.StorageClass }))
	}
	d.settings(d.in.Observed.Settings[key])
}

// declaredText returns what is declared, nil if the project is not declared or has registered keys.
func (d *drifter) declaredText(of func() string) *string {
	if d.desired == nil || d.desired.Register != nil {
		return nil
	}
	text := of()
	return &text
}

// settings compares the groups that bh wrote to the bucket.
func (d *drifter) settings(found vendors.BucketSettings) {
	for _, kind := range d.record.Applied.Settings.Kinds() {
		applied := d.record.Applied.Settings.Only(kind)
		if !found.Has(kind) || found.Meets(kind, applied) || d.cutSettings(kind) {
			continue
		}
		if kind == vendors.DomainSettings {
			d.domains(found)
			continue
		}
		if !d.declaresSettings(kind, found) {
			d.add(SettingsDrift, kind.Block(), settings.Text(applied.Words(kind)), settings.Text(found.Words(kind)))
		}
	}
}

// declaresSettings reports whether a group is as the files declare it now: the same, or missing in
// both.
func (d *drifter) declaresSettings(kind vendors.SettingsKind, found vendors.BucketSettings) bool {
	if d.desired == nil {
		return false
	}
	declared := d.desired.Bucket.Settings
	return declared.Has(kind) && found.Meets(kind, declared) || !declared.Has(kind) && len(found.Words(kind)) == 0
}

// domains compares each domain that bh attached. Others on the bucket are someone else's. A domain that
// is neither attached nor declared is not a difference: a step that was refused halfway can leave that,
// because each domain is a separate call.
func (d *drifter) domains(found vendors.BucketSettings) {
	const kind = vendors.DomainSettings
	one := func(x vendors.CustomDomain) vendors.BucketSettings {
		return vendors.BucketSettings{Domains: []vendors.CustomDomain{x}}
	}
	var before, after []string
	for _, want := range d.record.Applied.Settings.Domains {
		there, attached := found.Domain(want.Domain)
		var declared vendors.CustomDomain
		var isDeclared bool
		if d.desired != nil {
			declared, isDeclared = d.desired.Bucket.Settings.Domain(want.Domain)
		}
		switch {
		case found.Meets(kind, one(want)), isDeclared && found.Meets(kind, one(declared)), !isDeclared && !attached:
			continue
		}
		before = append(before, one(want).Words(kind)...)
		if attached {
			after = append(after, one(there).Words(kind)...)
		}
	}
	if len(before) > 0 {
		d.add(SettingsDrift, kind.Block(), settings.Text(before), settings.Text(after))
	}
}

// cutSettings reports whether an interrupted step may have written the group, or removed it before the
// bucket was to be deleted.
func (d *drifter) cutSettings(kind vendors.SettingsKind) bool {
	return slices.ContainsFunc(d.intents, func(i state.Intent) bool {
		return i.Step == planner.StepUpdateSettings && i.Change != nil && i.Change.Kind == kind
	})
}

// credential looks for changes of the active credential.
func (d *drifter) credential() {
	r := d.record
	if r.Registered || r.Active == nil {
		return
	}
	c, live := d.in.Observed.Credential(r.Cloud, r.Active.ID)
	if !live {
		if !d.cut(planner.StepRevokeCredential) {
			d.add(CredentialGone, "credential", r.Active.ID, "")
		}
		return
	}
	class, sick := map[vendors.Status]Class{vendors.Exposed: CredentialExposed, vendors.Expired: CredentialExpired,
		vendors.Disabled: CredentialDisabled}[c.Status]
	if sick {
		d.add(class, "status", string(vendors.Active), string(c.Status))
	}
	if r.Applied.Access == "" || d.cut(planner.StepUpdateCredential) {
		return // its first run is not finished, or the policy is not known
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
		return timeOrNever(d.in.Observed.IssuedAt(r.Cloud, *r.Active).Add(after))
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

// item looks for changes of the item.
func (d *drifter) item() {
	r := d.record
	if r.Item == nil {
		return
	}
	item, there := d.in.Observed.Item(r.Secrets, r.Item.ID)
	switch {
	case !there && d.cut(planner.StepDeleteItem):
	case !there:
		d.add(ItemGone, "item", r.Item.Title, "")
		d.ofItem()
	case d.cut(planner.StepStoreCredential, planner.StepUpdateItem):
		// An interrupted run of bh may have written it.
	default:
		d.itemFields(item)
	}
}

// ofItem adds the item to the last difference.
func (d *drifter) ofItem() {
	last := &d.found[len(d.found)-1]
	last.ItemID, last.Secrets = d.record.Item.ID, d.record.Secrets
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
		if !d.in.Reshaped(d.record) || x.Aspect == "type" {
			d.add(ItemEdited, x.Field+" "+x.Aspect, x.Want, x.Found)
		}
	}
	if r.Active != nil && item.Fingerprint != r.Active.Fingerprint &&
		(r.Pending == nil || item.Fingerprint != r.Pending.Fingerprint) {
		d.add(ItemEdited, vendors.FieldSecretAccessKey, "", "")
		d.found[len(d.found)-1].Sensitive = true
	}
	mark := item.Mark
	if mark.Address != r.Item.Address.String() || mark.Stack != d.in.Desired.Stack ||
		mark.Operation != r.Item.Operation {
		d.add(ItemEdited, "mark", r.Item.Address.String(), mark.Address)
	}
	if claim, taken := d.owners.Taken(r); taken {
		d.add(ItemEdited, "owner", owners.Name(d.in.Desired.Stack, d.in.Recorded.Meta.Lineage), claim.String())
	}
}

// timeOrNever returns a time to the second, which is what vendors keep.
func timeOrNever(t time.Time) string { return cmp.Or(words.Time(t), "never") }
