package s3api

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"time"

	"buckethead/vendors/sim/kit"
)

// AWS Signature Version 4, as a server checks it:
// https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html

const (
	// skew is how far the clocks may be apart.
	skew            = 15 * time.Minute
	unsignedPayload = "UNSIGNED-PAYLOAD"
	streamedPayload = "STREAMING-UNSIGNED-PAYLOAD-TRAILER"
)

var hexSum = regexp.MustCompile(`^[0-9a-f]{64}$`)

// verify checks that a request is signed, by whom, when, and over what.
func (a API) verify(q *Request, g Gate) (keyID string, refused *Error) {
	text := q.Header.Get("Authorization")
	hash := q.Header.Get("X-Amz-Content-Sha256")
	switch scheme, _, _ := strings.Cut(text, " "); {
	case text == "":
		return "", unsigned("Access Denied") // nobody may read this
	case scheme != "AWS4-HMAC-SHA256":
		return "", strange("InvalidArgument", "Unsupported Authorization Type")
	case hash == "":
		return "", strange("InvalidRequest", "Missing required header for this request: x-amz-content-sha256")
	}
	sig, refused := a.signature(text, q.Header)
	if refused != nil {
		return "", refused
	}
	secret, refused := g.Secret(sig.KeyID)
	if refused != nil {
		return "", refused
	}
	if !hmac.Equal([]byte(sig.Sign(q.Request, secret)), []byte(sig.Value)) {
		return "", forbidden("SignatureDoesNotMatch",
			"The request signature we calculated does not match the signature you provided.")
	}
	sum := sha256.Sum256(q.body)
	switch {
	case hash == unsignedPayload || hash == streamedPayload:
	case !hexSum.MatchString(hash):
		return "", strange("InvalidArgument", "x-amz-content-sha256 must be UNSIGNED-PAYLOAD, or a valid sha256 value.")
	case hash != hex.EncodeToString(sum[:]):
		return "", strange("XAmzContentSHA256Mismatch", "x-amz-content-sha256 does not match what was computed.")
	}
	return sig.KeyID, nil
}

// signature reads a signature and checks what can be checked without the key.
func (a API) signature(text string, h http.Header) (kit.Signature, *Error) {
	const malformed = "AuthorizationHeaderMalformed"
	sig, ok := kit.ReadSignature(text)
	date := h.Get("X-Amz-Date")
	at, err := time.Parse(kit.TimeLayout, date)
	switch {
	case !ok:
		return sig, strange(malformed, "The authorization header that you provided is not valid.")
	case sig.Service != "s3":
		return sig, strange(malformed, "incorrect service %q. This endpoint belongs to \"s3\".", sig.Service)
	case !slices.Contains(a.Regions, sig.Region):
		return sig, strange(malformed, "the region '%s' is wrong; expecting '%s'", sig.Region, a.Regions[0])
	case err != nil:
		return sig, unsigned("AWS authentication requires a valid Date or x-amz-date header")
	case !strings.HasPrefix(date, sig.Date):
		return sig, strange(malformed, "Invalid credential date %q. This date is not the same as X-Amz-Date.", sig.Date)
	}
	if off := a.Now().Sub(at).Abs(); off > skew {
		return sig, forbidden("RequestTimeTooSkewed", "The request time differs too much from the current time.")
	}
	if left := sig.Unsigned(h); left != "" {
		return sig, unsigned("There were headers present in the request which were not signed: %s", left)
	}
	return sig, nil
}
