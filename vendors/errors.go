package vendors

import (
	"errors"
	"fmt"
	"strings"
	"time"
)

// The kinds of failure that callers test for. A vendor's error wraps one of them;
// ErrUnavailable is for errors that fit no other.
var (
	// ErrNotFound: the vendor says that the thing does not exist. A 401 or a 403 never means
	// that.
	ErrNotFound = errors.New("not found")
	// ErrExists: something with that name already exists, even if the caller owns it.
	ErrExists = errors.New("already exists")
	// ErrNotEmpty: the bucket holds objects; nothing was deleted.
	ErrNotEmpty = errors.New("bucket is not empty")
	// ErrDenied: the credentials in use may not do this, or are not valid.
	ErrDenied = errors.New("permission denied")
	// ErrConflict: the thing changed since it was read; read it again.
	ErrConflict = errors.New("changed by someone else")
	// ErrRateLimited: too many calls; RetryAfter says when to come back.
	ErrRateLimited = errors.New("rate limited")
	// ErrInvalid: the vendor refuses the value itself, so trying again cannot help.
	ErrInvalid = errors.New("invalid request")
	// ErrUnavailable: the vendor cannot answer now, or its answer made no sense.
	ErrUnavailable = errors.New("unavailable")
)

// Error is a failed call to a vendor. Op is what was tried, in the project's words ("create
// bucket"). Kind is one of the sentinels above. Code, RequestID and Message come from the vendor.
// RetryAfter is zero if the vendor named no time. OutcomeUnknown means that the vendor may still
// have acted: after a timeout, a reset, a 5xx, or half a body. An Error never holds a request's
// headers or body.
type Error struct {
	Vendor, Op               string
	Kind                     error
	Code, RequestID, Message string
	RetryAfter               time.Duration
	OutcomeUnknown           bool
	Err                      error
}

// Error returns one line: vendor, act, message or kind, code and request id.
func (e *Error) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s: %s: ", e.Vendor, e.Op)
	switch {
	case e.Message != "":
		b.WriteString(e.Message)
	case e.Err != nil:
		b.WriteString(e.Err.Error())
	case e.Kind != nil:
		b.WriteString(e.Kind.Error())
	}
	var notes []string
	if e.Code != "" {
		notes = append(notes, "code "+e.Code)
	}
	if e.RequestID != "" {
		notes = append(notes, "request "+e.RequestID)
	}
	if len(notes) > 0 {
		b.WriteString(" (" + strings.Join(notes, ", ") + ")")
	}
	return b.String()
}

// Unwrap returns the kind and the cause, so that errors.Is finds both.
func (e *Error) Unwrap() []error {
	var out []error
	for _, err := range []error{e.Kind, e.Err} {
		if err != nil {
			out = append(out, err)
		}
	}
	return out
}

// Refused reports whether the vendor certainly did not act: err is a vendor's
// Error whose outcome is known. Any other error leaves the outcome open.
func Refused(err error) bool {
	var e *Error
	return errors.As(err, &e) && !e.OutcomeUnknown
}
