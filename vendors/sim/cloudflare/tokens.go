package cloudflare

import (
	"maps"
	"net/http"
	"net/netip"
	"slices"
	"strings"
	"time"

	"buckethead/vendors/sim/kit"
)

// Token is one API token, of the account or of the user.
type Token struct {
	ID, Name, Status              string
	User                          bool
	IssuedOn, ModifiedOn          time.Time
	NotBefore, ExpiresOn, LastUse time.Time
	Policies                      []Policy
	RequestIP, NotRequestIP       []string // networks
	Value                         string
	Managed                       bool // by Cloudflare, which lets nobody delete it

	keysFrom time.Time // when S3 comes to know its keys and policy
}

// tokenRequest is a create or an update.
type tokenRequest struct {
	Name      string          `json:"name"`
	Status    string          `json:"status"`
	Policies  []policyRequest `json:"policies"`
	NotBefore time.Time       `json:"not_before"`
	ExpiresOn time.Time       `json:"expires_on"`
	Condition struct {
		RequestIP struct {
			In    []string `json:"in"`
			NotIn []string `json:"not_in"`
		} `json:"request_ip"`
	} `json:"condition"`
}

func tokenFields() []kit.Field {
	networks := list(text().And(isNetwork), 0).And(notEmpty)
	second := moment().And(wholeSeconds)
	return []kit.Field{
		must("name", text()), must("policies", list(policySchema, 0)),
		may("condition", object(may("request_ip", object(may("in", networks), may("not_in", networks))))),
		may("not_before", second), may("expires_on", second),
	}
}

// An update replaces the token, so what a token must have it must have, too, and
// what is left out is gone; unverified. That a null status is refused is seen in
// https://github.com/Cyb3r-Jak3/terraform-cloudflare-r2-api-token/issues/12.
var (
	tokenSchema       = object(tokenFields()...)
	tokenUpdateSchema = object(append(tokenFields(), may("status", oneOf("active", "disabled")))...)
)

// tokenTime is how the documentation writes times:
// https://developers.cloudflare.com/fundamentals/api/how-to/create-via-api/
const tokenTime = "2006-01-02T15:04:05Z"

func isNetwork(value any) string {
	if network, ok := value.(string); ok {
		if _, err := netip.ParsePrefix(network); err == nil {
			return ""
		}
	}
	return "is not a network in CIDR notation"
}

func wholeSeconds(value any) string {
	if text, ok := value.(string); ok {
		// time.Parse alone would accept fractions of a second.
		if at, err := time.Parse(tokenTime, text); err == nil && at.Format(tokenTime) == text {
			return ""
		}
	}
	return "is not a time like 2018-07-01T05:20:00Z"
}

// fill copies the request into a token.
func (s *Simulator) fill(r *request, t *Token) (answer, bool) {
	var sent tokenRequest
	kit.Decode(r.body, &sent)
	switch {
	case sent.Name == "":
		// https://github.com/alchemy-run/distilled (accounts.test.ts)
		return s.refuse(http.StatusBadRequest, 400, "name must have a length"), false
	case len([]rune(sent.Name)) > 120:
		return s.refuse(http.StatusBadRequest, 1001, "name must have at most 120 characters"), false
	case !sent.ExpiresOn.IsZero() && !sent.ExpiresOn.Equal(t.ExpiresOn) && !sent.ExpiresOn.After(s.o.Now()):
		return s.refuse(http.StatusBadRequest, 1001, "expires_on must be in the future"), false
	case !sent.ExpiresOn.IsZero() && !sent.NotBefore.Before(sent.ExpiresOn):
		return s.refuse(http.StatusBadRequest, 1001, "not_before must be before expires_on"), false
	}
	policies, refused, ok := s.policies(r, sent.Policies)
	if !ok {
		return refused, false
	}
	in, notIn := sent.Condition.RequestIP.In, sent.Condition.RequestIP.NotIn
	if !samePolicies(t.Policies, policies) || !slices.Equal(t.RequestIP, in) || !slices.Equal(t.NotRequestIP, notIn) {
		t.keysFrom = s.o.Now().Add(s.o.KeyDelay)
	}
	t.Name, t.Policies, t.RequestIP, t.NotRequestIP = sent.Name, policies, in, notIn
	t.NotBefore, t.ExpiresOn, t.ModifiedOn = sent.NotBefore, sent.ExpiresOn, s.o.Now().UTC()
	if sent.Status != "" {
		t.Status = sent.Status
	}
	return answer{}, true
}

// createToken creates a token. Names are not unique:
// https://github.com/ubicloud/ubicloud/pull/1771
func (s *Simulator) createToken(r *request) answer {
	t := &Token{Status: "active", User: r.user}
	if refused, ok := s.fill(r, t); !ok {
		return refused
	}
	quota, have := s.o.AccountTokens, 0
	if r.user {
		quota = s.o.UserTokens
	}
	for _, other := range s.tokens {
		if other.User == r.user {
			have++
		}
	}
	if have >= quota {
		// Quotas: https://developers.cloudflare.com/fundamentals/api/reference/limits/.
		// What the API answers beyond them is not published: status and code are unverified.
		return failed(http.StatusBadRequest, 1001, "The maximum number of API tokens (%d) is reached", quota)
	}
	s.mint(t)
	view := s.tokenView(t)
	view["value"] = t.Value
	return done(view)
}

