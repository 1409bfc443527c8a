package vendortest_test

import (
	"context"
	"errors"
	"fmt"

	"buckethead/vendors"
)

// cloudFault is a way to break the contract, and the promise that it breaks.
type cloudFault struct {
	breaks string
	plant  func(*cloud)
}

type storeFault struct {
	breaks string
	plant  func(*store)
}

// forgiving makes one kind of error a success.
func forgiving(err, kind error) error {
	if errors.Is(err, kind) {
		return nil
	}
	return err
}

// retried calls again after an answer that was lost.
func retried[T any](call func() (T, error)) (T, error) {
	out, err := call()
	var own *vendors.Error
	if errors.As(err, &own) && own.OutcomeUnknown {
		return call()
	}
	return out, err
}

var cloudFaults = map[string]cloudFault{
	"creating is idempotent": {"create twice = ErrExists", func(c *cloud) {
		c.create = func(ctx context.Context, s vendors.BucketSpec) (vendors.Bucket, error) {
			b, err := c.Cloud.CreateBucket(ctx, s)
			return b, forgiving(err, vendors.ErrExists)
		}
	}},
	"a taken name is a refusal of permission": {"create twice = ErrExists", func(c *cloud) {
		c.create = func(ctx context.Context, s vendors.BucketSpec) (vendors.Bucket, error) {
			b, err := c.Cloud.CreateBucket(ctx, s)
			if errors.Is(err, vendors.ErrExists) {
				err = &vendors.Error{Kind: vendors.ErrDenied}
			}
			return b, err
		}
	}},
	"a location is not canonical": {"canonical bucket", func(c *cloud) {
		c.get = func(ctx context.Context, id vendors.BucketID) (vendors.Bucket, error) {
			b, err := c.Cloud.GetBucket(ctx, id)
			b.Location += "-1"
			return b, err
		}
	}},
	"keys are issued with another endpoint": {"the settings say where issued keys are used", func(c *cloud) {
		c.issue = func(ctx context.Context, s vendors.CredentialSpec) (vendors.Issued, error) {
			issued, err := c.Cloud.IssueCredential(ctx, s)
			issued.Keys.EndpointURL += "/elsewhere"
			return issued, err
		}
	}},
	"deleting what is absent fails": {"delete absent = nil", func(c *cloud) {
		c.remove = func(ctx context.Context, id vendors.BucketID) error {
			if _, err := c.GetBucket(ctx, id); err != nil {
				return err
			}
			return c.Cloud.DeleteBucket(ctx, id)
		}
	}},
	"deleting takes the objects along": {"delete non-empty = ErrNotEmpty", func(c *cloud) {
		c.remove = func(ctx context.Context, id vendors.BucketID) error {
			if err := c.EmptyBucket(ctx, id); err != nil {
				return err
			}
			return c.Cloud.DeleteBucket(ctx, id)
		}
	}},
	"a refused delete revokes": {"nothing revoked", func(c *cloud) {
		c.remove = func(ctx context.Context, id vendors.BucketID) error {
			err := c.Cloud.DeleteBucket(ctx, id)
			for _, found := range c.Credentials() {
				if errors.Is(err, vendors.ErrNotEmpty) && found.Bucket == id {
					c.RemoveCredential(found.ID)
				}
			}
			return err
		}
	}},
	"an absent bucket is unavailable": {"get absent = ErrNotFound", func(c *cloud) {
		c.get = func(ctx context.Context, id vendors.BucketID) (vendors.Bucket, error) {
			b, err := c.Cloud.GetBucket(ctx, id)
			if err != nil {
				err = &vendors.Error{Kind: vendors.ErrUnavailable, Err: errors.New("404")}
			}
			return b, err
		}
	}},
	"errors are no vendor's": {"get absent = ErrNotFound", func(c *cloud) {
		c.get = func(ctx context.Context, id vendors.BucketID) (vendors.Bucket, error) {
			b, err := c.Cloud.GetBucket(ctx, id)
			if err != nil {
				err = fmt.Errorf("404: %w", vendors.ErrNotFound)
			}
			return b, err
		}
	}},
	"lists end after a page": {"list sees more than one page of buckets", func(c *cloud) {
		c.list = func(ctx context.Context, namespace string) ([]vendors.Bucket, error) {
			list, err := c.Cloud.ListBuckets(ctx, namespace)
			return list[:min(3, len(list))], err
		}
	}},
	"credential lists end after a page": {"list sees more than one page of credentials", func(c *cloud) {
		c.listAll = func(ctx context.Context) ([]vendors.Credential, error) {
			list, err := c.Cloud.ListCredentials(ctx)
			return list[:min(3, len(list))], err
		}
	}},
	"a page comes twice": {"list sees more than one page of buckets", func(c *cloud) {
		c.list = func(ctx context.Context, namespace string) ([]vendors.Bucket, error) {
			list, err := c.Cloud.ListBuckets(ctx, namespace)
			return append(list, list...), err
		}
	}},
	"issuing is idempotent": {"issue twice with one name", func(c *cloud) {
		made := map[string]vendors.Issued{}
		c.issue = func(ctx context.Context, s vendors.CredentialSpec) (vendors.Issued, error) {
			if before, there := made[s.Name]; there && before.Credential.Bucket == s.Bucket {
				return before, nil
			}
			issued, err := c.Cloud.IssueCredential(ctx, s)
			made[s.Name] = issued
			return issued, err
		}
	}},
	"issuing is retried": {"cut connection after the act", func(c *cloud) {
		c.issue = func(ctx context.Context, s vendors.CredentialSpec) (vendors.Issued, error) {
			return retried(func() (vendors.Issued, error) { return c.Cloud.IssueCredential(ctx, s) })
		}
	}},
	"a lost answer is a refusal": {"cut connection after the act", func(c *cloud) {
		c.create = func(ctx context.Context, s vendors.BucketSpec) (vendors.Bucket, error) {
			b, err := c.Cloud.CreateBucket(ctx, s)
			if errors.Is(err, vendors.ErrUnavailable) && ctx.Err() == nil {
				err = &vendors.Error{Kind: vendors.ErrUnavailable}
			}
			return b, err
		}
	}},
	"a rate limit without a time": {"429 = ErrRateLimited", func(c *cloud) {
		c.list = func(ctx context.Context, namespace string) ([]vendors.Bucket, error) {
			list, err := c.Cloud.ListBuckets(ctx, namespace)
			if errors.Is(err, vendors.ErrRateLimited) {
				err = &vendors.Error{Kind: vendors.ErrRateLimited}
			}
			return list, err
		}
	}},
	"a cancelled call goes on": {"cancelled context", func(c *cloud) {
		c.issue = func(ctx context.Context, s vendors.CredentialSpec) (vendors.Issued, error) {
			issued, err := c.Cloud.IssueCredential(context.WithoutCancel(ctx), s)
			if ctx.Err() != nil {
				err = &vendors.Error{Kind: vendors.ErrUnavailable, Err: ctx.Err()}
			}
			return issued, err
		}
	}},
	"revoking takes all of the name": {"revoke twice = nil", func(c *cloud) {
		c.revoke = func(ctx context.Context, id string) error {
			gone, _ := c.Cloud.GetCredential(ctx, id)
			for _, found := range c.Credentials() {
				if found.Name == gone.Name {
					c.RemoveCredential(found.ID)
				}
			}
			return c.Cloud.RevokeCredential(ctx, id)
		}
	}},
	"an update mints": {"update keeps the keys", func(c *cloud) {
		c.update = func(ctx context.Context, id string, s vendors.CredentialSpec) error {
			if err := c.Cloud.UpdateCredential(ctx, id, s); err != nil {
				return err
			}
			_, err := c.Cloud.IssueCredential(ctx, s)
			return err
		}
	}},
	"expired ones are not listed": {"an expired credential is listed", func(c *cloud) {
		c.listAll = func(ctx context.Context) ([]vendors.Credential, error) {
			list, err := c.Cloud.ListCredentials(ctx)
			var out []vendors.Credential
			for _, found := range list {
				if found.Status == vendors.Active {
					out = append(out, found)
				}
			}
			return out, err
		}
	}},
	"any keys open the bucket": {"keys open their own bucket alone", func(c *cloud) {
		c.verify = func(ctx context.Context, id vendors.BucketID, keys vendors.BucketCredentials) error {
			return forgiving(c.Cloud.VerifyCredential(ctx, id, keys), vendors.ErrDenied)
		}
	}},
	"an error shows the secret": {"no secret is shown", func(c *cloud) {
		c.verify = func(ctx context.Context, id vendors.BucketID, keys vendors.BucketCredentials) error {
			err := c.Cloud.VerifyCredential(ctx, id, keys)
			if err == nil {
				return nil
			}
			return &vendors.Error{Kind: vendors.ErrDenied, Message: "signed with " + keys.SecretAccessKey.Reveal(), Err: err}
		}
	}},
}

