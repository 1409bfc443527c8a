package cloudflare_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"buckethead/vendors"
	simulator "buckethead/vendors/sim/cloudflare"
)

func emptied(t *testing.T, l *lab) error {
	t.Helper()
	return l.open(t).(vendors.BucketEmptier).EmptyBucket(t.Context(), vendors.BucketID{Name: "photos"})
}

func TestEmptyBucket(t *testing.T) {
	l := newLab(t, "account", simulator.Options{})
	l.AddBucket(simulator.Bucket{Name: "photos"})
	for i := range 2500 {
		l.PutObject("default", "photos", fmt.Sprintf("a/%04d", i), 1)
	}
	for _, key := range []string{"a b", "ü/日本", "x?y=z#w", "100%", "a//b", "/lead", "trail/", `back\slash`, "plus+", "..dots", "a/...", "&<>\"'", "semi;colon", "new\nline"} {
		l.PutObject("default", "photos", key, 1)
	}
	if err := emptied(t, l); err != nil {
		t.Fatal(err)
	}
	if left := l.Buckets()[0].Objects; len(left) > 0 {
		t.Errorf("left are %v", left)
	}
	if err := emptied(t, l); err != nil {
		t.Errorf("an empty bucket: %v", err)
	}
	l.RemoveBucket("default", "photos")
	if err := emptied(t, l); err != nil {
		t.Errorf("a bucket that is gone: %v", err)
	}
}

// A key that would be another address is refused, and nothing else is touched.
func TestEmptyBucket_refusesAddresses(t *testing.T) {
	for _, key := range []string{"..", "../../../tokens", "a/../b", ".", "./x"} {
		l := newLab(t, "account", simulator.Options{})
		l.AddBucket(simulator.Bucket{Name: "photos"})
		l.PutObject("default", "photos", key, 1)
		if err := emptied(t, l); !errors.Is(err, vendors.ErrInvalid) || !strings.Contains(err.Error(), "S3 client") || l.Calls("object.delete") != 0 {
			t.Errorf("%q: %v after %d deletes", key, err, l.Calls("object.delete"))
		}
	}
}

func TestEmptyBucket_locked(t *testing.T) {
	l := newLab(t, "account", simulator.Options{})
	l.AddBucket(simulator.Bucket{Name: "photos", Lock: []simulator.LockRule{{ID: "audit", Enabled: true, Prefix: "audit/", Condition: simulator.When{Type: "Indefinite"}}}})
	l.PutObject("default", "photos", "audit/1", 1)
	l.PutObject("default", "photos", "free", 1)
	if err := emptied(t, l); !errors.Is(err, vendors.ErrDenied) || !strings.Contains(err.Error(), "audit/1") {
		t.Errorf("got %v", err)
	}
	if left := l.Buckets()[0].Objects; len(left) != 1 {
		t.Errorf("left are %v", left)
	}
}

// What stops it leaves the rest, and the next try goes on.
func TestEmptyBucket_goesOn(t *testing.T) {
	l := newLab(t, "account", simulator.Options{})
	l.AddBucket(simulator.Bucket{Name: "photos"})
	for i := range 50 {
		l.PutObject("default", "photos", fmt.Sprint(i), 1)
	}
	ctx, cancel := context.WithCancel(t.Context())
	l.OnCall(func(c simulator.Call) *simulator.Fault {
		if c.Op == "object.delete" && c.Nth == 20 {
			return &simulator.Fault{Call: cancel}
		}
		return nil
	})
	if err := l.open(t).(vendors.BucketEmptier).EmptyBucket(ctx, vendors.BucketID{Name: "photos"}); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	l.OnCall(func(c simulator.Call) *simulator.Fault {
		if c.Nth%7 == 0 {
			return &simulator.Fault{After: c.Nth%2 == 0, Kind: simulator.Reset}
		}
		return nil
	})
	before := len(l.Buckets()[0].Objects)
	begun := l.clock.Now()
	if err := emptied(t, l); err != nil || before == 0 || before == 50 || len(l.Buckets()[0].Objects) > 0 {
		t.Errorf("%d were left, then %d: %v", before, len(l.Buckets()[0].Objects), err)
	}
	if l.clock.Now().Sub(begun) > time.Hour {
		t.Error("it took hours")
	}
}
