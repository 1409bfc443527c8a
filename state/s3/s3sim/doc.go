// Package s3sim is an S3 server in memory, for the tests of what keeps a state in a
// bucket: objects of one set of keys, addressed by path, with conditional writes.
//
// It is strict: a path, a method, a header or a query parameter that it does not know
// is an error, and so is a signature that is not right. It answers as the pages of AWS
// say that are named where they matter. What they leave open, and what is refused here
// alone, has a code that begins with Unknown or Repeated, or is InvalidRequest.
//
// It imports nothing of ours, so that it shares no mistake with what it judges.
package s3sim
