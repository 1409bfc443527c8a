package config

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"

	"buckethead/config/eval"
	"buckethead/config/expr"
	"buckethead/config/faults"
	"buckethead/config/language"
	"buckethead/vendors"
)

// connection is one cloud or secrets block with its vendor, which is nil if
// no vendor has that name.
type connection struct {
	Connection
	block  *hclsyntax.Block
	vendor *vendors.Vendor
	knows  language.Set // the bucket attributes that a cloud knows
	// address is kept because it is needed once for each project.
	address string
}

// connections are the blocks of one kind, in the order of the files.
type connections struct {
	kind      string
	all       []*connection
	byAddress map[string]*connection
}

// connected are the clouds and stores that are declared, and the vendors that they can be of.
type connected struct {
	ev      *eval.Evaluator
	vendors []vendors.Vendor
	clouds  connections
	secrets connections
	told    map[string]bool // the kinds of block whose absence was reported
}

func newConnected(ev *eval.Evaluator, list []vendors.Vendor) *connected {
	return &connected{ev: ev, vendors: list,
		clouds:  connections{kind: "cloud", byAddress: map[string]*connection{}},
		secrets: connections{kind: "secrets", byAddress: map[string]*connection{}}}
}

// declare reads the headers of the cloud and secrets blocks, so that
// their settings can refer to the stores among them.
func (cn *connected) declare(clouds, secrets []*hclsyntax.Block) {
	for _, b := range clouds {
		cn.declareOne(&cn.clouds, b)
	}
	for _, b := range secrets {
		cn.declareOne(&cn.secrets, b)
	}
}

func (cn *connected) declareOne(cs *connections, b *hclsyntax.Block) {
	c := &connection{block: b,
		Connection: Connection{Vendor: b.Labels[0], Name: b.Labels[1], Range: faults.RangeOf(b.DefRange())}}
	s := cn.ev.In(b)
	c.address = c.Address()
	if first, twice := cs.byAddress[c.address]; twice {
		s.Duplicate(b, first.block, fmt.Sprintf("%s %s", cs.kind, c.Address()))
		return
	}
	cs.all = append(cs.all, c)
	cs.byAddress[c.address] = c
	for i := range cn.vendors {
		if v := &cn.vendors[i]; v.Name == c.Vendor && cs.opens(v) {
			c.vendor = v
			c.knows = projectBlock.Set(v.BucketAttributes...)
		}
	}
	if c.vendor == nil {
		cn.ev.Sources.Body(b.Body)
		cn.unknownVendor(s, cs, b)
	}
}

// opens reports whether a vendor has what a block of this kind needs.
func (cs *connections) opens(v *vendors.Vendor) bool {
	if cs.kind == "cloud" {
		return v.OpenBuckets != nil
	}
	return v.OpenSecrets != nil
}

func (cn *connected) unknownVendor(s *eval.Scope, cs *connections, b *hclsyntax.Block) {
	var names []string
	for i := range cn.vendors {
		v := &cn.vendors[i]
		if cs.opens(v) {
			names = append(names, v.Name)
		} else if v.Name == b.Labels[0] {
			other, what := "secrets", "a secret store and no cloud"
			if cs.kind == "secrets" {
				other, what = "cloud", "a cloud and no secret store"
			}
			s.Report(faults.UnknownVendor, b.LabelRanges[0], fmt.Sprintf("%s is %s.", v.Name, what),
				fmt.Sprintf("Write %s %q %q { ... }.", other, v.Name, b.Labels[1]))
			return
		}
	}
	s.Report(faults.UnknownVendor, b.LabelRanges[0],
		fmt.Sprintf("No vendor for a %s block is called %q.", cs.kind, b.Labels[0]), language.Suggestion(b.Labels[0], names, "vendor"))
}

// choose reads the cloud or secrets attribute of a project, which
// names a block: cloudflare_r2.main, cloud.cloudflare_r2.main, or the same as a
// string, or only the block's name if a single block has it. A local value wins
// over a block of the vendor "local" that is written in the same way.
func (cn *connected) choose(s *eval.Scope, a *hclsyntax.Attribute, cs *connections) (*connection, eval.Outcome) {
	text, out := "", eval.Given
	if t, ok := a.Expr.(*hclsyntax.ScopeTraversalExpr); ok && !cn.isValue(t.Traversal) {
		text = expr.TraversalText(t.Traversal)
	} else if text, out = s.Text(a); out != eval.Given {
		return nil, out
	}
	c, fault := cs.lookup(text)
	if c != nil {
		return c, eval.Given
	}
	s.Report(faults.UnknownConnection, a.Expr.Range(), fault,
		language.Suggestion(text, slices.Collect(maps.Keys(cs.byAddress)), cs.kind+" block"))
	return nil, eval.Faulty
}

// isValue reports whether a traversal reads a value instead of naming a block.
func (cn *connected) isValue(t hcl.Traversal) bool {
	name, _ := expr.Step(t, 1)
	switch t.RootName() {
	case "var", "each":
		return true
	case "local":
		return cn.ev.HasLocal(name) || !cn.hasVendor("local")
	}
	return false
}

// hasVendor reports whether some declared block is of this vendor.
func (cn *connected) hasVendor(name string) bool {
	return slices.ContainsFunc(slices.Concat(cn.clouds.all, cn.secrets.all),
		func(c *connection) bool { return c.Vendor == name })
}

// lookup finds a block by what a person wrote, or says why there is no such block.
func (cs *connections) lookup(text string) (*connection, string) {
	text = strings.TrimPrefix(text, cs.kind+".")
	if c, ok := cs.byAddress[text]; ok {
		return c, ""
	}
	var named []*connection
	for _, c := range cs.all {
		if c.Name == text {
			named = append(named, c)
		}
	}
	switch len(named) {
	case 0:
		return nil, fmt.Sprintf("No %s block %q is declared.", cs.kind, text)
	case 1:
		return named[0], ""
	}
	return nil, fmt.Sprintf("%q could be %s or %s.", text, named[0].Address(), named[1].Address())
}

// only returns the block that a project uses if it names none. If there is no such
// block, it reports why at place and returns nil.
func (cn *connected) only(s *eval.Scope, cs *connections, place hcl.Range) *connection {
	if len(cs.all) == 1 {
		return cs.all[0]
	}
	if len(cs.all) > 1 {
		addresses := slices.Sorted(maps.Keys(cs.byAddress))
		s.Report(faults.AmbiguousConnection, place,
			fmt.Sprintf("There are %d %s blocks, and the project does not say which one it uses.", len(addresses), cs.kind),
			fmt.Sprintf("Add a line %s = %s; the files declare %s.", cs.kind, addresses[0], strings.Join(addresses, ", ")))
		return nil
	}
	if cn.told[cs.kind] {
		return nil // reported once, for all projects
	}
	if cn.told == nil {
		cn.told = map[string]bool{}
	}
	cn.told[cs.kind] = true
	var names []string
	for i := range cn.vendors {
		if v := &cn.vendors[i]; cs.opens(v) {
			names = append(names, v.Name)
		}
	}
	slices.Sort(names)
	example := "VENDOR"
	if len(names) > 0 {
		example = names[0]
	}
	s.Report(faults.MissingConnection, place, fmt.Sprintf("The project needs a %s block, and none is declared.", cs.kind),
		fmt.Sprintf("Declare one: %s %q \"main\" { ... }. Vendors: %s.", cs.kind, example, strings.Join(names, ", ")))
	return nil
}
