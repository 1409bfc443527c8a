package simulator

import (
	"net/http"

	"buckethead/vendors/cloudflare/r2sim/sigv4"
)

// Sign signs a request as the simulator would check it, and gives the signature.
func Sign(r *http.Request, keyID, secret, region, service string, headers ...string) string {
	g := sigv4.Signature{KeyID: keyID, Date: r.Header.Get("X-Amz-Date")[:8], Region: region, Service: service, Headers: headers}
	return g.Sign(r, secret)
}
