package settings

import (
	"cmp"
	"slices"
	"strings"

	"buckethead/vendors"
)

// Comparison is what is known of the settings of one bucket.
type Comparison struct {
	Want     vendors.BucketSettings // what is declared
	Applied  vendors.BucketSettings // what bh wrote, according to the record
	Observed vendors.BucketSettings // what is there; a group that was not read is missing
	// Tried holds what interrupted steps may have written.
	Tried []vendors.SettingsChange
	// Fresh says that the bucket does not exist yet.
	Fresh bool
}

// Changes returns what is to be written: each group that differs from what is declared.
func (c Comparison) Changes() []vendors.SettingsChange {
	var out []vendors.SettingsChange
	for _, kind := range vendors.SettingsKinds() {
		if change, differs := c.change(kind); differs {
			out = append(out, change)
		}
	}
	return out
}

// Detach returns the change that detaches every domain that bh attached, and reports whether there
// are any.
func (c Comparison) Detach() (vendors.SettingsChange, bool) {
	c.Want = vendors.BucketSettings{}
	return c.domains()
}

// change returns what one group has to become, and whether it differs. If the group was not read, what
// bh wrote counts as what is there.
func (c Comparison) change(kind vendors.SettingsKind) (vendors.SettingsChange, bool) {
	if kind == vendors.DomainSettings {
		return c.domains()
	}
	read := c.Observed.Has(kind)
	switch {
	case c.Want.Has(kind) && c.Fresh:
		return vendors.SettingsChange{Kind: kind, Settings: c.Want.Only(kind)}, len(c.Want.Words(kind)) > 0
	case c.Want.Has(kind):
		meets := read && c.Observed.Meets(kind, c.Want) || !read && Same(kind, c.Applied, c.Want)
		return vendors.SettingsChange{Kind: kind, Settings: c.Want.Only(kind)}, !meets
	case c.Applied.Has(kind) || c.took(kind):
		return vendors.SettingsChange{Kind: kind, Settings: vendors.Cleared(kind)}, !read || len(c.Observed.Words(kind)) > 0
	}
	return vendors.SettingsChange{}, false
}

// took reports whether an interrupted step did write the group, so that bh must clear it.
func (c Comparison) took(kind vendors.SettingsKind) bool {
	return slices.ContainsFunc(c.Tried, func(tried vendors.SettingsChange) bool {
		return tried.Kind == kind && c.Observed.Meets(kind, tried.Settings)
	})
}

// domains returns the domains to attach or change, and those to detach. The others need no call.
func (c Comparison) domains() (vendors.SettingsChange, bool) {
	const kind = vendors.DomainSettings
	change := vendors.SettingsChange{Kind: kind, Settings: vendors.Cleared(kind), Detach: c.ours()}
	there := c.Observed
	if !there.Has(kind) {
		there = c.Applied
	}
	change.Detach = slices.DeleteFunc(change.Detach, func(name string) bool {
		_, wanted := c.Want.Domain(name)
		_, attached := c.Observed.Domain(name)
		return wanted || c.Observed.Has(kind) && !attached
	})
	if len(change.Detach) == 0 {
		change.Detach = nil
	}
	for _, d := range c.Want.Domains {
		if !there.Meets(kind, vendors.BucketSettings{Domains: []vendors.CustomDomain{d}}) {
			change.Settings.Domains = append(change.Settings.Domains, d)
		}
	}
	return change, len(change.Settings.Domains)+len(change.Detach) > 0
}

// ours returns the domains that bh attached, or may have, sorted.
func (c Comparison) ours() []string {
	var names []string
	for _, d := range c.Applied.Domains {
		names = append(names, d.Domain)
	}
	for _, change := range c.Tried {
		for _, d := range change.Settings.Domains {
			names = append(names, d.Domain)
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// there returns a group as it was read or, if it was not read, as bh wrote it.
func (c Comparison) there(kind vendors.SettingsKind) vendors.BucketSettings {
	if c.Observed.Has(kind) {
		return c.Observed.Only(kind)
	}
	return c.Applied.Only(kind)
}

// Before says what a change replaces. It names only the domains that change, and of those only what
// changes.
func (c Comparison) Before(change vendors.SettingsChange) []string {
	there := c.there(change.Kind)
	if change.Kind != vendors.DomainSettings {
		return there.Words(change.Kind)
	}
	var list []vendors.CustomDomain
	for _, d := range there.Domains {
		want, wanted := change.Settings.Domain(d.Domain)
		switch {
		case !wanted && !slices.Contains(change.Detach, d.Domain):
			continue
		case wanted && want.MinTLS == "":
			d.MinTLS = ""
		}
		if wanted && len(want.Ciphers) == 0 {
			d.Ciphers = nil
		}
		list = append(list, d)
	}
	return vendors.BucketSettings{Domains: list}.Words(change.Kind)
}

// Cause says why a group differs from what is declared: a word for programs and a sentence.
func (c Comparison) Cause(kind vendors.SettingsKind) (word, text string) {
	switch {
	case !Same(kind, c.Want, c.Applied):
		return "settings_changed", "the declared settings of the bucket changed"
	case !c.Want.Has(kind):
		return "interrupted", "an earlier run was stopped and left undeclared settings on the bucket"
	}
	return "settings_drift", "the bucket's settings were changed outside of bh"
}

// Same reports whether two settings have the same group, or both lack it.
func Same(kind vendors.SettingsKind, a, b vendors.BucketSettings) bool {
	return a.Has(kind) == b.Has(kind) && slices.Equal(a.Words(kind), b.Words(kind))
}

// Text joins the lines of a group, and says "none" if there are no lines.
func Text(lines []string) string { return cmp.Or(strings.Join(lines, "; "), "none") }
