package cloudflare

import (
	"cmp"
	"strings"

	"buckethead/vendors"
)

// region is the region of every R2 bucket.
const region = "auto"

// address returns where S3 clients reach a bucket. Each jurisdiction has its own endpoint,
// which shows only its buckets. https://developers.cloudflare.com/r2/api/tokens/
func address(s vendors.Settings, id vendors.BucketID) vendors.Address {
	a := vendors.Address{Region: region, AccountID: s.Text("account_id"), Issuer: s.Text("token_kind"),
		Setting: "s3_endpoint_url"}
	if own := s.Text(a.Setting); own != "" {
		a.EndpointURL = strings.TrimSuffix(strings.ReplaceAll(own, placeholder, cmp.Or(id.Namespace, "default")), "/")
		return a
	}
	a.Setting = "account_id"
	if a.AccountID != "" {
		a.EndpointURL = "https://" + strings.TrimSuffix(a.AccountID+"."+id.Namespace, ".") + ".r2.cloudflarestorage.com"
	}
	return a
}

func (c *Cloud) endpointURL(namespace string) string {
	return address(c.settings, vendors.BucketID{Namespace: namespace}).EndpointURL
}
