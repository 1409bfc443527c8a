package connections

import (
	"errors"
	"log/slog"
	"strings"
	"testing"

	"buckethead/vendors"
)

// TestObserved_fault: a vendor that panics fails one call, and nobody can say what
// became of it.
func TestObserved_fault(t *testing.T) {
	c, _, log := newTwoClouds(slog.LevelInfo)
	o := c.observer("local.main")
	_, err := observed(t.Context(), o, "IssueCredential", "name", func() (int, error) { panic("broken") })
	if err == nil || !strings.Contains(err.Error(), "broken") || vendors.Refused(err) {
		t.Errorf("got %v, want an error that leaves the outcome open", err)
	}
	if !strings.Contains(log.String(), "IssueCredential") {
		t.Errorf("the log does not have it: %s", log)
	}
	if _, err := read(t.Context(), o, "ListBuckets", "", func() (int, error) { panic("broken") }); err == nil || !strings.Contains(err.Error(), "broken") {
		t.Errorf("a read: got %v", err)
	}
	if err := observedError(t.Context(), o, "GetBucket", "", func() error { return vendors.ErrNotFound }); !errors.Is(err, vendors.ErrNotFound) {
		t.Errorf("got %v, want the vendor's own error", err)
	}
	if strings.Contains(log.String(), "GetBucket") {
		t.Error("an absence is no warning")
	}
}
