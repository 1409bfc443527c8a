package cli

import (
	"context"
	"path"
	"slices"

	"buckethead/config"
	"buckethead/config/addr"
	"buckethead/config/diag"
	"buckethead/planner/discovery"
	"buckethead/planner/observed"
	"buckethead/planner/owners"
	"buckethead/planner/refresh"
	"buckethead/vendors"
)

// one imports one bucket.
func (i *importer) one(ctx context.Context) ([]config.Existing, error) {
	declared := i.declared(i.args.project)
	key := observed.BucketKey{Cloud: i.args.cloud,
		ID: vendors.BucketID{Name: i.args.bucket, Namespace: i.args.jurisdiction}}
	if declared != nil {
		if i.args.bucket != "" && i.args.bucket != declared.Bucket.ID.Name {
			return nil, i.fault(diag.Diagnostic{Address: declared.Addr, Subject: declared.Range,
				Detail: declared.Addr.String() + " is declared with the bucket " + declared.Bucket.ID.Name + ", not " +
					i.args.bucket + ".",
				Fix: "Name another project, or correct the existing one."})
		}
		key = observed.BucketKey{Cloud: declared.Cloud, ID: declared.Bucket.ID}
	}
	if err := i.refuse(declared, key); err != nil {
		return nil, err
	}
	specs, err := i.describe(ctx, key)
	if err != nil {
		return nil, err
	}
	spec, there := specs[key]
	if !there {
		return nil, i.fault(diag.Diagnostic{Detail: "There is no bucket " + key.ID.Name + " in " + placeOf(key) + ".",
			Fix: "Correct the name, the cloud or the jurisdiction; bh discover lists the buckets."})
	}
	e := config.Existing{To: i.args.project, Declared: declared != nil, Bucket: spec}
	if err := i.mayTake(ctx, &e, key); err != nil {
		return nil, err
	}
	if i.args.item != "" {
		if err := i.takeItem(ctx, &e, key); err != nil {
			return nil, err
		}
	}
	if err := i.fit(&e, key.Cloud); err != nil {
		return nil, err
	}
	return []config.Existing{e}, nil
}

func placeOf(key observed.BucketKey) string {
	if key.ID.Namespace != "" {
		return key.Cloud + " (" + key.ID.Namespace + ")"
	}
	return key.Cloud
}

// describe reads buckets in full.
func (i *importer) describe(ctx context.Context, keys ...observed.BucketKey) (
	map[observed.BucketKey]vendors.BucketSpec, error,
) {
	s := i.session
	specs, diags := refresh.Describe(ctx, s.connections.Readers(), s.observation(i.snap), keys)
	return specs, s.unread(ctx, diags)
}

// refuse returns an error for anything that is wrong without asking the cloud.
func (i *importer) refuse(declared *config.Project, key observed.BucketKey) error {
	p := i.args.project
	instance := func(q config.Project) bool { return q.Addr.Name == p.Name }
	holder, held := addr.Address{}, false
	for q, r := range i.snap.Records {
		if r.Bucket != nil && (observed.BucketKey{Cloud: r.Cloud, ID: *r.Bucket}) == key {
			holder, held = q, true
		}
	}
	_, recorded := i.snap.Records[p]
	switch {
	case recorded || held && holder == p:
		return i.fault(diag.Diagnostic{Address: p, Detail: p.String() + " is already in the state.",
			Fix: "Choose another name for the bucket; bh state list shows those that are taken."})
	case held:
		return i.fault(diag.Diagnostic{Address: p, Detail: "The bucket " + key.ID.Name + " in " + placeOf(key) +
			" belongs to " + holder.String() + " in this stack's state.",
			Fix: "To give the project another name, use a moved block."})
	case declared != nil && declared.Register != nil:
		return i.fault(diag.Diagnostic{Address: p, Subject: declared.Range,
			Detail: p.String() + " registers keys and does not manage a bucket.", Fix: "Choose another name."})
	case declared == nil && p.Key != "":
		return i.fault(diag.Diagnostic{
			Detail: p.String() + " is an instance of a project that is not declared, or has no such key.",
			Fix:    "Declare the project with for_each first; this command then writes the import block."})
	case declared == nil && slices.ContainsFunc(i.session.config.Projects, instance):
		return i.fault(diag.Diagnostic{Detail: p.String() + " has for_each, so it stands for several buckets.",
			Fix: "Name one instance: project." + p.Name + "[\"KEY\"]."})
	case key.ID.Name == "":
		return i.fault(diag.Diagnostic{Detail: p.String() + " is not declared, and no bucket was named.",
			Fix: "Add --bucket NAME."})
	}
	return nil
}

