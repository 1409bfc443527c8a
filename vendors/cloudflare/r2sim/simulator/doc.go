// Package simulator is Cloudflare's API for R2 buckets and API tokens, and the
// HeadBucket of R2's S3 API, in memory: https://developers.cloudflare.com/api/.
//
// What belongs here: what these endpoints accept, keep and answer, their limits,
// oddities and faults, and ways to look behind the API. Nothing that only a client
// needs belongs here, and nothing of a client is used: the package has the standard
// library only and computes signatures itself, so that it can judge a client.
//
// It is strict. A path, method, query parameter, header or JSON field that is not
// known is refused and kept in Unknown, where the real API may just look away.
// Where it is not known what the real API does, the answer that is harder for a
// client is given; comments say so with the word "unverified".
package simulator
