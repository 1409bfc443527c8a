// Package cloudflare is a Cloudflare account in memory: the API for R2 buckets and API
// tokens (https://developers.cloudflare.com/api/), and R2's S3 API over the same buckets.
//
// # What belongs here
//
// What these endpoints accept, keep and return, their limits, delays, oddities and faults, and
// ways to look behind the API. S3 itself is package s3api, which asks this package what a token
// may do. Nothing that only a client needs belongs here, and no code is shared with a client,
// so that the package can judge one.
//
// # Strictness
//
// An unknown path, method, query parameter, header or JSON field is refused and recorded in
// Unknown, even where the real API may ignore it. If the behaviour of the real API is not
// known, the simulator chooses what is harder for a client; comments mark this with the word
// "unverified".
package cloudflare
