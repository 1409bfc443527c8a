package cloudflare

// jurisdictions are those that R2 knows. The last one is only for accounts that Cloudflare has
// admitted. https://developers.cloudflare.com/r2/reference/data-location/
var jurisdictions = []string{"eu", "us", "fedramp"}

// Namespaces returns the known jurisdictions, and "" for buckets without one.
func (c *Cloud) Namespaces() []string { return append([]string{""}, jurisdictions...) }
