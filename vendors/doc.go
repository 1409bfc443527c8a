// Package vendors holds what bh asks of the outside world: the two contracts,
// BucketProvider and SecretStore, their value types, Secret and the errors.
//
// It is standard library only, so that what needs no vendor links none. No code
// that talks to a vendor belongs here: each vendor has a folder of its own below,
// and vendors/vendortest holds every one of them to the comments in this package.
package vendors
