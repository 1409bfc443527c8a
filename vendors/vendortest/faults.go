package vendortest

import (
	"context"
	"errors"
	"testing"

	"buckethead/vendors"
)

var bucketFaults = []promise[*bucketSuite]{
	{"cancelled context = no act or OutcomeUnknown", cancelledBuckets},
	{"cut connection after the act = OutcomeUnknown and exactly one request", cutBuckets},
	{"429 = ErrRateLimited with RetryAfter", limitedBuckets},
}

// cancelled returns a context that has ended.
func cancelled() context.Context {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	return ctx
}

// expectCancelled checks a call with an ended context: it must return an error, and if the
// error says that nothing was done, nothing was.
func expectCancelled(t *testing.T, act string, err error, done bool) {
	t.Helper()
	if err == nil || !errors.Is(err, context.Canceled) {
		t.Errorf("%s: got %v, want an error that wraps context.Canceled", act, err)
	}
	if done && vendors.Refused(err) {
		t.Errorf("%s: it was done, and the error says that it was not: %v", act, err)
	}
}

func cancelledBuckets(t *testing.T, s *bucketSuite) {
	p := s.open(t)
	id, name := s.bucket(t, p), s.id().Name
	issued := s.issue(t, p, vendors.CredentialSpec{Name: name, Bucket: id, Access: vendors.ReadWrite})
	other := s.id()
	s.clean(t, p, other)
	ctx := cancelled()

	_, err := p.CreateBucket(ctx, vendors.BucketSpec{ID: other})
	_, made := listed(t, p, other)
	expectCancelled(t, "create bucket", err, made)
	_, err = p.IssueCredential(ctx, vendors.CredentialSpec{Name: name, Bucket: id, Access: vendors.ReadWrite})
	expectCancelled(t, "issue credential", err, len(byName(t, p, name)) != 1)
	err = p.UpdateCredential(ctx, issued.Credential.ID,
		vendors.CredentialSpec{Name: name, Bucket: id, Access: vendors.ReadOnly})
	now := byName(t, p, name)
	expectCancelled(t, "update credential", err, len(now) != 1 || now[0].Access != vendors.ReadWrite)
	err = p.RevokeCredential(ctx, issued.Credential.ID)
	expectCancelled(t, "revoke credential", err, len(byName(t, p, name)) == 0)
	err = p.DeleteBucket(ctx, id)
	_, there := listed(t, p, id)
	expectCancelled(t, "delete bucket", err, !there)
	_, err = p.ListBuckets(ctx, "")
	expectCancelled(t, "list buckets", err, false)
	_, err = p.ListCredentials(ctx)
	expectCancelled(t, "list credentials", err, false)
}

func cutBuckets(t *testing.T, s *bucketSuite) {
	need(t, s.Cut != nil, "Cut")
	f := s.Cut(t)
	id, name := s.bucket(t, f.Vendor), s.id().Name
	other := s.id()
	s.clean(t, f.Vendor, other)
	f.lose(t, "create bucket", func() error {
		_, err := f.Vendor.CreateBucket(t.Context(), vendors.BucketSpec{ID: other})
		return err
	})
	f.lose(t, "issue credential", func() error {
		_, err := f.Vendor.IssueCredential(t.Context(),
			vendors.CredentialSpec{Name: name, Bucket: id, Access: vendors.ReadWrite})
		return err
	})
	if _, made := listed(t, f.Vendor, other); !made {
		t.Error("the option Cut does not act: the bucket was not made")
	}
	found := byName(t, f.Vendor, name)
	for _, c := range found {
		expect(t, "revoke credential", f.Vendor.RevokeCredential(t.Context(), c.ID), nil)
	}
	if len(found) != 1 {
		t.Errorf("one lost answer left %d credentials", len(found))
	}
}

// lose makes one call whose answer is lost.
func (f Faulty[P]) lose(t *testing.T, act string, call func() error) {
	t.Helper()
	f.Arm()
	before := f.Requests()
	err := call()
	sent := f.Requests() - before
	f.Disarm()
	if err == nil || vendors.Refused(err) {
		t.Errorf("%s: got %v, want an error that leaves the outcome open", act, err)
	}
	var own *vendors.Error
	if !errors.As(err, &own) {
		t.Errorf("%s: %v is not a *vendors.Error", act, err)
	}
	if sent != 1 {
		t.Errorf("%s: %d requests were sent", act, sent)
	}
}

// limit makes one call that comes too often.
func (f Faulty[P]) limit(t *testing.T, act string, call func() error) {
	t.Helper()
	f.Arm()
	err := call()
	f.Disarm()
	expectRefusal(t, act, err, vendors.ErrRateLimited)
	var own *vendors.Error
	if errors.As(err, &own) && own.RetryAfter != f.RetryAfter {
		t.Errorf("%s: try again after %s, want %s", act, own.RetryAfter, f.RetryAfter)
	}
}

func limitedBuckets(t *testing.T, s *bucketSuite) {
	need(t, s.Limit != nil, "Limit")
	f := s.Limit(t)
	id := s.id()
	f.limit(t, "list buckets", func() error { _, err := f.Vendor.ListBuckets(t.Context(), ""); return err })
	f.limit(t, "read bucket", func() error { _, err := f.Vendor.GetBucket(t.Context(), id); return err })
	f.limit(t, "create bucket", func() error {
		_, err := f.Vendor.CreateBucket(t.Context(), vendors.BucketSpec{ID: id})
		return err
	})
	f.limit(t, "issue credential", func() error {
		_, err := f.Vendor.IssueCredential(t.Context(),
			vendors.CredentialSpec{Name: s.Prefix, Bucket: id, Access: vendors.ReadOnly})
		return err
	})
	f.limit(t, "delete bucket", func() error { return f.Vendor.DeleteBucket(t.Context(), id) })
	if _, there := listed(t, f.Vendor, id); there {
		t.Error("a call that was refused made a bucket")
	}
}
