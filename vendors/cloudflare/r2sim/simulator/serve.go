package simulator

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
)

// job is a call that was read so far that its operation is known.
type job struct {
	call   Call
	bearer string        // of REST calls
	rest   bool          // the rate limit counts it
	run    func() answer // judges and commits; called with the lock held
}

// serve answers a call. It gives the call's ray beside the answer.
func (s *Simulator) serve(r *http.Request) (answer, string) {
	read := s.restJob
	if isS3(r) {
		read = s.s3Job
	}
	j := read(r)
	call, ask := s.arrive(j.call)
	ray := hexHash(s.o.AccountID + call.Path + strconv.Itoa(call.N))[:16] + "-SIM"
	if s.o.Latency > 0 && s.o.Sleep(r.Context(), s.o.Latency) != nil {
		return answer{cut: Hang}, ray // the client is gone
	}
	headers, refused := s.admit(j)
	if refused != nil {
		refused.headers = headers
		return *refused, ray
	}
	a := s.answerWithFaults(j, call, ask)
	if a.headers == nil {
		a.headers = headers
	}
	return a, ray
}

func (s *Simulator) answerWithFaults(j job, call Call, ask func(Call) *Fault) answer {
	var fault *Fault
	if ask != nil && call.Op != "" {
		fault = ask(call)
	}
	if fault == nil {
		return s.locked(j.run)
	}
	if !fault.After {
		if fault.Call != nil {
			fault.Call()
		}
		if fault.Kind != Hook && (fault.Kind != "" || fault.Call == nil) {
			return fault.spoil(done(nil))
		}
		return s.locked(j.run)
	}
	a := s.locked(j.run)
	if fault.Call != nil {
		fault.Call()
	}
	return fault.spoil(a)
}

func (s *Simulator) locked(run func() answer) answer {
	s.mu.Lock()
	defer s.mu.Unlock()
	return run()
}

// request is a REST call that has a route.
type request struct {
	*http.Request
	*route
	vars         map[string]string // what the path names: account, bucket, key, id, domain
	jurisdiction string
	body         []byte
	caller       *Token
}

// restJob finds the route of a call to the REST API.
func (s *Simulator) restJob(r *http.Request) job {
	j := job{rest: true, call: Call{Method: r.Method, Path: r.URL.EscapedPath(), Jurisdiction: normal(r.Header.Get("Cf-R2-Jurisdiction"))}}
	j.bearer, _ = strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	route, vars, other := findRoute(r.Method, j.call.Path)
	if route == nil {
		j.run = func() answer { return s.noRoute(r, other) }
		return j
	}
	j.call.Op = route.op
	body, tooLong := readBody(r)
	j.run = func() answer {
		if tooLong {
			return s.refuse(http.StatusRequestEntityTooLarge, 10000, "%s: the body is too long", route.op)
		}
		return s.judge(&request{Request: r, route: route, vars: vars, jurisdiction: j.call.Jurisdiction, body: body})
	}
	return j
}

// noRoute answers what is no operation. The codes are those of Cloudflare's router;
// that a DELETE without a bucket's name has its own is seen in
// https://github.com/alchemy-run/distilled (r2.test.ts).
func (s *Simulator) noRoute(r *http.Request, other bool) answer {
	s.strange("%s %s: no such %s", r.Method, r.URL.EscapedPath(), map[bool]string{true: "method", false: "path"}[other])
	segments := strings.Split(strings.TrimPrefix(r.URL.EscapedPath(), "/"), "/")
	switch {
	case other:
		return failed(http.StatusMethodNotAllowed, 7001, "Method %s not available for that URI.", r.Method)
	case slices.Contains(segments, "buckets") && slices.Contains(segments, ""):
		return failed(http.StatusNotFound, 10015, "No route matches this url.")
	}
	return failed(http.StatusNotFound, 7003, "Could not route to %s, perhaps your object identifier is invalid?", r.URL.EscapedPath())
}

// judge checks what is the same for all operations, in the order of the real API's
// layers: router, authentication, permission, entitlement, service.
func (s *Simulator) judge(r *request) answer {
	if a, ok := s.checkHeaders(r); !ok {
		return a
	}
	if account, named := r.vars["account"]; named && !isID(account) || r.vars["id"] != "" && !isID(r.vars["id"]) {
		return s.refuse(http.StatusNotFound, 7003, "Could not route to %s, perhaps your object identifier is invalid?", r.URL.Path)
	}
	if a, ok := s.authenticate(r); !ok {
		return a
	}
	if a, ok := s.authorize(r); !ok {
		return a
	}
	if r.r2 {
		if a, ok := s.entitled(r); !ok {
			return a
		}
	}
	if a, ok := s.checkQuery(r); !ok {
		return a
	}
	if a, ok := s.checkBody(r); !ok {
		return a
	}
	return r.handle(s, r)
}

// entitled refuses what is not bought, and jurisdictions that are none.
func (s *Simulator) entitled(r *request) (answer, bool) {
	if s.o.R2Disabled || slices.Contains(s.o.NotEntitled, r.jurisdiction) {
		return failed(http.StatusForbidden, 10042, "Please enable R2 through the Cloudflare Dashboard."), false
	}
	if !slices.Contains(jurisdictions, r.jurisdiction) {
		return s.refuse(http.StatusBadRequest, codeBadRequest, "%q is no jurisdiction", r.jurisdiction), false
	}
	return answer{}, true
}
