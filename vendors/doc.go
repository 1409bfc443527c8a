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
// What only some vendors can do is an interface of its own, such as [BucketEmptier] or
// [CredentialVerifier]. Callers look for such an ability with [As], which also looks behind wrappers.
//
// A [Vendor] describes an adapter as data: its name, its settings, the checks that need no network,
// and the functions that open it. A [Host] is all that an adapter may use of the machine. Opening
// makes no call.
//
// # Promises
//
// All methods are safe for concurrent use. The comment on each method says whether it is idempotent
// and which errors it returns. A failed call returns an [Error] whose kind is one of the sentinels,
// such as [ErrNotFound]; test it with errors.Is. If OutcomeUnknown is set, the vendor may have acted
// all the same; [Refused] reports that it certainly did not.
//
// A [Secret] cannot be printed or encoded by accident. [Fingerprint] is how a secret is recognised
// without being kept.
//
// # Limits of this package
//
// This package imports only the standard library and config/words, so code that needs no vendor links
// none. It contains no code that talks to a vendor: every adapter has a folder of its own below this
// one, package vendors/registry lists them, and package vendors/vendortest checks each of them
// against the comments here.
package vendors
