package cloudflare

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/cloudflare/cloudflare-go/v7/option"

	"buckethead/vendors"
)

// The permission groups that let bh list buckets, and manage them.
const (
	storageRead  = "Workers R2 Storage Read"
	storageWrite = "Workers R2 Storage Write"
)

// permissions returns the groups that bh's token needs. The dashboard calls Write Edit.
func permissions(s vendors.Settings) []vendors.Permission {
	tokens, owner := "Account API Tokens", "account"
	if s.Text("token_kind") == "user" {
		tokens, owner = "API Tokens", "user"
	}
	return []vendors.Permission{
		{For: vendors.ForPlan, Name: storageRead, Needed: "list buckets, and read their settings and whether they are empty",
			Opens: "it can read every object in the account"},
		{For: vendors.ForPlan, Name: tokens + " Read", Needed: "list credentials for buckets"},
		{For: vendors.ForApply, Name: storageWrite, Needed: "create, change, list and delete buckets",
			Opens: "it can change and delete every bucket and object in the account"},
		{For: vendors.ForApply, Name: tokens + " Write", Needed: "create, change, list and revoke credentials for buckets",
			Opens: "it can create any token of the " + owner + ", with any permission"},
	}
}

// CheckPermissions asks whose token it is, and reads its permissions if the token may read
// itself.
func (c *Cloud) CheckPermissions(ctx context.Context) (vendors.IdentityReport, error) {
	var own struct {
		ID        string `json:"id"`
		Status    string `json:"status"`
		ExpiresOn moment `json:"expires_on"`
	}
	verified, err := c.call(act{op: "verify the token", about: aboutAccount}, &own, func(o ...option.RequestOption) error {
		return c.tokens.verify(ctx, o...)
	})
	if err != nil {
		return vendors.IdentityReport{}, c.explainVerify(err)
	}
	report := vendors.IdentityReport{ExpiresAt: own.ExpiresOn.Time,
		Identity: fmt.Sprintf("%s token %s of account %s", c.tokens.kind, vendors.Excerpt(own.ID, 40), c.account)}
	if theirs, err := http.ParseTime(verified.date); err == nil {
		report.ClockSkew = c.host.Now().Sub(theirs).Truncate(time.Second)
	}
	if status(own.Status) != vendors.Active {
		return report, &vendors.Error{Vendor: title, Op: "verify the token", Kind: vendors.ErrDenied,
			Message: "the token is " + vendors.Excerpt(own.Status, 40)}
	}
	groups, name, readable := c.ownGroups(ctx, own.ID)
	if name != "" {
		report.Identity = fmt.Sprintf("%s token %q (%s) of account %s", c.tokens.kind, vendors.Excerpt(name, nameLimit), own.ID, c.account)
	}
	for _, p := range permissions(c.settings) {
		p.Held = "unknown"
		if readable {
			p.Held = "no"
			if slices.Contains(groups, p.Name) || slices.Contains(groups, strings.TrimSuffix(p.Name, " Read")+" Write") {
				p.Held = "yes" // write permission includes read permission
			}
		}
		report.Permissions = append(report.Permissions, p)
	}
	return report, nil
}

// ownGroups returns the names of the groups that the token allows itself, if it may
// read itself.
func (c *Cloud) ownGroups(ctx context.Context, id string) (names []string, name string, readable bool) {
	if !hexID.MatchString(id) {
		return nil, "", false
	}
	var t token
	_, err := c.call(act{op: "read token", about: aboutToken}, &t,
		func(o ...option.RequestOption) error { return c.tokens.get(ctx, id, o...) })
	var policies []policy
	if err != nil || json.Unmarshal(t.Policies, &policies) != nil {
		return nil, "", false
	}
	for _, p := range policies {
		if p.Effect != "allow" {
			continue
		}
		for _, g := range p.Groups {
			names = append(names, g.Name)
		}
	}
	return names, t.Name, true
}

// explainVerify names the usual cause of a refused token: each family has its own root, which
// does not know the tokens of the other.
func (c *Cloud) explainVerify(err error) error {
	var e *vendors.Error
	if errors.Is(err, vendors.ErrDenied) && errors.As(err, &e) {
		other := map[string]string{"account": "user", "user": "account"}[c.tokens.kind]
		e.Message += fmt.Sprintf(" (it is not a valid token of this %s; if it belongs to a%s, set token_kind = %q)",
			c.tokens.kind, map[string]string{"account": "n account", "user": " user"}[other], other)
	}
	return err
}
