package clouds

import (
	"strings"
	"testing"
	"time"

	simulator "buckethead/vendors/sim/cloudflare"
)

// doctor says whose token it is, what it may do and what is missing, and never
// what it is.
func TestR2_doctor(t *testing.T) {
	for name, c := range map[string]struct {
		token simulator.TokenSpec
		kind  string
		code  int
		want  []string
	}{
		"all is well": {simulator.TokenSpec{Name: "ci", Groups: []string{"Workers R2 Storage Write", "Account API Tokens Write"}}, "account", 0,
			[]string{`account token "ci"`, "Workers R2 Storage Write", "Account API Tokens Write", "CLOUDFLARE_API_TOKEN"}},
		"a permission is missing": {simulator.TokenSpec{Name: "ci", Groups: []string{"Workers R2 Storage Write", "Account API Tokens Read"}}, "account", 1,
			[]string{"Account API Tokens Write", "missing"}},
		"it may not read itself": {simulator.TokenSpec{Name: "ci", Groups: []string{"Workers R2 Storage Write"}}, "account", 0,
			[]string{"Workers R2 Storage Write", "unknown"}},
		"it ends soon": {simulator.TokenSpec{Name: "ci", Groups: []string{"Workers R2 Storage Write", "Account API Tokens Write"}, ExpiresOn: time.Date(2000, 1, 3, 0, 0, 0, 0, time.UTC)}, "account", 0,
			[]string{"2000-01-03"}},
		"a token of a user": {simulator.TokenSpec{Name: "me", User: true, Groups: []string{"Workers R2 Storage Write", "API Tokens Write"}}, "user", 0,
			[]string{`user token "me"`, "API Tokens Write"}},
		"of the other kind": {simulator.TokenSpec{Name: "me", User: true, Groups: []string{"Workers R2 Storage Write", "API Tokens Write"}}, "account", 1,
			[]string{`token_kind = "user"`}},
		"no token at all": {simulator.TokenSpec{}, "account", 1, []string{"not a valid token"}},
	} {
		t.Run(name, func(t *testing.T) {
			r2Case(t, simulator.Options{}, func(t *testing.T, a *r2Account) {
				a.env["CLOUDFLARE_API_TOKEN"] = "nobody-knows-this-one"
				if c.token.Name != "" {
					_, a.env["CLOUDFLARE_API_TOKEN"] = a.AddToken(c.token)
				}
				a.declareAt(`token_kind = "`+c.kind+`"`, r2Photos)
				out, code := a.bh("doctor")
				if code != c.code || strings.Contains(out, a.env["CLOUDFLARE_API_TOKEN"]) {
					t.Errorf("exit %d\n%s", code, out)
				}
				for _, want := range c.want {
					if !strings.Contains(out, want) {
						t.Errorf("it lacks %q:\n%s", want, out)
					}
				}
			})
		})
	}
}
