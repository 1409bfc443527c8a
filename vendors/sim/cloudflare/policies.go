package cloudflare

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"

	"buckethead/vendors/sim/kit"
)

// Policy is one policy of a token.
type Policy struct {
	ID, Effect string
	Groups     []Group
	Resources  map[string]any // "*", or a map to "*" for what is in the resource
}

// policyRequest is a policy as it is sent.
type policyRequest struct {
	Effect    string                `json:"effect"`
	Groups    []struct{ ID string } `json:"permission_groups"`
	Resources map[string]any        `json:"resources"`
}

var policySchema = object(
	must("effect", oneOf("allow", "deny")),
	must("permission_groups", list(object(must("id", text())), 0).And(notEmpty)),
	must("resources", kit.Plain("any").And(resourceMap)),
)

func notEmpty(value any) string {
	if items, ok := value.([]any); ok && len(items) == 0 {
		return "is empty"
	}
	return ""
}

// resourceMap checks the two shapes: names to "*", and names to maps of those.
func resourceMap(value any) string {
	resources, ok := value.(map[string]any)
	if !ok || len(resources) == 0 {
		return "is not a map of resources, or is empty"
	}
	for _, what := range resources {
		inner, nested := what.(map[string]any)
		if !nested {
			inner = map[string]any{"": what}
		}
		for _, star := range inner {
			if star != "*" {
				return `has a resource that is not "*"`
			}
		}
		if len(inner) == 0 {
			return "has a resource without anything in it"
		}
	}
	return ""
}

// policies converts the request into what is kept: with ids, and sorted by them.
// https://github.com/cloudflare/terraform-provider-cloudflare/issues/7094
func (s *Simulator) policies(r *request, sent []policyRequest) ([]Policy, answer, bool) {
	var out []Policy
	for _, p := range sent {
		policy := Policy{ID: s.drawID("policy"), Effect: p.Effect, Resources: p.Resources}
		for _, g := range p.Groups {
			known, ok := groupByID(g.ID)
			if !ok || !r.user && slices.Contains(known.Scopes, userScope) {
				return nil, s.refuse(http.StatusBadRequest, 1001, "Permission group %q not found", g.ID), false
			}
			for name, what := range p.Resources {
				if scope := s.scopeOf(name, what); !slices.Contains(known.Scopes, scope) {
					// A group applies only to its own kind of resource; that the API says so is unverified.
					return nil, s.refuse(http.StatusBadRequest, 1001,
						"Permission group %q does not apply to resource %q", known.Name, name), false
				}
			}
			policy.Groups = append(policy.Groups, Group{known.ID, known.Name})
		}
		slices.SortFunc(policy.Groups, func(a, b Group) int { return strings.Compare(a.ID, b.ID) })
		out = append(out, policy)
	}
	slices.SortFunc(out, func(a, b Policy) int { return strings.Compare(a.ID, b.ID) })
	return out, answer{}, true
}

// scopeOf returns the kind of a resource, or "" if it is unknown or belongs to another
// account. https://developers.cloudflare.com/r2/api/tokens/#create-api-tokens-via-api
func (s *Simulator) scopeOf(name string, what any) string {
	if inner, nested := what.(map[string]any); nested {
		all := len(inner) == 1 && name == accountScope+"."+s.o.AccountID
		switch {
		case all && inner[bucketScope+".*"] == "*":
			return bucketScope
		case all && inner[zoneScope+".*"] == "*":
			return zoneScope
		}
		return ""
	}
	if name == accountScope+"."+s.o.AccountID {
		return accountScope
	}
	if name == userScope+"."+s.userID() {
		return userScope
	}
	if zone, ok := strings.CutPrefix(name, zoneScope+"."); ok && (zone == "*" || s.zones[zone] != "") {
		return zoneScope
	}
	if rest, ok := strings.CutPrefix(name, bucketScope+"."+s.o.AccountID+"_"); ok {
		jurisdiction, bucket, _ := strings.Cut(rest, "_")
		if slices.Contains(jurisdictions, jurisdiction) && bucketName.MatchString(bucket) {
			return bucketScope
		}
	}
	return ""
}

// userID is the user of all user tokens.
func (s *Simulator) userID() string { return kit.HexHash("user " + s.o.AccountID)[:32] }

// allows reports whether a token has one of the groups for a resource. A denial takes
// precedence. https://developers.cloudflare.com/fundamentals/api/how-to/create-via-api/
func (t *Token) allows(groups []string, covers func(resource string, what any) bool) bool {
	allowed := false
	for _, p := range t.Policies {
		if !slices.ContainsFunc(p.Groups, func(g Group) bool { return slices.Contains(groups, g.Name) }) {
			continue
		}
		for name, what := range p.Resources {
			if !covers(name, what) {
				continue
			}
			if p.Effect == "deny" {
				return false
			}
			allowed = true
		}
	}
	return allowed
}

// exactly covers one resource as a whole.
func exactly(resource string) func(string, any) bool {
	return func(name string, what any) bool { return name == resource && what == "*" }
}

// policyView is a policy as responses show it.
func policyView(p Policy) map[string]any {
	groups := []map[string]string{}
	for _, g := range p.Groups {
		groups = append(groups, map[string]string{"id": g.ID, "name": g.Name})
	}
	return map[string]any{"id": p.ID, "effect": p.Effect, "permission_groups": groups, "resources": p.Resources}
}

// samePolicies compares what policies do, not their ids.
func samePolicies(a, b []Policy) bool {
	return slices.Equal(policyTexts(a), policyTexts(b))
}

func policyTexts(list []Policy) []string {
	var out []string
	for _, p := range list {
		p.ID = ""
		text, err := json.Marshal(p)
		if err != nil {
			panic(err) // policies came from JSON
		}
		out = append(out, string(text))
	}
	slices.Sort(out)
	return out
}
