// Package s3keys proves that S3 keys open their bucket.
//
// The proof is one signed request: ListObjectsV2 of at most one key, in path style. Every S3
// server supports it, and the code in the response says why it was refused. The keys only sign
// and are not sent. Redirects are not followed, so a signature is sent only to the endpoint
// that the keys name. Accept-Encoding is not signed, because proxies change it.
//
// # What belongs here
//
// A [Prover] signs the request and reads the response. It tries once: whether to try again
// depends on the age of the keys, which only the caller knows.
//
// # What an answer means
//
// The code in the body takes precedence over the status. A success counts only if the body is a
// list, because a web server may answer any path with a page.
//   - https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectsV2.html
//   - https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html
//   - https://developers.cloudflare.com/r2/api/error-codes/
package s3keys
