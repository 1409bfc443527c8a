package cli

import (
	"fmt"
	"path"
	"slices"

	"buckethead/config/addr"
	"buckethead/state"
)

// scope returns the filter of --target and --exclude, or nil for all projects.
func (c common) scope() func(addr.Address) bool {
	if len(c.targets)+len(c.exclusions) == 0 {
		return nil
	}
	return func(p addr.Address) bool {
		return (len(c.targets) == 0 || matches(c.targets, p)) && !matches(c.exclusions, p)
	}
}

// matches reports whether a project's label, name or address matches one of the patterns. A name matches all of
// its instances.
func matches(patterns []string, p addr.Address) bool {
	for _, pattern := range patterns {
		for _, text := range []string{p.Label(), p.Name, p.String()} {
			if pattern == text {
				return true
			}
			if ok, err := path.Match(pattern, text); ok && err == nil {
				return true
			}
		}
	}
	return false
}

// scopeWith returns the filter of the flags, limited to the named projects if there are any.
func (c common) scopeWith(named []addr.Address) func(addr.Address) bool {
	scope := c.scope()
	if len(named) == 0 {
		return scope
	}
	return func(p addr.Address) bool {
		covered := slices.ContainsFunc(named, func(name addr.Address) bool { return covers(name, p) })
		return covered && (scope == nil || scope(p))
	}
}

// checkScope returns an error for a target, or a named project, that matches no project: a typo would otherwise look
// like a project with nothing to do. An exclusion that matches none is only noted, because its project may be gone
// for good.
func checkScope(s *session, snap state.Snapshot, named []addr.Address) error {
	known := knownProjects(s.config, snap)
	like := func(pattern string) bool {
		return slices.ContainsFunc(known, func(p addr.Address) bool { return matches([]string{pattern}, p) })
	}
	for _, pattern := range slices.Concat(s.flags.targets, s.flags.exclusions) {
		if a, err := addr.Parse(pattern); err == nil && a.Kind != 0 {
			if err := s.takes(a, addr.Project); err != nil {
				return err
			}
		}
	}
	for _, pattern := range s.flags.targets {
		if !like(pattern) {
			return unknownProject(pattern, known)
		}
	}
	for _, name := range named {
		if !anyCovered(name, known) {
			return unknownProject(name.Label(), known)
		}
	}
	for _, pattern := range s.flags.exclusions {
		if !like(pattern) {
			s.view.Note(fmt.Sprintf("--exclude %s leaves out nothing: no project matches.", pattern))
		}
	}
	return nil
}
