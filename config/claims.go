package config

import (
	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"

	"buckethead/config/addr"
	"buckethead/vendors"
)

// claims are what only one project can have.
type claims struct {
	buckets   map[bucketKey]int32 // the index in claimants of the project that has it
	items     map[itemKey]int32
	domains   map[string]domainOwner // nil until there is one
	claimants []claimant
}

// claimant is where a project comes from, for faults that two of them share.
type claimant struct {
	block   *hclsyntax.Block
	project addr.Address
}

type bucketKey struct {
	cloud string
	id    vendors.BucketID
}

type itemKey struct{ secrets, title string }

// domainOwner is the project that has a domain, and the place that says so.
type domainOwner struct {
	project addr.Address
	place   hcl.Range
}
