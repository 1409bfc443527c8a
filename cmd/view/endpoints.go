package view

import "strings"

// Endpoint is a server that is not the vendor's own, and what names it: the address of a block, or
// "state", and its setting.
type Endpoint struct {
	Connection string `json:"connection"`
	Setting    string `json:"setting"`
	Host       string `json:"host"`
}

// endpointsText says which servers a plan works with that are not the vendors' own: "Endpoints:
// cloudflare_r2.main api.example.com (api_base_url)." It is empty if there are none.
func endpointsText(opt Options) string {
	var parts []string
	for _, e := range opt.Endpoints {
		parts = append(parts, e.Connection+" "+e.Host+" ("+e.Setting+")")
	}
	if len(parts) == 0 {
		return ""
	}
	return "Endpoints: " + strings.Join(parts, "; ") + "."
}
