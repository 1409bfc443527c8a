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
// state. Every command gets its projects from here. The error says what is wrong with an address, or that it is one of
// something else; a project need not exist.
func (s *session) projects(snap state.Snapshot, typed ...string) ([]addr.Address, error) {
	return s.addresses(snap, []addr.Kind{addr.Project}, typed...)
}

// addresses is projects for a command that takes other kinds of address as well.
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

// nounOf returns what a thing of a kind is called, with its article.
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

// recordedProjects returns the projects that are recorded, and those for which something was begun.
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

// covers reports whether named stands for p: it is p, or the name that p is an instance of.
func covers(named, p addr.Address) bool {
	return named == p || named.Key == "" && named.Kind == p.Kind && named.Name == p.Name
}

// anyCovered reports whether named stands for one of these projects.
func anyCovered(named addr.Address, known []addr.Address) bool {
	return slices.ContainsFunc(known, func(p addr.Address) bool { return covers(named, p) })
}

// unknownProject returns the error of a name that stands for no project of the file or the state.
func unknownProject(typed string, known []addr.Address) error {
	typed = strings.TrimPrefix(typed, "project.")
	return fmt.Errorf("no project is called %s, neither in the file nor in the state%s", typed, suggestion(typed, known))
}

// notInState returns the error of a name that stands for no project of the state.
func notInState(typed string, snap state.Snapshot) error {
	typed = strings.TrimPrefix(typed, "project.")
	known := slices.Collect(maps.Keys(snap.Records))
	return fmt.Errorf("the state has no project %s%s", typed, suggestion(typed, known))
}

// suggestion returns the end of a message that suggests the project whose name is nearest, or "" if none comes close.
func suggestion(typed string, known []addr.Address) string {
	if name := nearestProject(typed, known); name != "" {
		return "; did you mean " + inShell(name)
	}
	return ""
}

// nearestProject returns the name or label that is most like what was typed, or "" if none comes close.
func nearestProject(typed string, known []addr.Address) string {
	var names []string
	for _, p := range known {
		names = append(names, p.Name, p.Label())
	}
	slices.Sort(names)
	return nearest(strings.TrimPrefix(typed, "project."), names)
}
