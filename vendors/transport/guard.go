package transport

import (
	"net/http"
	"strings"
)

// signatureScheme begins the Authorization header of a request that is only signed with a
// secret.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-authentication-methods.html
const signatureScheme = "AWS4-HMAC-SHA256 "

// sessionToken is the header, or the query parameter, that carries the token of temporary keys.
const sessionToken = "X-Amz-Security-Token"

// Guard returns a round tripper that sends requests through next, except requests that may carry a
// secret to a host for which maySend returns an error. For those it returns the error in a
// [NotSentError]. If maySend is nil, every host may get secrets. If next is nil, it is
// [http.DefaultTransport].
//
// Only a signed request without a session token carries no secret. All others might: the guard does not
// know what is in a header or a body.
func Guard(next http.RoundTripper, maySend func(host string) error) http.RoundTripper {
	if next == nil {
		next = http.DefaultTransport
	}
	if maySend == nil {
		return next
	}
	return guard{next, maySend}
}

type guard struct {
	next    http.RoundTripper
	maySend func(host string) error
}

func (g guard) RoundTrip(r *http.Request) (*http.Response, error) {
	if !onlySigned(r) {
		if err := g.maySend(r.URL.Hostname()); err != nil {
			if r.Body != nil {
				_ = r.Body.Close() // as a round tripper must
			}
			return nil, &NotSentError{err}
		}
	}
	return g.next.RoundTrip(r)
}

// onlySigned reports whether a request carries a signature instead of a secret.
func onlySigned(r *http.Request) bool {
	authorization := r.Header.Values("Authorization")
	return len(authorization) == 1 && strings.HasPrefix(authorization[0], signatureScheme) &&
		len(r.Header.Values(sessionToken)) == 0 && !r.URL.Query().Has(sessionToken)
}
