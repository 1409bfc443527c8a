package connect

import (
	"net/http"
	"regexp"
	"slices"

	"buckethead/vendors/sim/kit"
)

// route is one operation of the API.
type route struct {
	op, method, path string
	handle           func(*Simulator, *request) answer
	query            []string    // parameters that it knows
	shape            *kit.Schema // of its body; nil: it has none
	open             bool        // it needs no token
}

const (
	vaultsPath = "v1/vaults"
	itemsPath  = "v1/vaults/{vault}/items"
	itemPath   = "v1/vaults/{vault}/items/{item}"
	filesPath  = "v1/vaults/{vault}/items/{item}/files"
)

func routes() []route {
	return []route{
		{op: "heartbeat", method: "GET", path: "heartbeat", handle: (*Simulator).heartbeat, open: true},
		{op: "health", method: "GET", path: "health", handle: (*Simulator).health, open: true},
		{op: "metrics", method: "GET", path: "metrics", handle: (*Simulator).metrics, open: true},
		{op: "vault.list", method: "GET", path: vaultsPath, handle: (*Simulator).listVaults, query: []string{"filter"}},
		{op: "vault.get", method: "GET", path: vaultsPath + "/{vault}", handle: (*Simulator).getVault},
		{op: "item.list", method: "GET", path: itemsPath, handle: (*Simulator).listItems, query: []string{"filter"}},
		{op: "item.create", method: "POST", path: itemsPath, handle: (*Simulator).createItem, shape: itemShape},
		{op: "item.get", method: "GET", path: itemPath, handle: (*Simulator).getItem},
		{op: "item.update", method: "PUT", path: itemPath, handle: (*Simulator).updateItem, shape: itemShape},
		{op: "item.patch", method: "PATCH", path: itemPath, handle: (*Simulator).patchItem, shape: patchShape},
		{op: "item.delete", method: "DELETE", path: itemPath, handle: (*Simulator).deleteItem},
		{op: "file.list", method: "GET", path: filesPath, handle: (*Simulator).listFiles, query: []string{"inline_files"}},
		{op: "file.get", method: "GET", path: filesPath + "/{file}", handle: (*Simulator).getFile,
			query: []string{"inline_files"}},
		{op: "file.content", method: "GET", path: filesPath + "/{file}/content", handle: (*Simulator).getContent},
	}
}

// write reports whether an operation changes a vault.
func (r *route) write() bool { return r.method != http.MethodGet }

// findRoute finds the route of a path and the names in it. other reports that the path is
// known, but not with this method.
func findRoute(method, escaped string) (found *route, vars map[string]string, other bool) {
	all := routes()
	row := func(i int) (string, string) { return all[i].method, all[i].path }
	i, vars, other := kit.Find(len(all), row, method, escaped)
	if i < 0 {
		return nil, nil, other
	}
	return &all[i], vars, false
}

var idShape = regexp.MustCompile(`^[\da-z]{26}$`)

// Operations returns the words for all operations, sorted.
func Operations() []string {
	var out []string
	for _, r := range routes() {
		out = append(out, r.op)
	}
	slices.Sort(out)
	return out
}
