package vendors

import (
	"net/netip"
	"slices"
	"time"
)

// Access is what a credential may do with its bucket's objects.
type Access string

// The kinds of access.
const (
	ReadWrite Access = "read_write"
	ReadOnly  Access = "read_only"
)

// Status is whether a credential works, according to the vendor.
type Status string

// The states of a credential.
const (
	Active   Status = "active"
	Expired  Status = "expired"
	Disabled Status = "disabled"
	Exposed  Status = "exposed" // the vendor found it published and ended it
)

// CredentialSpec describes a credential as it should be. Name is deterministic and chosen by bh.
// AllowedIPs are sorted CIDRs; if there are none, the credential works anywhere. A zero
// ExpiresAt means never.
type CredentialSpec struct {
	Name       string
	Bucket     BucketID
	Access     Access
	AllowedIPs []string
	ExpiresAt  time.Time
}

// Problems reports what is wrong with a spec, for any vendor.
func (s CredentialSpec) Problems() []Problem {
	var out Problems
	if s.Access != ReadWrite && s.Access != ReadOnly {
		out.Report("access", "not a kind of access", `Use "read_write" or "read_only".`)
	}
	if slices.ContainsFunc(s.AllowedIPs, func(ip string) bool { _, err := netip.ParsePrefix(ip); return err != nil }) {
		out.Report("allowed_ips", "not an IP network", `Write networks as CIDRs, such as "10.0.0.0/8".`)
	}
	return out
}

// Credential is a credential as the vendor lists it, without its secret. ID is
// the access key id. Names are not unique. Bucket is the zero value, and Access
// empty, if the credential does not open exactly one bucket.
type Credential struct {
	ID         string
	Name       string
	Bucket     BucketID
	Access     Access
	AllowedIPs []string
	IssuedAt   time.Time
	ExpiresAt  time.Time
	Status     Status
}

// BucketCredentials are S3-compatible keys, with everything else that a client needs to reach
// the bucket. Region is "auto" if the vendor has no regions. AccountID and Jurisdiction are
// empty if the vendor has none.
type BucketCredentials struct {
	AccessKeyID     string
	SecretAccessKey Secret
	Bucket          string
	EndpointURL     string
	Region          string
	AccountID       string
	Jurisdiction    string
}

// Issued is the result of IssueCredential: the credential, and its keys, which are shown only
// this once.
type Issued struct {
	Credential Credential
	Keys       BucketCredentials
}
