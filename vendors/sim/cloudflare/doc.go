// Package cloudflare is a Cloudflare account in memory: the API for R2 buckets and API
// tokens (https://developers.cloudflare.com/api/), and R2's S3 API over the same buckets.
//
// # What belongs here
//
// What these endpoints accept, keep and answer, their limits, delays, oddities and
// faults, and ways to look behind the API. S3 itself is package s3api, which asks here
// which token may do what. Nothing that only a client needs belongs here, and nothing of
// a client is used, so that the package can judge one.
//
// # Strictness
//
// A path, method, query parameter, header or JSON field that is not known is refused and
// kept in Unknown, where the real API may just look away. If it is not known what the
// real API does, the answer that is harder for a client is given; comments say so with
// the word "unverified".
package cloudflare
