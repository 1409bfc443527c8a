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
	// errInternal is the error for a batch response without a reason.
	errInternal = errors.New("internal error of 1Password")
)

// texts says what the SDK's errors mean. Its core has names for them, but the SDK drops those,
// so only the text is left. The first match counts. An unknown text leaves the outcome of a
// write open.
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

// kindOfText returns what a text means, or nil if it is unknown.
func kindOfText(text string) error {
	for _, t := range texts {
		if strings.Contains(text, t.text) {
			return t.kind
		}
	}
	return nil
}

// kindOf returns the kind of a vendor's error, or nil for any other.
func kindOf(err error) error {
	var e *vendors.Error
	if errors.As(err, &e) {
		return e.Kind
	}
	return nil
}

// sdkError turns the SDK's errors into the contract's; nothing else does. It uses only the
// first line of their text, because a network error includes the stack of the core.
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
		e.Kind, e.Err, e.Message, known = vendors.ErrUnavailable, ctx.Err(), "no response in time", false
		if errors.Is(ctx.Err(), context.Canceled) {
			e.Message = "cancelled before a response arrived"
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

// batchError is the error for one item of a batch. If a response has several reasons, they cannot
// be matched to items.
func (a act) batchError(reasons []string) error {
	e := &vendors.Error{Vendor: title, Op: a.op, Kind: vendors.ErrUnavailable,
		Message: "1Password did not create the item and gave no reason", OutcomeUnknown: len(reasons) != 1}
	if len(reasons) == 0 {
		return e
	}
	e.Message = "1Password did not create the item: " + strings.Join(reasons, ", ")
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

// resolveError says why a reference has no value.
func (a act) resolveError(reason sdk.ResolveReferenceErrorTypes) error {
	kind, words := vendors.ErrInvalid, string(reason)
	switch reason {
	case sdk.ResolveReferenceErrorTypeVariantVaultNotFound:
		kind, words = vendors.ErrNotFound, "there is no visible vault with that name or id"
	case sdk.ResolveReferenceErrorTypeVariantItemNotFound:
		kind, words = vendors.ErrNotFound, "the vault has no item with that name or id"
	case sdk.ResolveReferenceErrorTypeVariantFieldNotFound, sdk.ResolveReferenceErrorTypeVariantNoMatchingSections:
		kind, words = vendors.ErrNotFound, "the item has no such field"
	case sdk.ResolveReferenceErrorTypeVariantTooManyVaults, sdk.ResolveReferenceErrorTypeVariantTooManyItems,
		sdk.ResolveReferenceErrorTypeVariantTooManyMatchingFields:
		kind, words = vendors.ErrConflict, "the name is ambiguous; use an id"
	case sdk.ResolveReferenceErrorTypeVariantParsing:
		words = "not a reference"
	}
	return refuse(a.op, kind, words)
}
