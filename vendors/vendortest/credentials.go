package vendortest

import (
	"context"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"buckethead/vendors"
)

var credentialPromises = []promise[*bucketSuite]{
	{"issue twice with one name = two credentials", issueTwice},
	{"the settings say where issued keys are used", addressOfKeys},
	{"revoke twice = nil", revokeTwice},
	{"list sees more than one page of credentials", listManyCredentials},
	{"canonical credential", canonicalCredential},
	{"update keeps the keys", updateKeepsKeys},
	{"an expired credential is listed as such", expiredIsListed},
	{"keys open their own bucket alone", keysOpenOneBucket},
	{"no secret is shown", bucketsShowNoSecret},
	{"concurrent use", concurrentBuckets},
}

// issue mints a credential, which goes with the test.
func (s *bucketSuite) issue(t *testing.T, p vendors.BucketProvider, spec vendors.CredentialSpec) vendors.Issued {
	t.Helper()
	issued, err := p.IssueCredential(context.Background(), spec)
	expect(t, "issue credential", err, nil)
	if issued.Keys.AccessKeyID == "" || issued.Keys.AccessKeyID != issued.Credential.ID ||
		issued.Keys.SecretAccessKey.IsZero() ||
		issued.Keys.Bucket != spec.Bucket.Name || issued.Keys.EndpointURL == "" || issued.Keys.Region == "" {
		t.Errorf("issued %+v", issued)
	}
	t.Cleanup(func() { _ = p.RevokeCredential(context.Background(), issued.Credential.ID) })
	return issued
}

// byName returns the listed credentials of one name.
func byName(t *testing.T, p vendors.BucketProvider, name string) []vendors.Credential {
	t.Helper()
	list, err := p.ListCredentials(context.Background())
	expect(t, "list credentials", err, nil)
	return slices.DeleteFunc(list, func(c vendors.Credential) bool { return c.Name != name })
}

func sameCredential(a, b vendors.Credential) bool {
	return a.ID == b.ID && a.Name == b.Name && a.Bucket == b.Bucket && a.Access == b.Access &&
		slices.Equal(a.AllowedIPs, b.AllowedIPs) &&
		a.IssuedAt.Equal(b.IssuedAt) && a.ExpiresAt.Equal(b.ExpiresAt) && a.Status == b.Status
}

// addressOfKeys compares what is known offline with what issued keys come with.
func addressOfKeys(t *testing.T, s *bucketSuite) {
	need(t, s.Address != nil, "Address")
	p := s.open(t)
	id := s.bucket(t, p)
	issued := s.issue(t, p, vendors.CredentialSpec{Name: s.id().Name, Bucket: id, Access: vendors.ReadOnly})
	address := s.Address(p, id)
	if address.Region == "" || address.AccountID != issued.Keys.AccountID {
		t.Errorf("the settings say %+v, and the keys have region %q and account %q", address, issued.Keys.Region,
			issued.Keys.AccountID)
	}
	for name, text := range address.Texts() {
		if got := issued.Keys.Texts()[name]; got != text {
			t.Errorf("the settings say that %s is %q, and the keys have %q", name, text, got)
		}
	}
}

func issueTwice(t *testing.T, s *bucketSuite) {
	p := s.open(t)
	spec := vendors.CredentialSpec{Name: s.id().Name, Bucket: s.bucket(t, p), Access: vendors.ReadWrite}
	first, second := s.issue(t, p, spec), s.issue(t, p, spec)
	if first.Credential.ID == second.Credential.ID || first.Keys.SecretAccessKey.Equal(second.Keys.SecretAccessKey) {
		t.Error("both have the same keys")
	}
	if found := byName(t, p, spec.Name); len(found) != 2 {
		t.Errorf("listed are %v", found)
	}
}

func revokeTwice(t *testing.T, s *bucketSuite) {
	p := s.open(t)
	spec := vendors.CredentialSpec{Name: s.id().Name, Bucket: s.bucket(t, p), Access: vendors.ReadWrite}
	gone, kept := s.issue(t, p, spec), s.issue(t, p, spec)
	for range 2 {
		expect(t, "revoke credential", p.RevokeCredential(t.Context(), gone.Credential.ID), nil)
	}
	expect(t, "revoke a credential that never was", p.RevokeCredential(t.Context(), s.AbsentCredential), nil)
	if found := byName(t, p, spec.Name); len(found) != 1 || found[0].ID != kept.Credential.ID {
		t.Errorf("listed are %v, want %s alone", found, kept.Credential.ID)
	}
	_, err := p.GetCredential(t.Context(), gone.Credential.ID)
	expect(t, "read a revoked credential", err, vendors.ErrNotFound)
	if verifier, able := vendors.As[vendors.CredentialVerifier](p); able {
		expect(t, "verify revoked keys", verifier.VerifyCredential(t.Context(), spec.Bucket, gone.Keys), vendors.ErrDenied)
	}
}

