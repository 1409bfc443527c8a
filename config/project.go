package config

import (
	"fmt"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"

	"buckethead/config/eval"
	"buckethead/config/expr"
	"buckethead/config/faults"
	"buckethead/config/language"
)

// The members of a project that the decoder needs by name.
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
	// needless are those that have no effect on registered keys.
	needless = projectBlock.Where(func(a *language.Attribute) bool { return a.Needless },
		func(b *language.Block) bool { return b.Needless })
)

// defaultProject has the defaults of the table.
var defaultProject = func() (p Project) {
	projectBlock.SetDefaults(&p)
	return p
}()

// projectsDecoder turns the project blocks of all files into projects.
type projectsDecoder struct {
	ev        *eval.Evaluator
	connected *connected
	config    *Config
	named     map[string]*hclsyntax.Block // the project blocks, by name
	unsure    map[string]bool             // names of projects whose instances are not known
	claims
}

// projectDecoder turns one project block into its projects. It is copied for each
// instance of a for_each, after what all of them share was read.
type projectDecoder struct {
	eval.Scope
	of      *projectsDecoder
	source  *hclsyntax.Block
	project Project
	set     language.Set // written, and not null
	faults  language.Set // written, but faulty
	cloud   *connection
	secrets *connection
	domains map[string]hcl.Range // where each custom domain is written; nil for none
}

// attribute reads one attribute into the project.
func (d *projectDecoder) attribute(a *hclsyntax.Attribute) {
	row := projectBlock.Attribute(a.Name)
	if row == nil {
		d.of.ev.Sources.Attribute(a)
		if language.Similar(a.Name, projectBlock.AttributeNames()) == "bucket" {
			d.faults |= hasBucket // has the wrong type, so it is not missing too
		}
		d.UnknownAttribute(a, projectBlock)
		return
	}
	d.Part = a.Name
	var out eval.Outcome
	switch row.Name {
	case "cloud":
		d.cloud, out = d.of.connected.choose(&d.Scope, a, &d.of.connected.clouds)
	case "secrets":
		d.secrets, out = d.of.connected.choose(&d.Scope, a, &d.of.connected.secrets)
	default:
		out = d.Read(a, row, &d.project)
	}
	switch bit := projectBlock.Set(a.Name); out {
	case eval.Given:
		d.set |= bit
	case eval.Faulty:
		d.faults |= bit
	}
}

// place returns the range of an attribute's value, of the first block of that name, of the first
// dynamic block that makes such blocks, or of the project's header.
func (d *projectDecoder) place(name string) hcl.Range {
	for _, of := range []func(*hclsyntax.Block) string{func(b *hclsyntax.Block) string { return b.Type }, eval.MadeType} {
		for _, b := range d.source.Body.Blocks {
			if of(b) == name {
				return b.DefRange()
			}
		}
	}
	return expr.ValueRange(d.source, name)
}

// projectLimit bounds the projects of a configuration.
const projectLimit = 250_000

// roomFor reports whether this many more projects can be kept, and reports a fault if not.
func (d *projectDecoder) roomFor(more int, at hcl.Range) bool {
	if len(d.of.config.Projects)+more <= projectLimit {
		return true
	}
	d.Report(faults.TooLarge, at, fmt.Sprintf("With these there are more than %d projects.", projectLimit),
		"Declare fewer, or split the configuration into several, each with its own state.")
	return false
}
