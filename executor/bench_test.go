//go:build unix

package executor_test

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"buckethead/config"
	"buckethead/executor"
	"buckethead/executor/orchestrator"
	"buckethead/planner"
	"buckethead/planner/refresh"
	"buckethead/state"
	"buckethead/state/bolt"
	"buckethead/state/s3"
	"buckethead/vendors"
	"buckethead/vendors/agefile"
	"buckethead/vendors/local"
	"buckethead/vendors/memory"
)

// BenchmarkApply provisions new projects, eight at a time, and reports the CPU time of
// the process: once with the cloud in a folder, the items in an age file and the state in
// a file, and once with the state in a bucket and everything else in memory.
func BenchmarkApply(b *testing.B) {
	for _, shape := range []struct {
		name  string
		apply func(*testing.B, *config.Config) (cpu time.Duration)
	}{{"age-file", applyAgeFile}, {"shared-state", applyShared}} {
		for _, n := range []int{1_000, 3_000} {
			b.Run(fmt.Sprintf("%s/projects=%d", shape.name, n), func(b *testing.B) {
				declared := &config.Config{Stack: stack}
				for i := range n {
					declared.Projects = append(declared.Projects, project(fmt.Sprintf("tenant-%06d", i)))
				}
				var cpu time.Duration
				for b.Loop() {
					cpu += shape.apply(b, declared)
				}
				b.ReportMetric(float64(cpu.Milliseconds())/float64(b.N), "cpu-ms/op")
			})
		}
	}
}

func applyAgeFile(b *testing.B, declared *config.Config) time.Duration {
	ctx, dir := b.Context(), b.TempDir()
	host := vendors.Host{Dir: dir, Now: time.Now}
	buckets, err := local.Vendor.OpenBuckets(ctx, host, vendors.Settings{"root": {Text: "cloud"}})
	if err != nil {
		b.Fatal(err)
	}
	secrets, err := agefile.Vendor.OpenSecrets(ctx, host,
		vendors.Settings{"path": {Text: "secrets.age"}, "identity_file": {Text: "identity.txt"}})
	if err != nil {
		b.Fatal(err)
	}
	s, err := bolt.Open(ctx, filepath.Join(dir, "state.db"), bolt.Options{Stack: stack, Now: time.Now})
	if err != nil {
		b.Fatal(err)
	}
	return applyAll(b, declared, buckets, secrets, s)
}

func applyShared(b *testing.B, declared *config.Config) time.Duration {
	bucket := newBucket(s3.DefaultPace.Operations)
	backend, err := bucket.backend(&line{to: bucket.server.Transport()})
	if err != nil {
		b.Fatal(err)
	}
	s, err := backend.Open(b.Context())
	if err != nil {
		b.Fatal(err)
	}
	world := memory.NewWorld(time.Now)
	return applyAll(b, declared, world.Cloud(cloud), world.Store(store), s)
}

// applyAll plans and applies what is declared and closes the state. It returns the CPU
// time that this took, without the plan.
func applyAll(b *testing.B, declared *config.Config, buckets vendors.BucketProvider, secrets vendors.SecretStore,
	s state.Store) time.Duration {
	ctx := context.Background()
	snap, err := s.Snapshot()
	if err != nil {
		b.Fatal(err)
	}
	world, diags := refresh.Observe(ctx, refresh.Readers{
		Buckets: func(context.Context, string) (vendors.BucketReader, error) { return buckets, nil },
		Secrets: func(context.Context, string) (vendors.SecretReader, error) { return secrets, nil },
	}, refresh.Request{Desired: declared, Recorded: snap, Mode: planner.Normal, Parallelism: 8})
	if err := diags.Err(); err != nil {
		b.Fatal(err)
	}
	plan, diags := planner.Make(planner.Input{Desired: declared, Recorded: snap, Observed: world,
		Mode: planner.Normal, Now: time.Now(), Parallelism: 8})
	if err := diags.Err(); err != nil || len(plan.Operations) != len(declared.Projects) {
		b.Fatal(len(plan.Operations), err)
	}
	rig := orchestrator.Rig{Buckets: buckets, Secrets: secrets, Connection: store, Stack: stack, Now: time.Now,
		Fingerprint: func(s vendors.Secret) string { return vendors.Fingerprint(snap.Meta.FingerprintKey, s) },
		Sleep:       func(context.Context, time.Duration) error { return errors.New("nothing has to wait here") }}
	before := cpuTime(b)
	if shared, is := s.(interface {
		Announce(context.Context, []state.Intent) error
	}); is {
		if err := shared.Announce(ctx, executor.Announcement(plan, executor.Run{}, time.Now())); err != nil {
			b.Fatal(err)
		}
	}
	report := executor.Apply(ctx, plan, func(context.Context, string, string) (orchestrator.Rig, error) { return rig, nil }, snap, s,
		executor.Options{Parallelism: 8, Verify: true, Now: time.Now})
	if err := s.Close(); err != nil || !report.OK() {
		b.Fatal(err, report.Diagnostics)
	}
	return cpuTime(b) - before
}

// cpuTime is the user and system time that this process has used.
func cpuTime(b *testing.B) time.Duration {
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		b.Fatal(err)
	}
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}
