package local

import (
	"context"
	"errors"
	"io/fs"

	"buckethead/vendors"
)

// refuse returns an error of this vendor that says that nothing was done.
func refuse(op string, kind error, message string) error {
	return &vendors.Error{Vendor: vendorName, Op: op, Kind: kind, Message: message}
}

// classify turns an error of the disk into the vendor's error. That says that nothing was done,
// so a caller that has already acted uses unsure instead.
func classify(op string, err error) error {
	if err == nil {
		return nil
	}
	var own *vendors.Error
	if errors.As(err, &own) {
		return own
	}
	out := &vendors.Error{Vendor: vendorName, Op: op, Kind: vendors.ErrUnavailable, Err: err}
	switch {
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
	case errors.Is(err, fs.ErrPermission):
		out.Kind = vendors.ErrDenied
	}
	return out
}

// unsure is like classify, for an error after the act: the change may have been made, and may
// be lost in a power failure.
func unsure(op string, err error) error {
	err = classify(op, err)
	var own *vendors.Error
	if errors.As(err, &own) {
		own.OutcomeUnknown = true
	}
	return err
}
