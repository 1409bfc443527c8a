package vendors_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"testing"

	"buckethead/vendors"
)

func TestError_text(t *testing.T) {
	for _, c := range []struct {
		err  vendors.Error
		want string
	}{
		{vendors.Error{Vendor: "v", Op: "create bucket", Kind: vendors.ErrExists}, "v: create bucket: already exists"},
		{vendors.Error{Vendor: "v", Op: "o", Kind: vendors.ErrDenied, Message: "no token"}, "v: o: no token"},
		{vendors.Error{Vendor: "v", Op: "o", Kind: vendors.ErrDenied, Err: io.EOF}, "v: o: EOF"},
		{vendors.Error{Vendor: "v", Op: "o", Kind: vendors.ErrDenied, Message: "m", Err: io.EOF}, "v: o: m"},
		{vendors.Error{Vendor: "v", Op: "o", Message: "m", Code: "10004"}, "v: o: m (code 10004)"},
		{vendors.Error{Vendor: "v", Op: "o", Message: "m", RequestID: "r1"}, "v: o: m (request r1)"},
		{vendors.Error{Vendor: "v", Op: "o", Kind: vendors.ErrInvalid, Code: "10004", RequestID: "r1"}, "v: o: invalid request (code 10004, request r1)"},
		{vendors.Error{Vendor: "v", Op: "o"}, "v: o: "},
	} {
		if got := c.err.Error(); got != c.want {
			t.Errorf("got %q, want %q", got, c.want)
		}
	}
}

func TestError_isItsKindAndItsCause(t *testing.T) {
	err := fmt.Errorf("store credential: %w", &vendors.Error{Vendor: "v", Op: "o", Kind: vendors.ErrUnavailable, Err: fmt.Errorf("dial: %w", context.DeadlineExceeded)})
	for _, want := range []error{vendors.ErrUnavailable, context.DeadlineExceeded} {
		if !errors.Is(err, want) {
			t.Errorf("it is not %v", want)
		}
	}
	for _, other := range []error{vendors.ErrNotFound, vendors.ErrExists, vendors.ErrNotEmpty, vendors.ErrDenied, vendors.ErrConflict, vendors.ErrRateLimited, vendors.ErrInvalid} {
		if errors.Is(err, other) {
			t.Errorf("it is %v", other)
		}
	}
	if got := (&vendors.Error{}).Unwrap(); len(got) != 0 {
		t.Errorf("an empty error wraps %v", got)
	}
}

func TestRefused(t *testing.T) {
	certain := &vendors.Error{Kind: vendors.ErrDenied}
	open := &vendors.Error{Kind: vendors.ErrUnavailable, OutcomeUnknown: true}
	for _, c := range []struct {
		name string
		err  error
		want bool
	}{
		{"no error", nil, false},
		{"a vendor's certain error", certain, true},
		{"the same, wrapped", fmt.Errorf("a: %w", fmt.Errorf("b: %w", certain)), true},
		{"the same, joined", errors.Join(io.EOF, certain), true},
		{"an open outcome", open, false},
		{"the same, wrapped", fmt.Errorf("a: %w", open), false},
		{"an error of someone else", io.ErrUnexpectedEOF, false},
		{"a context that ended", context.Canceled, false},
		{"a kind alone", vendors.ErrDenied, false},
	} {
		if got := vendors.Refused(c.err); got != c.want {
			t.Errorf("%s: got %t", c.name, got)
		}
	}
}
