package vendors

import (
	"context"
	"net/http"
	"time"
)

// Setting describes one attribute of a cloud or secrets block. The language, the docs and
// doctor read the same description. Env names the environment variables that are used if the
// attribute is not set; the first one that is set wins, and Default comes last. Words lists the
// allowed values; nil allows any text. Example is a sample line of a block. A Secret setting
// cannot be a literal. A List setting holds several strings, and a Map setting holds strings by
// name. Endpoint says whether it is a server's URL.
type Setting struct {
	Name     string
	Env      []string
	Default  string
	Words    []string
	Doc      string
	Example  string
	Secret   bool
	Required bool
	List     bool
	Map      bool
	Endpoint Endpoint
}

// Value is an evaluated setting. Exactly one of the first five fields is used. Reference names a
// secret that must still be read from a store. Source says where the value came from: "buckets.hcl",
// the variable's name, or "default".
type Value struct {
	Text      string
	List      []string
	Map       map[string]string
	Secret    Secret
	Reference string
	Source    string
}

// Settings holds the evaluated attributes of a block, by name. Attributes without a
// value or a default are absent.
type Settings map[string]Value

// Text returns the text of a setting, or "" if it is not set.
func (s Settings) Text(name string) string { return s[name].Text }

// Problem is a mistake in a configuration. Attribute names the faulty attribute, and Fix says
// how to correct it.
type Problem struct{ Attribute, Summary, Fix string }

// Problems collects what a check finds.
type Problems []Problem

// Report adds a problem.
func (p *Problems) Report(attribute, summary, fix string) {
	*p = append(*p, Problem{attribute, summary, fix})
}

// Host is the part of the machine that a vendor may use: the folder that relative paths start
// from, and the clock. Sleep returns early, with the context's error, when the context ends.
// The others may be nil: Waiting is told why a call waits and until when. Trace gets every
// request and response, with secrets replaced. Transport carries requests instead of the
// network. Share returns the same value to all connections that ask for a key, and creates it
// for the first. CacheDir is a folder for files that can be recreated, never for secrets; ""
// means no cache. MaySend returns a [HostError] for a host that no secret may be sent to; if it
// is nil, secrets may go to every host. Learn is told the secrets that a vendor uses but did
// not get as settings, so that they are not printed.
type Host struct {
	Dir       string
	Now       func() time.Time
	Sleep     func(ctx context.Context, d time.Duration) error
	Waiting   func(why string, until time.Time)
	Trace     func(Exchange)
	Transport http.RoundTripper
	MaySend   func(host string) error
	CacheDir  string
	Share     func(key string, make func() any) any
	Learn     func(secrets ...Secret)
}

// Learned calls Learn with the secret, if Learn is set.
func (h Host) Learned(secret Secret) {
	if h.Learn != nil {
		h.Learn(secret)
	}
}

// Exchange is one request and its response. Secrets in the bodies are replaced, and headers are
// left out. If there was no response, Status is 0 and Err says why.
type Exchange struct {
	Method, URL     string
	Status          int
	RequestID       string
	Took            time.Duration
	Request, Answer string
	Err             error
}

// Limits holds the limits of a vendor, from which bh computes what a plan costs. Zero
// means no limit.
type Limits struct {
	CredentialNameLength int // characters
	Calls                int // calls in each CallsPer
	CallsPer             time.Duration
	// Writes is how many writes the vendor's smallest tier allows, for vendors that do not say
	// which tier applies. WritesNote says the same in words.
	Writes     int
	WritesNote string
}

// Vendor is one entry in the registry: a name, its settings as data, checks that need no
// network, and how to open it. A vendor has OpenBuckets, OpenSecrets or both. Opening makes no
// call.
type Vendor struct {
	// Name is the label in HCL ("cloudflare_r2"), Title the name that people
	// know ("Cloudflare").
	Name, Title string
	Settings    []Setting
	Limits      Limits
	// ReferenceScheme is the scheme of the store's references ("op"), without
	// the colon; empty for clouds.
	ReferenceScheme string
	// Reference names a field of an item as the opened store does. It uses only the settings in
	// ReferenceSettings, so it needs no token.
	Reference         func(s Settings, id, title, field string) (string, error)
	ReferenceSettings []string
	// OwnHosts are the hosts that the vendor itself runs. The secrets of a block may be sent to
	// them without further permission.
	OwnHosts Hosts
	// Files returns the paths of the files in which a store keeps its items, and of those with
	// the keys to them, as written in the settings. Nil for a vendor without such files.
	Files func(Settings) (stored, keys []string)
	// CheckSettings and the other checks work offline and return all problems that they
	// find. Any of them may be nil.
	CheckSettings   func(Settings) []Problem
	CheckBucket     func(BucketSpec) []Problem
	CheckCredential func(CredentialSpec) []Problem
	CheckItemTitle  func(title string) []Problem
	OpenBuckets     func(ctx context.Context, host Host, s Settings) (BucketProvider, error)
	OpenSecrets     func(ctx context.Context, host Host, s Settings) (SecretStore, error)
	// Address returns where a bucket is reached, as IssueCredential writes it into the
	// keys. It makes no call. Nil if that does not follow from the settings.
	Address func(Settings, BucketID) Address
	// Permissions returns the permissions that bh needs with these settings, for plan and
	// apply; Held is empty. Nil for a vendor without permissions.
	Permissions func(Settings) []Permission
	// CredentialLimit returns how many credentials may exist at once, as far as the settings
	// tell. It makes no call. Nil for clouds without a limit.
	CredentialLimit func(Settings) int
	// Shape returns a digest of how a store writes an item: labels, sections, types. It
	// makes no call. Nil for stores that write all items alike.
	Shape func(Settings) string
	// BucketAttributes are the project attributes and blocks, other than bucket, that it
	// supports: location, jurisdiction, storage_class, allowed_ips, expires_after, cors_rule,
	// lifecycle_rule, lock_rule, custom_domain, public_access.
	BucketAttributes []string
	// Values are all that some of these attributes take; an attribute that is not in it takes others.
	Values map[string][]string
}
