package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"strings"

	"buckethead/config/addr"
	"buckethead/state"
	"buckethead/vendors"
)

// observer is told of a call before it is made, and gives what is to be told of
// its end. It logs, and lets tests stand at the boundary. It never sees a value.
type observer func(method, target string) func(error)

func (s *session) observe(vendor string) observer {
	return func(method, target string) func(error) {
		s.boundary("before " + vendor + " " + method)
		begun := s.p.Now()
		return func(err error) {
			level, attrs := slog.LevelDebug, []any{"connection", vendor, "method", method, "target", target, "took", s.p.Now().Sub(begun)}
			if err != nil {
				attrs = append(attrs, "error", err.Error())
			}
			if err != nil && !errors.Is(err, vendors.ErrNotFound) {
				level = slog.LevelWarn
			}
			s.log.Log(context.Background(), level, "call", attrs...)
			s.boundary("after " + vendor + " " + method)
		}
	}
}

func (s *session) boundary(what string) {
	if s.p.Hooks.Boundary != nil {
		s.p.Hooks.Boundary(what)
	}
}

// levelTrace is below debug: it has the state's transactions as well.
const levelTrace = slog.LevelDebug - 4

// openLog makes the log that BH_LOG and BH_LOG_PATH ask for; without them it is silent.
func (s *session) openLog() error {
	s.log = slog.New(slog.DiscardHandler)
	level, known := map[string]slog.Level{"error": slog.LevelError, "warn": slog.LevelWarn, "info": slog.LevelInfo,
		"debug": slog.LevelDebug, "trace": levelTrace}[strings.ToLower(s.p.get("BH_LOG"))]
	switch {
	case s.p.get("BH_LOG") == "":
		return nil
	case !known:
		return fmt.Errorf("BH_LOG is %q, and has to be error, warn, info, debug or trace", s.p.get("BH_LOG"))
	}
	var out io.Writer = s.p.Stderr
	if path := s.p.get("BH_LOG_PATH"); path != "" {
		file, err := os.OpenFile(path, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
		if err != nil {
			return fmt.Errorf("write the log: %w", err)
		}
		s.closer = append(s.closer, file)
		out = file
	}
	s.log = slog.New(slog.NewTextHandler(out, &slog.HandlerOptions{Level: level}))
	return nil
}

// observedBuckets is a cloud whose calls are observed; abilities are found behind it.
type observedBuckets struct {
	next    vendors.BucketProvider
	observe observer
}

func (o observedBuckets) Unwrap() any { return o.next }

// observed makes a call. A vendor that panics fails this call alone, with an
// outcome that nobody knows: the journal keeps it open like any other.
func observed[T any](o observer, method, target string, call func() (T, error)) (out T, err error) {
	end := o(method, target)
	defer func() {
		if fault := recover(); fault != nil {
			err = fmt.Errorf("%s met a fault of its own: %v", method, fault)
		}
		end(err)
	}()
	return call()
}

func observedError(o observer, method, target string, call func() error) error {
	_, err := observed(o, method, target, func() (struct{}, error) { return struct{}{}, call() })
	return err
}

func (o observedBuckets) ListBuckets(ctx context.Context, namespace string) ([]vendors.Bucket, error) {
	return observed(o.observe, "ListBuckets", namespace, func() ([]vendors.Bucket, error) { return o.next.ListBuckets(ctx, namespace) })
}

func (o observedBuckets) GetBucket(ctx context.Context, id vendors.BucketID) (vendors.Bucket, error) {
	return observed(o.observe, "GetBucket", id.Name, func() (vendors.Bucket, error) { return o.next.GetBucket(ctx, id) })
}

func (o observedBuckets) ListCredentials(ctx context.Context) ([]vendors.Credential, error) {
	return observed(o.observe, "ListCredentials", "", func() ([]vendors.Credential, error) { return o.next.ListCredentials(ctx) })
}

func (o observedBuckets) GetCredential(ctx context.Context, id string) (vendors.Credential, error) {
	return observed(o.observe, "GetCredential", id, func() (vendors.Credential, error) { return o.next.GetCredential(ctx, id) })
}

func (o observedBuckets) CreateBucket(ctx context.Context, spec vendors.BucketSpec) (vendors.Bucket, error) {
	return observed(o.observe, "CreateBucket", spec.ID.Name, func() (vendors.Bucket, error) { return o.next.CreateBucket(ctx, spec) })
}

func (o observedBuckets) DeleteBucket(ctx context.Context, id vendors.BucketID) error {
	return observedError(o.observe, "DeleteBucket", id.Name, func() error { return o.next.DeleteBucket(ctx, id) })
}

func (o observedBuckets) IssueCredential(ctx context.Context, spec vendors.CredentialSpec) (vendors.Issued, error) {
	return observed(o.observe, "IssueCredential", spec.Name, func() (vendors.Issued, error) { return o.next.IssueCredential(ctx, spec) })
}

func (o observedBuckets) UpdateCredential(ctx context.Context, id string, spec vendors.CredentialSpec) error {
	return observedError(o.observe, "UpdateCredential", id, func() error { return o.next.UpdateCredential(ctx, id, spec) })
}

func (o observedBuckets) RevokeCredential(ctx context.Context, id string) error {
	return observedError(o.observe, "RevokeCredential", id, func() error { return o.next.RevokeCredential(ctx, id) })
}

// observedSecrets is a store whose calls are observed.
type observedSecrets struct {
	next    vendors.SecretStore
	observe observer
}

func (o observedSecrets) Unwrap() any { return o.next }

func (o observedSecrets) Reference(id, title, field string) string {
	return o.next.Reference(id, title, field)
}

func (o observedSecrets) ListItems(ctx context.Context) ([]vendors.ItemSummary, error) {
	return observed(o.observe, "ListItems", "", func() ([]vendors.ItemSummary, error) { return o.next.ListItems(ctx) })
}

func (o observedSecrets) GetItem(ctx context.Context, id string) (vendors.Item, error) {
	return observed(o.observe, "GetItem", id, func() (vendors.Item, error) { return o.next.GetItem(ctx, id) })
}

func (o observedSecrets) CreateItem(ctx context.Context, spec vendors.ItemSpec) (vendors.Item, error) {
	return observed(o.observe, "CreateItem", spec.Title, func() (vendors.Item, error) { return o.next.CreateItem(ctx, spec) })
}

func (o observedSecrets) UpdateItem(ctx context.Context, id, version string, spec vendors.ItemSpec) (vendors.Item, error) {
	return observed(o.observe, "UpdateItem", id, func() (vendors.Item, error) { return o.next.UpdateItem(ctx, id, version, spec) })
}

func (o observedSecrets) DeleteItem(ctx context.Context, id string) error {
	return observedError(o.observe, "DeleteItem", id, func() error { return o.next.DeleteItem(ctx, id) })
}

// observedStore is a state whose transactions are observed.
type observedStore struct {
	state.Store
	s *session
}

func (o observedStore) observe(method string, project addr.Project, call func() error) error {
	o.s.boundary("before state " + method)
	err := call()
	level, attrs := levelTrace, []any{"method", method, "project", project.String()}
	if err != nil {
		level, attrs = slog.LevelError, append(attrs, "error", err.Error())
	}
	o.s.log.Log(context.Background(), level, "state", attrs...)
	o.s.boundary("after state " + method)
	return err
}

func (o observedStore) Begin(ctx context.Context, i state.Intent) (out state.Intent, err error) {
	err = o.observe("Begin "+i.Step, i.Project, func() error { out, err = o.Store.Begin(ctx, i); return err })
	return out, err
}

func (o observedStore) Commit(ctx context.Context, i state.Intent, r state.Record) error {
	return o.observe("Commit "+i.Step, r.Project, func() error { return o.Store.Commit(ctx, i, r) })
}

func (o observedStore) Abort(ctx context.Context, i state.Intent) error {
	return o.observe("Abort "+i.Step, i.Project, func() error { return o.Store.Abort(ctx, i) })
}

func (o observedStore) Move(ctx context.Context, from, to addr.Project) error {
	return o.observe("Move", to, func() error { return o.Store.Move(ctx, from, to) })
}

func (o observedStore) Settle(ctx context.Context, s state.Settlement) error {
	return o.observe("Settle", s.Project, func() error { return o.Store.Settle(ctx, s) })
}

func (o observedStore) SetWatches(ctx context.Context, list []state.Watch) error {
	return o.observe("SetWatches", addr.Project{}, func() error { return o.Store.SetWatches(ctx, list) })
}

func (o observedStore) Append(ctx context.Context, entries ...state.Entry) error {
	return o.observe("Append", addr.Project{}, func() error { return o.Store.Append(ctx, entries...) })
}
