package config

import (
	"fmt"
	"net/netip"
	"net/url"
	"slices"
	"strings"

	"buckethead/config/language"
	"buckethead/vendors"
)

// Canonical forms of texts, see [language.Canonical].

// network is the canonical form of an address or a network.
func network(_, text string) (canonical, fault, fix string) {
	text = strings.TrimSpace(text)
	if address, err := netip.ParseAddr(text); err == nil && address.Zone() == "" {
		address = address.Unmap()
		return netip.PrefixFrom(address, address.BitLen()).String(), "", ""
	}
	prefix, err := netip.ParsePrefix(text)
	if err != nil {
		return "", fmt.Sprintf("%q is neither an IP address nor a network.", text),
			`Write it as "203.0.113.7", "203.0.113.0/24" or "2001:db8::/32".`
	}
	if prefix.Masked() != prefix {
		return "", fmt.Sprintf("%q is one address in a network, but has the length of the network.", text),
			fmt.Sprintf("Write %q for the whole network, or the address without the length.", prefix.Masked().String())
	}
	return prefix.String(), "", ""
}

// unspaced accepts text that has neither spaces nor control characters in it.
func unspaced(name, text string) (canonical, fault, fix string) {
	if text == "" {
		return "", name + " is empty.", "Give it a value."
	}
	for i, r := range []rune(text) {
		if r <= ' ' || r == 0x7f {
			return "", fmt.Sprintf("%s has a space or a control character in it: %q, character %d.", name, r, i+1),
				"Copy the value again, without the characters around it."
		}
	}
	return text, "", ""
}

// keyID accepts the id of a key, which is not read from a store.
func keyID(name, text string) (canonical, fault, fix string) {
	if strings.Contains(text, "://") {
		return "", name + " is a reference, and only secret_access_key can be one.", "Write the key id itself: it is not a secret."
	}
	return unspaced(name, text)
}

// endpoint accepts the URL of an endpoint. Only an endpoint on this machine may be used without
// TLS.
func endpoint(name, text string) (canonical, fault, fix string) {
	if _, fault, fix := unspaced(name, text); fault != "" {
		return "", fault, fix
	}
	if fault := endpointFault(text); fault != "" {
		return "", fault, `Write it as "https://s3.eu-central-1.amazonaws.com".`
	}
	return text, "", ""
}

func endpointFault(text string) string {
	u, err := url.Parse(text)
	switch {
	case err != nil || u.Host == "" || u.Hostname() == "":
		return "This is not the URL of an endpoint: it has no host, or a character that a URL cannot have."
	case u.User != nil:
		return "The URL of an endpoint cannot contain a user or a password."
	case u.RawQuery != "" || u.Fragment != "":
		return "The URL of an endpoint cannot have a query or a fragment."
	case u.Scheme == "https":
		return ""
	case u.Scheme == "http" && vendors.Loopback(u.Hostname()):
		return ""
	}
	return "An endpoint must use https; only one on this machine may use http."
}

// ruleID accepts the name of a rule.
func ruleID(_, text string) (canonical, fault, fix string) {
	if text == "" || len(text) > 255 || strings.TrimSpace(text) != text ||
		strings.ContainsFunc(text, func(c rune) bool { return c < ' ' || c == 0x7f || c == '"' || c == ',' }) {
		return "", "The id is empty, too long, begins or ends with a space, or has quotes, commas or control characters in it.",
			"Give the rule a short name, such as \"old-logs\"."
	}
	return text, "", ""
}

// pageOrigin is the canonical form of what browsers call an origin: scheme, host and port of a
// page.
func pageOrigin(_, text string) (canonical, fault, fix string) {
	const example = `Write it as "https://app.example.com", with the port if there is one, or "*" for every page.`
	if text == "*" {
		return text, "", ""
	}
	u, err := url.Parse(text)
	if err == nil && u.User != nil {
		return "", "An origin cannot contain a user or a password.", example
	}
	if err != nil || u.Scheme == "" || u.Hostname() == "" || !plainText(text) {
		return "", fmt.Sprintf("%q is not an origin.", text), example
	}
	canonical = strings.ToLower(u.Scheme + "://" + u.Host)
	if !strings.EqualFold(text, canonical) {
		return "", fmt.Sprintf("%q has more than the scheme, the host and the port of an origin.", text),
			fmt.Sprintf("Write %q.", canonical)
	}
	return canonical, "", ""
}

// method is the canonical form of an HTTP method that a CORS rule can allow.
func method(_, text string) (canonical, fault, fix string) {
	methods := []string{"GET", "PUT", "POST", "DELETE", "HEAD"}
	canonical = strings.ToUpper(text)
	if slices.Contains(methods, canonical) {
		return canonical, "", ""
	}
	if near := language.Similar(canonical, methods); near != "" {
		fix = fmt.Sprintf("Did you mean %q? ", near)
	}
	return "", fmt.Sprintf("%q is not a method that can be allowed.", text), fix + "Write some of: " +
		strings.Join(methods, ", ") + "."
}

// headerName accepts the name of an HTTP header, or "*".
func headerName(_, text string) (canonical, fault, fix string) {
	if text == "" || !plainText(text) || strings.ContainsAny(text, `"(),/:;<=>?@[\]{}`) {
		return "", fmt.Sprintf("%q is not the name of a header.", text),
			`Write names such as "content-type", each by itself, or "*".`
	}
	return text, "", ""
}

// cipher accepts the name of a cipher suite.
func cipher(_, text string) (canonical, fault, fix string) {
	if text == "" || strings.ContainsFunc(text, func(c rune) bool { return !word(c) && c != '-' && c != '_' }) {
		return "", fmt.Sprintf("%q is not the name of a cipher suite.", text),
			`Write names such as "ECDHE-ECDSA-AES128-GCM-SHA256".`
	}
	return text, "", ""
}

// hostname is the canonical form of the name of a host: it is in lower case.
func hostname(_, text string) (canonical, fault, fix string) {
	text = strings.ToLower(text)
	labels := strings.Split(text, ".")
	bad := func(label string) bool {
		return label == "" || len(label) > 63 || label[0] == '-' || label[len(label)-1] == '-' ||
			strings.ContainsFunc(label, func(c rune) bool { return !word(c) && c != '-' })
	}
	if len(text) > 253 || len(labels) < 2 || slices.ContainsFunc(labels, bad) {
		return "", fmt.Sprintf("%q is not the name of a host.", text),
			`Write only the name, in ASCII, such as "files.example.com".`
	}
	return text, "", ""
}

// word reports whether a character is an ASCII letter or digit.
func word(c rune) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9'
}

// plainText reports whether a text consists of visible ASCII characters.
func plainText(text string) bool {
	return !strings.ContainsFunc(text, func(c rune) bool { return c <= ' ' || c >= 0x7f })
}
