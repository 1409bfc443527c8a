package memory

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"buckethead/vendors"
)

// credential is one credential. Its list of IPs is never changed in place.
type credential struct {
	shown   vendors.Credential // without ID; Status is what was set by SetStatus
	secret  vendors.Secret
	knownAt time.Time // until then no read finds it and it does not work
}

// seen returns the credential as reads show it, and whether they show it at all.
func (c credential) seen(id string, now time.Time) (vendors.Credential, bool) {
	out := c.shown
	out.ID = id
	out.AllowedIPs = slices.Clone(out.AllowedIPs)
	if out.Status == "" {
		out.Status = vendors.Active
		if !out.ExpiresAt.IsZero() && !now.Before(out.ExpiresAt) {
			out.Status = vendors.Expired
		}
	}
	return out, !now.Before(c.knownAt)
}

// ListCredentials returns every credential, by id.
func (c *Cloud) ListCredentials(ctx context.Context) ([]vendors.Credential, error) {
	return call(ctx, c.world, c.name, "ListCredentials", "", func(string) ([]vendors.Credential, error) {
		now := c.world.now()
		var out []vendors.Credential
		for id, stored := range c.credentials {
			if shown, known := stored.seen(id, now); known && !c.world.hidden(KindCredential, id) {
				out = append(out, shown)
			}
		}
		c.world.paged(len(out))
		sortCredentials(out)
		return out, nil
	})
}

func sortCredentials(list []vendors.Credential) {
	slices.SortFunc(list, func(a, b vendors.Credential) int { return strings.Compare(a.ID, b.ID) })
}

// GetCredential reads one credential. The error is ErrNotFound if it does not exist (yet).
func (c *Cloud) GetCredential(ctx context.Context, id string) (vendors.Credential, error) {
	return call(ctx, c.world, c.name, "GetCredential", id, func(op string) (vendors.Credential, error) {
		stored, there := c.credentials[id]
		shown, known := stored.seen(id, c.world.now())
		if !there || !known {
			return vendors.Credential{}, c.noCredential(op, id)
		}
		return shown, nil
	})
}

func (c *Cloud) noCredential(op, id string) error {
	return refuse(c.name, op, vendors.ErrNotFound, "there is no credential "+id)
}

// CredentialLimit returns the world's CredentialLimit.
func (c *Cloud) CredentialLimit() int { return c.world.CredentialLimit }

// CodeLimit is the code of the error if a cloud may have no more credentials.
const CodeLimit = "limit"

// IssueCredential mints a credential. The error is ErrNotFound if there is no such bucket. It
// is ErrInvalid for an access that is neither read_write nor read_only, and if the cloud has
// reached its limit; credentials that no read finds yet count, too.
func (c *Cloud) IssueCredential(ctx context.Context, spec vendors.CredentialSpec) (vendors.Issued, error) {
	return call(ctx, c.world, c.name, "IssueCredential", spec.Name, func(op string) (vendors.Issued, error) {
		if spec.Access != vendors.ReadWrite && spec.Access != vendors.ReadOnly {
			return vendors.Issued{}, refuse(c.name, op, vendors.ErrInvalid, "access is read_write or read_only")
		}
		if _, there := c.buckets[spec.Bucket]; !there {
			return vendors.Issued{}, c.noBucket(op, spec.Bucket)
		}
		if limit := c.world.CredentialLimit; limit > 0 && len(c.credentials) >= limit {
			return vendors.Issued{}, &vendors.Error{Vendor: c.name, Op: op, Kind: vendors.ErrInvalid, Code: CodeLimit,
				Message: fmt.Sprintf("there are %d credentials, and there may be no more", limit)}
		}
		now := c.world.now().UTC()
		made := credential{secret: vendors.NewSecret(c.world.drawSecret()),
			shown: vendors.Credential{Name: spec.Name, Bucket: spec.Bucket, IssuedAt: now}}
		made.set(spec)
		if c.world.LateMint != nil {
			made.knownAt = now.Add(c.world.LateMint(spec.Name))
		}
		id := c.world.drawID("K")
		c.credentials[id] = made
		shown, _ := made.seen(id, now)
		return vendors.Issued{Credential: shown, Keys: vendors.BucketCredentials{
			AccessKeyID: id, SecretAccessKey: made.secret, Bucket: spec.Bucket.Name,
			EndpointURL: endpointOf(c.name), Region: region, Jurisdiction: spec.Bucket.Namespace,
		}}, nil
	})
}

func (c *credential) set(spec vendors.CredentialSpec) {
	c.shown.Access, c.shown.ExpiresAt = spec.Access, spec.ExpiresAt
	c.shown.AllowedIPs = slices.Sorted(slices.Values(spec.AllowedIPs))
}

