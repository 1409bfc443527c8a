package onepassword

import (
	"errors"

	"buckethead/vendors"
)

// refuse returns the error of an operation that was certainly not done.
func refuse(op string, kind error, message string) error {
	return &vendors.Error{Vendor: title, Op: op, Kind: kind, Message: message}
}

// notSent returns the error of an operation whose context ended before anything was sent.
func notSent(op string, cause error) error {
	return &vendors.Error{Vendor: title, Op: op, Kind: vendors.ErrUnavailable,
		Message: "cancelled before anything was sent", Err: cause}
}

func isBusy(err error) bool { return errors.Is(err, errVaultBusy) }

// The words for the two limits: nothing tells which was met, or when it ends.
// https://developer.1password.com/docs/service-accounts/rate-limits/
const limitWords = "a rate limit of 1Password is exceeded: an hour's reads or writes of this token, " +
	"or the day's of the whole account; an hour's ends an hour after its first request"
