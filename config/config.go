package config

import (
	"slices"
	"time"

	"buckethead/config/addr"
	"buckethead/config/diag"
	"buckethead/config/eval"
	"buckethead/config/faults"
	"buckethead/config/policy"
	"buckethead/vendors"
)

// A Policy is a condition that projects or operations must meet.
type Policy = policy.Policy

// A PlannedOperation is an operation of a plan as a policy sees it.
type PlannedOperation = policy.Operation

// A Lack is a value that has to come from outside of the files and was not given.
type Lack = eval.Lack

// A LackError says why a block cannot be used: values that it needs were not given.
type LackError = eval.LackError

// DefaultStack is the name of the stack if the files set none.
const DefaultStack = "main"

// DefaultOverlap is how long replaced keys keep working if rotate does not say.
// A day lets every consumer that reads its keys daily get the new ones.
const DefaultOverlap = 24 * time.Hour

// localState is the kind that every bh has.
const localState = "local"

// Config is everything that the files declare, evaluated: every value is known, except those
// that Lacks lists. It is read-only once loaded and so safe for concurrent use.
type Config struct {
	// Dir is the folder of the files, from which relative paths start.
	Dir      string
	Stack    string
	State    Backend
	Clouds   []Connection // by address
	Secrets  []Connection // by address
	Projects []Project    // by address
	Names    []string     // of the project blocks, also of those without instances; sorted
	Moved    []Moved
	Removed  []Removed
	Imports  []Import
	Policies []Policy // in the order of the files
	Lacks    []Lack   // of the projects; only with Options.Partial
	// Sensitive holds the values of sensitive variables. It is set even if there are errors.
	Sensitive []vendors.Secret
	// Sources holds the files as they were read, by the name that ranges use.
	// Asterisks replace what is, or may be, a secret written in a file, so that
	// the lines around a diagnostic can be shown. Files of variables are not part.
	Sources map[string][]byte
}

// Backend is where the state is kept: Kind "local" with Path, relative to Dir, or one
// of Options.States with its Settings.
type Backend struct {
	Kind     string
	Path     string
	Settings vendors.Settings
	Lacks    []Lack // only with Options.Partial
	Range    diag.Range
}

// Connection is one cloud or secrets block.
type Connection struct {
	Vendor, Name string
	Settings     vendors.Settings
	Lacks        []Lack // only with Options.Partial
	Range        diag.Range
}

// Address names the connection as plans and records do: "cloudflare_r2.main".
func (c Connection) Address() string { return c.Vendor + "." + c.Name }

// OnDestroy says what happens to a bucket that still holds objects.
type OnDestroy string

// The ways to destroy.
const (
	Refuse OnDestroy = "refuse" // a bucket that holds objects blocks the destroy
	Retain OnDestroy = "retain" // the bucket stays, credentials and item go
	Empty  OnDestroy = "empty"  // the objects are deleted first
)

// Rotation says how often keys are renewed and how long the old ones keep working.
type Rotation struct{ Every, Overlap time.Duration }

// Register holds keys that someone else issued. Either SecretAccessKey is set, or Reference
// names the secret in a store, from which it is read later. Unverified is verify = false:
// an apply does not prove that the keys open the bucket.
type Register struct {
	AccessKeyID     string
	SecretAccessKey vendors.Secret
	Reference       string
	EndpointURL     string
	Region          string
	Unverified      bool
}

// Project is one project, for one instance of its for_each. Cloud and Secrets are
// connection addresses; Cloud is empty for a project with Register. AllowedIPs
// are sorted. Range is the project block's header.
type Project struct {
	Addr         addr.Address
	Cloud        string
	Secrets      string
	Bucket       vendors.BucketSpec
	Access       vendors.Access
	AllowedIPs   []string
	ExpiresAfter time.Duration
	ItemTitle    string
	Rotate       *Rotation
	Protect      bool
	Adopt        bool
	OnDestroy    OnDestroy
	Register     *Register
	Range        diag.Range
}

// Moved renames a project in state. A From or To without a key covers every
// instance of its name.
type Moved struct {
	From, To addr.Address
	Range    diag.Range
}

// Removed forgets a project, or with Destroy destroys it, explicitly.
type Removed struct {
	From    addr.Address
	Destroy bool
	Range   diag.Range
}

// Import takes over what exists: a bucket, and with Item (a title or an id) the credential that
// the item holds. AccessKeyID, if set, must be the item's; without Item it is the credential that
// a new one replaces. Owner is the other state that owns them, as STACK@LINEAGE, if another
// state does.
type Import struct {
	To          addr.Address
	Bucket      string
	AccessKeyID string
	Item        string
	Owner       string
	Range       diag.Range
}

// Find finds a cloud or secrets block by its address.
func Find(list []Connection, address string) (Connection, bool) {
	for _, c := range list {
		if c.Address() == address {
			return c, true
		}
	}
	return Connection{}, false
}

// Ready returns a [LackError] if the connection cannot be opened because of what it lacks.
func (c Connection) Ready() error { return eval.Ready(c.Lacks) }

// Ready returns a [LackError] if the place of the state is not known because of what it lacks.
func (b Backend) Ready() error { return eval.Ready(b.Lacks) }

// Refers returns a [LackError] if one of the named settings has no value.
func (c Connection) Refers(settings []string) error {
	return eval.Ready(slices.DeleteFunc(slices.Clone(c.Lacks), func(l eval.Lack) bool { return !slices.Contains(settings, l.Attribute) }))
}

// Missing reports whether a fault is a value that was not given.
func Missing(d diag.Diagnostic) bool {
	return d.Code == faults.MissingVariable.Code || d.Code == faults.UnsetEnvironment.Code
}

// Lacking returns what the projects of one name lack for any of these attributes.
func (c *Config) Lacking(name string, attributes ...string) []Lack {
	var out []Lack
	for _, l := range c.Lacks {
		if l.Fault.Address.Name == name && slices.Contains(attributes, l.Attribute) {
			out = append(out, l)
		}
	}
	return out
}

// FaultsOf returns the faults of the lacks, in the order of the files.
func FaultsOf(lacks []Lack) diag.List { return eval.FaultsOf(lacks) }

// Codes returns every kind of fault that Load, Format and the policies report, by code.
func Codes() []diag.Kind { return faults.Codes() }
