package onepassword

import (
	"errors"

	"buckethead/vendors"
)

// refuse returns the error for an operation that was certainly not done.
func refuse(op string, kind error, message string) error {
	return &vendors.Error{Vendor: title, Op: op, Kind: kind, Message: message}
}

// notSent returns the error for an operation whose context ended before anything was sent.
func notSent(op string, cause error) error {
	return &vendors.Error{Vendor: title, Op: op, Kind: vendors.ErrUnavailable,
		Message: "cancelled before anything was sent", Err: cause}
}

func isBusy(err error) bool { return errors.Is(err, errVaultBusy) }

// The text for the two limits: the response says neither which one was exceeded nor when it
// ends. https://developer.1password.com/docs/service-accounts/rate-limits/
const limitWords = "a rate limit of 1Password is exceeded: either this token's hourly reads or writes, " +
	"or the whole account's daily ones; an hourly limit ends an hour after its first request"
