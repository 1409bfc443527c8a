package agefile

import (
	"errors"
	"fmt"
	"io/fs"

	"buckethead/vendors"
)

// refuse is an error of the vendor's own: nothing was done.
func refuse(op string, kind error, message string) error {
	return &vendors.Error{Vendor: vendorName, Op: op, Kind: kind, Message: message}
}

// fault is an error that does not know its act yet; classify names it.
type fault struct {
	kind    error
	message string
}

func (f *fault) Error() string { return f.message }

// errUnsynced wraps what went wrong after the rename: the change is there, but may
// not outlive a loss of power.
var errUnsynced = errors.New("the change may not be on the disk")

// errTooLarge refuses to write a file that could not be read again.
var errTooLarge = &fault{vendors.ErrInvalid,
	fmt.Sprintf("the file would be too large: bh reads at most %d bytes", sizeLimit)}

// classify turns an error of the disk, of age or of the file's content into the
// vendor's. None of them holds a secret: age's own errors about keys never get here.
func classify(op string, err error) error {
	if err == nil {
		return nil
	}
	var own *vendors.Error
	if errors.As(err, &own) {
		return own
	}
	out := &vendors.Error{Vendor: vendorName, Op: op, Kind: vendors.ErrUnavailable, Err: err, OutcomeUnknown: errors.Is(err, errUnsynced)}
	var f *fault
	switch {
	case errors.As(err, &f):
		out.Kind = f.kind
	case errors.Is(err, fs.ErrPermission):
		out.Kind = vendors.ErrDenied
	}
	return out
}
