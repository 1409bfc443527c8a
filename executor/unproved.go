package executor

import (
	"errors"

	"buckethead/config/diag"
	"buckethead/vendors"
)

// unprovedKeys says what to do about registered keys that were stored but not proved.
func unprovedKeys(d diag.Diagnostic, err error) diag.Diagnostic {
	const waive = " add verify = false to the register block."
	d.Kind = keysNotProved
	var refused *vendors.Error
	if errors.As(err, &refused) {
		d.Detail = refused.Error() + "."
	}
	switch {
	case refused != nil && refused.Code == "AccessDenied":
		d.Fix = "Check that the keys are for this bucket. If they are not meant to list it, such as keys that only put objects,"
		d.Fix += waive
	case errors.Is(err, vendors.ErrDenied):
		d.Fix = "Correct access_key_id and secret_access_key in the register block, then apply again."
	case errors.Is(err, vendors.ErrNotFound):
		d.Fix = "Correct bucket or endpoint_url, or create the bucket, then apply again."
	case errors.Is(err, vendors.ErrInvalid):
		d.Fix = "Correct endpoint_url, region or bucket, then apply again."
	case errors.Is(err, vendors.ErrUnreachable):
		d.Fix = "Correct endpoint_url, or start the server, then apply again. If this machine cannot reach it,"
		d.Fix += waive
	default:
		d.Fix = "Apply again to prove the keys. If this machine cannot reach the endpoint," + waive
	}
	return d
}
