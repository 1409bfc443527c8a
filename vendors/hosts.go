package vendors

import (
	"errors"
	"fmt"
	"net"
	"net/url"
	"slices"
	"strings"
)

// Endpoint says whether a setting holds the URL of a server, and what that server gets of the secrets of
// the block.
type Endpoint int

// The kinds of endpoint.
const (
	// NoEndpoint: the setting holds no URL.
	NoEndpoint Endpoint = iota
	// ReceivesSecrets: requests to the server carry a secret, such as a token.
	ReceivesSecrets
	// ReceivesSignatures: secrets only sign the requests to the server, and are not sent.
	ReceivesSignatures
)

// Server is a server that a block of the configuration uses.
type Server struct {
	Setting  string // the name of the setting that holds its URL
	Host     string // without a port
	Endpoint Endpoint
	Own      bool // it is one of the vendor's own hosts
}

// Servers returns the servers that settings name, in the order of their descriptions. A setting
// whose value is not a URL is left out. own are the vendor's hosts, as in [Vendor.OwnHosts].
func Servers(described []Setting, own Hosts, s Settings) []Server {
	var out []Server
	for _, d := range described {
		if d.Endpoint == NoEndpoint {
			continue
		}
		text := s.Text(d.Name)
		if text == "" {
			text = d.Default
		}
		if host := HostOf(text); host != "" {
			out = append(out, Server{Setting: d.Name, Host: host, Endpoint: d.Endpoint, Own: own.Contains(host)})
		}
	}
	return out
}

// HostOf returns the host of a URL, without its port, in lower case; "" if there is none. The URL
// may contain a placeholder such as {jurisdiction}; the host then contains its name.
func HostOf(text string) string {
	u, err := url.Parse(strings.NewReplacer("{", "", "}", "").Replace(text))
	if err != nil {
		return ""
	}
	return canonicalHost(u.Hostname())
}

// Hosts is a set of hosts. An entry that begins with "*." stands for every host below that domain; a "*"
// between dots stands for any one label.
type Hosts []string

// Contains reports whether a host is in the set.
func (h Hosts) Contains(host string) bool {
	got := strings.Split(canonicalHost(host), ".")
	return !slices.Contains(got, "") && slices.ContainsFunc(h, func(entry string) bool {
		want, got := strings.Split(entry, "."), got
		if below := len(got) - len(want); want[0] == "*" && below >= 0 {
			want, got = want[1:], got[below+1:]
		}
		// Other full stops, such as 。, end a label too when the host is looked up.
		return slices.EqualFunc(want, got, func(w, g string) bool { return w == g || w == "*" && plainHost(g) })
	})
}

// ParseHosts returns the hosts of a list that commas or spaces separate. An entry is a name, an IP
// address, or *.DOMAIN; a port or a scheme is an error.
func ParseHosts(list string) (Hosts, error) {
	var out Hosts
	for _, entry := range strings.FieldsFunc(list, func(r rune) bool { return r == ',' || r == ' ' || r == '\t' || r == '\n' }) {
		name := strings.TrimPrefix(entry, "*.")
		ip := net.ParseIP(strings.Trim(entry, "[]"))
		switch {
		case ip != nil:
			out = append(out, ip.String())
		case !plainHost(name):
			return nil, fmt.Errorf("%q is not a host: write a name such as api.example.com, without scheme and port, "+
				"or *.example.com", entry)
		default:
			out = append(out, strings.TrimSuffix(entry, name)+canonicalHost(name))
		}
	}
	return out, nil
}

// plainHost reports whether a name has only the characters of host names.
func plainHost(name string) bool {
	for _, label := range strings.Split(strings.TrimSuffix(name, "."), ".") {
		if label == "" || strings.Trim(label, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_") != "" {
			return false
		}
	}
	return true
}

func canonicalHost(host string) string {
	if ip := net.ParseIP(host); ip != nil {
		return ip.String()
	}
	return strings.TrimSuffix(strings.ToLower(host), ".")
}

// Loopback reports whether a host is this machine.
func Loopback(host string) bool {
	ip := net.ParseIP(host)
	return strings.EqualFold(host, "localhost") || ip != nil && ip.IsLoopback()
}

// ErrHostNotAllowed matches every [HostError] in errors.Is.
var ErrHostNotAllowed = errors.New("host not allowed")

// HostError is the error for a request that was not sent, because it would have sent a secret to a host
// that is not allowed to get it.
type HostError struct {
	Connection string // the address of the block whose secrets these are, or "the state"
	Setting    string // what names the host, "" if it is not known
	Host       string
	Allow      string // the command that allows the host, "" if it is not a host name
}

// Cause says what is wrong, in a sentence.
func (e *HostError) Cause() string { return "The " + e.because() + "." }

// Fix says what to do.
func (e *HostError) Fix() string {
	if e.Allow == "" {
		return "This is not a host name; correct the URL."
	}
	return "If that host is yours, allow it in the environment of bh:\n  " + e.Allow
}

func (e *HostError) Error() string {
	return "the " + e.because() + "; if that host is yours: " + e.Allow
}

func (e *HostError) because() string {
	setting := ""
	if e.Setting != "" {
		setting = " (" + e.Setting + ")"
	}
	return fmt.Sprintf("requests of %s would send a secret to %s%s, a host that only the file names", e.Connection, e.Host, setting)
}

// Is makes a HostError an ErrHostNotAllowed.
func (e *HostError) Is(target error) bool { return target == ErrHostNotAllowed }
