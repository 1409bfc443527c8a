package connectsim

import (
	"io"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// longestBody is what a request may have; unverified.
const longestBody = 1 << 20

// headers are those that clients may send: what Go's net/http sends, and those with
// which 1Password's own client traces.
var headers = []string{"Accept", "Accept-Encoding", "Authorization", "Connection", "Content-Length", "Content-Type", "User-Agent",
	"X-B3-Parentspanid", "X-B3-Sampled", "X-B3-Spanid", "X-B3-Traceid"}

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

// filter gives what a list is filtered by.
func (r *request) filter(attributes []string) (filter, error) {
	if !r.query.Has("filter") {
		return filter{}, nil
	}
	return parseFilter(r.query.Get("filter"), attributes)
}

// serve answers a call.
func (s *Simulator) serve(h *http.Request) answer {
	r := &request{Request: h}
	call := Call{Method: h.Method, Path: h.URL.EscapedPath()}
	var other bool
	if r.route, r.vars, other = findRoute(h.Method, call.Path); r.route != nil {
		call.Op = r.op
	}
	r.text, r.tooLong = readBody(h)
	call, ask := s.arrive(call)
	s.locked(func() answer {
		if v := s.vaultOf(r.vars["vault"]); v != nil {
			r.writes = v.writes
		}
		return answer{}
	})
	if s.o.Latency > 0 && s.o.Sleep(h.Context(), s.o.Latency) != nil {
		return answer{cut: Hang} // the client is gone
	}
	if r.route == nil {
		return s.locked(func() answer { return s.noRoute(h, other) })
	}
	return s.answerWithFaults(r, call, ask)
}

func (s *Simulator) answerWithFaults(r *request, call Call, ask func(Call) *Fault) answer {
	act := func() answer { return s.locked(func() answer { return s.judge(r) }) }
	var fault *Fault
	if ask != nil {
		fault = ask(call)
	}
	if fault == nil {
		return act()
	}
	a := done(struct{}{})
	if fault.After {
		a = act()
	}
	if fault.Call != nil {
		fault.Call()
	}
	if !fault.After && fault.kind() == Hook {
		return act()
	}
	return fault.spoil(a)
}

func (s *Simulator) locked(run func() answer) answer {
	s.mu.Lock()
	defer s.mu.Unlock()
	return run()
}

func readBody(r *http.Request) (body []byte, tooLong bool) {
	if r.Body == nil {
		return nil, false
	}
	body, err := io.ReadAll(io.LimitReader(r.Body, longestBody+1))
	return body, err != nil || len(body) > longestBody
}

func (s *Simulator) noRoute(r *http.Request, other bool) answer {
	if other {
		return s.refuse(http.StatusMethodNotAllowed, "%s %s: no such method", r.Method, r.URL.EscapedPath())
	}
	return s.refuse(http.StatusNotFound, "%s %s: no such path", r.Method, r.URL.EscapedPath())
}

// judge checks what is the same for all operations, and lets the operation act.
func (s *Simulator) judge(r *request) answer {
	for _, check := range []func(*request) (answer, bool){s.checkHeaders, s.checkQuery, s.authenticate, s.authorize, s.checkBody} {
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
	for name, values := range r.Header {
		if !slices.Contains(headers, name) {
			return s.refuse(http.StatusBadRequest, "%s: the header %s is not known", r.op, name), false
		}
		if len(values) != 1 {
			return s.refuse(http.StatusBadRequest, "%s: the header %s is there more than once", r.op, name), false
		}
	}
	r.bearer, _ = strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	return answer{}, true
}

// checkQuery refuses parameters that the operation does not know.
func (s *Simulator) checkQuery(r *request) (answer, bool) {
	var err error
	if r.query, err = url.ParseQuery(r.URL.RawQuery); err != nil {
		return s.refuse(http.StatusBadRequest, "%s: the query cannot be read", r.op), false
	}
	for name, values := range r.query {
		if !slices.Contains(r.route.query, name) {
			return s.refuse(http.StatusBadRequest, "%s: the query parameter %q is not known", r.op, name), false
		}
		if len(values) != 1 {
			return s.refuse(http.StatusBadRequest, "%s: the query parameter %q is there more than once", r.op, name), false
		}
	}
	return answer{}, true
}

// checkBody refuses bodies that are not of the operation's shape.
func (s *Simulator) checkBody(r *request) (answer, bool) {
	switch {
	case r.tooLong:
		return s.refuse(http.StatusRequestEntityTooLarge, "%s: the body is too long", r.op), false
	case r.shape == nil && len(r.text) > 0:
		return s.refuse(http.StatusBadRequest, "%s: there is a body, and may be none", r.op), false
	case r.shape == nil:
		return answer{}, true
	}
	if kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err != nil || kind != "application/json" {
		return s.refuse(http.StatusBadRequest, "%s: the Content-Type is not application/json", r.op), false
	}
	body, err := parseJSON(r.text)
	if err != nil {
		return s.refuse(http.StatusBadRequest, "%s: %s", r.op, err), false
	}
	if wrong := r.shape.check(body, ""); wrong != "" {
		return s.refuse(http.StatusBadRequest, "%s: %s", r.op, wrong), false
	}
	r.body = body
	return answer{}, true
}
