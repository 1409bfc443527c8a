package cloudflare

import (
	"bytes"
	"encoding/json"
	"net/netip"
	"slices"
	"strings"
	"time"

	"buckethead/vendors"
)

// token is an API token as the API shows it. Dates may be null. Value is set only in the
// response to a create. An account has tokens of all kinds, so their policies are read
// leniently: an unusual one must not hide the others.
type token struct {
	ID        string          `json:"id"`
	Name      string          `json:"name"`
	Status    string          `json:"status"`
	IssuedOn  moment          `json:"issued_on"`
	ExpiresOn moment          `json:"expires_on"`
	Policies  json.RawMessage `json:"policies"`
	Condition json.RawMessage `json:"condition"`
	Value     string          `json:"value"`
}

// moment is a time that may be null or unreadable, and is zero then.
type moment struct{ time.Time }

// UnmarshalJSON never fails.
func (m *moment) UnmarshalJSON(text []byte) error {
	var t time.Time
	if json.Unmarshal(text, &t) == nil {
		m.Time = t.UTC()
	}
	return nil
}

// policy is one line of what a token may do. Resources are a map of strings, or of
// maps for "all of an account".
type policy struct {
	Effect    string                     `json:"effect"`
	Groups    []group                    `json:"permission_groups"`
	Resources map[string]json.RawMessage `json:"resources"`
}

// condition restricts where a token can be used from. The API and cloudflare-go v7 write
// request_ip, older pages request.ip; both are read.
type condition struct {
	RequestIP *addresses `json:"request_ip,omitempty"`
	Dotted    *addresses `json:"request.ip,omitempty"`
}

type addresses struct {
	In    []string `json:"in,omitempty"`
	NotIn []string `json:"not_in,omitempty"`
}

// tokenRequest is the body of a create and of an update. An update replaces the token's
// settings, so anything left out is cleared.
type tokenRequest struct {
	Name      string          `json:"name"`
	Policies  []requestPolicy `json:"policies"`
	Condition *condition      `json:"condition,omitempty"`
	ExpiresOn string          `json:"expires_on,omitempty"`
}

type requestPolicy struct {
	Effect    string            `json:"effect"`
	Groups    []group           `json:"permission_groups"`
	Resources map[string]string `json:"resources"`
}

const bucketResource = "com.cloudflare.edge.r2.bucket."

// resource names a bucket in a policy. Names cannot contain underscores, so the parts can be
// told apart. https://developers.cloudflare.com/r2/api/tokens/#create-api-tokens-via-api
func (c *Cloud) resource(id vendors.BucketID) string {
	space := id.Namespace
	if space == "" {
		space = "default"
	}
	return bucketResource + c.account + "_" + space + "_" + id.Name
}

// bucketOf parses a resource. It returns false if that is not a bucket of this account.
func (c *Cloud) bucketOf(resource string) (vendors.BucketID, bool) {
	rest, ok := strings.CutPrefix(resource, bucketResource+c.account+"_")
	space, name, cut := strings.Cut(rest, "_")
	if !ok || !cut || !bucketName.MatchString(name) {
		return vendors.BucketID{}, false
	}
	if space == "default" {
		space = ""
	}
	return vendors.BucketID{Name: name, Namespace: space}, true
}

func (c *Cloud) tokenRequest(spec vendors.CredentialSpec, g group) tokenRequest {
	r := tokenRequest{Name: spec.Name, Policies: []requestPolicy{{Effect: "allow", Groups: []group{g},
		Resources: map[string]string{c.resource(spec.Bucket): "*"}}}}
	if len(spec.AllowedIPs) > 0 {
		r.Condition = &condition{RequestIP: &addresses{In: spec.AllowedIPs}}
	}
	if !spec.ExpiresAt.IsZero() {
		r.ExpiresOn = spec.ExpiresAt.UTC().Format(time.RFC3339)
	}
	return r
}

// credential converts a token into the contract's type. If the token does anything but open
// exactly one bucket, the result has neither bucket nor access.
func (c *Cloud) credential(t token) vendors.Credential {
	out := vendors.Credential{ID: t.ID, Name: t.Name, Status: status(t.Status), IssuedAt: t.IssuedOn.Time,
		ExpiresAt: t.ExpiresOn.Time}
	if out.Status == vendors.Active && expired(out.ExpiresAt, c.host.Now()) {
		out.Status = vendors.Expired // the status can change later than the time
	}
	var where condition
	if json.Unmarshal(t.Condition, &where) == nil {
		out.AllowedIPs = slices.Concat(where.RequestIP.words(), where.Dotted.words())
		slices.Sort(out.AllowedIPs)
		out.AllowedIPs = slices.Compact(out.AllowedIPs)
	}
	out.Bucket, out.Access = c.opens(t.Policies)
	return out
}

// opens returns the one bucket that policies open, and what they let do with it. Both are
// zero if they open several, or let do anything else.
func (c *Cloud) opens(text json.RawMessage) (bucket vendors.BucketID, access vendors.Access) {
	var policies []policy
	if json.Unmarshal(text, &policies) != nil {
		return vendors.BucketID{}, ""
	}
	for _, p := range policies {
		may := c.accessOf(p.Groups)
		if p.Effect != "allow" || len(p.Resources) != 1 || may == "" {
			return vendors.BucketID{}, ""
		}
		for name, value := range p.Resources {
			id, ok := c.bucketOf(name)
			if !ok || access != "" && id != bucket || string(bytes.TrimSpace(value)) != `"*"` {
				return vendors.BucketID{}, ""
			}
			bucket = id
		}
		if access != vendors.ReadWrite {
			access = may
		}
	}
	return bucket, access
}

// words returns the networks in canonical form. bh never declares an excluded network, so one
// is shown as a difference.
func (a *addresses) words() []string {
	if a == nil {
		return nil
	}
	var out []string
	for _, text := range a.In {
		out = append(out, canonical(text))
	}
	for _, text := range a.NotIn {
		out = append(out, "not "+canonical(text))
	}
	return out
}

func canonical(network string) string {
	if p, err := netip.ParsePrefix(network); err == nil {
		return p.Masked().String()
	}
	if a, err := netip.ParseAddr(network); err == nil {
		return netip.PrefixFrom(a, a.BitLen()).String()
	}
	return network
}

// status reads a token's status. Leak scanning sets "revoked (exposed)", which is in no schema.
// A token with an unknown status does not work.
// https://github.com/cloudflare/terraform-provider-cloudflare (api_token/resource.go)
func status(text string) vendors.Status {
	switch {
	case text == "active":
		return vendors.Active
	case text == "expired":
		return vendors.Expired
	case strings.HasPrefix(text, "revoked"):
		return vendors.Exposed
	}
	return vendors.Disabled
}
