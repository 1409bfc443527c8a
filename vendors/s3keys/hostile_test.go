package s3keys_test

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	"buckethead/vendors"
	"buckethead/vendors/s3keys"
	"buckethead/vendors/vendortest"
)

func hostileCall(ctx context.Context, way http.RoundTripper) error {
	never := func(ctx context.Context, _ time.Duration) error { return ctx.Err() }
	return s3keys.New(vendors.Host{Now: time.Now, Sleep: never, Transport: way}, "").ProveKeys(ctx, keysFor("https://s3.example"))
}

// A proof takes one try of 15 seconds and reads two megabytes.
func TestProveKeys_hostileServers(t *testing.T) {
	const list = `<?xml version="1.0"?><ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/">`
	cases := append(vendortest.HostileServers(),
		vendortest.Answers("a list as an error", 403, list+"</ListBucketResult>"),
		vendortest.Answers("a list without end", 200, list+strings.Repeat("<Contents><Key>x</Key></Contents>", 1<<17)),
		vendortest.Answers("a list in a comment", 200, "<!--"+list+"-->"),
		vendortest.Answers("a list in an error", 200, "<Error>"+list+"</ListBucketResult></Error>"),
		vendortest.Answers("a refusal for long", 503, "<Error><Code>SlowDown</Code></Error>", "Retry-After", "9223372036854775807"),
		vendortest.Answers("a region of escapes", 301, "<Error><Code>PermanentRedirect</Code><Region>\u202e"+strings.Repeat("x", 1<<10)+"</Region></Error>"),
	)
	vendortest.Survive(t, cases, vendortest.HostileOptions{Now: time.Now, Names: []string{"s3.example: open the bucket over S3"}, Secrets: []string{secret},
		Within: 15 * time.Second, Memory: 32 << 20}, hostileCall)
}
