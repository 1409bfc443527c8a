package view

import (
	"strings"

	"buckethead/config/words"
)

// Endpoint is a server that is not the vendor's own, and where it is set: the address of a block,
// or "state", and the name of the setting.
type Endpoint struct {
	Connection string `json:"connection"`
	Setting    string `json:"setting"`
	Host       string `json:"host"`
}

// Reference is a secret that a plan reads for the keys of a project with register, and the project.
type Reference struct {
	Address   string `json:"address"`
	Reference string `json:"reference"`
}

// shownReferences is how many references a text names.
const shownReferences = 20

// referencesText says which references a plan reads: "References: project.drop op://vault/item/field." It
// is empty if there are none.
func referencesText(opt Options) string {
	var parts []string
	for _, r := range opt.References[:min(len(opt.References), shownReferences)] {
		parts = append(parts, r.Address+" "+r.Reference)
	}
	if len(parts) == 0 {
		return ""
	}
	text := "References: " + strings.Join(parts, "; ")
	if more := len(opt.References) - len(parts); more > 0 {
		text += "; and " + words.Count(more, "other")
	}
	return text + "."
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
