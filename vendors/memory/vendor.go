package memory

import (
	"context"

	"buckethead/vendors"
)

// Vendor returns w as a vendor of both kinds. The setting "name" says which cloud or store of
// the world a block opens; the default is "main".
func (w *World) Vendor() vendors.Vendor {
	return vendors.Vendor{
		Name: "memory", Title: "Memory", ReferenceScheme: "memory",
		Settings: []vendors.Setting{{Name: "name", Default: "main", Example: `name = "main"`,
			Doc: "The cloud or store of the world that this block opens."}},
		BucketAttributes: []string{"location", "jurisdiction", "storage_class", "allowed_ips", "expires_after",
			"cors_rule", "lifecycle_rule", "lock_rule", "custom_domain", "public_access"},
		OpenBuckets: func(_ context.Context, _ vendors.Host, s vendors.Settings) (vendors.BucketProvider, error) {
			return w.Cloud(s.Text("name")), nil
		},
		OpenSecrets: func(_ context.Context, _ vendors.Host, s vendors.Settings) (vendors.SecretStore, error) {
			return w.Store(s.Text("name")), nil
		},
		Address: func(s vendors.Settings, _ vendors.BucketID) vendors.Address {
			return vendors.Address{EndpointURL: endpointOf(s.Text("name")), Region: region, Setting: "name"}
		},
	}
}

const region = "auto"

func endpointOf(cloud string) string { return "memory://" + cloud }
