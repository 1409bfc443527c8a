package cloudflare

// Namespaces returns the known jurisdictions. The last one is only for accounts that Cloudflare
// has admitted. https://developers.cloudflare.com/r2/reference/data-location/
func (c *Cloud) Namespaces() []string { return []string{"", "eu", "us", "fedramp"} }
