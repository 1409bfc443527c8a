package cli

import (
	"context"
	"fmt"
	"path"
	"slices"
	"strconv"
	"strings"

	"buckethead/config"
	"buckethead/config/addr"
	"buckethead/config/diag"
	"buckethead/planner"
	"buckethead/planner/refresh"
	"buckethead/state"
	"buckethead/vendors"
	"buckethead/vendors/registry"
)

// importer finds what is to be taken over, and makes it fit the file.
type importer struct {
	*session
	ctx     context.Context
	args    importArgs
	snap    state.Snapshot
	secrets string                // the store of new projects
	items   []vendors.ItemSummary // of that store
	titles  map[string]bool       // that are taken in it
}

func (s *session) newImporter(ctx context.Context, a importArgs, snap state.Snapshot) (*importer, error) {
	i := &importer{session: s, ctx: ctx, args: a, snap: snap, titles: map[string]bool{}}
	var err error
	if declared := i.declared(a.project); declared != nil {
		i.secrets = declared.Secrets
	} else if i.args.cloud, err = chosen("cloud", a.cloud, s.config.Clouds, a.all); err != nil {
		return nil, err
	} else if i.secrets, err = chosen("secrets", a.secrets, s.config.Secrets, false); err != nil {
		return nil, err
	}
	store, err := s.connections.Store(ctx, i.secrets)
	if err != nil {
		return nil, err
	}
	if i.items, err = store.ListItems(ctx); err != nil {
		return nil, fmt.Errorf("list the items of %s: %w", i.secrets, err)
	}
	for _, item := range i.items {
		i.titles[item.Title] = true
	}
	for n := range s.config.Projects {
		if p := &s.config.Projects[n]; p.Secrets == i.secrets {
			i.titles[p.ItemTitle] = true
		}
	}
	return i, nil
}

// chosen gives the address of a block: the one that is named, or the only one. With
// all there need not be one.
func chosen(kind, named string, declared []config.Connection, all bool) (string, error) {
	var addresses []string
	for _, c := range declared {
		addresses = append(addresses, c.Address())
	}
	named = strings.TrimPrefix(named, kind+".")
	switch {
	case named != "" && slices.Contains(addresses, named), named == "" && all:
		return named, nil
	case named != "":
		return "", fmt.Errorf("--%s is %s, and the file has no such block; it has %s", kind, named, orNothing(addresses))
	case len(addresses) == 1:
		return addresses[0], nil
	}
	return "", fmt.Errorf("name one with --%s: the file has %s", kind, orNothing(addresses))
}

func orNothing(list []string) string {
	if len(list) == 0 {
		return "none"
	}
	return strings.Join(list, ", ")
}

func (i *importer) declared(p addr.Project) *config.Project {
	for n := range i.config.Projects {
		if i.config.Projects[n].Addr == p {
			return &i.config.Projects[n]
		}
	}
	return nil
}

// one is the import of one bucket.
func (i *importer) one() ([]config.Existing, error) {
	declared := i.declared(i.args.project)
	key := planner.BucketKey{Cloud: i.args.cloud, ID: vendors.BucketID{Name: i.args.bucket, Namespace: i.args.jurisdiction}}
	if declared != nil {
		if i.args.bucket != "" && i.args.bucket != declared.Bucket.ID.Name {
			return nil, i.importFault(diag.Diagnostic{Project: declared.Addr, Subject: declared.Range, Detail: declared.Addr.String() + " is declared with the bucket " + declared.Bucket.ID.Name + ", not " + i.args.bucket + ".",
				Fix: "Name another project, or correct the one that is there."})
		}
		key = planner.BucketKey{Cloud: declared.Cloud, ID: declared.Bucket.ID}
	}
	if err := i.refuse(declared, key); err != nil {
		return nil, err
	}
	specs, diags := refresh.Describe(i.ctx, i.connections.Readers(), i.request(), []planner.BucketKey{key})
	if i.ctx.Err() != nil {
		return nil, context.Cause(i.ctx) // what it cut off is not a fault
	}
	if diags.HasErrors() {
		i.view.Diagnostics(diags)
		return nil, exitCode(exitError)
	}
	spec, there := specs[key]
	if !there {
		return nil, i.importFault(diag.Diagnostic{Detail: "There is no bucket " + key.ID.Name + " in " + placeOf(key) + ".",
			Fix: "Correct the name, the cloud or the jurisdiction; bh discover lists what is there."})
	}
	e := config.Existing{To: i.args.project, Declared: declared != nil, Bucket: spec}
	if i.args.item != "" {
		if err := i.takeItem(&e, key); err != nil {
			return nil, err
		}
	}
	if err := i.fit(&e, key.Cloud); err != nil {
		return nil, err
	}
	return []config.Existing{e}, nil
}

func placeOf(key planner.BucketKey) string {
	if key.ID.Namespace != "" {
		return key.Cloud + " (" + key.ID.Namespace + ")"
	}
	return key.Cloud
}

func (i *importer) request() refresh.Request {
	return refresh.Request{Desired: i.config, Recorded: i.snap, Mode: planner.Normal, Parallelism: i.args.parallelism}
}

