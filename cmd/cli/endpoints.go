package cli

import (
	"buckethead/cmd/connections"
	"buckethead/cmd/view"
	"buckethead/config"
	"buckethead/vendors"
	"buckethead/vendors/registry"
)

// endpointsOf returns the servers that a file uses, except those of its vendors. atPath says that the state is not
// where the file declares it.
func endpointsOf(declared *config.Config, atPath bool) (out []view.Endpoint) {
	add := func(connection string, described []vendors.Setting, own vendors.Hosts, s vendors.Settings) {
		for _, server := range vendors.Servers(described, own, s) {
			if !server.Own {
				out = append(out, view.Endpoint{Connection: connection, Setting: server.Setting, Host: server.Host})
			}
		}
	}
	for _, blocks := range [][]config.Connection{declared.Clouds, declared.Secrets} {
		for _, c := range blocks {
			vendor, _ := registry.Find(c.Vendor)
			add(c.Address(), vendor.Settings, vendor.OwnHosts, c.Settings)
		}
	}
	for _, kind := range connections.StateKinds() {
		if kind.Name == declared.State.Kind && !atPath {
			add("state", kind.Settings, kind.OwnHosts, declared.State.Settings)
		}
	}
	return out
}

// referencesOf returns what the projects with register read from stores, in the order of their addresses.
func referencesOf(declared *config.Config) (out []view.Reference) {
	for i := range declared.Projects {
		if p := &declared.Projects[i]; p.Register != nil && p.Register.Reference != "" {
			out = append(out, view.Reference{Address: p.Addr.String(), Reference: p.Register.Reference})
		}
	}
	return out
}
