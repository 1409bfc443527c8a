package cli

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"buckethead/config"
	"buckethead/config/addr"
	"buckethead/config/diag"
	"buckethead/state"
	"buckethead/vendors"
	"buckethead/vendors/registry"
)

// importArgs holds the flags and arguments of bh import.
type importArgs struct {
	common
	typed        string       // the project; empty with all
	project      addr.Address // the same, resolved
	bucket       string
	cloud        string
	secrets      string
	jurisdiction string
	item         string
	owner        string
	terraform    string // the file with a state
	all, write   bool
}

// importer makes blocks for the buckets and items to take over.
type importer struct {
	session *session
	args    importArgs
	snap    state.Snapshot
	secrets string                // the store of new projects
	items   []vendors.ItemSummary // of that store
	titles  map[string]bool       // the titles that are taken in it
}

func newImporter(ctx context.Context, s *session, a importArgs, snap state.Snapshot) (*importer, error) {
	i := &importer{session: s, args: a, snap: snap, titles: map[string]bool{}}
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

// chosen returns the address of the named block, or of the only one. With all, none needs to be named.
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
		return "", fmt.Errorf("--%s is %s, but the file has no such block; it has %s", kind, named, orNone(addresses))
	case len(addresses) == 1:
		return addresses[0], nil
	}
	return "", fmt.Errorf("choose one with --%s: the file has %s", kind, orNone(addresses))
}

func orNone(list []string) string {
	if len(list) == 0 {
		return "none"
	}
	return strings.Join(list, ", ")
}

// declared returns the block of a project, or nil if there is none.
func (i *importer) declared(p addr.Address) *config.Project {
	projects := i.session.config.Projects
	for n := range projects {
		if projects[n].Addr == p {
			return &projects[n]
		}
	}
	return nil
}

// fault shows why something cannot be imported, and returns an exit code.
func (i *importer) fault(d diag.Diagnostic) error {
	d.Kind = notImportable
	return i.session.fail(d)
}

// fit completes the declaration of a bucket. It leaves out what the language cannot express, with a warning, and
// chooses a title for the item that is not taken.
func (i *importer) fit(e *config.Existing, cloud string) error {
	if e.Declared {
		return nil
	}
	connection, _ := config.Find(i.session.config.Clouds, cloud)
	vendor, _ := registry.Find(connection.Vendor)
	spec, left, err := config.Declarable(vendor, e.Bucket)
	if err != nil {
		return i.fault(diag.Diagnostic{Detail: "The bucket " + e.Bucket.ID.Name + " cannot be declared: " + err.Error() + ".",
			Fix: "Leave it out with --exclude."})
	}
	for _, what := range left {
		i.session.view.Diagnostics(diag.List{{Severity: diag.Warning, Kind: notAllDeclared,
			Detail: "Of the bucket " + e.Bucket.ID.Name + ", this is left out: " + what + ".",
			Fix:    "It stays as it is on the bucket: bh leaves alone what is not declared."}})
	}
	e.Bucket = spec
	if len(i.session.config.Clouds) > 1 {
		e.Cloud = cloud
	}
	if len(i.session.config.Secrets) > 1 {
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
