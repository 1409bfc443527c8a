package s3keys

import (
	"cmp"
	"context"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"

	"buckethead/vendors"
	"buckethead/vendors/transport"
)

const (
	op = "open the bucket over S3"
	// emptySHA256 is the hash of an empty body.
	emptySHA256 = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
	// answerTime bounds one try, and answerSize the response: a list of one key, or of more if
	// the server ignores max-keys.
	answerTime = 15 * time.Second
	answerSize = 2 << 20
)

// Prover proves keys. It is safe for concurrent use.
type Prover struct {
	host   vendors.Host
	title  string
	client *http.Client
}

// New returns a prover whose errors name the vendor by title, or by the host of the
// endpoint if title is empty.
func New(host vendors.Host, title string) *Prover {
	never := func(*http.Request) transport.Repeat { return transport.Never }
	redact := func(_ *http.Request, body []byte) string { return string(body) } // keys only sign
	return &Prover{host: host, title: title,
		client: transport.NewClient(transport.Options{Host: host, Repeat: never, Redact: redact,
			MaxBody: answerSize})}
}

// ProveKeys implements [vendors.KeyProver].
func (p *Prover) ProveKeys(ctx context.Context, keys vendors.BucketCredentials) error {
	c := claim{Prover: p, keys: keys, vendor: p.title}
	c.keys.Region = cmp.Or(keys.Region, "auto")
	if !transport.ValidURL(keys.EndpointURL) {
		return c.fault(vendors.ErrInvalid, "the endpoint is not an https URL, nor an http URL on this machine")
	}
	endpoint, err := url.Parse(strings.TrimSuffix(keys.EndpointURL, "/"))
	if err != nil {
		return c.fault(vendors.ErrInvalid, "the endpoint is not a URL")
	}
	c.at, c.vendor = endpoint.Host, cmp.Or(p.title, endpoint.Host)
	if keys.AccessKeyID == "" || keys.SecretAccessKey.IsZero() {
		return c.fault(vendors.ErrDenied, "there are no keys")
	}
	if keys.Bucket == "" {
		return c.fault(vendors.ErrInvalid, "the bucket has no name")
	}
	ctx, cancel := context.WithTimeout(ctx, answerTime)
	defer cancel()
	r, err := c.request(ctx, endpoint)
	if err != nil {
		return c.fault(vendors.ErrInvalid, "the request could not be signed")
	}
	resp, err := p.client.Do(r)
	if err != nil {
		return c.unanswered(err)
	}
	defer func() { _ = resp.Body.Close() }() // it is in memory
	return c.judge(resp)
}

// claim is what a proof has to show: that these keys open their bucket. Its endpoint is at a host
// and port.
type claim struct {
	*Prover
	keys       vendors.BucketCredentials
	at, vendor string
}

// request returns the signed request.
func (c claim) request(ctx context.Context, endpoint *url.URL) (*http.Request, error) {
	to := *endpoint
	to.RawPath = endpoint.EscapedPath() + "/" + escape(c.keys.Bucket)
	to.Path = endpoint.Path + "/" + c.keys.Bucket
	to.RawQuery = "list-type=2&max-keys=1"
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, to.String(), nil)
	if err != nil {
		return nil, err
	}
	r.Header.Set("User-Agent", "bh")
	r.Header.Set("X-Amz-Content-Sha256", emptySHA256)
	signing := aws.Credentials{AccessKeyID: c.keys.AccessKeyID, SecretAccessKey: c.keys.SecretAccessKey.Reveal()}
	err = v4.NewSigner().SignHTTP(ctx, signing, r, emptySHA256, "s3", c.keys.Region, c.host.Now(),
		func(o *v4.SignerOptions) { o.DisableURIPathEscaping = true }) // S3 signs the path as it is
	return r, err
}

// escape encodes a name as S3 does when it signs a path: all but letters, digits and -._~.
func escape(name string) string { return strings.ReplaceAll(url.QueryEscape(name), "+", "%20") }

func (c claim) fault(kind error, message string) *vendors.Error {
	return &vendors.Error{Vendor: c.vendor, Op: op, Kind: kind, Message: message}
}
