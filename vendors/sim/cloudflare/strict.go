package cloudflare

import (
	"net/http"
	"slices"
	"strconv"
	"strings"

	"buckethead/vendors/sim/kit"
)

// The words of the schemas.
var (
	must, may, object, list, oneOf = kit.Must, kit.May, kit.Object, kit.List, kit.OneOf
	number, integer                = kit.Number, kit.Integer
)

func text() *kit.Schema    { return kit.Plain("string") }
func boolean() *kit.Schema { return kit.Plain("bool") }
func moment() *kit.Schema  { return kit.Plain("time") }

// codeBadRequest is the code of requests that R2 cannot read; unverified.
const codeBadRequest = 10040

// longestBody is what one upload through REST may have.
// https://github.com/cloudflare/workers-sdk (packages/wrangler/src/r2/constants.ts)
const longestBody = 300 << 20

// commonHeaders are what Go's net/http and cloudflare-go send.
var commonHeaders = []string{"Authorization", "Content-Type", "Accept", "Accept-Encoding", "User-Agent",
	"Content-Length", "Connection"}

// refuse returns the error for a request that no client should send, and records it.
func (s *Simulator) refuse(status, code int, format string, args ...any) answer {
	a := failed(status, code, format, args...)
	s.Strange("%s", a.errors[0].Message)
	return a
}

// checkHeaders refuses headers that the operation does not know.
func (s *Simulator) checkHeaders(r *request) (answer, bool) {
	wrong := kit.CheckHeaders(r.Header, func(name string) bool {
		return slices.Contains(commonHeaders, name) || strings.HasPrefix(name, "X-Stainless-") ||
			r.r2 && name == "Cf-R2-Jurisdiction" || r.header != "" && name == r.header
	})
	if wrong != "" {
		return s.refuse(http.StatusBadRequest, 6003, "%s: %s", r.op, wrong), false
	}
	if values, there := r.Header["Cf-R2-Jurisdiction"]; there && values[0] == "" {
		// https://github.com/cloudflare/terraform-provider-cloudflare/issues/4986
		s.Strange("%s: cf-r2-jurisdiction is empty", r.op)
		return answer{status: http.StatusInternalServerError, text: "InternalError"}, false
	}
	return answer{}, true
}

// checkQuery refuses parameters that the operation does not know.
func (s *Simulator) checkQuery(r *request) (answer, bool) {
	values, wrong := kit.CheckQuery(r.URL.RawQuery, r.query)
	if wrong != "" {
		return s.refuse(http.StatusBadRequest, r.badRequest(), "%s: %s", r.op, wrong), false
	}
	if direction := values.Get("direction"); values.Has("direction") && direction != "asc" && direction != "desc" {
		return s.refuse(http.StatusBadRequest, r.badRequest(), "%s: %q is not a direction", r.op, direction), false
	}
	return answer{}, true
}

// badRequest is the code for a request that cannot be read. For tokens, it was seen for unknown
// permission groups.
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
		return 0, s.refuse(http.StatusBadRequest, r.badRequest(), "%s: %s is %q and must be %d to %d",
			r.op, name, text, low, high), false
	}
	return n, answer{}, true
}

// checkBody refuses bodies that do not match the operation's schema.
func (s *Simulator) checkBody(r *request) (answer, bool) {
	if r.free {
		return answer{}, true
	}
	if _, pointer, wrong := kit.CheckBody(r.Header, r.body, r.schema); wrong != "" {
		refusal := s.refuse(http.StatusBadRequest, r.badRequest(), "%s: %s", r.op, strings.TrimSpace(pointer+" "+wrong))
		return refusal.at(pointer), false
	}
	return answer{}, true
}
