// Package s3keys proves that S3 keys open their bucket.
//
// The proof is one signed request, ListObjectsV2 of at most one key, in path style, which
// every S3 server has and whose answer says in its code why it was refused. The keys sign
// and are not sent. A redirect is not followed, so a signature goes nowhere but to the
// endpoint that the keys name. Accept-Encoding is not signed, because proxies change it.
//
// # What belongs here
//
// A [Prover] signs the request and reads the answer. It tries once: whether to try again
// depends on how old the keys are, which only the caller knows.
//
// # What an answer means
//
// The code in the body decides before the status. A success is only a success if the body
// is a list, since a web server answers any path with a page.
//   - https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectsV2.html
//   - https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html
//   - https://developers.cloudflare.com/r2/api/error-codes/
package s3keys
