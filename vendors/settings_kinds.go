package vendors

import "slices"

// group is a row of the table of settings: how to find one kind in BucketSettings, copy it and
// compare it.
type group struct {
	kind  SettingsKind
	block string // of a project, which declares the group

	has   func(BucketSettings) bool
	take  func(s *BucketSettings, from BucketSettings)
	clear func(*BucketSettings)
	clone func(*BucketSettings)
	words func(BucketSettings) []string
	// meets is nil for a group that matches if its words are the same.
	meets func(s, wanted BucketSettings) bool
}

// groups is the table of settings, in the order in which they are applied: settings that
// protect objects come before those that make them public.
var groups = []group{
	sorted(rules(LockSettings, "lock_rule", func(s *BucketSettings) *[]LockRule { return &s.Lock },
		LockRule.words, nil)),
	sorted(rules(LifecycleSettings, "lifecycle_rule", func(s *BucketSettings) *[]LifecycleRule { return &s.Lifecycle },
		LifecycleRule.words, nil)),
	// Not sorted: the first rule that matches decides.
	rules(CORSSettings, "cors_rule", func(s *BucketSettings) *[]CORSRule { return &s.CORS },
		CORSRule.words, (*CORSRule).unshare),
	domains(sorted(rules(DomainSettings, "custom_domain", func(s *BucketSettings) *[]CustomDomain { return &s.Domains },
		CustomDomain.words, (*CustomDomain).unshare))),
	{
		kind: PublicSettings, block: "public_access",
		has:   func(s BucketSettings) bool { return s.PublicAccess != nil },
		take:  func(s *BucketSettings, from BucketSettings) { s.PublicAccess = from.PublicAccess },
		clear: func(s *BucketSettings) { s.PublicAccess = &PublicAccess{} },
		clone: func(s *BucketSettings) {
			if s.PublicAccess != nil {
				access := *s.PublicAccess
				s.PublicAccess = &access
			}
		},
		words: func(s BucketSettings) []string {
			if s.PublicAccess != nil && s.PublicAccess.Enabled {
				return []string{"enabled"}
			}
			return nil
		},
	},
}

// rules is the row for a group that is a list. unshare clones the lists in a rule; it is nil if
// a rule has no lists.
func rules[R any](kind SettingsKind, block string,
	at func(*BucketSettings) *[]R, words func(R) string, unshare func(*R)) group {
	return group{
		kind: kind, block: block,
		has:   func(s BucketSettings) bool { return *at(&s) != nil },
		take:  func(s *BucketSettings, from BucketSettings) { *at(s) = *at(&from) },
		clear: func(s *BucketSettings) { *at(s) = []R{} },
		clone: func(s *BucketSettings) {
			list := slices.Clone(*at(s))
			for i := range list {
				if unshare != nil {
					unshare(&list[i])
				}
			}
			*at(s) = list
		},
		words: func(s BucketSettings) []string {
			var lines []string
			for _, r := range *at(&s) {
				lines = append(lines, words(r))
			}
			return lines
		},
	}
}

// sorted is for a group whose rules have no order.
func sorted(g group) group {
	words := g.words
	g.words = func(s BucketSettings) []string { return slices.Sorted(slices.Values(words(s))) }
	return g
}

// domains ignores custom domains other than the declared ones: they belong to someone else.
func domains(g group) group {
	g.meets = func(s, wanted BucketSettings) bool {
		return !slices.ContainsFunc(wanted.Domains, func(want CustomDomain) bool {
			i := slices.IndexFunc(s.Domains, func(d CustomDomain) bool { return d.Domain == want.Domain })
			return i < 0 || !s.Domains[i].meets(want)
		})
	}
	return g
}

// group returns the row of a kind. A kind from a later version is treated as never set.
func (k SettingsKind) group() group {
	if i := slices.IndexFunc(groups, func(g group) bool { return g.kind == k }); i >= 0 {
		return groups[i]
	}
	return rules(k, string(k), func(*BucketSettings) *[]struct{} { return new([]struct{}) },
		func(struct{}) string { return "" }, nil)
}

// SettingsKinds lists the groups in the order in which they are applied.
func SettingsKinds() []SettingsKind {
	out := make([]SettingsKind, len(groups))
	for i, g := range groups {
		out[i] = g.kind
	}
	return out
}

// Block names the block of a project that declares the group.
func (k SettingsKind) Block() string { return k.group().block }

// Has reports whether the group is set.
func (s BucketSettings) Has(kind SettingsKind) bool { return kind.group().has(s) }

// None reports whether no group is set.
func (s BucketSettings) None() bool {
	return !slices.ContainsFunc(groups, func(g group) bool { return g.has(s) })
}

// Kinds lists the groups that are set, in the order of SettingsKinds.
func (s BucketSettings) Kinds() []SettingsKind {
	return slices.DeleteFunc(SettingsKinds(), func(k SettingsKind) bool { return !s.Has(k) })
}

// Only returns the settings with this group alone.
func (s BucketSettings) Only(kind SettingsKind) BucketSettings { return BucketSettings{}.With(kind, s) }

// With returns the settings with one group taken from others, which may lack it.
func (s BucketSettings) With(kind SettingsKind, others BucketSettings) BucketSettings {
	kind.group().take(&s, others)
	return s
}

// Cleared returns the group with no rules and no public access.
func Cleared(kind SettingsKind) BucketSettings {
	var s BucketSettings
	kind.group().clear(&s)
	return s
}

// Domain returns a custom domain by its name, and reports whether it is among the settings.
func (s BucketSettings) Domain(name string) (CustomDomain, bool) {
	for _, d := range s.Domains {
		if d.Domain == name {
			return d, true
		}
	}
	return CustomDomain{}, false
}

// Clone returns a deep copy of s. What is nil or empty stays so.
func (s BucketSettings) Clone() BucketSettings {
	for _, g := range groups {
		g.clone(&s)
	}
	return s
}

// Meets reports whether a group, as observed, matches the declared one. Other custom domains
// belong to someone else and are ignored.
func (s BucketSettings) Meets(kind SettingsKind, wanted BucketSettings) bool {
	if meets := kind.group().meets; meets != nil {
		return meets(s, wanted)
	}
	return slices.Equal(s.Words(kind), wanted.Words(kind))
}

// Words returns one line for each rule of a group, with everything in it, so two groups are
// equal if their words are. Rules without an order are sorted.
func (s BucketSettings) Words(kind SettingsKind) []string { return kind.group().words(s) }