// mint assigns a token its id and value, and keeps it.
func (s *Simulator) mint(t *Token) {
	t.ID = s.drawID("token")
	if t.Value == "" {
		t.Value = s.drawValue(t.User)
	}
	t.IssuedOn = s.o.Now().UTC()
	t.ModifiedOn = t.IssuedOn
	t.keysFrom = t.IssuedOn.Add(s.o.KeyDelay)
	s.tokens = append(s.tokens, t)
}

// findToken finds the token that a path names, of the family that it names.
func (s *Simulator) findToken(r *request) (answer, bool) {
	for _, t := range s.tokens {
		if t.ID == r.vars["id"] && t.User == r.user {
			r.token = t
		}
	}
	return failed(http.StatusNotFound, 1003, "Token not found"), r.token != nil
}

func (s *Simulator) getToken(r *request) answer { return done(s.tokenView(r.token)) }

func (s *Simulator) updateToken(r *request) answer {
	t := r.token
	changed := *t // a refused update changes nothing
	if refused, ok := s.fill(r, &changed); !ok {
		return refused
	}
	*t = changed
	return done(s.tokenView(t))
}

func (s *Simulator) deleteToken(r *request) answer {
	t := r.token
	if t.Managed {
		return failed(http.StatusBadRequest, 1001, "The token is managed by Cloudflare and cannot be deleted")
	}
	s.tokens = slices.DeleteFunc(s.tokens, func(other *Token) bool { return other == t })
	return done(map[string]string{"id": t.ID})
}

// rollToken gives a token a new value under the same id; the old value stops working at once.
// https://developers.cloudflare.com/fundamentals/api/how-to/roll-token/
func (s *Simulator) rollToken(r *request) answer {
	t := r.token
	t.Value, t.ModifiedOn = s.drawValue(t.User), s.o.Now().UTC()
	t.keysFrom = t.ModifiedOn.Add(s.o.KeyDelay)
	return done(t.Value)
}

// verifyToken returns the status of the caller's own token.
func (s *Simulator) verifyToken(r *request) answer {
	t := r.caller
	view := map[string]any{"id": t.ID, "status": t.shown(s.o.Now())}
	if !t.NotBefore.IsZero() {
		view["not_before"] = stamp(t.NotBefore)
	}
	if !t.ExpiresOn.IsZero() {
		view["expires_on"] = stamp(t.ExpiresOn)
	}
	return done(view)
}

// tokenView is a token as responses show it: without its value.
func (s *Simulator) tokenView(t *Token) map[string]any {
	policies := []map[string]any{}
	for _, p := range t.Policies {
		policies = append(policies, policyView(p))
	}
	view := map[string]any{"id": t.ID, "name": t.Name, "status": t.shown(s.o.Now()), "policies": policies,
		"issued_on": stamp(t.IssuedOn), "modified_on": stamp(t.ModifiedOn), "last_used_on": stamp(t.LastUse),
		"not_before": stamp(t.NotBefore), "expires_on": stamp(t.ExpiresOn)}
	networks := map[string][]string{"in": t.RequestIP, "not_in": t.NotRequestIP}
	maps.DeleteFunc(networks, func(_ string, list []string) bool { return len(list) == 0 })
	if len(networks) > 0 {
		view["condition"] = map[string]any{"request_ip": networks}
	}
	return view
}

// listForNoID handles a path that ends where an id should be.
func (s *Simulator) listForNoID(r *request) answer {
	s.Strange("token.get: the id is empty: %s", strings.TrimPrefix(r.URL.Path, "/client/v4"))
	return s.listTokens(r)
}

// listTokens returns one page, newest first.
func (s *Simulator) listTokens(r *request) answer {
	page, refused, ok := s.number(r, "page", 1, 1, 1<<30)
	if !ok {
		return refused
	}
	size, refused, ok := s.number(r, "per_page", 20, 5, 50)
	if !ok {
		return refused
	}
	query := r.URL.Query()
	if expired := query.Get("include_expired"); query.Has("include_expired") && expired != "true" && expired != "false" {
		return s.refuse(http.StatusBadRequest, 1001, "%s: include_expired is %q", r.op, expired)
	}
	all := []map[string]any{}
	for _, t := range s.tokens {
		expired := t.shown(s.o.Now()) == "expired" && query.Get("include_expired") != "true"
		hidden := s.hideToken != nil && s.hideToken(t.ID) || s.o.Now().Before(t.IssuedOn.Add(s.lateTokens))
		if t.User == r.user && !expired && !hidden {
			all = append(all, s.tokenView(t))
		}
	}
	if query.Get("direction") != "asc" {
		slices.Reverse(all)
	}
	first := min((page-1)*size, len(all))
	shown := all[first:min(first+size, len(all))]
	a := done(shown)
	a.info = map[string]int{"page": page, "per_page": size, "count": len(shown), "total_count": len(all),
		"total_pages": (len(all) + size - 1) / size}
	return a
}
