package cli

import "runtime/debug"

// The linker sets these for a release: the version of this build, the commit it was built from, and the repository
// whose release it is. Go itself records the commit only for a build inside a repository.
var (
	version    = "0.1.0-dev"
	commit     = ""
	repository = ""
)

// buildCommit returns the commit that this build was made from, and whether there were uncommitted changes.
func buildCommit() (revision string, modified bool) {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return commit, false
	}
	revision = commit
	for _, s := range info.Settings {
		switch s.Key {
		case "vcs.revision":
			revision = s.Value
		case "vcs.modified":
			modified = s.Value == "true"
		}
	}
	return revision, modified
}
