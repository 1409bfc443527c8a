package vendortest

import (
	"errors"
	"testing"

	"buckethead/vendors"
)

// expect ends the test if an act returned an error of another kind, or, for nil, any error.
func expect(t *testing.T, act string, err, kind error) {
	t.Helper()
	if kind == nil && err != nil || kind != nil && !errors.Is(err, kind) {
		t.Fatalf("%s: got %v, want %v", act, err, kind)
	}
	var own *vendors.Error
	if err != nil && !errors.As(err, &own) {
		t.Errorf("%s: %v is not a *vendors.Error", act, err)
	}
}

// expectRefusal is like expect, for a write that certainly was not done.
func expectRefusal(t *testing.T, act string, err, kind error) {
	t.Helper()
	expect(t, act, err, kind)
	if !vendors.Refused(err) {
		t.Errorf("%s: %v leaves open whether it was done", act, err)
	}
}
