package config

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"

	"buckethead/config/addr"
	"buckethead/vendors"
)

// DefaultOverlap is how long replaced keys work on where rotate does not say.
// A day lets every consumer that reads its keys daily get the new ones.
const DefaultOverlap = 24 * time.Hour

// attributeSet is a set of the attributes and blocks of a project.
type attributeSet uint32

const (
	hasBucket attributeSet = 1 << iota
	hasCloud
	hasSecrets
	hasItemTitle
	hasAccess
	hasLocation
	hasJurisdiction
	hasStorageClass
	hasAllowedIPs
	hasExpiresAfter
	hasProtect
	hasOnDestroy
	hasAdopt
	hasForEach
	hasRotate
	hasRegister
	hasCORSRule
	hasLifecycleRule
	hasLockRule
	hasCustomDomain
	hasPublicAccess
)

// attributeBits names the members of an attributeSet.
var attributeBits = map[string]attributeSet{
	"bucket": hasBucket, "cloud": hasCloud, "secrets": hasSecrets, "item_title": hasItemTitle, "access": hasAccess,
	"location": hasLocation, "jurisdiction": hasJurisdiction, "storage_class": hasStorageClass,
	"allowed_ips":   hasAllowedIPs,
	"expires_after": hasExpiresAfter, "protect": hasProtect, "on_destroy": hasOnDestroy, "adopt": hasAdopt,
	"for_each": hasForEach, "rotate": hasRotate, "register": hasRegister,
	"cors_rule": hasCORSRule, "lifecycle_rule": hasLifecycleRule, "lock_rule": hasLockRule,
	"custom_domain": hasCustomDomain, "public_access": hasPublicAccess,
}

// projectBlocks are the members that are blocks.
const projectBlocks = hasRotate | hasRegister | settingsBlocks

// settingsBlocks are the settings of the bucket.
const settingsBlocks = repeatedBlocks | hasPublicAccess

// repeatedBlocks are those of which a project may have several.
const repeatedBlocks = hasCORSRule | hasLifecycleRule | hasLockRule | hasCustomDomain

// vendorAttributes are those that only some clouds know.
const vendorAttributes = hasLocation | hasJurisdiction | hasStorageClass | hasAllowedIPs | hasExpiresAfter |
	settingsBlocks

// names returns the members of the set, sorted.
func (set attributeSet) names() []string {
	var out []string
	for name, bit := range attributeBits {
		if set&bit != 0 {
			out = append(out, name)
		}
	}
	slices.Sort(out)
	return out
}

// projectDecoder turns one project block into its projects. It is copied for each
// instance of a for_each, after what all of them share was read.
type projectDecoder struct {
	scope
	source  *hclsyntax.Block
	project Project
	set     attributeSet // written, and not null
	faults  attributeSet // written, and useless
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
		project: Project{Access: vendors.ReadWrite, OnDestroy: Refuse, Range: toRange(b.DefRange())},
	}
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
	d.repeated(b.Body.Blocks)
	d.decodeBlocks(b.Body.Blocks)
	d.finish(addr.Address{Kind: addr.Project, Name: name}, twice)
}

// attribute reads one attribute into the project.
func (d *projectDecoder) attribute(a *hclsyntax.Attribute) {
	p := &d.project
	var out outcome
	d.part = a.Name
	bit := attributeBits[a.Name]
	switch bit {
	case hasBucket:
		p.Bucket.ID.Name, out = d.text(a)
	case hasCloud:
		d.cloud, out = d.connectionReference(a, &d.l.clouds)
	case hasSecrets:
		d.secrets, out = d.connectionReference(a, &d.l.secrets)
	case hasItemTitle:
		p.ItemTitle, out = d.text(a)
	case hasAccess:
		out = d.word(a, (*string)(&p.Access), string(vendors.ReadWrite), string(vendors.ReadOnly))
	case hasLocation:
		out = d.lower(a, &p.Bucket.Location)
	case hasJurisdiction:
		out = d.lower(a, &p.Bucket.ID.Namespace)
	case hasStorageClass:
		out = d.lower(a, &p.Bucket.StorageClass)
	case hasAllowedIPs:
		p.AllowedIPs, out = d.networks(a)
	case hasExpiresAfter:
		p.ExpiresAfter, out = d.positive(a)
	case hasProtect:
		p.Protect, out = d.flag(a)
	case hasOnDestroy:
		out = d.word(a, (*string)(&p.OnDestroy), string(Refuse), string(Retain), string(Empty))
	case hasAdopt:
		p.Adopt, out = d.flag(a)
	default:
		d.unknown(a)
		return
	}
	switch out {
	case given:
		d.set |= bit
	case faulty:
		d.faults |= bit
	}
}

// unknown reports an attribute that a project does not have.
func (d *projectDecoder) unknown(a *hclsyntax.Attribute) {
	names := slices.Collect(maps.Keys(attributeBits))
	fix := suggestion(a.Name, names, "attribute")
	if attributeBits[a.Name]&projectBlocks != 0 {
		fix = fmt.Sprintf("%s is a block: write %s { ... } without the equals sign.", a.Name, a.Name)
		if a.Name == "register" {
			d.l.mask(a.Expr)
		}
	}
	d.l.maskAttribute(a)
	if similar(a.Name, names) == "bucket" {
		d.faults |= hasBucket // mistyped, and so not missing as well
	}
	d.report(unknownAttribute, a.NameRange, fmt.Sprintf("A project has no attribute %q.", a.Name), fix)
}

// word reads a choice and leaves the default where there is none.
func (d *projectDecoder) word(a *hclsyntax.Attribute, into *string, words ...string) outcome {
	word, out := d.choice(a, words...)
	if out == given {
		*into = word
	}
	return out
}

// lower reads text whose case has no meaning.
func (d *projectDecoder) lower(a *hclsyntax.Attribute, into *string) outcome {
	text, out := d.text(a)
	*into = strings.ToLower(text)
	return out
}

// positive reads a duration that must be longer than nothing.
func (s *scope) positive(a *hclsyntax.Attribute) (time.Duration, outcome) {
	length, out := s.duration(a)
	if out == given && length == 0 {
		s.report(invalidDuration, a.Expr.Range(), fmt.Sprintf("%s is no time at all.", a.Name),
			`Give it some, such as "90d".`)
		return 0, faulty
	}
	return length, out
}

// place returns the range of an attribute's value, of the first block of that name,
// or of the project's header.
func (d *projectDecoder) place(name string) hcl.Range {
	for _, b := range d.source.Body.Blocks {
		if b.Type == name {
			return b.DefRange()
		}
	}
	return valueRange(d.source, name)
}
