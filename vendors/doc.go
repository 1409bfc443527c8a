// Package vendors defines the contract between bh and the clouds and secret stores it works with:
// the interfaces, the value types they exchange, and their errors.
//
// # Contracts
//
// A cloud is a [BucketProvider]: it makes buckets, and credentials that open one bucket each. A
// [SecretStore] keeps the items that hold the keys. Each consists of a half that only reads and a
// half that writes, such as [BucketReader] and [BucketWriter], so that a function that takes the
// reading half cannot change anything.
//
// Abilities that only some vendors have are separate interfaces, such as [BucketEmptier] or
// [CredentialVerifier]. Callers look for an ability with [As], which also looks inside wrappers.
//
// A [Vendor] describes an adapter as data: its name, its settings, the checks that need no network,
// and the functions that open it. A [Host] is the part of the machine that an adapter may use.
// Opening makes no call.
//
// # Promises
//
// All methods are safe for concurrent use. The comment on each method says whether it is idempotent
// and which errors it returns. A failed call returns an [Error] whose kind is one of the sentinels,
// such as [ErrNotFound]; test it with errors.Is. If OutcomeUnknown is set, the vendor may still have
// acted; [Refused] reports that it certainly did not.
//
// A [Secret] cannot be printed or encoded by accident. A [Fingerprint] recognises a secret without
// storing it.
//
// # Limits of this package
//
// This package imports only the standard library and config/words, so code that needs no vendor links
// none. No code here talks to a vendor: every adapter has its own folder below this one, package
// vendors/registry lists them, and package vendors/vendortest checks that each of them does what the
// comments here say.
package vendors
