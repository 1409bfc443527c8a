package config

import (
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"

	"buckethead/config/addr"
	"buckethead/config/language"
)

// DefaultOverlap is how long replaced keys keep working if rotate does not say.
// A day lets every consumer that reads its keys daily get the new ones.
const DefaultOverlap = 24 * time.Hour

// The members of a project that the decoder asks for by name.
var (
	hasBucket       = projectBlock.Set("bucket")
	hasJurisdiction = projectBlock.Set("jurisdiction")
	hasItemTitle    = projectBlock.Set("item_title")
	hasExpiresAfter = projectBlock.Set("expires_after")
	hasCloud        = projectBlock.Set("cloud")
	hasSecrets      = projectBlock.Set("secrets")
	hasRegister     = projectBlock.Set("register")
	hasDomain       = projectBlock.Set("custom_domain")

	ofBucket     = projectBlock.Set("bucket", "location", "jurisdiction", "storage_class")
	ofCredential = projectBlock.Set("access", "allowed_ips")

	// settingsBlocks are the settings of the bucket.
	settingsBlocks = projectBlock.Where(nil, func(b *language.Block) bool { return b.ByCloud })
	// repeatedBlocks are those of which a project may have several.
	repeatedBlocks = projectBlock.Where(nil, func(b *language.Block) bool { return b.Several })
	// byCloud are those that only some clouds know.
	byCloud = projectBlock.Where(func(a *language.Attribute) bool { return a.ByCloud },
		func(b *language.Block) bool { return b.ByCloud })
	// needless are those that have no effect on keys that someone brings.
	needless = projectBlock.Where(func(a *language.Attribute) bool { return a.Needless },
		func(b *language.Block) bool { return b.Needless })
)

// defaultProject has the defaults of the table.
var defaultProject = func() (p Project) {
	projectBlock.SetDefaults(&p)
	return p
}()

// projectDecoder turns one project block into its projects. It is copied for each
// instance of a for_each, after what all of them share was read.
type projectDecoder struct {
	scope
	source  *hclsyntax.Block
	project Project
	set     language.Set // written, and not null
	faults  language.Set // written, and useless
	cloud   *connection
	secrets *connection
	domains map[string]hcl.Range // where each custom domain stands; nil for none
}

// decodeProjects reads every project block.
func (l *loader) decodeProjects() {
	l.named = make(map[string]*hclsyntax.Block, len(l.blocks.project))
	l.expect(len(l.blocks.project))
	for _, b := range l.blocks.project {
		l.decodeProject(b)
	}
	l.config.Names = slices.Sorted(maps.Keys(l.named))
	byAddress := func(a, b Project) int { return a.Addr.Compare(b.Addr) }
	if !slices.IsSortedFunc(l.config.Projects, byAddress) {
		slices.SortFunc(l.config.Projects, byAddress)
	}
}

// expect makes room for more projects, which otherwise is made many times over.
func (l *loader) expect(count int) {
	l.config.Projects = slices.Grow(l.config.Projects, count)
	l.origins = slices.Grow(l.origins, count)
	if len(l.items) == 0 {
		l.buckets = make(map[bucketKey]int32, count)
		l.items = make(map[itemKey]int32, count)
	}
}

func (l *loader) decodeProject(b *hclsyntax.Block) {
	name := b.Labels[0]
	d := &projectDecoder{
		scope:   *l.needing(b, &l.config.Lacks),
		source:  b,
		project: defaultProject,
	}
	d.project.Range = toRange(b.DefRange())
	d.scope.project = addr.Address{Kind: addr.Project, Name: name}
	first, twice := l.named[name]
	if twice {
		d.duplicate(b, first, fmt.Sprintf("The project %q", name))
	} else {
		l.named[name] = b
	}
	if b.Body.Attributes["for_each"] != nil {
		d.decodeInstances(twice)
		return
	}
	for _, a := range b.Body.Attributes {
		d.attribute(a)
	}
	d.decodeBlocks(b.Body.Blocks)
	d.finish(addr.Address{Kind: addr.Project, Name: name}, twice)
}

// attribute reads one attribute into the project.
func (d *projectDecoder) attribute(a *hclsyntax.Attribute) {
	row := projectBlock.Attribute(a.Name)
	if row == nil {
		d.l.maskAttribute(a)
		if language.Similar(a.Name, projectBlock.AttributeNames()) == "bucket" {
			d.faults |= hasBucket // mistyped, and so not missing as well
		}
		d.unknownAttribute(a, projectBlock)
		return
	}
	d.part = a.Name
	var out outcome
	switch row.Name {
	case "cloud":
		d.cloud, out = d.connectionReference(a, &d.l.clouds)
	case "secrets":
		d.secrets, out = d.connectionReference(a, &d.l.secrets)
	default:
		out = d.read(a, row, &d.project)
	}
	switch bit := projectBlock.Set(a.Name); out {
	case given:
		d.set |= bit
	case faulty:
		d.faults |= bit
	}
}

// place returns the range of an attribute's value, of the first block of that name, of the first
// dynamic block that makes such blocks, or of the project's header.
func (d *projectDecoder) place(name string) hcl.Range {
	for _, of := range []func(*hclsyntax.Block) string{func(b *hclsyntax.Block) string { return b.Type }, madeType} {
		for _, b := range d.source.Body.Blocks {
			if of(b) == name {
				return b.DefRange()
			}
		}
	}
	return valueRange(d.source, name)
}
