// Package s3sim is an S3 server in memory, for the tests of what keeps a state in a
// bucket: objects of one set of keys, with conditional writes.
//
// It is strict: a path, a header or a query that it does not know is an error, and so
// is a signature that is not right. It answers as the pages of AWS say that are named
// where they matter, and it is never laxer than a real server. Faults belong to
// whoever stands in front of it.
package s3sim
