package s3

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awsmiddleware "github.com/aws/aws-sdk-go-v2/aws/middleware"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	awsconfig "github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/credentials"
	awss3 "github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/aws/smithy-go/logging"
	smithyhttp "github.com/aws/smithy-go/transport/http"

	"buckethead/state"
	"buckethead/vendors"
	"buckethead/vendors/transport"
)

// tries is how often a request is sent if there is no response, or the server reports a
// problem. Conditional writes may be repeated, because an effect of the first try is
// recognised.
const tries = 4

// callTimeout bounds one call, with all its tries.
const callTimeout = 2 * time.Minute

// gzipMagic begins compressed data, and never occurs in JSON.
var gzipMagic = []byte("\x1f\x8b")

// bucket is the bucket that holds the state, as this package uses it.
type bucket struct {
	client *awss3.Client
	name   string
	secret func(texts ...[]byte) bool // Options.Secret
}

// object is the response to a GET. Both times are by the server's clock: modified is when the
// object was last written, asked is when it was read or found absent.
type object struct {
	body            []byte
	etag            string
	modified, asked time.Time
}

// learning reports the keys that a provider returns.
type learning struct {
	aws.CredentialsProvider
	learn func(...vendors.Secret)
}

func (l learning) Retrieve(ctx context.Context) (aws.Credentials, error) {
	keys, err := l.CredentialsProvider.Retrieve(ctx)
	l.learn(vendors.NewSecret(keys.SecretAccessKey), vendors.NewSecret(keys.SessionToken))
	return keys, err
}

// openBucket returns a client. It makes no calls, except those that the AWS SDK's default
// chain needs to find keys, which o.Learn is told.
func openBucket(ctx context.Context, o Options) (*bucket, error) {
	s, maySend := o.Settings, o.MaySend
	options := []func(*awsconfig.LoadOptions) error{
		awsconfig.WithRetryer(func() aws.Retryer {
			return retry.NewStandard(func(o *retry.StandardOptions) {
				o.MaxAttempts, o.MaxBackoff = tries, 5*time.Second
				o.Retryables = append([]retry.IsErrorRetryable{retry.IsErrorRetryableFunc(reachable)}, o.Retryables...)
			})
		}),
		awsconfig.WithLogger(logging.Nop{}), // faults are returned as errors
		// Only AWS supports checksums in trailers, and the state has its own digest.
		awsconfig.WithRequestChecksumCalculation(aws.RequestChecksumCalculationWhenRequired),
		awsconfig.WithResponseChecksumValidation(aws.ResponseChecksumValidationWhenRequired),
	}
	if region := s.Text("region"); region != "" {
		options = append(options, awsconfig.WithRegion(region))
	}
	if profile := s.Text("profile"); profile != "" {
		options = append(options, awsconfig.WithSharedConfigProfile(profile))
	}
	if id := s.Text("access_key_id"); id != "" {
		keys := credentials.NewStaticCredentialsProvider(id, s["secret_access_key"].Secret.Reveal(), "")
		options = append(options, awsconfig.WithCredentialsProvider(keys))
	}
	cfg, err := awsconfig.LoadDefaultConfig(ctx, options...)
	if err != nil {
		return nil, fmt.Errorf("read the AWS configuration: %w", err)
	}
	if o.Learn != nil && cfg.Credentials != nil {
		cfg.Credentials = aws.NewCredentialsCache(learning{cfg.Credentials, o.Learn})
	}
	endpoint := s.Text("endpoint_url")
	if cfg.Region == "" {
		if endpoint == "" {
			return nil, errors.New("the region of the bucket is unknown; set region, or AWS_REGION")
		}
		cfg.Region = "auto" // which R2 accepts; others need their own
	}
	next := o.Transport
	if own, ok := cfg.HTTPClient.(*awshttp.BuildableClient); ok && next == nil {
		network := own.GetTransport() // which has the certificates of the configuration
		network.MaxResponseHeaderBytes = headersLimit
		next = network
	}
	return &bucket{name: s.Text("bucket"), secret: o.Secret, client: awss3.NewFromConfig(cfg, func(c *awss3.Options) {
		switch {
		case endpoint != "":
			c.BaseEndpoint = aws.String(strings.TrimSuffix(endpoint, "/"))
		case c.BaseEndpoint != nil:
			maySend = orHostOf(*c.BaseEndpoint, maySend)
		default:
			maySend = nil // the SDK knows AWS's hosts; the file names no more than the region and the bucket
		}
		c.HTTPClient = clientOver(transport.Guard(boundedTransport{next}, maySend))
		c.UsePathStyle = c.BaseEndpoint != nil
		c.DisableLogOutputChecksumValidationSkipped = true
	})}, nil
}

