package s3

import (
	"bytes"
	"testing"

	"buckethead/state"
)

// DamageFile changes a value in the file of an object, which still says that the file is
// whole: it was damaged before the object was made of it.
func DamageFile(tb testing.TB, object []byte) []byte {
	tb.Helper()
	h, file, err := unpack(object)
	if err != nil {
		tb.Fatal(err)
	}
	damaged := bytes.ReplaceAll(file, []byte(`"protected":true`), []byte(`"protected":null`))
	if bytes.Equal(damaged, file) {
		tb.Fatal("there is nothing to damage")
	}
	out, err := pack(h, damaged)
	if err != nil {
		tb.Fatal(err)
	}
	return out
}

// LowerLimits lowers the bounds on objects and on the file of a state until the test ends.
func LowerLimits(tb testing.TB, object, lock, file int64) {
	before := limits
	limits.object, limits.lock, limits.file = object, lock, file
	tb.Cleanup(func() { limits = before })
}

// LockOf returns a lock object with the intents of an apply.
func LockOf(tb testing.TB, intents []state.Intent) []byte {
	tb.Helper()
	text, err := lock{ID: drawID(), ExpiresIn: 120, Intents: intents}.encode()
	if err != nil {
		tb.Fatal(err)
	}
	return text
}

// ReadLock returns how many intents a lock object has that is within its bound.
func ReadLock(text []byte) (int, error) {
	if int64(len(text)) > limits.lock {
		return 0, errRefused
	}
	l, err := decodeLock(text)
	return len(l.Intents), err
}
