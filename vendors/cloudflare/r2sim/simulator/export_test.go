package simulator

import "net/http"

// Sign signs a request as the simulator would check it, and gives the signature.
func Sign(r *http.Request, keyID, secret, region, service string, headers ...string) string {
	g := signature{keyID: keyID, date: r.Header.Get("X-Amz-Date")[:8], region: region, service: service, headers: headers}
	return g.sign(r, secret)
}
