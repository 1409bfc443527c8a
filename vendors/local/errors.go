package local

import (
	"context"
	"errors"
	"io/fs"

	"buckethead/vendors"
)

// refuse is an error of the vendor's own: nothing was done.
func refuse(op string, kind error, message string) error {
	return &vendors.Error{Vendor: vendorName, Op: op, Kind: kind, Message: message}
}

// classify turns an error of the disk into the vendor's. It says that nothing was
// done, so a caller that got past its act says unsure instead.
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

// unsure is classify for an error that came after the act: it may have been done,
// and it may not outlive a loss of power.
func unsure(op string, err error) error {
	err = classify(op, err)
	var own *vendors.Error
	if errors.As(err, &own) {
		own.OutcomeUnknown = true
	}
	return err
}
