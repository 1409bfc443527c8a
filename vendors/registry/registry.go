// Package registry lists the vendors that are part of this build.
//
// # Adding a vendor
//
// A vendor is a folder next to this one, which exports a [vendors.Vendor], and one line in [All].
// Nothing registers itself: there are no init functions, and a program that imports an adapter
// directly does not change this list.
//
// # Use
//
// [All] returns a new slice on each call, sorted by name. [Find] looks up a vendor by the label that
// its blocks have in a configuration. Both are safe for concurrent use and open nothing. To open a
// vendor, call its OpenBuckets or OpenSecrets.
package registry

import (
	"buckethead/vendors"
	"buckethead/vendors/agefile"
	"buckethead/vendors/cloudflare"
	"buckethead/vendors/local"
	"buckethead/vendors/onepassword"
)

// All returns every vendor that this build has, by name. The caller owns the slice.
func All() []vendors.Vendor {
	return []vendors.Vendor{
		agefile.Vendor,
		cloudflare.Vendor,
		local.Vendor,
		onepassword.Vendor,
	}
}

// Find returns the vendor with a name.
func Find(name string) (vendors.Vendor, bool) {
	for _, v := range All() {
		if v.Name == name {
			return v, true
		}
	}
	return vendors.Vendor{}, false
}
