package cloudflare

import (
	"maps"
	"net/url"
	"slices"
	"strings"

	"buckethead/vendors/sim/kit"
)

// handler carries out an operation.
type handler func(*Simulator, *request) answer

// route is one operation of the REST API.
type route struct {
	op, method, path string
	handle           handler
	groups           []string    // permission groups of which the caller needs one
	query            []string    // parameters that it knows
	schema           *kit.Schema // of its body; nil: it has none
	free             bool        // its body is any bytes
	header           string      // that it knows beside the common ones
	r2               bool        // it knows cf-r2-jurisdiction
	user             bool        // it is about the user, not about an account
}

// The permission groups that open an operation.
// https://developers.cloudflare.com/api/ names them for each.
var (
	readR2      = []string{r2Write, r2Read}
	writeR2     = []string{r2Write}
	readTokens  = []string{accountTokensWrite, accountTokensRead}
	writeTokens = []string{accountTokensWrite}
	readUser    = []string{userTokensWrite, userTokensRead}
	writeUser   = []string{userTokensWrite}
)

const headerClass = "Cf-R2-Storage-Class"

var (
	bucketQuery = []string{"name_contains", "start_after", "per_page", "order", "direction", "cursor"}
	objectQuery = []string{"cursor", "delimiter", "per_page", "prefix", "start_after"}
	tokenQuery  = []string{"page", "per_page", "direction", "include_expired"}
	groupQuery  = []string{"name", "scope"}
)

var routes = slices.Concat(bucketRoutes(), settingRoutes(), tokenRoutes())

func bucketRoutes() []route {
	const root, one = "accounts/{account}/r2/buckets", "accounts/{account}/r2/buckets/{bucket}"
	return []route{
		{op: "bucket.list", method: "GET", path: root, handle: (*Simulator).listBuckets,
			groups: readR2, query: bucketQuery, r2: true},
		{op: "bucket.create", method: "POST", path: root, handle: (*Simulator).createBucket,
			groups: writeR2, schema: bucketSchema, r2: true},
		{op: "bucket.get", method: "GET", path: one, handle: (*Simulator).getBucket, groups: readR2, r2: true},
		{op: "bucket.patch", method: "PATCH", path: one, handle: (*Simulator).patchBucket,
			groups: writeR2, header: headerClass, r2: true},
		{op: "bucket.delete", method: "DELETE", path: one, handle: (*Simulator).deleteBucket, groups: writeR2, r2: true},
		{op: "object.list", method: "GET", path: one + "/objects", handle: (*Simulator).listObjects,
			groups: readR2, query: objectQuery, r2: true},
		{op: "object.put", method: "PUT", path: one + "/objects/{key...}", handle: (*Simulator).putObject,
			groups: writeR2, free: true, header: headerClass, r2: true},
		{op: "object.delete", method: "DELETE", path: one + "/objects/{key...}", handle: (*Simulator).deleteObject,
			groups: writeR2, r2: true},
	}
}

