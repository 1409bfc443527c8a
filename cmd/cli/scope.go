package cli

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"buckethead/config/addr"
	"buckethead/state"
)

// scope says which projects are looked at; nil for all.
func (c common) scope() func(addr.Project) bool {
	if len(c.targets)+len(c.exclusions) == 0 {
		return nil
	}
	return func(p addr.Project) bool {
		return (len(c.targets) == 0 || matches(c.targets, p)) && !matches(c.exclusions, p)
	}
}

// matches compares a project's label, name and address with patterns. A name
// stands for all of its instances.
func matches(patterns []string, p addr.Project) bool {
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

// covers reports whether named means p: itself, or every instance of its name.
func covers(named, p addr.Project) bool {
	return named == p || named.Key == "" && named.Name == p.Name
}

// scopeWith is the scope of targets and exclusions, and of the projects that are
// named.
func (a planArgs) scopeWith() func(addr.Project) bool {
	scope := a.scope()
	if len(a.named) == 0 {
		return scope
	}
	return func(p addr.Project) bool {
		named := slices.ContainsFunc(a.named, func(named addr.Project) bool { return covers(named, p) })
		return named && (scope == nil || scope(p))
	}
}

// rotated gives the projects whose keys are renewed. A name that covers none that
// is declared stays as it is, for the planner to say so.
func (s *session) rotated(a planArgs) map[addr.Project]bool {
	if !a.rotate {
		return nil
	}
	out := map[addr.Project]bool{}
	for _, named := range a.named {
		found := false
		for i := range s.config.Projects {
			if p := s.config.Projects[i].Addr; covers(named, p) {
				out[p], found = true, true
			}
		}
		if !found {
			out[named] = true
		}
	}
	return out
}

// checkScope refuses a target that means no project, for a name that was mistyped
// would look like one with nothing to do. An exclusion that means none is only
// said: what it kept out may be gone for good.
func (s *session) checkScope(snap state.Snapshot, a planArgs) error {
	known := s.knownProjects(snap)
	for _, pattern := range a.targets {
		if !slices.ContainsFunc(known, func(p addr.Project) bool { return matches([]string{pattern}, p) }) {
			return unknownProject(pattern, known)
		}
	}
	for _, named := range a.named {
		if !slices.ContainsFunc(known, func(p addr.Project) bool { return covers(named, p) }) {
			return unknownProject(named.Label(), known)
		}
	}
	for _, pattern := range a.exclusions {
		if !slices.ContainsFunc(known, func(p addr.Project) bool { return matches([]string{pattern}, p) }) {
			s.view.Note(fmt.Sprintf("--exclude %s leaves out nothing: no project is like it.", pattern))
		}
	}
	return nil
}

// knownProjects are those that the file declares or that the state knows, if only
// because something was begun for them.
func (s *session) knownProjects(snap state.Snapshot) []addr.Project {
	var out []addr.Project
	for i := range s.config.Projects {
		out = append(out, s.config.Projects[i].Addr)
	}
	for p := range snap.Records {
		out = append(out, p)
	}
	for _, i := range snap.Intents {
		out = append(out, i.Project)
	}
	return out
}

func unknownProject(typed string, known []addr.Project) error {
	var names []string
	for _, p := range known {
		names = append(names, p.Name, p.Label())
	}
	slices.Sort(names)
	hint := ""
	if close := nearest(strings.TrimPrefix(typed, "project."), names); close != "" {
		hint = "; did you mean " + close
	}
	return fmt.Errorf("no project is called %s, neither in the file nor in the state%s", strings.TrimPrefix(typed, "project."), hint)
}
