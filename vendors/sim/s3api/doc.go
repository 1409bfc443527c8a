// Package s3api is the S3 protocol over buckets in memory: HEAD, list, get, put, copy,
// delete, batch delete and multipart uploads, with conditional writes.
//
// # What belongs here
//
// An [API] checks a [Request], carries it out on a [Bucket] and answers as the AWS
// documentation says, which is linked where it matters. A [Gate], which the owner of the
// buckets supplies, decides who may do what. [Server] is the simplest owner: it has one pair of
// keys, like the server of a shared state.
//
// # Strictness
//
// An unknown path, method, header or query parameter is an error, and so is a wrong signature.
// Without [API.Tools] this is only what a client needs that works with every server; with it,
// also what the AWS CLI and SDKs send by default. Codes that begin with Unknown or Repeated,
// and InvalidRequest, are for what is refused here alone or what the pages leave open.
package s3api
