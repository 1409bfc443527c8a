package s3keys

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"net/http"
	"syscall"

	"buckethead/vendors"
	"buckethead/vendors/transport"
)

// unanswered is the error for a request without a response. It wraps ErrUnreachable if a second
// try cannot help.
func (c claim) unanswered(err error) error {
	out := c.fault(vendors.ErrUnavailable, "no response: "+transport.Cause(err))
	var unknown *net.DNSError
	switch {
	case errors.Is(err, context.Canceled):
		out.Err, out.Message = context.Canceled, "cancelled before a response arrived"
	case errors.Is(err, context.DeadlineExceeded):
		out.Err, out.Message = context.DeadlineExceeded, "no response in time"
	case vendors.ConnectionRefused(err):
		out.Err, out.Message = vendors.ErrUnreachable, "nothing is listening at "+c.at+" (connection refused)"
	case errors.As(err, &unknown) && unknown.IsNotFound:
		out.Err, out.Message = vendors.ErrUnreachable, "unknown host "+unknown.Name
	case errors.Is(err, syscall.ENETUNREACH), errors.Is(err, syscall.EHOSTUNREACH):
		out.Err, out.Message = vendors.ErrUnreachable, "there is no route to "+c.at
	case errors.Is(err, http.ErrSchemeMismatch):
		out.Err, out.Message = vendors.ErrUnreachable, "the server at "+c.at+" speaks HTTP without TLS"
	case failsTLS(err):
		out.Err, out.Message = vendors.ErrUnreachable, "no TLS connection to "+c.at+": "+transport.Cause(err)
	}
	return out
}

// failsTLS reports whether the two sides did not agree on a TLS connection.
func failsTLS(err error) bool {
	var certificate *tls.CertificateVerificationError
	var alert tls.AlertError
	var record tls.RecordHeaderError
	return errors.As(err, &certificate) || errors.As(err, &alert) || errors.As(err, &record)
}
