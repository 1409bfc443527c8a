// Package terraform reads what Terraform and OpenTofu know of R2 buckets, of the API tokens that
// open them, and of the 1Password items that hold their keys.
//
// # Formats
//
// [Read] reads a state file of version 4 and what `terraform show -json` prints of a state. Both
// hold every secret in clear. The resources are those of Cloudflare's provider, version 4 and 5,
// and of 1Password's. Their attributes changed from release to release without a number that
// could be relied on, so what a value means is decided by its JSON type: the resources of a
// policy are a map, a text with JSON in it, or a map of maps.
//
// # Secrets
//
// No type of this package has a field for a secret. The value of a token and the fields of an item
// are looked at in two functions of items.go, which compare them and keep which item holds the keys
// of which token, and under which labels.
//
// # Conversion
//
// [Convert] decides what becomes a project of bh, with which key. What it cannot carry over it
// names, by its Terraform address, with the reason. It does not look at the providers: the next
// plan does.
package terraform
