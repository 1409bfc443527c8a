// Package s3api is the S3 protocol over buckets in memory: HEAD, list, get, put, copy,
// delete, batch delete and multipart uploads, with conditional writes.
//
// # What belongs here
//
// An [API] checks a [Request], carries it out on a [Bucket] and answers as the pages of
// AWS say that are named where they matter. Who may do what is asked of a [Gate], which
// the owner of the buckets supplies. [Server] is the simplest owner: one pair of keys,
// as the server of a shared state has.
//
// # Strictness
//
// A path, a method, a header or a query parameter that is not known is an error, and so
// is a signature that is not right. Without [API.Tools] this is only what a client needs
// that works with every server; with it, also what the AWS CLI and SDKs send by default.
// Codes that begin with Unknown or Repeated, and InvalidRequest, are for what is refused
// here alone or what the pages leave open.
package s3api
