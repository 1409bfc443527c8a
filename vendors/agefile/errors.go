package agefile

import (
	"errors"
	"fmt"
	"io/fs"

	"buckethead/vendors"
)

// refuse returns an error of this vendor that says that nothing was done.
func refuse(op string, kind error, message string) error {
	return &vendors.Error{Vendor: vendorName, Op: op, Kind: kind, Message: message}
}

// fault is an error that does not name its operation yet; classify adds that.
type fault struct {
	kind    error
	message string
}

func (f *fault) Error() string { return f.message }

// errUnsynced wraps an error after the rename: the change is in the file, but may be lost in
// a power failure.
var errUnsynced = errors.New("the change may not be on the disk yet")

// errTooLarge is the error of a file that bh could not read again, so it is not written.
var errTooLarge = &fault{vendors.ErrInvalid,
	fmt.Sprintf("the file would be too large: bh reads at most %d bytes", sizeLimit)}

// classify turns an error of the disk, of age or about the file's content into a
// *vendors.Error. None of them contains a secret: age's errors about keys never get here.
func classify(op string, err error) error {
	if err == nil {
		return nil
	}
	var own *vendors.Error
	if errors.As(err, &own) {
		return own
	}
	out := &vendors.Error{Vendor: vendorName, Op: op, Kind: vendors.ErrUnavailable, Err: err,
		OutcomeUnknown: errors.Is(err, errUnsynced)}
	var f *fault
	switch {
	case errors.As(err, &f):
		out.Kind = f.kind
	case errors.Is(err, fs.ErrPermission):
		out.Kind = vendors.ErrDenied
	}
	return out
}
