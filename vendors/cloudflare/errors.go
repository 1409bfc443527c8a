package cloudflare

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"buckethead/vendors"
	"buckethead/vendors/transport"
)

const title = "Cloudflare"

// kinds says what the codes that matter mean, whatever the status: codes are more reliable than
// statuses. https://developers.cloudflare.com/r2/api/error-codes/
var kinds = map[int]error{
	10001: vendors.ErrUnavailable, 10043: vendors.ErrUnavailable,
	10002: vendors.ErrDenied, 10003: vendors.ErrDenied, 10042: vendors.ErrDenied, 10063: vendors.ErrDenied,
	10069: vendors.ErrDenied, 1000: vendors.ErrDenied, 9000: vendors.ErrDenied, 9103: vendors.ErrDenied,
	9106: vendors.ErrDenied, 9109: vendors.ErrDenied, 10000: vendors.ErrDenied,
	10004: vendors.ErrExists, 10073: vendors.ErrExists,
	10005: vendors.ErrInvalid, 10009: vendors.ErrInvalid, 10015: vendors.ErrInvalid, 1001: vendors.ErrInvalid,
	7000: vendors.ErrInvalid, 7001: vendors.ErrInvalid, 7003: vendors.ErrInvalid,
	10006: vendors.ErrNotFound, 10085: vendors.ErrNotFound,
	10008: vendors.ErrNotEmpty,
	10058: vendors.ErrRateLimited, 971: vendors.ErrRateLimited, 6100: vendors.ErrRateLimited,
	10081: vendors.ErrConflict,
}

// The codes that only some calls check.
const (
	codeNoDomain    = 10053 // the bucket has no such custom domain
	codeNoCORS      = 10059 // the bucket has no CORS rules
	codeNoToken     = 1003
	codeNotEntitled = 10042
	codeLocked      = 10069
	codeNoMethod    = 7001
)

// transportError is the error for a request without a response.
func (a act) transportError(err error) error {
	var notSent *transport.NotSentError
	e := &vendors.Error{Vendor: title, Op: a.op, Kind: vendors.ErrUnavailable, Message: reason(err),
		OutcomeUnknown: a.writes && !errors.As(err, &notSent)}
	var wait *transport.WaitError
	switch {
	case errors.As(err, &wait):
		e.Kind, e.Message, e.RetryAfter = vendors.ErrRateLimited, wait.Error(), wait.Wait
	case errors.Is(err, context.Canceled):
		e.Err = context.Canceled
	case errors.Is(err, context.DeadlineExceeded):
		e.Err = context.DeadlineExceeded
	case vendors.Unreachable(err):
		e.Err = vendors.ErrUnreachable
	}
	return e
}

// reason says why there was no response. It leaves out the URL that net/http puts in front,
// which does not help people.
func reason(err error) string {
	var outer *url.Error
	if errors.As(err, &outer) {
		err = outer.Err
	}
	switch {
	case errors.Is(err, context.Canceled):
		return "cancelled before a response arrived"
	case errors.Is(err, context.DeadlineExceeded):
		return "no response in time"
	}
	return "no response: " + vendors.Excerpt(err.Error(), vendors.MessageLength)
}

// nonsense is the error for a response that contradicts itself.
func (a act) nonsense(resp *http.Response, err error) error {
	return &vendors.Error{Vendor: title, Op: a.op, Kind: vendors.ErrUnavailable,
		RequestID: transport.RequestID(resp.Header),
		Message:   "HTTP " + strconv.Itoa(resp.StatusCode) + ": " + err.Error(), OutcomeUnknown: a.writes}
}

// answerError turns a response into the contract's error. Nothing else does.
func (c *Cloud) answerError(a act, resp *http.Response, e envelope, undecodable error) error {
	out := &vendors.Error{Vendor: title, Op: a.op, RequestID: transport.RequestID(resp.Header),
		RetryAfter: transport.RetryAfter(resp.Header, c.host.Now())}
	var messages []string
	for _, fault := range e.Errors {
		if out.Code == "" && fault.Code != 0 {
			out.Code = strconv.Itoa(fault.Code)
		}
		if fault.Message != "" {
			messages = append(messages, fault.Message)
		}
		if out.Kind == nil {
			out.Kind = a.kindOf(fault.Code, resp.StatusCode)
		}
	}
	out.Message = vendors.Excerpt(transport.Hide(resp.Request, strings.Join(messages, "; ")), vendors.MessageLength)
	if out.Kind == nil {
		out.Kind = a.kindOfStatus(resp.StatusCode, undecodable == nil && e.Success != nil)
	}
	if out.Message == "" {
		out.Message = "HTTP " + strconv.Itoa(resp.StatusCode)
		if undecodable != nil {
			out.Message += ", with a body that is not a response of the API"
		}
	}
	if out.Code == strconv.Itoa(codeNotEntitled) {
		out.Message += " (R2 is not enabled for this account: dash.cloudflare.com, Storage & databases, R2)"
	}
	if wait := transport.TooLong(resp); wait != nil {
		out.Message += "; " + wait.Error()
	}
	// A 4xx means that nothing was done, and so does a 200 with errors in it. A 200 without
	// errors leaves the outcome open, as a 5xx and a 408 do.
	refused := resp.StatusCode >= 400 && resp.StatusCode < 500 && resp.StatusCode != http.StatusRequestTimeout ||
		resp.StatusCode < 300 && undecodable == nil && len(e.Errors) > 0
	out.OutcomeUnknown = a.writes && !refused
	return out
}

// kindOf returns what a code means for this call, or nil if it means nothing.
func (a act) kindOf(code, status int) error {
	switch {
	case status == http.StatusTooManyRequests:
		return vendors.ErrRateLimited
	case a.about == aboutToken && code == codeNoToken:
		return vendors.ErrNotFound
	}
	return kinds[code]
}

// kindOfStatus returns what a status means if no code decides. A 404 means "not found" only for
// a token, and only in a response of the API itself: a proxy sends 404s too, and for a bucket
// there is a code.
func (a act) kindOfStatus(status int, own bool) error {
	switch {
	case status == http.StatusTooManyRequests:
		return vendors.ErrRateLimited
	case status == http.StatusUnauthorized, status == http.StatusForbidden:
		return vendors.ErrDenied
	case status == http.StatusNotFound && a.about == aboutToken && own:
		return vendors.ErrNotFound
	case status == http.StatusNotFound, status >= 500, status < 400, !own:
		return vendors.ErrUnavailable
	case status == http.StatusConflict:
		return vendors.ErrConflict
	}
	return vendors.ErrInvalid
}

// hasCode reports whether err is a vendor's error with that code.
func hasCode(err error, code int) bool {
	var e *vendors.Error
	return errors.As(err, &e) && e.Code == strconv.Itoa(code)
}

// invalid is the error for a request that is refused before anything is sent.
func (a act) invalid(format string, args ...any) error {
	return &vendors.Error{Vendor: title, Op: a.op, Kind: vendors.ErrInvalid, Message: fmt.Sprintf(format, args...)}
}

// cancelled is the error for a call whose context ended before it began.
func (a act) cancelled(ctx context.Context) error {
	if ctx.Err() == nil {
		return nil
	}
	return a.transportError(&transport.NotSentError{Err: ctx.Err()})
}

// expired reports whether a time has passed; the zero time never has.
func expired(at, now time.Time) bool { return !at.IsZero() && !at.After(now) }
