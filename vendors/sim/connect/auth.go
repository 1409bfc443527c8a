package connect

import (
	"net/http"
	"slices"
	"strings"
	"time"
)

// badToken is what the server says about every token that it does not accept.
// https://github.com/1Password/connect/issues/54
const badToken = "Invalid bearer token"

// live reports whether a token has not expired.
func (t Token) live(now time.Time) bool { return t.Expires.IsZero() || now.Before(t.Expires) }

// rights says what a token may do in a vault.
func (t Token) rights(vault string) (read, write bool) {
	in := slices.Contains(t.Vaults, vault)
	return in || slices.Contains(t.ReadOnly, vault), in && t.Write || slices.Contains(t.WriteOnly, vault)
}

// authenticate finds the token of a call.
func (s *Simulator) authenticate(r *request) (answer, bool) {
	if r.open {
		return answer{}, true
	}
	header := r.Header.Get("Authorization")
	if header != "" && (r.bearer == "" || !strings.HasPrefix(header, "Bearer ") || strings.ContainsAny(r.bearer, " \t")) {
		return s.strange(failed(http.StatusUnauthorized, badToken),
			"%s: Authorization is not of the form Bearer TOKEN", r.op), false
	}
	t, known := s.tokens[r.bearer]
	if r.bearer == "" || !known || !t.live(s.o.Now()) {
		return failed(http.StatusUnauthorized, badToken), false
	}
	r.token, s.unlocked = t, true
	return answer{}, true
}

// authorize checks what the path names, and the token's rights to it. That a right
// which a vault's token lacks is told with 401 is seen in
// https://github.com/1Password/terraform-provider-onepassword/issues/24; the words
// for reading follow from those for writing. A patch reads, too:
// https://github.com/1Password/connect/blob/main/CHANGELOG.md (1.7.1).
func (s *Simulator) authorize(r *request) (answer, bool) {
	for _, name := range []string{"vault", "item", "file"} {
		id, named := r.vars[name]
		if named && !idShape.MatchString(id) {
			a := failed(http.StatusBadRequest, "Invalid %s UUID", strings.ToUpper(name[:1])+name[1:])
			return s.strange(a, "%s: the path contains something that is not the id of a %s", r.op, name), false
		}
	}
	vault, named := r.vars["vault"]
	if !named {
		return answer{}, true
	}
	read, write := r.token.rights(vault)
	if !read && !write {
		return failed(http.StatusForbidden, "vault %s is not in scope", vault), false
	}
	if r.vault = s.vaultOf(vault); r.vault == nil {
		return failed(http.StatusNotFound, "vault %s not found", vault), false
	}
	const lacks = "Unauthorized Request, token does not have %s access to the Vault"
	switch {
	case r.write() && !write:
		return failed(http.StatusUnauthorized, lacks, "write"), false
	case (!r.write() || r.method == http.MethodPatch) && !read && r.op != "vault.get":
		return failed(http.StatusUnauthorized, lacks, "read"), false
	}
	return answer{}, true
}