func settingRoutes() []route {
	const one = "accounts/{account}/r2/buckets/{bucket}"
	return []route{
		{op: "cors.get", method: "GET", path: one + "/cors", handle: (*Simulator).getCORS, groups: readR2, r2: true},
		{op: "cors.put", method: "PUT", path: one + "/cors", handle: putRules(corsOf),
			groups: writeR2, schema: corsSchema, r2: true},
		{op: "cors.delete", method: "DELETE", path: one + "/cors", handle: (*Simulator).deleteCORS,
			groups: writeR2, r2: true},
		{op: "lifecycle.get", method: "GET", path: one + "/lifecycle", handle: getRules(lifecycleOf),
			groups: readR2, r2: true},
		{op: "lifecycle.put", method: "PUT", path: one + "/lifecycle", handle: putRules(lifecycleOf),
			groups: writeR2, schema: lifecycleSchema, r2: true},
		{op: "lock.get", method: "GET", path: one + "/lock", handle: getRules(lockOf), groups: readR2, r2: true},
		{op: "lock.put", method: "PUT", path: one + "/lock", handle: putRules(lockOf),
			groups: writeR2, schema: lockSchema, r2: true},
		{op: "managed_domain.get", method: "GET", path: one + "/domains/managed", handle: (*Simulator).getManaged,
			groups: readR2, r2: true},
		{op: "managed_domain.put", method: "PUT", path: one + "/domains/managed", handle: (*Simulator).putManaged,
			groups: writeR2, schema: managedSchema, r2: true},
		{op: "custom_domain.list", method: "GET", path: one + "/domains/custom", handle: (*Simulator).listDomains,
			groups: readR2, r2: true},
		{op: "custom_domain.create", method: "POST", path: one + "/domains/custom", handle: (*Simulator).createDomain,
			groups: writeR2, schema: domainSchema, r2: true},
		{op: "custom_domain.get", method: "GET", path: one + "/domains/custom/{domain}", handle: (*Simulator).getDomain,
			groups: readR2, r2: true},
		{op: "custom_domain.update", method: "PUT", path: one + "/domains/custom/{domain}", handle: (*Simulator).updateDomain,
			groups: writeR2,
			schema: domainUpdateSchema, r2: true},
		{op: "custom_domain.delete", method: "DELETE", path: one + "/domains/custom/{domain}", handle: (*Simulator).deleteDomain,
			groups: writeR2, r2: true},
	}
}

// tokenRoutes returns the two families, which have the same shapes.
func tokenRoutes() []route {
	var out []route
	for _, user := range []bool{false, true} {
		root, read, write := "accounts/{account}/tokens", readTokens, writeTokens
		if user {
			root, read, write = "user/tokens", readUser, writeUser
		}
		out = append(out,
			route{op: "token.list", method: "GET", path: root, handle: (*Simulator).listTokens,
				groups: read, query: tokenQuery, user: user},
			// An empty id is the list: https://github.com/alchemy-run/distilled (accounts.test.ts).
			route{op: "token.list", method: "GET", path: root + "/", handle: (*Simulator).listForNoID,
				groups: read, query: tokenQuery, user: user},
			route{op: "token.create", method: "POST", path: root, handle: (*Simulator).createToken,
				groups: write, schema: tokenSchema, user: user},
			// Every token may verify itself.
			route{op: "token.verify", method: "GET", path: root + "/verify", handle: (*Simulator).verifyToken, user: user},
			route{op: "group.list", method: "GET", path: root + "/permission_groups", handle: (*Simulator).listGroups,
				groups: read, query: groupQuery, user: user},
			route{op: "token.get", method: "GET", path: root + "/{id}", handle: (*Simulator).getToken, groups: read, user: user},
			route{op: "token.update", method: "PUT", path: root + "/{id}", handle: (*Simulator).updateToken,
				groups: write, schema: tokenUpdateSchema, user: user},
			route{op: "token.delete", method: "DELETE", path: root + "/{id}", handle: (*Simulator).deleteToken,
				groups: write, user: user},
			route{op: "token.roll", method: "PUT", path: root + "/{id}/value", handle: (*Simulator).rollToken,
				groups: write, schema: object(), user: user},
		)
	}
	return out
}

// findRoute finds the route of a path and the names in it. other reports that the path is
// known, but not with this method.
func findRoute(method, escaped string) (found *route, vars map[string]string, other bool) {
	path, ok := strings.CutPrefix(escaped, "/client/v4/")
	if !ok {
		return nil, nil, false
	}
	row := func(i int) (string, string) { return routes[i].method, routes[i].path }
	i, vars, other := kit.Find(len(routes), row, method, path)
	if i < 0 {
		return nil, nil, other
	}
	for name, raw := range vars {
		text, err := url.PathUnescape(raw)
		if err != nil {
			return nil, nil, false
		}
		vars[name] = text
	}
	return &routes[i], vars, false
}

// Operations returns the words for all operations, sorted.
func Operations() []string {
	out := slices.Collect(maps.Values(s3Operations))
	for _, r := range routes {
		out = append(out, r.op)
	}
	slices.Sort(out)
	return slices.Compact(out)
}
