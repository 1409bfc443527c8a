package config

import (
	"fmt"
	"maps"
	"slices"

	"github.com/hashicorp/hcl/v2/hclsyntax"

	"buckethead/config/addr"
	"buckethead/config/faults"
)

// decodeProjects reads every project block into the config.
func decodeProjects(cn *connected, c *Config, blocks []*hclsyntax.Block) *projectsDecoder {
	ps := &projectsDecoder{ev: cn.ev, connected: cn, config: c, unsure: map[string]bool{},
		named: make(map[string]*hclsyntax.Block, len(blocks))}
	ps.expect(len(blocks))
	for _, b := range blocks {
		ps.decode(b)
	}
	ps.config.Names = slices.Sorted(maps.Keys(ps.named))
	byAddress := func(a, b Project) int { return a.Addr.Compare(b.Addr) }
	if !slices.IsSortedFunc(ps.config.Projects, byAddress) {
		slices.SortFunc(ps.config.Projects, byAddress)
	}
	return ps
}

// decode reads one project block.
func (ps *projectsDecoder) decode(b *hclsyntax.Block) {
	name := b.Labels[0]
	d := &projectDecoder{
		Scope:   *ps.ev.Needing(b, &ps.config.Lacks),
		of:      ps,
		source:  b,
		project: defaultProject,
	}
	d.project.Range = faults.RangeOf(b.DefRange())
	d.Address = addr.Address{Kind: addr.Project, Name: name}
	first, twice := ps.named[name]
	if twice {
		d.Duplicate(b, first, fmt.Sprintf("The project %q", name))
	} else {
		ps.named[name] = b
	}
	if a := b.Body.Attributes["for_each"]; a != nil {
		if !twice {
			ps.ev.DeclareEach(name, a.Expr)
		}
		d.decodeInstances(twice)
		return
	}
	for _, a := range b.Body.Attributes {
		d.attribute(a)
	}
	d.decodeBlocks(b.Body.Blocks)
	d.finish(addr.Address{Kind: addr.Project, Name: name}, twice)
}

// expect makes room for more projects at once, instead of many times.
func (ps *projectsDecoder) expect(count int) {
	ps.config.Projects = slices.Grow(ps.config.Projects, count)
	ps.claimants = slices.Grow(ps.claimants, count)
	if len(ps.items) == 0 {
		ps.buckets = make(map[bucketKey]int32, count)
		ps.items = make(map[itemKey]int32, count)
	}
}
