package vendors

import (
	"errors"
	"fmt"
	"io"
	"log/slog"
)

// Redacted is the text that every way of printing a Secret prints.
const Redacted = "(sensitive)"

// ErrSecretEncoded is returned by every encoder that finds a Secret. A secret is never written,
// so a type that holds one cannot be encoded by accident.
var ErrSecretEncoded = errors.New("a secret cannot be encoded")

// Secret is a value that is never shown. Printing it shows "(sensitive)", encoding it
// fails with [ErrSecretEncoded], and only [Secret.Reveal] returns the value, so that each
// use of the value can be found by name. The zero value holds nothing. A Secret is
// immutable and safe for concurrent use; compare two with Equal, not with ==.
type Secret struct {
	// A pointer, because fmt follows no pointer below the top level: a Secret
	// in an unexported field prints as an address even without its methods.
	value *string
}

// NewSecret wraps a value. For the empty string it returns the zero Secret.
func NewSecret(value string) Secret {
	if value == "" {
		return Secret{}
	}
	return Secret{value: &value}
}

// Reveal returns the value itself, or "" for the zero Secret. Its only callers are vendors, the
// orchestrator, state/s3 for its own keys, bh exec, which passes it to one process, and
// cmd/redact, which keeps it out of the output.
func (s Secret) Reveal() string {
	if s.value == nil {
		return ""
	}
	return *s.value
}

// IsZero reports whether s holds nothing.
func (s Secret) IsZero() bool { return s.value == nil }

// Equal reports whether both hold the same value.
func (s Secret) Equal(t Secret) bool { return s.Reveal() == t.Reveal() }

// String returns Redacted.
func (s Secret) String() string { return Redacted }

// GoString returns Redacted, for %#v.
func (s Secret) GoString() string { return Redacted }

// Format writes Redacted for every verb.
func (s Secret) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, Redacted) }

// LogValue returns Redacted to slog.
func (s Secret) LogValue() slog.Value { return slog.StringValue(Redacted) }

// MarshalText returns ErrSecretEncoded.
func (s Secret) MarshalText() ([]byte, error) { return nil, ErrSecretEncoded }

// MarshalJSON returns ErrSecretEncoded.
func (s Secret) MarshalJSON() ([]byte, error) { return nil, ErrSecretEncoded }

// MarshalBinary returns ErrSecretEncoded.
func (s Secret) MarshalBinary() ([]byte, error) { return nil, ErrSecretEncoded }

// GobEncode returns ErrSecretEncoded.
func (s Secret) GobEncode() ([]byte, error) { return nil, ErrSecretEncoded }
