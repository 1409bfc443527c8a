package cloudflare

// Namespaces returns the jurisdictions that are known. The last of them is for those
// accounts alone that Cloudflare has let in.
// https://developers.cloudflare.com/r2/reference/data-location/
func (c *Cloud) Namespaces() []string { return []string{"", "eu", "us", "fedramp"} }
