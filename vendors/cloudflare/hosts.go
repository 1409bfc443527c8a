package cloudflare

import (
	"cmp"
	"net/url"
	"strings"

	"buckethead/vendors"
)

// hosts returns the host of the API, and that of the buckets where the settings name one.
func hosts(s vendors.Settings) []string {
	var out []string
	for _, text := range []string{cmp.Or(s.Text("api_base_url"), defaultBaseURL), s.Text("s3_endpoint_url")} {
		if u, err := url.Parse(strings.ReplaceAll(text, placeholder, "default")); err == nil && u.Hostname() != "" {
			out = append(out, u.Hostname())
		}
	}
	return out
}
