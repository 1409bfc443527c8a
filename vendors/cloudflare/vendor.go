package cloudflare

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"github.com/cloudflare/cloudflare-go/v7/option"
	"github.com/cloudflare/cloudflare-go/v7/r2"

	"buckethead/vendors"
	"buckethead/vendors/s3keys"
	"buckethead/vendors/transport"
)

const vendorName = "cloudflare_r2"

// The client API allows 1,200 calls in five minutes for one user or account token; exceeding
// that blocks every call for the next five minutes. An account has 500 tokens, a user
// 50. https://developers.cloudflare.com/fundamentals/api/reference/limits/
const (
	callLimit         = 1200
	callWindow        = 5 * time.Minute
	accountTokenLimit = 500
	userTokenLimit    = 50
	defaultBaseURL    = "https://api.cloudflare.com/client/v4"
	placeholder       = "{jurisdiction}"
)

// Vendor describes Cloudflare R2, for the registry.
var Vendor = vendors.Vendor{
	Name: vendorName, Title: title,
	Settings: []vendors.Setting{
		{Name: "account_id", Env: []string{"CLOUDFLARE_ACCOUNT_ID"}, Required: true,
			Example: `account_id = "0123456789abcdef0123456789abcdef"`,
			Doc:     "The account, 32 hexadecimal digits."},
		{Name: "api_token", Env: []string{"CLOUDFLARE_API_TOKEN"}, Secret: true,
			Example: `api_token = env("R2_ADMIN_TOKEN")`,
			Doc: `The token that bh uses. It needs "Workers R2 Storage Write", ` +
				`and "Account API Tokens Write" (of the user: "API Tokens Write").`},
		{Name: "token_kind", Default: "account", Words: []string{"account", "user"}, Example: `token_kind = "user"`,
			Doc: `The kind of token that bh issues: "account", or "user" if api_token is a user's.`},
		{Name: "token_limit", Example: `token_limit = 1000`,
			Doc: "How many tokens the account, or the user, may have. " +
				"Cloudflare allows 500, or 50, unless it granted more."},
		{Name: "api_base_url", Env: []string{"CLOUDFLARE_API_BASE_URL", "CLOUDFLARE_BASE_URL"}, Default: defaultBaseURL,
			Example:  `api_base_url = "http://127.0.0.1:8787/client/v4"`,
			Endpoint: vendors.ReceivesSecrets, Doc: "The URL of the API."},
		{Name: "s3_endpoint_url", Env: []string{"CLOUDFLARE_S3_ENDPOINT_URL"}, Endpoint: vendors.ReceivesSignatures,
			Example: `s3_endpoint_url = "http://127.0.0.1:8787"`,
			Doc: "The S3 endpoint, if it is not Cloudflare's own for the account and the jurisdiction. " +
				"{jurisdiction} is replaced by the bucket's jurisdiction, or \"default\"."},
	},
	Limits: vendors.Limits{CredentialNameLength: nameLimit, Calls: callLimit, CallsPer: callWindow},
	BucketAttributes: []string{"location", "jurisdiction", "storage_class", "allowed_ips", "expires_after",
		"cors_rule", "lifecycle_rule", "lock_rule", "custom_domain", "public_access"},
	Values:          map[string][]string{"location": locations, "jurisdiction": jurisdictions, "storage_class": classNames},
	OwnHosts:        vendors.Hosts{"api.cloudflare.com", "*.r2.cloudflarestorage.com"},
	CheckSettings:   checkSettings,
	CheckBucket:     checkBucket,
	CheckCredential: checkCredential,
	Address:         address,
	CredentialLimit: credentialLimit,
	Permissions:     permissions,
	OpenBuckets: func(_ context.Context, host vendors.Host, s vendors.Settings) (vendors.BucketProvider, error) {
		return open(host, s)
	},
}

// Cloud is one account. It makes no call until one of its methods is called, and is safe for
// concurrent use.
type Cloud struct {
	host     vendors.Host
	account  string
	settings vendors.Settings
	in       r2.BucketListParams // names the account in every request
	buckets  *r2.BucketService
	tokens   tokenFamily
	groups   groupCache
	s3       *s3keys.Prover
	calls    atomic.Int64
}

func open(host vendors.Host, s vendors.Settings) (*Cloud, error) {
	if problems := checkSettings(s); len(problems) > 0 {
		return nil, act{op: "open"}.firstProblem(problems)
	}
	token := s["api_token"].Secret
	if token.IsZero() {
		// Not checked when the files are read: validating them needs no token.
		return nil, &vendors.Error{Vendor: title, Op: "open", Kind: vendors.ErrDenied,
			Message: "there is no token: set CLOUDFLARE_API_TOKEN, or api_token in the block"}
	}
	base := cmp.Or(s.Text("api_base_url"), defaultBaseURL)
	limiter := shared(host, base, token)
	client := transport.NewClient(transport.Options{Host: host, Limiter: limiter, Repeat: repeat, Redact: redact})
	options := []option.RequestOption{option.WithBaseURL(base), option.WithAPIToken(token.Reveal()),
		option.WithHTTPClient(client), option.WithMaxRetries(0), option.WithHeader("User-Agent", "bh")}
	c := &Cloud{host: host, account: s.Text("account_id"), settings: s,
		buckets: r2.NewBucketService(options...),
		s3:      s3keys.New(host, title)}
	c.in.AccountID.Value, c.in.AccountID.Present = c.account, true
	c.tokens = newAccountTokens(c.account, options)
	if s.Text("token_kind") == "user" {
		c.tokens = newUserTokens(options)
	}
	return c, nil
}

// credentialLimit returns how many tokens there may be at once.
func credentialLimit(s vendors.Settings) int {
	if n, err := strconv.Atoi(s.Text("token_limit")); err == nil {
		return n
	}
	if s.Text("token_kind") == "user" {
		return userTokenLimit
	}
	return accountTokenLimit
}

// shared returns the limiter of an identity: two blocks with one token share it.
func shared(host vendors.Host, base string, token vendors.Secret) *transport.Limiter {
	make := func() any { return transport.NewLimiter(callLimit, callWindow) }
	if host.Share == nil {
		return make().(*transport.Limiter)
	}
	sum := sha256.Sum256([]byte(base + "\n" + token.Reveal()))
	return host.Share("cloudflare limiter "+hex.EncodeToString(sum[:]), make).(*transport.Limiter)
}

// repeat says which requests may be sent again. A token is never created twice, because a mint
// is never repeated under the same name. Other POSTs are repeated only if the response says
// that nothing was done. PUT, PATCH and DELETE are idempotent.
func repeat(r *http.Request) transport.Repeat {
	switch {
	case r.Method != http.MethodPost:
		return transport.Always
	case strings.HasSuffix(r.URL.Path, "/tokens"):
		return transport.Never
	}
	return transport.WhenRefused
}

// Calls counts the calls to the API, without S3, which the limit does not cover.
func (c *Cloud) Calls() int { return int(c.calls.Load()) }

// CredentialLimit returns how many tokens there may be at once.
func (c *Cloud) CredentialLimit() int { return credentialLimit(c.settings) }