func listManyCredentials(t *testing.T, s *bucketSuite) {
	need(t, s.Many > 0, "Many")
	p := s.open(t)
	spec := vendors.CredentialSpec{Name: s.id().Name, Bucket: s.bucket(t, p), Access: vendors.ReadOnly}
	made := map[string]bool{}
	for range s.Many {
		made[s.issue(t, p, spec).Credential.ID] = true
	}
	found := byName(t, p, spec.Name)
	for _, c := range found {
		delete(made, c.ID)
	}
	if len(found) != s.Many || len(made) > 0 {
		t.Errorf("%d are listed of %d, and %d are missing", len(found), s.Many, len(made))
	}
}

// full returns a spec that uses all that the cloud knows. The cloud's own clock
// dates it.
func (s *bucketSuite) full(t *testing.T, p vendors.BucketProvider, id vendors.BucketID) vendors.CredentialSpec {
	t.Helper()
	spec := vendors.CredentialSpec{Name: s.id().Name, Bucket: id, Access: vendors.ReadOnly}
	if s.has("allowed_ips") {
		spec.AllowedIPs = []string{"10.0.0.0/8", "192.0.2.1/32", "2001:db8::/32"}
	}
	if s.has("expires_after") {
		now := s.issue(t, p,
			vendors.CredentialSpec{Name: spec.Name + "-clock", Bucket: id, Access: vendors.ReadOnly}).Credential.IssuedAt
		spec.ExpiresAt = now.Add(time.Hour).Truncate(time.Second)
	}
	return spec
}

func canonicalCredential(t *testing.T, s *bucketSuite) {
	p := s.open(t)
	id := s.bucket(t, p)
	for _, access := range []vendors.Access{vendors.ReadOnly, vendors.ReadWrite} {
		spec := s.full(t, p, id)
		spec.Access = access
		issued := s.issue(t, p, spec)
		got, err := p.GetCredential(t.Context(), issued.Credential.ID)
		expect(t, "read credential", err, nil)
		found := byName(t, p, spec.Name)
		if len(found) != 1 || !sameCredential(found[0], got) || !sameCredential(issued.Credential, got) {
			t.Errorf("issued %+v, read %+v, listed %+v", issued.Credential, got, found)
		}
		if got.Name != spec.Name || got.Bucket != id || got.Access != access ||
			!slices.Equal(got.AllowedIPs, spec.AllowedIPs) ||
			!got.ExpiresAt.Equal(spec.ExpiresAt) || got.Status != vendors.Active {
			t.Errorf("read %+v, sent %+v", got, spec)
		}
	}
}

func updateKeepsKeys(t *testing.T, s *bucketSuite) {
	p := s.open(t)
	id := s.bucket(t, p)
	spec := s.full(t, p, id)
	issued := s.issue(t, p, spec)
	changed := vendors.CredentialSpec{Name: spec.Name, Bucket: id, Access: vendors.ReadWrite}
	for range 2 {
		expect(t, "update credential", p.UpdateCredential(t.Context(), issued.Credential.ID, changed), nil)
		got, err := p.GetCredential(t.Context(), issued.Credential.ID)
		expect(t, "read credential", err, nil)
		if got.Access != vendors.ReadWrite || len(got.AllowedIPs) != 0 || !got.ExpiresAt.IsZero() ||
			got.Name != spec.Name || got.Bucket != id {
			t.Errorf("read %+v, sent %+v", got, changed)
		}
	}
	if verifier, able := vendors.As[vendors.CredentialVerifier](p); able {
		expect(t, "verify the keys after the update", verifier.VerifyCredential(t.Context(), id, issued.Keys), nil)
	}
	if found := byName(t, p, spec.Name); len(found) != 1 {
		t.Errorf("listed are %v", found)
	}
}

func expiredIsListed(t *testing.T, s *bucketSuite) {
	p := s.open(t)
	spec := s.full(t, p, s.bucket(t, p))
	if spec.ExpiresAt.IsZero() {
		t.Skip("this cloud's credentials do not expire")
	}
	issued := s.issue(t, p, spec)
	if s.Pass != nil {
		s.Pass(t, p, 2*time.Hour)
	} else {
		spec.ExpiresAt = spec.ExpiresAt.Add(-2 * time.Hour)
		expect(t, "update credential", p.UpdateCredential(t.Context(), issued.Credential.ID, spec), nil)
	}
	if found := byName(t, p, spec.Name); len(found) != 1 || found[0].Status != vendors.Expired {
		t.Errorf("listed are %+v", found)
	}
	if verifier, able := vendors.As[vendors.CredentialVerifier](p); able {
		expect(t, "verify expired keys", verifier.VerifyCredential(t.Context(), spec.Bucket, issued.Keys), vendors.ErrDenied)
	}
}

