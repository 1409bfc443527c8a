package s3sim

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"time"

	"buckethead/vendors/cloudflare/r2sim/sigv4"
)

// AWS Signature Version 4, as a server checks it:
// https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html

const (
	algorithm = "AWS4-HMAC-SHA256"
	// skew is how far the clocks may be apart.
	skew            = 15 * time.Minute
	unsignedPayload = "UNSIGNED-PAYLOAD"
)

var hexSum = regexp.MustCompile(`^[0-9a-f]{64}$`)

// verify checks that a request is signed, by whom, when, and over what.
func (s *Server) verify(r *http.Request, body []byte) *refusal {
	text := r.Header.Get("Authorization")
	if text == "" {
		return &refusal{http.StatusForbidden, "AccessDenied", "Access Denied"} // nobody may read this
	}
	if !strings.HasPrefix(text, algorithm+" ") {
		return bad("InvalidArgument", "Unsupported Authorization Type")
	}
	if r.Header.Get("X-Amz-Content-Sha256") == "" {
		return bad("InvalidRequest", "Missing required header for this request: x-amz-content-sha256")
	}
	g, ok := sigv4.Read(text)
	switch {
	case !ok:
		return bad("AuthorizationHeaderMalformed", "The authorization header that you provided is not valid.")
	case g.Service != "s3":
		return bad("AuthorizationHeaderMalformed", "incorrect service %q. This endpoint belongs to \"s3\".", g.Service)
	case g.Region != s.o.Region:
		return bad("AuthorizationHeaderMalformed", "the region '%s' is wrong; expecting '%s'", g.Region, s.o.Region)
	case g.KeyID != s.o.AccessKeyID:
		return &refusal{http.StatusForbidden, "InvalidAccessKeyId", "The AWS Access Key Id you provided does not exist in our records."}
	}
	at, err := time.Parse(sigv4.TimeLayout, r.Header.Get("X-Amz-Date"))
	if err != nil {
		return &refusal{http.StatusForbidden, "AccessDenied", "AWS authentication requires a valid Date or x-amz-date header"}
	}
	if !strings.HasPrefix(r.Header.Get("X-Amz-Date"), g.Date) {
		return bad("AuthorizationHeaderMalformed", "Invalid credential date %q. This date is not the same as X-Amz-Date.", g.Date)
	}
	if off := s.o.Now().Sub(at).Abs(); off > skew {
		return &refusal{http.StatusForbidden, "RequestTimeTooSkewed", "The difference between the request time and the current time is too large."}
	}
	if left := unsigned(g, r); left != "" {
		return &refusal{http.StatusForbidden, "AccessDenied", "There were headers present in the request which were not signed: " + left}
	}
	if !hmac.Equal([]byte(g.Sign(r, s.o.SecretAccessKey)), []byte(g.Value)) {
		return &refusal{http.StatusForbidden, "SignatureDoesNotMatch", "The request signature we calculated does not match the signature you provided. Check your key and signing method."}
	}
	return payload(r.Header.Get("X-Amz-Content-Sha256"), body)
}

// payload checks the body against the hash that was signed.
func payload(hash string, body []byte) *refusal {
	sum := sha256.Sum256(body)
	switch {
	case hash == unsignedPayload:
		return nil
	case !hexSum.MatchString(hash):
		return bad("InvalidArgument", "x-amz-content-sha256 must be UNSIGNED-PAYLOAD, or a valid sha256 value.")
	case hash != hex.EncodeToString(sum[:]):
		return bad("XAmzContentSHA256Mismatch", "The provided 'x-amz-content-sha256' header does not match what was computed.")
	}
	return nil
}

// unsigned names a header that has to be signed and is not: the host, the type of the
// content and all of x-amz.
func unsigned(g sigv4.Signature, r *http.Request) string {
	for name := range r.Header {
		lower := strings.ToLower(name)
		if (strings.HasPrefix(lower, "x-amz-") || lower == "content-type") && !slices.Contains(g.Headers, lower) {
			return lower
		}
	}
	if !slices.Contains(g.Headers, "host") {
		return "host"
	}
	return ""
}
