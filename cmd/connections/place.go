package connections

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"buckethead/config"
	"buckethead/state"
	"buckethead/state/bolt"
	"buckethead/state/s3"
	"buckethead/vendors"
)

// StateKinds returns the kinds of state other than "local".
func StateKinds() []config.StateKind {
	return []config.StateKind{{Name: s3.Kind, Title: "An object in an S3 bucket, with a lock for several runners", Settings: s3.Settings(), OwnHosts: s3.OwnHosts, Check: s3.CheckSettings}}
}

// StatePermissions returns the permissions that the keys of the declared state need; nil for a
// file.
func (c *Connections) StatePermissions() []vendors.Permission {
	if c.LocalState() != "" {
		return nil
	}
	return s3.Permissions()
}

// Place returns the place of the state: from [StateOptions], or as the file declares it.
func (c *Connections) Place(ctx context.Context) (state.Place, error) {
	return c.places.get(ctx, "", func(ctx context.Context) (state.Place, error) {
		declared := c.o.Config.State
		if c.o.State.Path != "" {
			return bolt.NewPlace(c.o.State.Path, c.boltOptions()), nil
		}
		if err := declared.Ready(); err != nil {
			return nil, err
		}
		if declared.Kind != s3.Kind {
			return bolt.NewPlace(c.besideTheFile(declared.Path), c.boltOptions()), nil
		}
		settings, err := c.settings(ctx, config.Connection{Settings: declared.Settings})
		if err != nil {
			return nil, err
		}
		return c.inBucket(ctx, settings, "")
	})
}

// LocalState returns the path of a state that is a file on this machine, or "".
func (c *Connections) LocalState() string {
	switch {
	case c.o.State.Path != "":
		return c.o.State.Path
	case c.o.Config.State.Kind != s3.Kind:
		return c.o.Config.State.Path
	}
	return ""
}

// besideTheFile returns a path relative to the folder of the files.
func (c *Connections) besideTheFile(path string) string {
	if filepath.IsAbs(path) {
		return path
	}
	return filepath.Join(c.o.Config.Dir, path)
}

// PlaceAt returns a place that the command line names: a path, or s3://BUCKET/KEY with region,
// endpoint_url and the like as a query. Its keys come from the default chain.
func (c *Connections) PlaceAt(ctx context.Context, name string) (state.Place, error) {
	rest, inBucket := strings.CutPrefix(name, "s3://")
	if !inBucket {
		return bolt.NewPlace(c.besideTheFile(name), c.boltOptions()), nil
	}
	address, query, _ := strings.Cut(rest, "?")
	bucket, key, _ := strings.Cut(address, "/")
	settings := vendors.Settings{"bucket": {Text: bucket}, "key": {Text: key}}
	values, err := url.ParseQuery(query)
	if err != nil {
		return nil, fmt.Errorf("%s is not a valid place for a state: %w", name, err)
	}
	for _, setting := range s3.Settings() {
		switch value := values.Get(setting.Name); {
		case value != "" && setting.Secret:
			return nil, errors.New("do not put secrets on the command line: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY")
		case value != "":
			settings[setting.Name] = vendors.Value{Text: value}
		default:
			for _, name := range setting.Env {
				if text := c.o.Env(name); text != "" && settings.Text(setting.Name) == "" {
					settings[setting.Name] = vendors.Value{Text: text}
				}
			}
		}
	}
	for _, p := range s3.CheckSettings(settings) {
		return nil, fmt.Errorf("%s is not a valid place for a state: %s; %s", name, p.Summary, p.Fix)
	}
	return c.inBucket(ctx, settings, vendors.HostOf(settings.Text("endpoint_url")))
}

// inBucket returns a place in a bucket. byOperator is the host that the command line names, or "".
func (c *Connections) inBucket(ctx context.Context, settings vendors.Settings, byOperator string) (state.Place, error) {
	hosts := s3.OwnHosts
	if byOperator != "" {
		hosts = append(slices.Clone(hosts), byOperator)
	}
	place, err := s3.New(ctx, s3.Options{Settings: settings, Stack: c.o.Config.Stack, LockTimeout: c.o.State.LockTimeout,
		Now: c.o.Now, Transport: c.o.Transport, MaySend: c.maySend(theState, s3.Settings(), hosts),
		Rescue: filepath.Join(c.o.Config.Dir, ".bh"), Holder: c.o.State.Holder,
		Secret: c.o.Secrets.Contains, Learn: c.o.Secrets.Add,
		Waiting: func(why string, until time.Time) { c.o.Waiting("", why, until) }})
	if err != nil {
		return nil, err
	}
	return place, nil
}

func (c *Connections) boltOptions() bolt.Options {
	holder := c.o.State.Holder
	holder.Commit = "" // the note beside a file has never had one
	return bolt.Options{Stack: c.o.Config.Stack, LockTimeout: c.o.State.LockTimeout, Now: c.o.Now,
		NoSync: c.o.State.NoSync, Holder: holder, Secret: c.o.Secrets.Contains}
}

// Draft is a new state in its own file, from which a place is then filled as a whole.
type Draft interface {
	state.Store
	// Descend records these lineages as ancestors of the state.
	Descend(lineages ...string) error
}

// Draft returns a draft. It does not wait for the disk.
func (c *Connections) Draft(ctx context.Context, path string) (Draft, error) {
	o := c.boltOptions()
	o.NoSync = true
	draft, err := bolt.Open(ctx, path, o)
	if err != nil {
		return nil, err
	}
	return draft, nil
}
