package agefile_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gofrs/flock"

	"buckethead/vendors"
	"buckethead/vendors/agefile"
)

// together makes calls that all wait for the same write of the file, each begun when
// those before it wait, and returns their errors.
func (f *fixture) together(calls ...func() error) []error {
	release := agefile.HoldWrites(f.SecretStore)
	errs := make([]error, len(calls))
	var done sync.WaitGroup
	for i, call := range calls {
		done.Go(func() { errs[i] = call() })
		agefile.AwaitWaiting(f.SecretStore, i+1)
	}
	release()
	done.Wait()
	return errs
}

// written returns how often act makes the store write the file.
func (f *fixture) written(act func()) int {
	stop := agefile.CountWrites(f.SecretStore)
	act()
	return stop()
}

func (f *fixture) titles(t *testing.T) []string {
	t.Helper()
	list, err := f.ListItems(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, item := range list {
		out = append(out, item.Title)
	}
	slices.Sort(out)
	return out
}

func (f *fixture) creating(ctx context.Context, title string) func() error {
	return func() error {
		_, err := f.CreateItem(ctx, vendors.ItemSpec{Title: title})
		return err
	}
}

func TestWaitingWrites_areOneWriteOfTheFile(t *testing.T) {
	f, ctx := open(t), context.Background()
	gone, changed := f.create(t, "gone", "s"), f.create(t, "before", "s")
	const n = 20
	calls := []func() error{
		func() error { return f.DeleteItem(ctx, gone.ID) },
		func() error {
			_, err := f.UpdateItem(ctx, changed.ID, changed.Version, vendors.ItemSpec{Title: "after"})
			return err
		},
	}
	want := []string{"after"}
	for i := range n {
		want = append(want, fmt.Sprintf("item %02d", i))
		calls = append(calls, f.creating(ctx, want[i+1]))
	}
	writes := f.written(func() {
		if err := errors.Join(f.together(calls...)...); err != nil {
			t.Error(err)
		}
	})
	if writes != 1 {
		t.Errorf("the file was written %d times, want once", writes)
	}
	if got := f.titles(t); !slices.Equal(got, want) {
		t.Errorf("the store has %v, want %v", got, want)
	}
	if got := openWith(t, f.dir, nil).titles(t); !slices.Equal(got, want) {
		t.Errorf("the file has %v, want %v", got, want)
	}
}

func TestBadWrite_failsAlone(t *testing.T) {
	f, ctx := open(t), context.Background()
	item := f.create(t, "photos", "s")
	update := func(id, version, title string) func() error {
		return func() error {
			_, err := f.UpdateItem(ctx, id, version, vendors.ItemSpec{Title: title})
			return err
		}
	}
	var errs []error
	writes := f.written(func() {
		errs = f.together(
			f.creating(ctx, "first"),
			update("absent", "1", "x"),
			update(item.ID, item.Version, "photos 2"),
			update(item.ID, item.Version, "too late"),
			f.creating(ctx, "\xff"),
			func() error { return f.DeleteItem(ctx, "absent") },
			f.creating(ctx, "last"),
		)
	})
	for i, want := range []error{nil, vendors.ErrNotFound, nil, vendors.ErrConflict, vendors.ErrInvalid, nil, nil} {
		if !errors.Is(errs[i], want) {
			t.Errorf("write %d: got %v, want %v", i+1, errs[i], want)
		}
	}
	got, want := openWith(t, f.dir, nil).titles(t), []string{"first", "last", "photos 2"}
	if writes != 1 || !slices.Equal(got, want) {
		t.Errorf("after %d writes the file has %v, want one and %v", writes, got, want)
	}
}

func TestFailedWrite_failsForAllAndChangesNothing(t *testing.T) {
	f, ctx := open(t), context.Background()
	f.create(t, "photos", "s")
	if err := os.Rename(f.identity, f.identity+".away"); err != nil {
		t.Fatal(err)
	}
	for _, err := range f.together(f.creating(ctx, "one"), f.creating(ctx, "two")) {
		refused(t, err, vendors.ErrDenied, "is missing")
	}
	if err := os.Rename(f.identity+".away", f.identity); err != nil {
		t.Fatal(err)
	}
	if got := f.titles(t); !slices.Equal(got, []string{"photos"}) {
		t.Errorf("the store has %v", got)
	}
}

func TestWriteThatIsTooLarge_failsAlone(t *testing.T) {
	defer agefile.LimitSize(64 << 10)()
	f, ctx := open(t), context.Background()
	huge := strings.Repeat("x", 64<<10)
	errs := f.together(f.creating(ctx, "before"), f.creating(ctx, huge), f.creating(ctx, "after"))
	if err := errors.Join(errs[0], errs[2]); err != nil {
		t.Error(err)
	}
	refused(t, errs[1], vendors.ErrInvalid, f.path, "too large", "67108864 bytes")
	if got := f.titles(t); !slices.Equal(got, []string{"after", "before"}) {
		t.Errorf("the store has %d items", len(got))
	}
}

// Readers of a store take what its writers wrote from memory, and never see a part of it.
func TestReaders_waitForTheWriter(t *testing.T) {
	f, ctx := open(t), context.Background()
	item := f.create(t, "0", "s")
	agefile.ForbidDecryption(t, f.SecretStore) // so the test fails if a reader does not wait
	id := item.ID
	stop := make(chan struct{})
	var readers, writers sync.WaitGroup
	for range 4 {
		readers.Go(func() {
			for last := ""; ; {
				select {
				case <-stop:
					return
				default:
				}
				got, err := f.GetItem(ctx, id)
				half := got.Title != got.Keys.AccessKeyID && got.Title != "0"
				if err != nil || half || len(got.Title) < len(last) {
					t.Errorf("read %q with the key %q after %q: %v", got.Title, got.Keys.AccessKeyID, last, err)
					return
				}
				last = got.Title
			}
		})
		writers.Go(func() {
			for range 25 {
				made, err := f.CreateItem(ctx, vendors.ItemSpec{Title: "made"})
				if err == nil {
					_, err = f.GetItem(ctx, made.ID)
				}
				if err != nil {
					t.Errorf("what was made cannot be read: %v", err)
				}
			}
		})
	}
	for n := range 25 {
		title := strings.Repeat("x", n+1)
		spec := vendors.ItemSpec{Title: title, Keys: vendors.BucketCredentials{AccessKeyID: title}}
		var err error
		if item, err = f.UpdateItem(ctx, item.ID, item.Version, spec); err != nil {
			t.Fatal(err)
		}
	}
	writers.Wait()
	close(stop)
	readers.Wait()
}

func TestAnotherProcessesWrite_isSeenByWhatWaits(t *testing.T) {
	f, ctx := open(t), context.Background()
	item, other := f.create(t, "photos", "s"), openWith(t, f.dir, nil)
	errs := f.together(
		f.creating(ctx, "mine"),
		func() error {
			if _, err := other.UpdateItem(ctx, item.ID, item.Version, vendors.ItemSpec{Title: "theirs"}); err != nil {
				return err
			}
			other.create(t, "made by them", "s")
			_, err := f.UpdateItem(ctx, item.ID, item.Version, vendors.ItemSpec{Title: "late"})
			return err
		},
	)
	if errs[0] != nil || !errors.Is(errs[1], vendors.ErrConflict) {
		t.Errorf("got %v, want a conflict of the second alone", errs)
	}
	for _, s := range []*fixture{f, other} {
		if got := s.titles(t); !slices.Equal(got, []string{"made by them", "mine", "theirs"}) {
			t.Errorf("got %v", got)
		}
	}
}

func TestContext_endsTheWaitForATurn(t *testing.T) {
	f := open(t)
	ctx, cancel := context.WithCancel(context.Background())
	release := agefile.HoldWrites(f.SecretStore)
	stays, givesUp := make(chan error, 1), make(chan error, 1)
	go func() { stays <- f.creating(context.Background(), "stays")() }()
	agefile.AwaitWaiting(f.SecretStore, 1)
	go func() { givesUp <- f.creating(ctx, "gives up")() }()
	agefile.AwaitWaiting(f.SecretStore, 2)
	cancel()
	if err := <-givesUp; !errors.Is(err, context.Canceled) {
		t.Errorf("the one that gave up got %v", err)
	}
	release()
	if err := <-stays; err != nil {
		t.Error(err)
	}
	if got := f.titles(t); !slices.Equal(got, []string{"stays"}) {
		t.Errorf("the store has %v", got)
	}
}

// A writer that gives up waiting for another process leaves the others to it.
func TestContext_endsTheWaitForAnotherProcess(t *testing.T) {
	f := open(t)
	f.create(t, "photos", "s")
	lock := flock.New(f.path + ".lock")
	if err := lock.Lock(); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	release := agefile.HoldWrites(f.SecretStore)
	var first, second error
	var done sync.WaitGroup
	done.Go(func() { first = f.creating(ctx, "gives up")() })
	agefile.AwaitWaiting(f.SecretStore, 1)
	release() // the first leads now, and waits for the lock
	done.Go(func() { second = f.creating(context.Background(), "stays")() })
	agefile.AwaitWaiting(f.SecretStore, 2)
	// Readers need no lock.
	if got := f.titles(t); !slices.Equal(got, []string{"photos"}) {
		t.Errorf("while the lock is held the store has %v", got)
	}
	cancel()
	agefile.AwaitWaiting(f.SecretStore, 1)
	if err := lock.Close(); err != nil {
		t.Fatal(err)
	}
	done.Wait()
	if !errors.Is(first, context.Canceled) || second != nil {
		t.Errorf("got %v and %v", first, second)
	}
	if got := f.titles(t); !slices.Equal(got, []string{"photos", "stays"}) {
		t.Errorf("the store has %v", got)
	}
}

// A write waits for others only after some have come together: until as many wait again,
// for a limited time, and not any more when nobody came a few times.
func TestWrites_gather(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f, ctx, calls := open(t), t.Context(), 0
		now := func() time.Time { // says that everything takes long
			calls++
			return start.Add(time.Duration(calls) * time.Hour)
		}
		var err error
		f.SecretStore, err = agefile.Vendor.OpenSecrets(ctx, vendors.Host{Dir: f.dir, Now: now},
			vendors.Settings{"path": {Text: "secrets.age"}, "identity_file": {Text: "identity.txt"}})
		if err != nil {
			t.Fatal(err)
		}
		took := func(writes int, act func()) time.Duration {
			t.Helper()
			began := time.Now()
			if got := f.written(act); got != writes {
				t.Errorf("the file was written %d times, want %d", got, writes)
			}
			return time.Since(began)
		}
		alone := func() { f.create(t, "alone", "s") }
		alone() // makes the identity
		if d := took(2, func() { alone(); alone() }); d != 0 {
			t.Errorf("at first a write waits %s", d)
		}
		if err := errors.Join(f.together(f.creating(ctx, "a"), f.creating(ctx, "b"))...); err != nil {
			t.Fatal(err)
		}
		pair := func() {
			var both sync.WaitGroup
			both.Go(alone)
			both.Go(alone)
			both.Wait()
		}
		if d := took(2, func() { pair(); pair() }); d != 0 {
			t.Errorf("two pairs wait %s", d)
		}
		ending, cancel := context.WithCancel(ctx)
		given := make(chan error)
		go func() { given <- f.creating(ending, "gives up")() }()
		synctest.Wait()
		if d := took(0, func() { cancel(); err = <-given }); d != 0 || !errors.Is(err, context.Canceled) {
			t.Errorf("after %s, giving up returns %v", d, err)
		}
		if d := took(4, func() { alone(); alone(); alone(); alone() }); d == 0 || d > 10*time.Second {
			t.Errorf("four writes for which nobody came wait %s", d)
		}
		if d := took(1, alone); d != 0 {
			t.Errorf("then a write waits %s", d)
		}
	})
}

// What is being written is waited for, whatever becomes of the context.
func TestContext_doesNotEndAWrite(t *testing.T) {
	f := open(t)
	ctx, cancel := context.WithCancel(context.Background())
	now := func() time.Time { cancel(); return start } // read by each write that is under way
	s, err := agefile.Vendor.OpenSecrets(ctx, vendors.Host{Dir: f.dir, Now: now},
		vendors.Settings{"path": {Text: "secrets.age"}, "identity_file": {Text: "identity.txt"}})
	if err != nil {
		t.Fatal(err)
	}
	f.SecretStore = s
	errs := f.together(f.creating(context.Background(), "first"), f.creating(ctx, "second"))
	if err := errors.Join(errs...); err != nil {
		t.Error(err)
	}
	if got := f.titles(t); ctx.Err() == nil || !slices.Equal(got, []string{"first", "second"}) {
		t.Errorf("the store has %v", got)
	}
}
