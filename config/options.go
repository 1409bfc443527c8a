package config

import (
	"strings"

	"buckethead/config/expr"
	"buckethead/config/faults"
	"buckethead/config/files"
	"buckethead/config/mask"
	"buckethead/vendors"
)

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
	// Env looks up an environment variable; nil is an empty environment.
	Env func(name string) (string, bool)
	// Vendors are the clouds and secret stores that blocks can name.
	Vendors []vendors.Vendor
	// States are the kinds of state beside "local" that the state block can name.
	States []StateKind
	// Partial makes a missing value an error only where it is needed: it is kept
	// with what needs it, in the Lacks of [Config], [Connection] and [Backend]. Anything with
	// lacks is usable only in part.
	Partial bool
	// Version is bh's own, for required_version; "" satisfies any.
	Version string
	// Overlay holds text to use instead of files, by the name that ranges use:
	// Path, or a file's name joined to it. A file that exists only here is read
	// as well, if Path names it.
	Overlay map[string][]byte
}

// StateKind is a kind of place other than "local" where a state can be kept: the label of
// its block, its description, its attributes, the hosts of its operator, and its offline checks.
type StateKind struct {
	Name     string
	Title    string
	Settings []vendors.Setting
	OwnHosts vendors.Hosts
	Check    func(vendors.Settings) []vendors.Problem
}

// DefaultFile is the file that Load reads if Options.Path is empty.
const DefaultFile = files.DefaultName

// ReadSource reads a file of the language, or of variables. found says that its name was
// found in a folder or is the default: then it must be a regular file below the folder's
// repository. A file that a person named can be anywhere and of any kind. But a link in a
// repository is refused if it leads out of the repository, or to the files of git or bh.
func ReadSource(path string, found bool) ([]byte, error) { return files.ReadSource(path, found) }

func (o Options) env(name string) (string, bool) {
	if o.Env == nil {
		return "", false
	}
	return o.Env(name)
}

// settings returns those of every vendor and every kind of state.
func (o Options) settings() [][]vendors.Setting {
	var all [][]vendors.Setting
	for _, v := range o.Vendors {
		all = append(all, v.Settings)
	}
	for _, k := range o.States {
		all = append(all, k.Settings)
	}
	return all
}

// isReference reports whether a text is a reference into a store of some known vendor.
func (o Options) isReference(text string) bool {
	scheme, _, found := strings.Cut(text, "://")
	return found && vendorOfScheme(o.Vendors, scheme) != ""
}

// vendorOfScheme names the vendor whose store reads references of scheme, or "".
func vendorOfScheme(list []vendors.Vendor, scheme string) string {
	for _, v := range list {
		if scheme != "" && v.ReferenceScheme == scheme {
			return v.Name
		}
	}
	return ""
}

// SecretVariable reports whether an environment variable holds a secret: because a vendor or a
// kind of state says so, whether the file declares it or not, or because of its name.
func (o Options) SecretVariable(name string) bool {
	for i := range o.Vendors {
		if declaresSecret(o.Vendors[i].Settings, name) {
			return true
		}
	}
	for i := range o.States {
		if declaresSecret(o.States[i].Settings, name) {
			return true
		}
	}
	return vendors.SecretVariable(name)
}

// declaresSecret reports whether one of the secret settings is taken from the variable, or
// from one that its name begins with, such as CLOUDFLARE_API_TOKEN for CLOUDFLARE_API_TOKEN_EU.
func declaresSecret(settings []vendors.Setting, name string) bool {
	name = strings.ToUpper(name)
	for i := range settings {
		if !settings[i].Secret {
			continue
		}
		for _, variable := range settings[i].Env {
			if rest, is := strings.CutPrefix(name, variable); is && (rest == "" || rest[0] == '_') {
				return true
			}
		}
	}
	return false
}

// vendorTitle returns the name of a vendor for people.
func vendorTitle(v *vendors.Vendor) string {
	if v.Title != "" {
		return v.Title
	}
	return v.Name
}

// reader returns a reader of the files that the options name. texts gets what they hold.
func (o Options) reader(texts map[string][]byte) *files.Reader {
	sources := &mask.Sources{Texts: texts, Settings: o.settings, Reference: o.isReference, Iterators: map[string]bool{}}
	return &files.Reader{Path: o.Path, Dir: o.Dir, Overlay: o.Overlay, Found: &faults.Found{}, Sources: sources, Meter: expr.NewMeter()}
}
