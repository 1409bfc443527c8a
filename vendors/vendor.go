package vendors

import (
	"context"
	"time"
)

// Setting describes one attribute of a cloud or secrets block. The language, the
// docs and doctor read the same description. Env names the variables that stand
// in for the attribute, the first that is set wins; Default is used last. A
// Secret setting refuses a literal. List says that it holds several strings.
type Setting struct {
	Name     string
	Env      []string
	Default  string
	Doc      string
	Secret   bool
	Required bool
	List     bool
}

// Value is an evaluated setting. Exactly one of the first four is used. Reference
// is a secret that is still to be read from a store. Source says where the value
// came from: "buckets.hcl", the variable's name, or "default".
type Value struct {
	Text      string
	List      []string
	Secret    Secret
	Reference string
	Source    string
}

// Settings are the evaluated attributes of a block, by name. Unset ones without
// a default are absent.
type Settings map[string]Value

// Text gives the text of a setting, "" where it is not set.
func (s Settings) Text(name string) string { return s[name].Text }

// Problem is a fault in what a person wrote. Attribute names where it stands; Fix
// says what would be right.
type Problem struct{ Attribute, Summary, Fix string }

// Host is what a vendor is given of the machine: the folder that relative paths
// start from, and the clock.
type Host struct {
	Dir string
	Now func() time.Time
}

// Limits are what a vendor's plan costs and bounds are counted with. Zero means
// that there is none.
type Limits struct {
	CredentialNameLength int // characters
	Calls                int // calls in each CallsPer
	CallsPer             time.Duration
}

// Vendor is one entry of the registry: a name, its settings as data, checks that
// need no network, and how to open it. A vendor has OpenBuckets, OpenSecrets or
// both. Opening makes no call.
type Vendor struct {
	// Name is the label in HCL ("cloudflare_r2"), Title the name that people
	// know ("Cloudflare").
	Name, Title string
	Settings    []Setting
	Limits      Limits
	// ReferenceScheme is the scheme of the store's references ("op"), without
	// the colon; empty for clouds.
	ReferenceScheme string
	// CheckSettings and the others find faults offline; any may be nil. They
	// give every fault at once.
	CheckSettings    func(Settings) []Problem
	CheckBucket      func(BucketSpec) []Problem
	CheckCredential  func(CredentialSpec) []Problem
	CheckItemTitle   func(title string) []Problem
	OpenBuckets      func(ctx context.Context, host Host, s Settings) (BucketProvider, error)
	OpenSecrets      func(ctx context.Context, host Host, s Settings) (SecretStore, error)
	BucketAttributes []string // the project attributes beside bucket that it knows: location, jurisdiction, storage_class, allowed_ips, expires_after
}
