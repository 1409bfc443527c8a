package connect

import (
	"net/http"
	"net/url"
	"slices"
	"strings"

	"buckethead/vendors/sim/kit"
)

// longestBody is what a request may have; unverified.
const longestBody = 1 << 20

// headers are those that clients may send: what Go's net/http sends, and those with
// which 1Password's own client traces.
var headers = []string{"Accept", "Accept-Encoding", "Authorization", "Connection", "Content-Length",
	"Content-Type", "User-Agent", "X-B3-Parentspanid", "X-B3-Sampled", "X-B3-Spanid", "X-B3-Traceid"}

// request is a call that has a route.
type request struct {
	*http.Request
	*route
	vars    map[string]string // what the path names: vault, item, file
	query   url.Values
	text    []byte
	tooLong bool
	body    any // text, read
	bearer  string
	token   Token
	vault   *Vault
	writes  int // of the vault when the call arrived
}

// filter returns what a list is filtered by.
func (r *request) filter(attributes []string) (filter, error) {
	if !r.query.Has("filter") {
		return filter{}, nil
	}
	return parseFilter(r.query.Get("filter"), attributes)
}

// job finds the operation of a call.
func (s *Simulator) job(h *http.Request, text []byte, whole bool) kit.Job {
	r := &request{Request: h, text: text, tooLong: !whole}
	j := kit.Job{Call: Call{Method: h.Method, Path: h.URL.EscapedPath()}, Fail: spoilt, Finish: finish}
	var other bool
	if r.route, r.vars, other = findRoute(h.Method, j.Call.Path); r.route == nil {
		j.Act = func(Call) kit.Answer { return s.noRoute(h, other).sent() }
		return j
	}
	j.Call.Op = r.op
	j.Act = func(Call) kit.Answer { return s.judge(r).sent() }
	s.mu.Lock()
	defer s.mu.Unlock()
	if v := s.vaultOf(r.vars["vault"]); v != nil {
		r.writes = v.writes
	}
	return j
}

func (s *Simulator) noRoute(r *http.Request, other bool) answer {
	if other {
		return s.refuse(http.StatusMethodNotAllowed, "%s %s: no such method", r.Method, r.URL.EscapedPath())
	}
	return s.refuse(http.StatusNotFound, "%s %s: no such path", r.Method, r.URL.EscapedPath())
}

// judge checks what is the same for all operations, and lets the operation act.
func (s *Simulator) judge(r *request) answer {
	for _, check := range []func(*request) (answer, bool){
		s.checkHeaders, s.checkQuery, s.authenticate, s.authorize, s.checkBody,
	} {
		if a, ok := check(r); !ok {
			return a
		}
	}
	// Every write takes the vault's next version. Of two that overlap the second
	// loses: https://github.com/1Password/onepassword-sdk-js/issues/151. Deletes do
	// not say why: https://github.com/1Password/terraform-provider-onepassword/pull/295
	if r.write() && s.o.Latency > 0 && r.vault.writes != r.writes {
		status := http.StatusConflict
		if r.method == http.MethodDelete {
			status = http.StatusInternalServerError
		}
		return failed(status, "%s", messages[status])
	}
	return r.handle(s, r)
}

// checkHeaders refuses headers that are not known.
func (s *Simulator) checkHeaders(r *request) (answer, bool) {
	wrong := kit.CheckHeaders(r.Header, func(name string) bool { return slices.Contains(headers, name) })
	if wrong != "" {
		return s.refuse(http.StatusBadRequest, "%s: %s", r.op, wrong), false
	}
	r.bearer, _ = strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	return answer{}, true
}

// checkQuery refuses parameters that the operation does not know.
func (s *Simulator) checkQuery(r *request) (answer, bool) {
	var wrong string
	if r.query, wrong = kit.CheckQuery(r.URL.RawQuery, r.route.query); wrong != "" {
		return s.refuse(http.StatusBadRequest, "%s: %s", r.op, wrong), false
	}
	return answer{}, true
}

// checkBody refuses bodies that are not of the operation's shape.
func (s *Simulator) checkBody(r *request) (answer, bool) {
	if r.tooLong {
		return s.refuse(http.StatusRequestEntityTooLarge, "%s: the body is too long", r.op), false
	}
	body, pointer, wrong := kit.CheckBody(r.Header, r.text, r.shape)
	if wrong != "" {
		return s.refuse(http.StatusBadRequest, "%s: %s", r.op, strings.TrimSpace(pointer+" "+wrong)), false
	}
	r.body = body
	return answer{}, true
}