// clientOver returns a client that follows no redirect, which could lead to somebody else's server.
func clientOver(t http.RoundTripper) *http.Client {
	return &http.Client{Transport: t,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
}

// orHostOf allows the host of an endpoint in addition to those that maySend allows: the user's
// own AWS configuration names it, not the file.
func orHostOf(endpoint string, maySend func(host string) error) func(host string) error {
	own := vendors.HostOf(endpoint)
	if maySend == nil || own == "" {
		return maySend
	}
	return func(host string) error {
		if (vendors.Hosts{own}).Contains(host) {
			return nil
		}
		return maySend(host)
	}
}

// reachable tells the SDK not to try an address again if it accepts no connections, or must not
// get the session token.
func reachable(err error) aws.Ternary {
	if vendors.Unreachable(err) || errors.Is(err, vendors.ErrHostNotAllowed) {
		return aws.FalseTernary
	}
	return aws.UnknownTernary
}

// get reads a whole object. The error is errAbsent if there is no such object.
func (b *bucket) get(ctx context.Context, key string) (object, error) {
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	var err error
	for range tries {
		var out object
		if out, err = b.getOnce(ctx, key); !errors.Is(err, errCut) {
			return out, err
		}
	}
	return object{}, err
}

func (b *bucket) getOnce(ctx context.Context, key string) (object, error) {
	out, err := b.client.GetObject(ctx, &awss3.GetObjectInput{Bucket: &b.name, Key: &key})
	if err != nil {
		var answer *awshttp.ResponseError
		if errors.As(err, &answer) && answer.Response != nil {
			return object{asked: dateOf(answer.Response.Header)}, b.fault("read", key, err)
		}
		return object{}, b.fault("read", key, err)
	}
	defer func() { _ = out.Body.Close() }()
	limit := limitOf(key)
	if size := aws.ToInt64(out.ContentLength); size > limit {
		return object{}, b.tooLarge("read", key, size)
	}
	var body bytes.Buffer
	_, err = body.ReadFrom(io.LimitReader(out.Body, limit+1))
	switch size := int64(body.Len()); {
	case err == nil && size > limit:
		return object{}, b.tooLarge("read", key, size)
	case err == nil && out.ContentLength != nil && *out.ContentLength != size:
		err = io.ErrUnexpectedEOF
	}
	if err != nil {
		return object{}, b.cutOff(key, int64(body.Len()), aws.ToInt64(out.ContentLength), err)
	}
	got := object{body: body.Bytes(), etag: aws.ToString(out.ETag), modified: aws.ToTime(out.LastModified)}
	if raw, ok := awsmiddleware.GetRawResponse(out.ResultMetadata).(*smithyhttp.Response); ok {
		got.asked = dateOf(raw.Header)
	}
	return got, nil
}

// dateOf returns when the server answered, by its own clock, or zero if it does not say.
func dateOf(h http.Header) time.Time {
	at, _ := http.ParseTime(h.Get("Date"))
	return at
}

// condition is the condition of a write: the object is absent, or has this ETag.
type condition struct {
	absent bool
	etag   string
}

// put writes an object under a condition, and returns its ETag. The error is errCondition if
// the condition is not met; the reason may be that this same write was carried out before and
// its response lost. It is state.ErrSecret if the object would contain a secret; for compressed
// data, the working copy checks that.
func (b *bucket) put(ctx context.Context, key string, body []byte, c condition) (etag string, err error) {
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	if size := int64(len(body)); size > limitOf(key) {
		return "", b.tooLarge("write", key, size)
	}
	if clear, _, _ := bytes.Cut(body, gzipMagic); b.secret != nil && b.secret(clear) {
		return "", fmt.Errorf("%w, in s3://%s/%s; it was not written", state.ErrSecret, b.name, key)
	}
	in := &awss3.PutObjectInput{Bucket: &b.name, Key: &key, Body: bytes.NewReader(body),
		ContentType: aws.String("application/octet-stream")}
	if c.absent {
		in.IfNoneMatch = aws.String("*")
	} else {
		in.IfMatch = aws.String(c.etag)
	}
	out, err := b.client.PutObject(ctx, in)
	if err != nil {
		err = b.fault("write", key, err)
		if errors.Is(err, errAbsent) {
			err = errors.Join(errCondition, err) // the object to replace is gone
		}
		return "", err
	}
	return aws.ToString(out.ETag), nil
}

// copy copies an object within the server, if it still has the ETag.
func (b *bucket) copy(ctx context.Context, from, etag, to string) error {
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	source := b.name + "/" + strings.ReplaceAll((&url.URL{Path: from}).EscapedPath(), "+", "%2B")
	_, err := b.client.CopyObject(ctx, &awss3.CopyObjectInput{Bucket: &b.name, Key: &to,
		CopySource: &source, CopySourceIfMatch: &etag})
	return b.fault("copy to", to, err)
}

// listed is one object of a listing.
type listed struct {
	key      string
	size     int64
	modified time.Time
}

// list returns the objects whose names begin with prefix, ordered by name.
func (b *bucket) list(ctx context.Context, prefix string) ([]listed, error) {
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	var out []listed
	seen := map[string]bool{}
	pages := awss3.NewListObjectsV2Paginator(b.client, &awss3.ListObjectsV2Input{Bucket: &b.name, Prefix: &prefix})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, b.fault("list", prefix, err)
		}
		if page.Name == nil && page.KeyCount == nil && page.MaxKeys == nil && page.IsTruncated == nil {
			return nil, &serverError{text: fmt.Sprintf("list s3://%s/%s: the response is not a list of objects; "+
				"check endpoint_url: the server there may not be an S3 server", b.name, prefix), kind: errRefused}
		}
		next := aws.ToString(page.NextContinuationToken)
		if seen[next] || len(seen) == listPages {
			return nil, &serverError{text: fmt.Sprintf("list s3://%s/%s: the list does not end", b.name, prefix), kind: errRefused}
		}
		seen[next] = true
		for _, o := range page.Contents {
			if key := aws.ToString(o.Key); strings.HasPrefix(key, prefix) { // other objects are not ours to read or remove
				out = append(out, listed{key, aws.ToInt64(o.Size), aws.ToTime(o.LastModified)})
			}
		}
	}
	return out, nil
}

// remove deletes an object. It is not an error if there is no such object.
func (b *bucket) remove(ctx context.Context, key string) error {
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	_, err := b.client.DeleteObject(ctx, &awss3.DeleteObjectInput{Bucket: &b.name, Key: &key})
	var absent *types.NoSuchKey
	if errors.As(err, &absent) {
		return nil
	}
	return b.fault("delete", key, err)
}