// refuse reports what can be known to be wrong before anyone is asked.
func (i *importer) refuse(declared *config.Project, key planner.BucketKey) error {
	p := i.args.project
	holder, held := addr.Project{}, false
	for q, r := range i.snap.Records {
		if r.Bucket != nil && (planner.BucketKey{Cloud: r.Cloud, ID: *r.Bucket}) == key {
			holder, held = q, true
		}
	}
	_, recorded := i.snap.Records[p]
	switch {
	case recorded || held && holder == p:
		return i.importFault(diag.Diagnostic{Project: p, Detail: p.String() + " is in the state already.", Fix: "Choose another name for the bucket; bh state list shows those that are taken."})
	case held:
		return i.importFault(diag.Diagnostic{Project: p, Detail: "The bucket " + key.ID.Name + " in " + placeOf(key) + " is the one of " + holder.String() + " in this stack's state.",
			Fix: "To give the project another name, use a moved block."})
	case declared != nil && declared.Register != nil:
		return i.importFault(diag.Diagnostic{Project: p, Subject: declared.Range, Detail: p.String() + " registers keys, and touches no bucket.", Fix: "Choose another name."})
	case declared == nil && p.Key != "":
		return i.importFault(diag.Diagnostic{Detail: p.String() + " is an instance of a project that is not declared, or has no such key.",
			Fix: "Declare the project with for_each first; this command then writes the import block."})
	case declared == nil && slices.ContainsFunc(i.config.Projects, func(q config.Project) bool { return q.Addr.Name == p.Name }):
		return i.importFault(diag.Diagnostic{Detail: p.String() + " has for_each, and so stands for several buckets.", Fix: "Name one instance: project." + p.Name + "[\"KEY\"]."})
	case key.ID.Name == "":
		return i.importFault(diag.Diagnostic{Detail: p.String() + " is not declared, and no bucket is named.", Fix: "Add --bucket NAME."})
	}
	return nil
}

// all is the import of every bucket that a discovery lists and that is not another
// stack's.
func (i *importer) all() ([]config.Existing, error) {
	found, diags := i.discover(i.ctx, i.snap)
	if i.ctx.Err() != nil {
		return nil, context.Cause(i.ctx) // what it cut off is not a fault
	}
	if diags.HasErrors() {
		i.view.Diagnostics(diags)
		return nil, exitCode(exitError)
	}
	var keys []planner.BucketKey
	var list []config.Existing
	for _, b := range found.Buckets {
		if !i.wanted(b) {
			continue
		}
		if b.Owner != "" {
			i.view.Note("The bucket " + b.Bucket.Name + " is left to the stack whose credentials open it.")
			continue
		}
		keys = append(keys, planner.BucketKey{Cloud: b.Cloud, ID: b.Bucket})
		list = append(list, config.Existing{To: b.Project, Declared: !b.Declared.IsZero()})
	}
	specs, diags := refresh.Describe(i.ctx, i.connections.Readers(), i.request(), keys)
	if i.ctx.Err() != nil {
		return nil, context.Cause(i.ctx) // what it cut off is not a fault
	}
	if diags.HasErrors() {
		i.view.Diagnostics(diags)
		return nil, exitCode(exitError)
	}
	var out []config.Existing
	for n, key := range keys {
		spec, there := specs[key]
		if !there {
			continue // it went since it was listed
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
func (i *importer) wanted(b planner.FoundBucket) bool {
	like := func(patterns []string) bool {
		return matches(patterns, b.Project) || slices.ContainsFunc(patterns, func(pattern string) bool {
			ok, _ := path.Match(pattern, b.Bucket.Name) // patterns were checked
			return ok
		})
	}
	return (i.args.cloud == "" || b.Cloud == i.args.cloud) && (len(i.args.targets) == 0 || like(i.args.targets)) && !like(i.args.exclusions)
}

// fit makes a project of what was found: what the language cannot say is left out
// and told, and the title of its item is one that is free.
func (i *importer) fit(e *config.Existing, cloud string) error {
	if e.Declared {
		return nil
	}
	connection, _ := config.Find(i.config.Clouds, cloud)
	vendor, _ := registry.Find(connection.Vendor)
	spec, left, err := config.Declarable(vendor, e.Bucket)
	if err != nil {
		return i.importFault(diag.Diagnostic{Detail: "The bucket " + e.Bucket.ID.Name + " cannot be declared: " + err.Error() + ".", Fix: "Leave it out with --exclude."})
	}
	for _, what := range left {
		i.view.Diagnostics(diag.List{{Severity: diag.Warning, Code: "BH5021", Summary: "Not all of the bucket can be declared",
			Detail: "Of the bucket " + e.Bucket.ID.Name + ", this is left out: " + what + ".",
			Fix:    "It stays on the bucket as it is: bh leaves alone what is not declared."}})
	}
	e.Bucket = spec
	if len(i.config.Clouds) > 1 {
		e.Cloud = cloud
	}
	if len(i.config.Secrets) > 1 {
		e.Secrets = i.secrets
	}
	if e.ItemTitle == "" && i.titles[e.To.Label()] {
		e.ItemTitle = i.freeTitle(e.To.Label())
	}
	if e.ItemTitle == e.To.Label() {
		e.ItemTitle = "" // the default
	}
	i.titles[e.To.Label()] = true
	return nil
}

func (i *importer) freeTitle(base string) string {
	for n := 2; ; n++ {
		if title := base + " " + strconv.Itoa(n); !i.titles[title] {
			i.titles[title] = true
			return title
		}
	}
}
