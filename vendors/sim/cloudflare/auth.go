package cloudflare

import (
	"net"
	"net/http"
	"net/netip"
	"strings"
	"time"
)

// byValue returns the token with a value.
func (s *Simulator) byValue(value string) *Token {
	for _, t := range s.tokens {
		if value != "" && t.Value == value {
			return t
		}
	}
	return nil
}

// live reports whether a token works at a time.
func (t *Token) live(now time.Time) bool {
	return t.Status == "active" && !now.Before(t.NotBefore) && (t.ExpiresOn.IsZero() || now.Before(t.ExpiresOn))
}

// shown is the status in responses: an active token past its date is expired.
func (t *Token) shown(now time.Time) string {
	if t.Status == "active" && !t.ExpiresOn.IsZero() && !now.Before(t.ExpiresOn) {
		return "expired"
	}
	return t.Status
}

// admits reports whether a token may be used from an address.
func (t *Token) admits(ip netip.Addr) bool {
	inside := func(list []string) bool {
		for _, text := range list {
			if network, err := netip.ParsePrefix(text); err == nil && network.Contains(ip) {
				return true
			}
		}
		return false
	}
	return (len(t.RequestIP) == 0 || inside(t.RequestIP)) && !inside(t.NotRequestIP)
}

// clientIP is the address that a request comes from.
func clientIP(r *http.Request) netip.Addr {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		return netip.Addr{}
	}
	ip, err := netip.ParseAddr(host)
	if err != nil {
		return netip.Addr{}
	}
	return ip.Unmap()
}

// authenticate finds the token of a call. Only the catalogues of clients say which of the
// router's codes belongs to which fault.
func (s *Simulator) authenticate(r *request) (answer, bool) {
	header := r.Header.Get("Authorization")
	if header == "" {
		return s.refuse(http.StatusBadRequest, 9106, "Missing X-Auth-Key, X-Auth-Email or Authorization headers"), false
	}
	value, ok := strings.CutPrefix(header, "Bearer ")
	if !ok || value == "" || strings.ContainsAny(value, " \t") {
		return s.refuse(http.StatusBadRequest, 6003, "Invalid request headers"), false
	}
	t := s.byValue(value)
	code, message := 10000, "Authentication error"
	if r.op == "token.verify" {
		code, message = 1000, "Invalid API Token"
	}
	// Each family's tokens verify at their own root only.
	if t == nil || !t.live(s.o.Now()) || r.op == "token.verify" && t.User != r.user {
		return failed(http.StatusUnauthorized, code, "%s", message), false
	}
	if ip := clientIP(r.Request); !t.admits(ip) {
		return failed(http.StatusForbidden, 9109, "Cannot use the access token from location: %s", ip), false
	}
	r.caller = t
	return answer{}, true
}

// authorize checks the permissions of the caller's token.
func (s *Simulator) authorize(r *request) (answer, bool) {
	denied := failed(http.StatusForbidden, 10000, "Authentication error")
	if r.user {
		if !r.caller.User {
			return failed(http.StatusForbidden, 9109, "Valid user-level authentication not found"), false
		}
		return denied, r.groups == nil || r.caller.allows(r.groups, exactly(userScope+"."+s.userID()))
	}
	if r.vars["account"] != s.o.AccountID {
		return failed(http.StatusForbidden, 9109, "Unauthorized to access requested resource"), false
	}
	return denied, r.groups == nil || r.caller.allows(r.groups, exactly(accountScope+"."+s.o.AccountID))
}
