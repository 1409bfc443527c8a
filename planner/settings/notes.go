package settings

import (
	"slices"

	"buckethead/vendors"
)

// Notes says what a reader must not overlook about a change: that objects are deleted, lose their lock,
// or become public.
func (c Comparison) Notes(change vendors.SettingsChange) []string {
	before, after := c.there(change.Kind), change.Settings
	var out []string
	note := func(lines, but []string, text string) {
		for _, line := range lines {
			if !slices.Contains(but, line) {
				out = append(out, text+line)
			}
		}
	}
	note(deletions(after), deletions(before), "objects are deleted by the rule ")
	note(locks(before), locks(after), "objects are no longer locked by the rule ")
	note(Shown(after), Shown(before), "the bucket becomes public at ")
	return out
}

// deletions returns the rules that delete objects, without what else they do.
func deletions(s vendors.BucketSettings) []string {
	var rules []vendors.LifecycleRule
	for _, r := range s.Lifecycle {
		if r.Enabled && (r.DeleteAfter > 0 || !r.DeleteOn.IsZero()) {
			rules = append(rules, vendors.LifecycleRule{ID: r.ID, Enabled: true, Prefix: r.Prefix, DeleteAfter: r.DeleteAfter,
				DeleteOn: r.DeleteOn})
		}
	}
	return vendors.BucketSettings{Lifecycle: rules}.Words(vendors.LifecycleSettings)
}

// locks returns the rules that keep objects.
func locks(s vendors.BucketSettings) []string {
	enabled := slices.DeleteFunc(slices.Clone(s.Lock), func(r vendors.LockRule) bool { return !r.Enabled })
	return vendors.BucketSettings{Lock: enabled}.Words(vendors.LockSettings)
}

// Shown returns the addresses at which a bucket with these settings is public.
func Shown(s vendors.BucketSettings) []string {
	var out []string
	for _, d := range s.Domains {
		if d.Enabled {
			out = append(out, d.Domain)
		}
	}
	if s.PublicAccess != nil && s.PublicAccess.Enabled {
		out = append(out, "the vendor's own domain")
	}
	return out
}
