package config

import "buckethead/vendors"

// Options says what Load reads and with which values. The zero value reads
// buckets.hcl in the working directory, without variables, environment and
// vendors.
type Options struct {
	// Path is the file, or the folder whose *.hcl files are read together;
	// "" is buckets.hcl. A relative path starts from Dir.
	Path string
	// Dir is the folder that bh works in; "" is the process's own.
	Dir string
	// Vars holds the text of each --var NAME=VALUE. They win over VarFiles,
	// which win over BH_VAR_NAME in the environment.
	Vars map[string]string
	// VarFiles are files of NAME = VALUE lines, or JSON objects where the name
	// ends in .json. A later file wins. Relative paths start from Dir.
	VarFiles []string
	// Env looks up a variable of the environment; nil is an empty environment.
	Env func(name string) (string, bool)
	// Vendors are the clouds and secret stores that blocks can name.
	Vendors []vendors.Vendor
	// States are the kinds of state beside "local" that the state block can name.
	States []StateKind
	// Partial makes a missing value an error only where it is needed: it is kept
	// with what needs it, in the Lacks of [Config], [Connection] and [Backend]. What lacks
	// something is only usable in part.
	Partial bool
	// Version is bh's own, for required_version; "" satisfies any.
	Version string
	// Overlay holds text to use instead of files, by the name that ranges use:
	// Path, or a file's name joined to it. A file that exists only here is read
	// as well, if Path names it.
	Overlay map[string][]byte
}

// DefaultFile is the file that Load reads where Options.Path is empty.
const DefaultFile = "buckets.hcl"

func (o Options) env(name string) (string, bool) {
	if o.Env == nil {
		return "", false
	}
	return o.Env(name)
}
