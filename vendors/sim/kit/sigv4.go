package kit

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

const (
	algorithm = "AWS4-HMAC-SHA256"
	// TimeLayout is that of x-amz-date.
	TimeLayout = "20060102T150405Z"
)

// Signature is what an Authorization header of AWS Signature Version 4 says.
// https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-auth-using-authorization-header.html
type Signature struct {
	KeyID, Date, Region, Service string
	Headers                      []string // in the order in which they are signed
	Value                        string   // in hex
}

// ReadSignature reads the header; false if it is malformed.
func ReadSignature(header string) (Signature, bool) {
	rest, ok := strings.CutPrefix(header, algorithm+" ")
	if !ok {
		return Signature{}, false
	}
	parts := map[string]string{}
	for part := range strings.SplitSeq(rest, ",") {
		name, value, ok := strings.Cut(strings.TrimSpace(part), "=")
		if _, twice := parts[name]; !ok || twice {
			return Signature{}, false
		}
		parts[name] = value
	}
	scope := strings.Split(parts["Credential"], "/")
	if len(parts) != 3 || len(scope) != 5 || scope[4] != "aws4_request" || parts["SignedHeaders"] == "" {
		return Signature{}, false
	}
	signed := parts["SignedHeaders"]
	sig := Signature{scope[0], scope[1], scope[2], scope[3], strings.Split(signed, ";"), parts["Signature"]}
	lower := strings.ToLower(signed) == signed
	return sig, lower && slices.IsSorted(sig.Headers) && len(sig.Value) == 64
}

// Unsigned names a header that has to be signed and is not: the host, the type of the content and
// all of x-amz. "" means that all are signed.
func (g Signature) Unsigned(h http.Header) string {
	for name := range h {
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

// canonical is the text of a request that is signed.
func (g Signature) canonical(r *http.Request) string {
	var out strings.Builder
	path := r.URL.EscapedPath()
	if path == "" {
		path = "/"
	}
	out.WriteString(r.Method + "\n" + path + "\n" + canonicalQuery(r.URL.Query()) + "\n")
	for _, name := range g.Headers {
		values := slices.Clone(r.Header.Values(name))
		switch name {
		case "host":
			values = []string{r.Host}
		case "content-length":
			values = []string{r.Header.Get("Content-Length")}
		}
		for i, value := range values {
			values[i] = strings.Join(strings.Fields(value), " ")
		}
		out.WriteString(name + ":" + strings.Join(values, ",") + "\n")
	}
	out.WriteString("\n" + strings.Join(g.Headers, ";") + "\n" + r.Header.Get("X-Amz-Content-Sha256"))
	return out.String()
}

// canonicalQuery sorts a query and encodes it as RFC 3986 does.
func canonicalQuery(values url.Values) string {
	return strings.ReplaceAll(values.Encode(), "+", "%20")
}

// Sign computes the signature of a request under a secret.
func (g Signature) Sign(r *http.Request, secret string) string {
	scope := strings.Join([]string{g.Date, g.Region, g.Service, "aws4_request"}, "/")
	toSign := strings.Join([]string{algorithm, r.Header.Get("X-Amz-Date"), scope, HexHash(g.canonical(r))}, "\n")
	key := []byte("AWS4" + secret)
	for _, part := range []string{g.Date, g.Region, g.Service, "aws4_request"} {
		key = mac(key, part)
	}
	return hex.EncodeToString(mac(key, toSign))
}

func mac(key []byte, text string) []byte {
	h := hmac.New(sha256.New, key)
	h.Write([]byte(text))
	return h.Sum(nil)
}
