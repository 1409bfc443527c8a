package transport

import (
	"net/url"

	"buckethead/vendors"
)

// ValidURL reports whether text is the URL of a server that secrets may be sent to: with TLS,
// or on this machine; without user, query and fragment.
func ValidURL(text string) bool {
	u, err := url.Parse(text)
	if err != nil || u.Hostname() == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "" {
		return false
	}
	return u.Scheme == "https" || u.Scheme == "http" && vendors.Loopback(u.Hostname())
}
