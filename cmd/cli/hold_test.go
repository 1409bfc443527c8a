package cli_test

import (
	"context"
	"os"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"buckethead/state"
	"buckethead/state/bolt"
)

// held is a state that a script holds as another process would: the lock is on the
// open file, so this process and the commands that it starts shut each other out.
type held struct{ store *bolt.Store }

type heldKey struct{}

func holdState(ts *testscript.TestScript, _ bool, args []string) {
	store, err := bolt.Open(context.Background(), ts.MkAbs(args[0]), bolt.Options{Now: func() time.Time { return time.Date(2026, 11, 23, 11, 59, 0, 0, time.UTC) },
		Holder: state.Holder{PID: os.Getpid(), Command: "bh apply", Actor: "ada"}})
	ts.Check(err)
	ts.Value(heldKey{}).(*held).store = store
}

func releaseState(ts *testscript.TestScript, _ bool, _ []string) {
	ts.Check(ts.Value(heldKey{}).(*held).store.Close())
}
