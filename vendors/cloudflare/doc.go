// Package cloudflare gives R2 buckets, and API tokens scoped to one of them, as a
// vendors.BucketProvider: https://developers.cloudflare.com/r2/.
//
// What belongs here: the two APIs (v4 of November 2026, through cloudflare-go v7's
// sub-packages), and turning their answers and faults into the contract's; the proof
// over S3 is package s3keys'. What to do with them is not decided here, nothing is
// printed, and the process's environment and clock are not touched.
//
// The token that bh works with needs "Workers R2 Storage Write", and "Account API
// Tokens Write" where token_kind is "account" or "API Tokens Write" (of the user)
// where it is "user".
//
// Oddities that the code rests on, each named again where it matters:
//   - S3 keys are the token's id and the SHA-256 of its value
//     (https://developers.cloudflare.com/r2/api/tokens/); the value is shown once.
//   - Names of tokens are not unique, and a create has no idempotency key: it is
//     never sent twice.
//   - Every call about a bucket carries its jurisdiction in a header, an empty one
//     is answered with a 500, and a wrong one with "no such bucket".
//   - The default page of a bucket list is 20, cut off without a word.
//   - Codes are surer than statuses: a duplicate bucket is 10004 or 10073, under
//     400 or 409.
//   - cloudflare-go retries every method, a mint included, sees no fault in a 200
//     that says success: false, does not escape what it puts into a path, and its
//     errors can print the Authorization header. So retries are off, envelopes are
//     read here, names are checked before they go into a path, and its errors are
//     never passed on.
package cloudflare