func keysOpenOneBucket(t *testing.T, s *bucketSuite) {
	p := s.open(t)
	verifier, able := vendors.As[vendors.CredentialVerifier](p)
	if !able {
		t.Skip("this cloud has no CredentialVerifier")
	}
	own, other := s.bucket(t, p), s.bucket(t, p)
	issued := s.issue(t, p, vendors.CredentialSpec{Name: s.Prefix, Bucket: own, Access: vendors.ReadWrite})
	expect(t, "verify keys", verifier.VerifyCredential(t.Context(), own, issued.Keys), nil)
	expect(t, "verify keys with another bucket",
		verifier.VerifyCredential(t.Context(), other, issued.Keys), vendors.ErrDenied)
	wrong := issued.Keys
	wrong.SecretAccessKey = vendors.NewSecret("x" + wrong.SecretAccessKey.Reveal()[1:])
	expect(t, "verify a wrong secret", verifier.VerifyCredential(t.Context(), own, wrong), vendors.ErrDenied)
	expect(t, "verify no secret",
		verifier.VerifyCredential(t.Context(), own, vendors.BucketCredentials{AccessKeyID: issued.Keys.AccessKeyID}),
		vendors.ErrDenied)
}

func bucketsShowNoSecret(t *testing.T, s *bucketSuite) {
	p := s.open(t)
	id := s.bucket(t, p)
	issued := s.issue(t, p, vendors.CredentialSpec{Name: s.Prefix, Bucket: id, Access: vendors.ReadWrite})
	secret := issued.Keys.SecretAccessKey.Reveal()
	credentials, err := p.ListCredentials(t.Context())
	expect(t, "list credentials", err, nil)
	got, err := p.GetCredential(t.Context(), issued.Credential.ID)
	expect(t, "read credential", err, nil)
	for what, value := range map[string]any{"the answer": issued, "a pointer to it": &issued, "the credential": got,
		"the list": credentials, "the cloud": p} {
		leaks(t, what, value, secret)
	}
	if verifier, able := vendors.As[vendors.CredentialVerifier](p); able {
		leaks(t, "the error of a wrong bucket", verifier.VerifyCredential(t.Context(), s.id(), issued.Keys), secret)
		keys := issued.Keys
		keys.AccessKeyID = another(keys.AccessKeyID)
		leaks(t, "the error of a wrong id", verifier.VerifyCredential(t.Context(), id, keys), secret)
	}
}

// another returns an id of the same shape that does not exist.
func another(id string) string {
	last := "0"
	if strings.HasSuffix(id, last) {
		last = "1"
	}
	return id[:len(id)-1] + last
}

func concurrentBuckets(t *testing.T, s *bucketSuite) {
	p := s.open(t)
	name := s.id().Name
	var wg sync.WaitGroup
	for range 8 {
		id := s.id()
		s.clean(t, p, id)
		wg.Go(func() {
			if _, err := p.CreateBucket(t.Context(), vendors.BucketSpec{ID: id}); err != nil {
				t.Errorf("create bucket: %v", err)
				return
			}
			issued, err := p.IssueCredential(t.Context(),
				vendors.CredentialSpec{Name: name, Bucket: id, Access: vendors.ReadWrite})
			if err != nil {
				t.Errorf("issue credential: %v", err)
				return
			}
			t.Cleanup(func() { _ = p.RevokeCredential(context.Background(), issued.Credential.ID) })
			if _, err := p.ListCredentials(t.Context()); err != nil {
				t.Errorf("list credentials: %v", err)
			}
			if _, err := p.GetBucket(t.Context(), id); err != nil {
				t.Errorf("read bucket: %v", err)
			}
		})
	}
	wg.Wait()
	if found := byName(t, p, name); len(found) != 8 {
		t.Errorf("%d of 8 credentials are listed", len(found))
	}
	onlyOneCreates(t, s, p)
}

func onlyOneCreates(t *testing.T, s *bucketSuite, p vendors.BucketProvider) {
	t.Helper()
	id := s.id()
	s.clean(t, p, id)
	made := make(chan error, 8)
	for range cap(made) {
		go func() {
			_, err := p.CreateBucket(t.Context(), vendors.BucketSpec{ID: id})
			made <- err
		}()
	}
	won := 0
	for range cap(made) {
		if err := <-made; err == nil {
			won++
		} else {
			expect(t, "create a bucket that another call creates", err, vendors.ErrExists)
		}
	}
	if won != 1 {
		t.Errorf("%d calls created one bucket", won)
	}
}
