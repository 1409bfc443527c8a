package local

import (
	"context"
	"path/filepath"

	"buckethead/vendors"
)

const vendorName = "local"

// nameLimit is how long a credential's name may be, in bytes.
const nameLimit = 120

// Vendor is the local cloud's entry in the registry.
var Vendor = vendors.Vendor{
	Name: vendorName, Title: "Local",
	Settings: []vendors.Setting{{
		Name: "root", Default: ".bh/local", Example: `root = "/srv/buckets"`,
		Doc: "The folder whose subfolders are the buckets. A relative path starts from the folder of the configuration.",
	}},
	Limits:           vendors.Limits{CredentialNameLength: nameLimit},
	BucketAttributes: []string{"location", "allowed_ips", "expires_after"},
	CheckSettings:    checkSettings,
	CheckBucket:      checkBucket,
	CheckCredential:  checkCredential,
	OpenBuckets:      open,
	Address:          address,
}

// region is the region for clients that need one.
const region = "auto"

// address returns where a bucket is. A relative root starts from the folder of the
// configuration, which differs in each checkout, so then the address is unknown.
func address(s vendors.Settings, _ vendors.BucketID) vendors.Address {
	a := vendors.Address{Region: region, Setting: "root"}
	if root := s.Text("root"); filepath.IsAbs(root) {
		a.EndpointURL = endpoint(filepath.Clean(root))
	}
	return a
}

func open(_ context.Context, host vendors.Host, s vendors.Settings) (vendors.BucketProvider, error) {
	root := s.Text("root")
	if root == "" {
		return nil, refuse("open", vendors.ErrInvalid, "root is empty")
	}
	if !filepath.IsAbs(root) {
		root = filepath.Join(host.Dir, root)
	}
	absolute, err := filepath.Abs(root)
	if err != nil {
		return nil, classify("open", err)
	}
	return &Cloud{root: absolute, now: host.Now}, nil
}

func checkSettings(s vendors.Settings) []vendors.Problem {
	if root, set := s["root"]; set && root.Text == "" {
		return []vendors.Problem{{Attribute: "root", Summary: "root is empty",
			Fix: `Name a folder, such as root = ".bh/local".`}}
	}
	return nil
}

func checkBucket(spec vendors.BucketSpec) []vendors.Problem {
	var out vendors.Problems
	if fault := bucketNameFault(spec.ID.Name); fault != "" {
		out.Report("bucket", fault,
			"Use 3 to 63 lower-case letters, digits and hyphens, and begin and end with a letter or a digit.")
	}
	if spec.ID.Namespace != "" {
		out.Report("jurisdiction", "the local cloud has no jurisdictions", "Remove the attribute.")
	}
	if spec.StorageClass != "" {
		out.Report("storage_class", "the local cloud has no storage classes", "Remove the attribute.")
	}
	return out
}

// bucketNameFault checks names against the S3 rules, but without dots, which clients cannot use
// over TLS. A valid name is safe as a file name.
func bucketNameFault(name string) string { return vendors.BucketNameFault(name, "a bucket", "-") }

func checkCredential(spec vendors.CredentialSpec) []vendors.Problem {
	var out vendors.Problems
	if len(spec.Name) > nameLimit {
		out.Report("name", "the credential's name is longer than 120 bytes", "Use a shorter stack or project name.")
	}
	return append(out, spec.Problems()...)
}
