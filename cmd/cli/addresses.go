package cli

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"buckethead/config"
	"buckethead/config/addr"
	"buckethead/state"
)

// projects parses the addresses of projects that a person typed, and resolves them: first with the file, then with the
// state. All commands get their projects from here. The error says what is wrong with an address, or that it is not
// the address of a project. The project need not exist.
func (s *session) projects(snap state.Snapshot, typed ...string) ([]addr.Address, error) {
	return s.addresses(snap, []addr.Kind{addr.Project}, typed...)
}

// addresses is like projects, for a command that also takes other kinds of address.
func (s *session) addresses(snap state.Snapshot, kinds []addr.Kind, typed ...string) ([]addr.Address, error) {
	declared, recorded := declaredProjects(s.config), recordedProjects(snap)
	var out []addr.Address
	for _, text := range typed {
		a, err := addr.Parse(text)
		if err != nil {
			return nil, err
		}
		a = addr.Resolve(a, declared, recorded)
		if err := s.takes(a, kinds...); err != nil {
			return nil, err
		}
		out = append(out, a)
	}
	return out, nil
}

// takes returns an error if the command does not take addresses of this kind.
func (s *session) takes(a addr.Address, kinds ...addr.Kind) error {
	if slices.Contains(kinds, a.Kind) {
		return nil
	}
	var needs []string
	for _, k := range kinds {
		needs = append(needs, nounOf(k))
	}
	return fmt.Errorf("%s is %s; %s needs %s", a, nounOf(a.Kind), s.flags.command, strings.Join(needs, " or "))
}

// nounOf returns the noun for a kind of address, with its article.
func nounOf(k addr.Kind) string {
	if k == addr.Project {
		return "a project"
	}
	return "a " + k.String() + " block"
}

func declaredProjects(c *config.Config) []addr.Address {
	out := make([]addr.Address, 0, len(c.Projects))
	for i := range c.Projects {
		out = append(out, c.Projects[i].Addr)
	}
	return out
}

// recordedProjects returns the recorded projects, and those with an open intent.
func recordedProjects(snap state.Snapshot) []addr.Address {
	out := slices.Collect(maps.Keys(snap.Records))
	for _, i := range snap.Intents {
		out = append(out, i.Project)
	}
	return out
}

// knownProjects returns the projects of the file, then those of the state.
func knownProjects(c *config.Config, snap state.Snapshot) []addr.Address {
	return append(declaredProjects(c), recordedProjects(snap)...)
}

// covers reports whether named is p, or the name of which p is an instance.
func covers(named, p addr.Address) bool {
	return named == p || named.Key == "" && named.Kind == p.Kind && named.Name == p.Name
}

// anyCovered reports whether named covers one of these projects.
func anyCovered(named addr.Address, known []addr.Address) bool {
	return slices.ContainsFunc(known, func(p addr.Address) bool { return covers(named, p) })
}

// unknownProject returns the error for a name that matches no project in the file or the state.
func unknownProject(typed string, known []addr.Address) error {
	typed = strings.TrimPrefix(typed, "project.")
	return fmt.Errorf("neither the file nor the state has a project %s%s", typed, suggestion(typed, known))
}

// notInState returns the error for a name that matches no project in the state.
func notInState(typed string, snap state.Snapshot) error {
	typed = strings.TrimPrefix(typed, "project.")
	known := slices.Collect(maps.Keys(snap.Records))
	return fmt.Errorf("the state has no project %s%s", typed, suggestion(typed, known))
}

// suggestion returns the end of a message that suggests the project with the nearest name, or "" if no name is close.
func suggestion(typed string, known []addr.Address) string {
	if name := nearestProject(typed, known); name != "" {
		return "; did you mean " + inShell(name)
	}
	return ""
}

// nearestProject returns the name or label closest to what was typed, or "" if none is close.
func nearestProject(typed string, known []addr.Address) string {
	var names []string
	for _, p := range known {
		names = append(names, p.Name, p.Label())
	}
	slices.Sort(names)
	return nearest(strings.TrimPrefix(typed, "project."), names)
}
