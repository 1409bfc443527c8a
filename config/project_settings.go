package config

import (
	"fmt"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclwrite"

	"buckethead/config/eval"
	"buckethead/config/expr"
	"buckethead/config/faults"
	"buckethead/config/language"
	"buckethead/config/write"
	"buckethead/vendors"
)

// The most rules of each type, and domains, that a bucket can have.
const (
	maxRules   = 1000
	maxDomains = 50
)

// settingsGroup is how the blocks of one kind are read and written.
type settingsGroup struct {
	table  *language.Block
	decode func(*projectDecoder, []eval.Placed)
	write  func(vendors.BucketSettings, *hclwrite.Body)
}

// settingsGroups is in the order in which faults are reported and blocks are written.
var settingsGroups = []settingsGroup{
	groupOf(corsBlock, maxRules, func(s *vendors.BucketSettings) *[]vendors.CORSRule { return &s.CORS },
		func(*rule, *vendors.CORSRule, int) string { return "" }),
	groupOf(lifecycleBlock, maxRules, func(s *vendors.BucketSettings) *[]vendors.LifecycleRule { return &s.Lifecycle }, (*rule).lifecycle),
	groupOf(lockBlock, maxRules, func(s *vendors.BucketSettings) *[]vendors.LockRule { return &s.Lock }, (*rule).lock),
	groupOf(domainBlock, maxDomains, func(s *vendors.BucketSettings) *[]vendors.CustomDomain { return &s.Domains },
		func(_ *rule, d *vendors.CustomDomain, _ int) string { return d.Domain }),
	{publicBlock, func(d *projectDecoder, blocks []eval.Placed) {
		// A second block is reported elsewhere.
		list, _ := decodeRules(d, blocks, publicBlock, len(blocks), func(*rule, *vendors.PublicAccess, int) string { return "" })
		if len(list) > 0 {
			d.project.Bucket.Settings.PublicAccess = &list[0]
		}
	}, func(s vendors.BucketSettings, body *hclwrite.Body) {
		if s.PublicAccess != nil && s.PublicAccess.Enabled {
			write.Block(body, publicBlock, s.PublicAccess)
		}
	}},
}

// groupOf is a group that is a list of rules. check checks the n-th of them as a whole, counted
// from 1, and returns its name, which is "" if rules of this type have none.
func groupOf[R any](table *language.Block, limit int, at func(*vendors.BucketSettings) *[]R,
	check func(r *rule, one *R, n int) string) settingsGroup {
	return settingsGroup{table, func(d *projectDecoder, blocks []eval.Placed) {
		list, places := decodeRules(d, blocks, table, limit, check)
		*at(&d.project.Bucket.Settings) = list
		if table == domainBlock {
			d.domains = places
		}
	}, func(s vendors.BucketSettings, body *hclwrite.Body) {
		for _, r := range *at(&s) {
			write.Block(body, table, &r)
		}
	}}
}

// decodeSettings reads the blocks of these types, which are settings of the bucket.
func (d *projectDecoder) decodeSettings(blocks []eval.Placed, types language.Set) {
	for _, g := range settingsGroups {
		if types&projectBlock.Set(g.table.Name) != 0 {
			g.decode(d, blocks)
		}
	}
}

// decodeRules reads the blocks of one type, in order, and returns the rules and the place of
// each name.
func decodeRules[R any](d *projectDecoder, blocks []eval.Placed, table *language.Block, limit int,
	check func(r *rule, one *R, n int) string) ([]R, map[string]hcl.Range) {
	var out []R
	places := map[string]hcl.Range{}
	bit := projectBlock.Set(table.Name)
	n := 0
	for _, b := range blocks {
		if b.Type != table.Name {
			continue
		}
		d.set |= bit
		r := &rule{Scope: b.Within(d.Scope), source: b, table: table}
		if n++; n > limit {
			if n == limit+1 {
				r.fault(faults.TooManyRules, b.DefRange(),
					fmt.Sprintf("A bucket can have at most %d %s blocks, and this is one too many.", limit, b.Type),
					"Remove some, or combine several of them into one.")
				d.faults |= bit
			}
			continue
		}
		if !d.of.ev.Labelled(b.Block, table.Labels) {
			d.faults |= bit
			continue
		}
		var one R
		table.SetDefaults(&one)
		r.set, r.faults = r.Fill(b.Block, table, &one)
		if name := check(r, &one, n); name != "" {
			r.once(name, places)
		}
		if !r.ok() {
			d.faults |= bit
			continue
		}
		out = append(out, one)
	}
	return out, places
}

// once reports a second rule of one name.
func (r *rule) once(name string, places map[string]hcl.Range) {
	attribute := "id"
	if r.table == domainBlock {
		attribute = "domain"
	}
	place := expr.ValueRange(r.source.Block, attribute)
	first, twice := places[name]
	if !twice {
		places[name] = place
		return
	}
	if first == place {
		r.fault(faults.DuplicateRule, place, fmt.Sprintf("Two elements make a %s block with the %s %q.", r.source.Type, attribute, name),
			fmt.Sprintf("Use something for the %s that differs for each element.", attribute))
		return
	}
	r.fault(faults.DuplicateRule, place,
		fmt.Sprintf("Two %s blocks have the %s %q: here and at %s.", r.source.Type, attribute, name, faults.RangeOf(first)),
		fmt.Sprintf("Give each of them its own %s, or remove one.", attribute))
}

// lifecycle checks a lifecycle_rule block.
func (r *rule) lifecycle(one *vendors.LifecycleRule, n int) string {
	r.oneOf("delete_after", "delete_on")
	r.oneOf("infrequent_access_after", "infrequent_access_on")
	r.needsOne("The rule does nothing.",
		"Add delete_after, delete_on, infrequent_access_after, infrequent_access_on or abort_uploads_after.",
		"delete_after", "delete_on", "infrequent_access_after", "infrequent_access_on", "abort_uploads_after")
	if r.faults&r.table.Set("id") == 0 {
		one.ID = numbered(one.ID, n)
	}
	return one.ID
}

// lock checks a lock_rule block.
func (r *rule) lock(one *vendors.LockRule, n int) string {
	if !one.Indefinite {
		r.set &^= r.table.Set("indefinite") // false means the same as leaving it out
	}
	r.oneOf("retain_for", "retain_until", "indefinite")
	r.needsOne("The rule does not say how long objects are kept.",
		"Add one of retain_for, retain_until, and indefinite = true.", "retain_for", "retain_until", "indefinite")
	if r.faults&r.table.Set("id") == 0 {
		one.ID = numbered(one.ID, n)
	}
	return one.ID
}