// mayTake returns an error if another state owns the bucket or the item, unless --owner names that state.
func (i *importer) mayTake(ctx context.Context, e *config.Existing, key observed.BucketKey) error {
	found, diags := discover(ctx, i.session, i.snap)
	if err := i.session.unread(ctx, diags); err != nil {
		return err
	}
	what, owner := "", ""
	for _, b := range found.Buckets {
		if b.Owner != "" && (observed.BucketKey{Cloud: b.Cloud, ID: b.Bucket}) == key {
			what, owner = "The bucket "+key.ID.Name+" in "+placeOf(key), b.Claim().String()
		}
	}
	for _, item := range found.Items {
		named := item.ID == i.args.item || item.Title == i.args.item
		if i.args.item != "" && named && item.Secrets == i.secrets && item.Owner != owners.ThisStack {
			what, owner = "The item \""+item.Title+"\" (id "+item.ID+")", item.Claim().String()
		}
	}
	if i.args.owner != owner && owner != "" {
		d := diag.Diagnostic{Address: e.To, Detail: what + " belongs to " + owner + ".",
			Fix: "To take it over from that state: --owner " + inShell(owner) + ". Then release it there with a removed block."}
		if i.args.owner != "" {
			d.Detail += " --owner names " + i.args.owner + "."
		}
		return i.fault(d)
	}
	if i.args.owner != owner {
		return i.fault(diag.Diagnostic{Address: e.To, Fix: "Leave out --owner.",
			Detail: "Nothing shows that " + i.args.owner + " or any other state owns what is to be imported."})
	}
	e.Owner = owner
	return nil
}

// all imports every bucket that bh discover lists, except those of other states.
func (i *importer) all(ctx context.Context) ([]config.Existing, error) {
	found, diags := discover(ctx, i.session, i.snap)
	if err := i.session.unread(ctx, diags); err != nil {
		return nil, err
	}
	var keys []observed.BucketKey
	var list []config.Existing
	for _, b := range found.Buckets {
		if !i.wanted(b) {
			continue
		}
		if b.Owner != "" {
			i.session.view.Note("The bucket " + b.Bucket.Name + " was left to " + b.Claim().String() + ", which owns it.")
			continue
		}
		keys = append(keys, observed.BucketKey{Cloud: b.Cloud, ID: b.Bucket})
		list = append(list, config.Existing{To: b.Address, Declared: !b.Declared.IsZero()})
	}
	specs, err := i.describe(ctx, keys...)
	if err != nil {
		return nil, err
	}
	var out []config.Existing
	for n, key := range keys {
		spec, there := specs[key]
		if !there {
			continue // it was deleted since it was listed
		}
		list[n].Bucket = spec
		if err := i.fit(&list[n], key.Cloud); err != nil {
			return nil, err
		}
		out = append(out, list[n])
	}
	return out, nil
}

// wanted reports whether the flags choose a bucket.
func (i *importer) wanted(b discovery.Bucket) bool {
	like := func(patterns []string) bool {
		return matches(patterns, b.Address) || slices.ContainsFunc(patterns, func(pattern string) bool {
			ok, _ := path.Match(pattern, b.Bucket.Name) // the patterns were checked before
			return ok
		})
	}
	a := i.args
	return (a.cloud == "" || b.Cloud == a.cloud) && (len(a.targets) == 0 || like(a.targets)) && !like(a.exclusions)
}