var storeFaults = map[string]storeFault{
	"creating an item is idempotent": {"create twice = two items", func(s *store) {
		s.create = func(ctx context.Context, spec vendors.ItemSpec) (vendors.Item, error) {
			for _, item := range s.Items() {
				if item.Title == spec.Title {
					return item, nil
				}
			}
			return s.Store.CreateItem(ctx, spec)
		}
	}},
	"creating an item is retried": {"cut connection after the act", func(s *store) {
		s.create = func(ctx context.Context, spec vendors.ItemSpec) (vendors.Item, error) {
			return retried(func() (vendors.Item, error) { return s.Store.CreateItem(ctx, spec) })
		}
	}},
	"the version does not matter": {"stale update = ErrConflict", func(s *store) {
		s.update = func(ctx context.Context, id, version string, spec vendors.ItemSpec) (vendors.Item, error) {
			item, there := s.Item(id)
			if there {
				version = item.Version
			}
			return s.Store.UpdateItem(ctx, id, version, spec)
		}
	}},
	"an update drops the secret": {"an update without a secret", func(s *store) {
		s.update = func(ctx context.Context, id, version string, spec vendors.ItemSpec) (vendors.Item, error) {
			if spec.Keys.SecretAccessKey.IsZero() {
				spec.Keys.SecretAccessKey = vendors.NewSecret("(concealed)")
			}
			return s.Store.UpdateItem(ctx, id, version, spec)
		}
	}},
	"an update replaces the item": {"user-added fields survive", func(s *store) {
		s.update = func(ctx context.Context, id, version string, spec vendors.ItemSpec) (vendors.Item, error) {
			item, err := s.Store.UpdateItem(ctx, id, version, spec)
			s.AddField(id, "note", "")
			return item, err
		}
	}},
	"a shown secret is not seen": {"a secret that is shown is seen", func(s *store) {
		s.get = func(ctx context.Context, id string) (vendors.Item, error) {
			item, err := s.Store.GetItem(ctx, id)
			item.Misfits = nil
			return item, err
		}
	}},
	"a shown secret stays": {"a secret that is shown is seen", func(s *store) {
		s.update = func(ctx context.Context, id, version string, spec vendors.ItemSpec) (vendors.Item, error) {
			before, _ := s.Item(id)
			item, err := s.Store.UpdateItem(ctx, id, version, spec)
			if len(before.Misfits) > 0 {
				s.ShowSecret(id)
			}
			return item, err
		}
	}},
	"deleted items are listed": {"create-then-list", func(s *store) {
		s.list = func(ctx context.Context) ([]vendors.ItemSummary, error) {
			list, err := s.Store.ListItems(ctx)
			for _, item := range s.Archived() {
				list = append(list, item.ItemSummary)
			}
			return list, err
		}
	}},
	"deleting nothing fails": {"delete absent = nil", func(s *store) {
		s.remove = func(ctx context.Context, id string) error {
			if _, err := s.Store.GetItem(ctx, id); err != nil {
				return err
			}
			return s.Store.DeleteItem(ctx, id)
		}
	}},
	"fields are trimmed": {"canonical item", func(s *store) {
		s.get = func(ctx context.Context, id string) (vendors.Item, error) {
			item, err := s.Store.GetItem(ctx, id)
			item.Keys.Jurisdiction = ""
			return item, err
		}
	}},
	"item lists end after a page": {"list sees more than one page", func(s *store) {
		s.list = func(ctx context.Context) ([]vendors.ItemSummary, error) {
			list, err := s.Store.ListItems(ctx)
			return list[:min(3, len(list))], err
		}
	}},
	"a cancelled write goes on": {"cancelled context", func(s *store) {
		s.remove = func(ctx context.Context, id string) error {
			return s.Store.DeleteItem(context.WithoutCancel(ctx), id)
		}
	}},
	"an error shows the item": {"no secret is shown", func(s *store) {
		s.update = func(ctx context.Context, id, version string, spec vendors.ItemSpec) (vendors.Item, error) {
			item, err := s.Store.UpdateItem(ctx, id, version, spec)
			var own *vendors.Error
			if errors.As(err, &own) {
				own.Message += " " + spec.Keys.SecretAccessKey.Reveal()
			}
			return item, err
		}
	}},
}
