package cloudflare

import (
	"net/http"
	"slices"
	"strings"

	"buckethead/vendors/sim/kit"
)

// job finds the operation that a call asks for.
func (s *Simulator) job(r *http.Request, body []byte, whole bool) kit.Job {
	if isS3(r) {
		return s.s3Job(r, body, whole)
	}
	return s.restJob(r, body, whole)
}

// request is a REST call that has a route.
type request struct {
	*http.Request
	*route
	vars         map[string]string // what the path names: account, bucket, key, id, domain
	jurisdiction string
	body         []byte
	caller       *Token
	bucket       *Bucket // that the path names
	token        *Token  // that the path names
}

// restJob finds the route of a call to the REST API.
func (s *Simulator) restJob(r *http.Request, body []byte, whole bool) kit.Job {
	bearer, _ := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	jurisdiction := normal(r.Header.Get("Cf-R2-Jurisdiction"))
	j := kit.Job{Call: Call{Method: r.Method, Path: r.URL.EscapedPath(), Jurisdiction: jurisdiction},
		Admit: func() (http.Header, *kit.Answer) { return s.admit(bearer) }, Fail: s.spoilt, Finish: s.finish}
	route, vars, other := findRoute(r.Method, j.Call.Path)
	if route == nil {
		j.Act = func(Call) kit.Answer { return s.sent(s.noRoute(r, other)) }
		return j
	}
	j.Call.Op = route.op
	j.Act = func(Call) kit.Answer {
		if !whole {
			return s.sent(s.refuse(http.StatusRequestEntityTooLarge, 10000, "%s: the body is too long", route.op))
		}
		return s.sent(s.judge(&request{Request: r, route: route, vars: vars, jurisdiction: jurisdiction, body: body}))
	}
	return j
}

// noRoute returns the error for a request that is not an operation. The codes are those of
// Cloudflare's router; that a DELETE without a bucket's name has its own is seen in
// https://github.com/alchemy-run/distilled (r2.test.ts).
func (s *Simulator) noRoute(r *http.Request, other bool) answer {
	s.Strange("%s %s: no such %s", r.Method, r.URL.EscapedPath(), map[bool]string{true: "method", false: "path"}[other])
	segments := strings.Split(strings.TrimPrefix(r.URL.EscapedPath(), "/"), "/")
	switch {
	case other:
		return failed(http.StatusMethodNotAllowed, 7001, "Method %s not available for that URI.", r.Method)
	case slices.Contains(segments, "buckets") && slices.Contains(segments, ""):
		return failed(http.StatusNotFound, 10015, "No route matches this url.")
	}
	return failed(http.StatusNotFound, 7003, unroutable, r.URL.EscapedPath())
}

const unroutable = "Could not route to %s, perhaps your object identifier is invalid?"

// judge makes the checks that all operations share, in the order of the real API's layers:
// router, authentication, permission, entitlement, service.
func (s *Simulator) judge(r *request) answer {
	if a, ok := s.checkHeaders(r); !ok {
		return a
	}
	if account, named := r.vars["account"]; named && !isID(account) || r.vars["id"] != "" && !isID(r.vars["id"]) {
		return s.refuse(http.StatusNotFound, 7003, unroutable, r.URL.Path)
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
	if _, named := r.vars["bucket"]; named {
		if a, ok := s.findBucket(r); !ok {
			return a
		}
	}
	if _, named := r.vars["id"]; named {
		if a, ok := s.findToken(r); !ok {
			return a
		}
	}
	return r.handle(s, r)
}

// entitled refuses services that were not bought, and invalid jurisdictions.
func (s *Simulator) entitled(r *request) (answer, bool) {
	if s.o.R2Disabled || slices.Contains(s.o.NotEntitled, r.jurisdiction) {
		return failed(http.StatusForbidden, 10042, "Please enable R2 through the Cloudflare Dashboard."), false
	}
	if !slices.Contains(jurisdictions, r.jurisdiction) {
		return s.refuse(http.StatusBadRequest, codeBadRequest, "%q is not a jurisdiction", r.jurisdiction), false
	}
	return answer{}, true
}
