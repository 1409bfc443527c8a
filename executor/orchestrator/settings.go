package orchestrator

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"buckethead/planner"
	"buckethead/vendors"
)

// freshFor bounds the wait until a new bucket is visible everywhere.
const freshFor = 30 * time.Second

// updateSettings writes one group of settings to the bucket and into the record, so that a
// later plan clears only what a step has certainly written.
func updateSettings(ctx context.Context, rig Rig, s planner.UpdateSettings, w Work) (Work, error) {
	act := fmt.Sprintf("write the settings %s of bucket %s", s.Change.Kind, s.ID.Name)
	writer, able := vendors.As[vendors.BucketSettingsWriter](rig.Buckets)
	if !able {
		return w, fmt.Errorf("%s: %w", act, &vendors.Error{Vendor: w.Record.Cloud, Op: "write bucket settings",
			Kind: vendors.ErrInvalid, Message: "this cloud does not support settings for buckets"})
	}
	err := writeSettings(ctx, rig, writer, s)
	if errors.Is(err, vendors.ErrNotFound) && len(s.Change.Settings.Words(s.Change.Kind)) == 0 {
		err = nil // the settings to be cleared are gone
	}
	if err != nil {
		return w, fmt.Errorf("%s: %w", act, err)
	}
	w.Record.Applied.Settings = learned(w.Record.Applied.Settings, s.Change)
	return w, nil
}

// writeSettings writes once. If the bucket was just created, it tries until the bucket is
// visible, for half a minute at most.
func writeSettings(ctx context.Context, rig Rig, writer vendors.BucketSettingsWriter, s planner.UpdateSettings) error {
	deadline := rig.Now().Add(freshFor)
	for pause := time.Second; ; pause *= 2 {
		err := writer.WriteBucketSettings(ctx, s.ID, s.Change)
		left := deadline.Sub(rig.Now())
		if !s.Fresh || !errors.Is(err, vendors.ErrNotFound) || left <= 0 {
			return err
		}
		pause = min(pause, left)
		if rig.Waiting != nil {
			rig.Waiting("the new bucket is not visible everywhere yet", rig.Now().Add(pause))
		}
		if rig.Sleep(ctx, pause) != nil {
			return err
		}
	}
}

// learned returns the settings that bh has written to a bucket, after a change. A group that
// was cleared is no longer one of them.
func learned(applied vendors.BucketSettings, change vendors.SettingsChange) vendors.BucketSettings {
	group := change.Settings
	if change.Kind == vendors.DomainSettings {
		changed := func(d vendors.CustomDomain) bool {
			same := func(x vendors.CustomDomain) bool { return x.Domain == d.Domain }
			return slices.ContainsFunc(group.Domains, same) || slices.Contains(change.Detach, d.Domain)
		}
		kept := slices.DeleteFunc(slices.Clone(applied.Domains), changed)
		group.Domains = append(kept, group.Domains...)
	}
	if len(group.Words(change.Kind)) == 0 {
		group = vendors.BucketSettings{}
	}
	return applied.With(change.Kind, group)
}
