// Package registry is the one list of vendors. A vendor is added by one folder
// beside this one and one line here; nothing registers itself.
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

// Find returns the vendor of a name.
func Find(name string) (vendors.Vendor, bool) {
	for _, v := range All() {
		if v.Name == name {
			return v, true
		}
	}
	return vendors.Vendor{}, false
}
