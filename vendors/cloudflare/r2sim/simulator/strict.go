package simulator

import (
	"io"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// codeBadRequest is the code of requests that R2 cannot read; unverified.
const codeBadRequest = 10040

// longestBody is what one upload through REST may have.
// https://github.com/cloudflare/workers-sdk (packages/wrangler/src/r2/constants.ts)
const longestBody = 300 << 20

// commonHeaders are what Go's net/http and cloudflare-go send.
var commonHeaders = []string{"Authorization", "Content-Type", "Accept", "Accept-Encoding", "User-Agent", "Content-Length", "Connection"}

// refuse answers what no client should send, and keeps it.
func (s *Simulator) refuse(status, code int, format string, args ...any) answer {
	a := failed(status, code, format, args...)
	s.strange("%s", a.errors[0].Message)
	return a
}

func readBody(r *http.Request) (body []byte, tooLong bool) {
	if r.Body == nil {
		return nil, false
	}
	body, err := io.ReadAll(io.LimitReader(r.Body, longestBody+1))
	return body, err != nil || len(body) > longestBody
}

// checkHeaders refuses headers that the operation does not know.
func (s *Simulator) checkHeaders(r *request) (answer, bool) {
	for name, values := range r.Header {
		known := slices.Contains(commonHeaders, name) || strings.HasPrefix(name, "X-Stainless-") || r.r2 && name == "Cf-R2-Jurisdiction" ||
			r.header != "" && name == r.header
		if !known {
			return s.refuse(http.StatusBadRequest, 6003, "%s %s: the header %s is not known", r.Method, r.op, name), false
		}
		if len(values) != 1 {
			return s.refuse(http.StatusBadRequest, 6003, "%s: the header %s is there more than once", r.op, name), false
		}
	}
	if values, there := r.Header["Cf-R2-Jurisdiction"]; there && values[0] == "" {
		// https://github.com/cloudflare/terraform-provider-cloudflare/issues/4986
		s.strange("%s: cf-r2-jurisdiction is empty", r.op)
		return answer{status: http.StatusInternalServerError, raw: []byte("InternalError"), mime: "text/plain;charset=UTF-8"}, false
	}
	return answer{}, true
}

// checkQuery refuses parameters that the operation does not know.
func (s *Simulator) checkQuery(r *request) (answer, bool) {
	values, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil {
		return s.refuse(http.StatusBadRequest, r.badRequest(), "%s: the query cannot be read", r.op), false
	}
	for name, list := range values {
		if !slices.Contains(r.query, name) {
			return s.refuse(http.StatusBadRequest, r.badRequest(), "%s: the query parameter %q is not known", r.op, name), false
		}
		if len(list) != 1 {
			return s.refuse(http.StatusBadRequest, r.badRequest(), "%s: the query parameter %q is there more than once", r.op, name), false
		}
	}
	if direction := values.Get("direction"); values.Has("direction") && direction != "asc" && direction != "desc" {
		return s.refuse(http.StatusBadRequest, r.badRequest(), "%s: %q is no direction", r.op, direction), false
	}
	return answer{}, true
}

// badRequest is the code of a request that cannot be read. That of tokens is seen
// for unknown permission groups.
func (r *request) badRequest() int {
	if r.r2 {
		return codeBadRequest
	}
	return 1001
}

// number reads a query parameter within bounds.
func (s *Simulator) number(r *request, name string, preset, low, high int) (int, answer, bool) {
	text := r.URL.Query().Get(name)
	if !r.URL.Query().Has(name) {
		return preset, answer{}, true
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < low || n > high || strconv.Itoa(n) != text {
		return 0, s.refuse(http.StatusBadRequest, r.badRequest(), "%s: %s is %q and must be %d to %d", r.op, name, text, low, high), false
	}
	return n, answer{}, true
}

// checkBody refuses bodies that are not what the operation's schema says.
func (s *Simulator) checkBody(r *request) (answer, bool) {
	switch {
	case r.free:
		return answer{}, true
	case r.schema == nil && len(r.body) > 0:
		return s.refuse(http.StatusBadRequest, r.badRequest(), "%s has no body", r.op), false
	case r.schema == nil:
		return answer{}, true
	}
	if kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err != nil || kind != "application/json" {
		return s.refuse(http.StatusBadRequest, r.badRequest(), "%s: the Content-Type is not application/json", r.op), false
	}
	value, err := parseJSON(r.body)
	if err != nil {
		return s.refuse(http.StatusBadRequest, r.badRequest(), "%s: %s", r.op, err), false
	}
	if pointer, wrong := r.schema.check(value, ""); wrong != "" {
		return s.refuse(http.StatusBadRequest, r.badRequest(), "%s: %s %s", r.op, pointer, wrong).at(pointer), false
	}
	return answer{}, true
}
