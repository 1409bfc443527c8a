package cloudflare

import (
	"net/http"
	"slices"
)

// Group is a permission group as a policy names it.
type Group struct{ ID, Name string }

// The permission groups that matter here.
const (
	r2Write            = "Workers R2 Storage Write"
	r2Read             = "Workers R2 Storage Read"
	itemWrite          = "Workers R2 Storage Bucket Item Write"
	itemRead           = "Workers R2 Storage Bucket Item Read"
	accountTokensWrite = "Account API Tokens Write"
	accountTokensRead  = "Account API Tokens Read"
	userTokensWrite    = "API Tokens Write"
	userTokensRead     = "API Tokens Read"
)

// The scopes of groups: a group applies only to resources of its scope.
// https://developers.cloudflare.com/fundamentals/api/how-to/create-via-api/
const (
	accountScope = "com.cloudflare.api.account"
	zoneScope    = "com.cloudflare.api.account.zone"
	userScope    = "com.cloudflare.api.user"
	bucketScope  = "com.cloudflare.edge.r2.bucket"
)

// permissionGroup is one group that tokens can have.
type permissionGroup struct {
	ID     string   `json:"id"`
	Name   string   `json:"name"`
	Scopes []string `json:"scopes"`
}

// permissionGroups are the groups of R2 (https://developers.cloudflare.com/r2/api/tokens/),
// those that manage tokens, and two that have nothing to do with either. The ids of
// the user's groups, of the reading of the catalogue and of the last two are unverified.
var permissionGroups = []permissionGroup{
	{"bf7481a1826f439697cb59a20b22293e", r2Write, []string{accountScope}},
	{"b4992e1108244f5d8bfbd5744320c2e1", r2Read, []string{accountScope}},
	{"2efd5506f9c8494dacb1fa10a3e7d5b6", itemWrite, []string{bucketScope}},
	{"6a018a9f2fc74eb6b293b0c548f38b39", itemRead, []string{bucketScope}},
	{"d229766a2f7f4d299f20eaa8c9b1fde9", "Workers R2 Data Catalog Write", []string{accountScope}},
	{"0b5f6f4bcf9b4c0a8a4b2a9f3d1c7e60", "Workers R2 Data Catalog Read", []string{accountScope}},
	{"5bc3f8b21c554832afc660159ab75fa4", accountTokensWrite, []string{accountScope}},
	{"eb56a6953c034b9d97dd838155666f06", accountTokensRead, []string{accountScope}},
	{"686d18d5ac6c441c867cbf6771e58a0a", userTokensWrite, []string{userScope}},
	{"0cc3a61731504c89b99ec1be78b77aa0", userTokensRead, []string{userScope}},
	{"4755a26eedb94da69e1066d98aa820be", "DNS Write", []string{zoneScope}},
	{"c1fde68c7bcc44588cbb6ddbc16d6480", "Account Settings Read", []string{accountScope}},
}

func groupByID(id string) (permissionGroup, bool) {
	i := slices.IndexFunc(permissionGroups, func(g permissionGroup) bool { return g.ID == id })
	if i < 0 {
		return permissionGroup{}, false
	}
	return permissionGroups[i], true
}

func groupByName(name string) (permissionGroup, bool) {
	i := slices.IndexFunc(permissionGroups, func(g permissionGroup) bool { return g.Name == name })
	if i < 0 {
		return permissionGroup{}, false
	}
	return permissionGroups[i], true
}

// listGroups returns the groups of a family: an account token cannot have the user's groups.
func (s *Simulator) listGroups(r *request) answer {
	query := r.URL.Query()
	scopes := []string{accountScope, zoneScope, userScope, bucketScope}
	if query.Has("scope") && !slices.Contains(scopes, query.Get("scope")) {
		return s.refuse(http.StatusBadRequest, 1001, "%s: %q is no scope", r.op, query.Get("scope"))
	}
	out := []permissionGroup{}
	for _, g := range permissionGroups {
		named := !query.Has("name") || g.Name == query.Get("name")
		scoped := !query.Has("scope") || slices.Contains(g.Scopes, query.Get("scope"))
		if named && scoped && (r.user || !slices.Contains(g.Scopes, userScope)) {
			out = append(out, g)
		}
	}
	return done(out)
}
