// Package cloudflare implements [vendors.BucketProvider] with R2 buckets and API tokens that
// are scoped to one bucket: https://developers.cloudflare.com/r2/.
//
// It calls the two APIs (v4 as of November 2026, through the sub-packages of cloudflare-go v7)
// and translates their responses and errors into those of the contract. Package s3keys proves
// keys over S3. This package does not decide what to do, prints nothing, and does not read the
// environment or the clock of the process.
//
// # Token
//
// The token that bh uses needs "Workers R2 Storage Write". It also needs "Account API Tokens
// Write" if token_kind is "account", or the user's "API Tokens Write" if it is "user".
//
// # Oddities of the API
//
// The code relies on these, and mentions each again where it matters:
//   - S3 keys are the token's id and the SHA-256 of its value
//     (https://developers.cloudflare.com/r2/api/tokens/); the value is shown once.
//   - Names of tokens are not unique, and a create has no idempotency key: it is
//     never sent twice.
//   - Every call about a bucket has its jurisdiction in a header. The API answers an empty
//     header with a 500, and a wrong one with "no such bucket".
//   - The default page of a bucket list is 20, and the response does not say that there are more.
//   - Codes are more reliable than statuses: a duplicate bucket is 10004 or 10073, under
//     400 or 409.
//   - cloudflare-go retries every method, even a mint; accepts a 200 that says success: false;
//     does not escape what it puts into a path; and its errors can print the Authorization
//     header. So retries are off, envelopes are read here, names are checked before they go
//     into a path, and its errors are never passed on.
package cloudflare
