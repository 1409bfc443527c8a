package transport

import (
	"net"
	"net/url"
)

// ValidURL reports whether text is the address of a server that secrets may be sent
// to: with TLS, or on this machine; without user, query and fragment.
func ValidURL(text string) bool {
	u, err := url.Parse(text)
	if err != nil || u.Hostname() == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "" {
		return false
	}
	ip := net.ParseIP(u.Hostname())
	return u.Scheme == "https" || u.Scheme == "http" && (u.Hostname() == "localhost" || ip != nil && ip.IsLoopback())
}
