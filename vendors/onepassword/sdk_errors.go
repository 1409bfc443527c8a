package onepassword

import (
	"context"
	"errors"
	"strings"

	sdk "github.com/1password/onepassword-sdk-go"

	"buckethead/vendors"
)

// act is a call: what it does in words, and whether it changes anything.
type act struct {
	op     string
	writes bool
}

// The kinds that only this package tells apart.
var (
	// errNotActive: the item is archived.
	errNotActive = errors.New("the item is archived")
	// errInternal is what batch answers say without a reason.
	errInternal = errors.New("1Password met a fault of its own")
)

// texts says what the SDK's errors mean. Its core has names for them, which the SDK
// drops, so the text is all there is; the first that is found counts. A text that is
// not here leaves the outcome of a write open.
var texts = []struct {
	text string
	kind error
}{
	{"rate limit exceeded", vendors.ErrRateLimited},
	{"data conflict occurred on the server", errVaultBusy},
	{"a conflict occurred on the server", errVaultBusy},
	{"incorrect item version", vendors.ErrConflict},
	{"item update failed", vendors.ErrConflict},
	{"not in an active state", errNotActive},
	{"couldn't be found", vendors.ErrNotFound},
	{"resource not found", vendors.ErrNotFound},
	{"no vault matched", vendors.ErrNotFound},
	{"not authenticated", vendors.ErrDenied},
	{"right permissions", vendors.ErrDenied},
	{"data did not match any variant of untagged enum Invocation", vendors.ErrDenied},
	{"invalid client id", vendors.ErrUnavailable},
	{"service account token", vendors.ErrDenied},
	{"service account deserialization failed", vendors.ErrDenied},
	{"is not allowed", vendors.ErrDenied},
	{"must be part of a section", vendors.ErrInvalid},
	{"ids must be unique", vendors.ErrInvalid},
	{"invalid", vendors.ErrInvalid},
}

// kindOfText returns what a text means, nil where it is not known.
func kindOfText(text string) error {
	for _, t := range texts {
		if strings.Contains(text, t.text) {
			return t.kind
		}
	}
	return nil
}

// kindOf returns the kind of a vendor's error, nil for any other.
func kindOf(err error) error {
	var e *vendors.Error
	if errors.As(err, &e) {
		return e.Kind
	}
	return nil
}

// sdkError is the one place that turns the SDK's errors into the contract's. Of
// their text only the first line is used: a fault of the network brings the stack
// of the core along.
func (a act) sdkError(ctx context.Context, err error) error {
	var own *vendors.Error
	if errors.As(err, &own) {
		return err
	}
	text, _, _ := strings.Cut(err.Error(), "\n")
	text = strings.TrimSpace(strings.TrimPrefix(text, "error initializing client: "))
	text = strings.TrimSpace(strings.TrimSuffix(text, "(recovered by wazero)"))
	e := &vendors.Error{Vendor: title, Op: a.op, Kind: kindOfText(text),
		Message: vendors.Excerpt(text, vendors.MessageLength)}
	var limited *sdk.RateLimitExceededError
	if errors.As(err, &limited) {
		e.Kind = vendors.ErrRateLimited
	}
	known := e.Kind != nil
	switch {
	case ctx.Err() != nil:
		// The core reports the end of the context only as text.
		e.Kind, e.Err, e.Message, known = vendors.ErrUnavailable, ctx.Err(), "no answer came in time", false
		if errors.Is(ctx.Err(), context.Canceled) {
			e.Message = "cancelled before an answer came"
		}
	case errors.Is(e.Kind, vendors.ErrRateLimited):
		e.Message = limitWords
	case e.Kind == errNotActive:
		e.Kind, e.Err = vendors.ErrNotFound, errNotActive
	case e.Kind == errVaultBusy:
		e.Kind, e.Err = vendors.ErrConflict, errVaultBusy
	case e.Kind == nil:
		e.Kind = vendors.ErrUnavailable
	}
	e.OutcomeUnknown = a.writes && !known
	return e
}

// batchError is the error of one item of a batch. With several reasons in one answer nobody knows
// which was whose.
func (a act) batchError(reasons []string) error {
	e := &vendors.Error{Vendor: title, Op: a.op, Kind: vendors.ErrUnavailable,
		Message: "1Password did not make the item and gave no reason", OutcomeUnknown: len(reasons) != 1}
	if len(reasons) == 0 {
		return e
	}
	e.Message = "1Password did not make the item: " + strings.Join(reasons, ", ")
	if len(reasons) > 1 {
		return e
	}
	switch sdk.ItemUpdateFailureReasonTypes(reasons[0]) {
	case sdk.ItemUpdateFailureReasonTypeVariantItemValidationError, sdk.ItemUpdateFailureReasonTypeVariantItemStatusTooBig:
		e.Kind = vendors.ErrInvalid
	case sdk.ItemUpdateFailureReasonTypeVariantItemStatusPermissionError:
		e.Kind = vendors.ErrDenied
	case sdk.ItemUpdateFailureReasonTypeVariantItemStatusIncorrectItemVersion:
		e.Kind, e.Err = vendors.ErrConflict, errVaultBusy
	default:
		e.OutcomeUnknown = true
	}
	return e
}

// resolveError words why a reference has no value.
func (a act) resolveError(reason sdk.ResolveReferenceErrorTypes) error {
	kind, words := vendors.ErrInvalid, string(reason)
	switch reason {
	case sdk.ResolveReferenceErrorTypeVariantVaultNotFound:
		kind, words = vendors.ErrNotFound, "no vault of that name or id can be seen"
	case sdk.ResolveReferenceErrorTypeVariantItemNotFound:
		kind, words = vendors.ErrNotFound, "the vault has no item of that name or id"
	case sdk.ResolveReferenceErrorTypeVariantFieldNotFound, sdk.ResolveReferenceErrorTypeVariantNoMatchingSections:
		kind, words = vendors.ErrNotFound, "the item has no such field"
	case sdk.ResolveReferenceErrorTypeVariantTooManyVaults, sdk.ResolveReferenceErrorTypeVariantTooManyItems,
		sdk.ResolveReferenceErrorTypeVariantTooManyMatchingFields:
		kind, words = vendors.ErrConflict, "the name stands for more than one; use its id"
	case sdk.ResolveReferenceErrorTypeVariantParsing:
		words = "this is no reference"
	}
	return refuse(a.op, kind, words)
}
