package vendortest_test

import (
	"context"
	"errors"
	"maps"

	"buckethead/vendors"
)

func init() { maps.Copy(cloudFaults, settingsFaults) }

func (c *cloud) ReadBucketSettings(ctx context.Context, id vendors.BucketID, kinds []vendors.SettingsKind) (vendors.BucketSettings, error) {
	if c.readSettings != nil {
		return c.readSettings(ctx, id, kinds)
	}
	return c.Cloud.ReadBucketSettings(ctx, id, kinds)
}

func (c *cloud) WriteBucketSettings(ctx context.Context, id vendors.BucketID, change vendors.SettingsChange) error {
	if c.writeSettings != nil {
		return c.writeSettings(ctx, id, change)
	}
	return c.Cloud.WriteBucketSettings(ctx, id, change)
}

var settingsFaults = map[string]cloudFault{
	"the age of CORS answers is lost": {"settings come back as they were sent", func(c *cloud) {
		c.writeSettings = func(ctx context.Context, id vendors.BucketID, change vendors.SettingsChange) error {
			change.Settings = change.Settings.Clone()
			for i := range change.Settings.CORS {
				change.Settings.CORS[i].MaxAge = 0
			}
			return c.Cloud.WriteBucketSettings(ctx, id, change)
		}
	}},
	"no rules are nil": {"settings come back as they were sent", func(c *cloud) {
		c.readSettings = func(ctx context.Context, id vendors.BucketID, kinds []vendors.SettingsKind) (vendors.BucketSettings, error) {
			s, err := c.Cloud.ReadBucketSettings(ctx, id, kinds)
			for _, kind := range s.Kinds() {
				if len(s.Words(kind)) == 0 {
					s = s.With(kind, vendors.BucketSettings{})
				}
			}
			return s, err
		}
	}},
	"reading returns more than was asked for": {"settings come back as they were sent", func(c *cloud) {
		c.readSettings = func(ctx context.Context, id vendors.BucketID, _ []vendors.SettingsKind) (vendors.BucketSettings, error) {
			return c.Cloud.ReadBucketSettings(ctx, id, vendors.SettingsKinds())
		}
	}},
	"one rule is left when all are cleared": {"settings are cleared", func(c *cloud) {
		c.writeSettings = func(ctx context.Context, id vendors.BucketID, change vendors.SettingsChange) error {
			if change.Kind == vendors.LockSettings && len(change.Settings.Lock) == 0 {
				change.Settings.Lock = []vendors.LockRule{{ID: "left", Indefinite: true}}
			}
			return c.Cloud.WriteBucketSettings(ctx, id, change)
		}
	}},
	"an absent bucket has no rules": {"settings of an absent bucket = ErrNotFound", func(c *cloud) {
		c.readSettings = func(ctx context.Context, id vendors.BucketID, kinds []vendors.SettingsKind) (vendors.BucketSettings, error) {
			s, err := c.Cloud.ReadBucketSettings(ctx, id, kinds)
			return s, forgiving(err, vendors.ErrNotFound)
		}
	}},
	"writing to an absent bucket leaves it open": {"settings of an absent bucket = ErrNotFound", func(c *cloud) {
		c.writeSettings = func(ctx context.Context, id vendors.BucketID, change vendors.SettingsChange) error {
			err := c.Cloud.WriteBucketSettings(ctx, id, change)
			var own *vendors.Error
			if errors.As(err, &own) {
				return &vendors.Error{Kind: own.Kind, OutcomeUnknown: true}
			}
			return err
		}
	}},
	"rules are added to those that there are": {"write settings twice", func(c *cloud) {
		c.writeSettings = func(ctx context.Context, id vendors.BucketID, change vendors.SettingsChange) error {
			before := c.Settings(id).CORS
			change.Settings = change.Settings.Clone()
			if change.Kind == vendors.CORSSettings && len(change.Settings.CORS) > 0 {
				change.Settings.CORS = append(change.Settings.CORS, before...)
			}
			return c.Cloud.WriteBucketSettings(ctx, id, change)
		}
	}},
	"domains that are not named go": {"custom domains of others stay", func(c *cloud) {
		c.writeSettings = func(ctx context.Context, id vendors.BucketID, change vendors.SettingsChange) error {
			if change.Kind == vendors.DomainSettings {
				for _, d := range c.Settings(id).Domains {
					change.Detach = append(change.Detach, d.Domain)
				}
			}
			return c.Cloud.WriteBucketSettings(ctx, id, change)
		}
	}},
}
