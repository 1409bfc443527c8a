package s3

import (
	"bytes"
	"testing"
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