// UpdateCredential changes access, allowed IPs and expiry. The error is ErrNotFound if the
// credential does not exist (yet).
func (c *Cloud) UpdateCredential(ctx context.Context, id string, spec vendors.CredentialSpec) error {
	_, err := call(ctx, c.world, c.name, "UpdateCredential", id, func(op string) (struct{}, error) {
		stored, there := c.credentials[id]
		if _, known := stored.seen(id, c.world.now()); !there || !known {
			return struct{}{}, c.noCredential(op, id)
		}
		stored.set(spec)
		c.credentials[id] = stored
		return struct{}{}, nil
	})
	return err
}

// RevokeCredential revokes a credential. If there is none, it succeeds.
func (c *Cloud) RevokeCredential(ctx context.Context, id string) error {
	_, err := call(ctx, c.world, c.name, "RevokeCredential", id, func(string) (struct{}, error) {
		delete(c.credentials, id)
		return struct{}{}, nil
	})
	return err
}

// VerifyCredential says whether keys open their bucket. The error is ErrDenied if they do not
// (yet), and ErrNotFound if the bucket is gone.
func (c *Cloud) VerifyCredential(ctx context.Context, id vendors.BucketID, keys vendors.BucketCredentials) error {
	_, err := call(ctx, c.world, c.name, "VerifyCredential", id.Name, func(op string) (struct{}, error) {
		if _, there := c.buckets[id]; !there {
			return struct{}{}, c.noBucket(op, id)
		}
		if !c.opens(keys, id) {
			return struct{}{}, refuse(c.name, op, vendors.ErrDenied, "these keys do not open the bucket "+id.Name)
		}
		return struct{}{}, nil
	})
	return err
}

// opens says whether keys really work. The lock is held.
func (c *Cloud) opens(keys vendors.BucketCredentials, id vendors.BucketID) bool {
	stored, there := c.credentials[keys.AccessKeyID]
	shown, known := stored.seen(keys.AccessKeyID, c.world.now())
	_, bucketThere := c.buckets[id]
	return there && known && bucketThere && shown.Status == vendors.Active && shown.Bucket == id &&
		stored.secret.Equal(keys.SecretAccessKey)
}

// Works reports whether keys open a bucket now. It does not count as a call.
func (c *Cloud) Works(keys vendors.BucketCredentials, id vendors.BucketID) bool {
	c.world.mu.Lock()
	defer c.world.mu.Unlock()
	return c.opens(keys, id)
}

// WorksByID reports whether the credential with this id opens the bucket it was issued for, to
// anyone who has its secret. It does not count as a call.
func (c *Cloud) WorksByID(id string) bool {
	c.world.mu.Lock()
	defer c.world.mu.Unlock()
	stored := c.credentials[id]
	return c.opens(vendors.BucketCredentials{AccessKeyID: id, SecretAccessKey: stored.secret}, stored.shown.Bucket)
}

// Credentials returns every credential as it is, including those that no read finds yet, by
// name and id. It does not count as a call.
func (c *Cloud) Credentials() []vendors.Credential {
	c.world.mu.Lock()
	defer c.world.mu.Unlock()
	now := c.world.now()
	out := make([]vendors.Credential, 0, len(c.credentials))
	for id, stored := range c.credentials {
		shown, _ := stored.seen(id, now)
		out = append(out, shown)
	}
	slices.SortFunc(out, func(a, b vendors.Credential) int {
		return cmp.Or(strings.Compare(a.Name, b.Name), strings.Compare(a.ID, b.ID))
	})
	return out
}

// RemoveCredential removes a credential, behind bh's back.
func (c *Cloud) RemoveCredential(id string) {
	c.world.mu.Lock()
	defer c.world.mu.Unlock()
	delete(c.credentials, id)
}

// SetStatus makes a credential expired, disabled or exposed, whatever its date says; with "" the
// date decides again. It reports whether the credential exists.
func (c *Cloud) SetStatus(id string, status vendors.Status) bool {
	return c.edit(id, func(shown *vendors.Credential) { shown.Status = status })
}

// EditCredential changes a credential behind bh's back; its id stays. A Status
// other than "" wins over its date. It reports whether there is one.
func (c *Cloud) EditCredential(id string, change func(*vendors.Credential)) bool {
	return c.edit(id, change)
}

func (c *Cloud) edit(id string, change func(*vendors.Credential)) bool {
	c.world.mu.Lock()
	defer c.world.mu.Unlock()
	stored, there := c.credentials[id]
	if there {
		stored.shown.AllowedIPs = slices.Clone(stored.shown.AllowedIPs)
		change(&stored.shown)
		c.credentials[id] = stored
	}
	return there
}
