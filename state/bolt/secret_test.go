package bolt_test

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"buckethead/config/addr"
	"buckethead/state"
	"buckethead/state/bolt"
)

// A transaction with a secret in one of its entries is not written, and the next one is.
func TestSecret_keepsTheTransactionOut(t *testing.T) {
	const secret = "a-secret-of-ours"
	ctx, o := t.Context(), options()
	o.Secret = func(texts ...[]byte) bool { return bytes.Contains(bytes.Join(texts, nil), []byte(secret)) }
	path := filepath.Join(t.TempDir(), "state.db")
	s, err := bolt.Open(ctx, path, o)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = s.Close() }()
	project := addr.Address{Kind: addr.Project, Name: "a"}
	intent, err := s.Begin(ctx, state.Intent{Project: project, Step: "create bucket"})
	if err != nil {
		t.Fatal(err)
	}
	before, err := s.Snapshot()
	if err != nil {
		t.Fatal(err)
	}
	record := state.Record{Project: project, Secrets: secret}
	if err := s.Commit(ctx, intent, record); !errors.Is(err, state.ErrSecret) {
		t.Errorf("got %v", err)
	}
	if err := s.Append(ctx, state.Entry{Operation: "fine"}, state.Entry{Reason: secret}); !errors.Is(err, state.ErrSecret) {
		t.Errorf("got %v", err)
	}
	after, err := s.Snapshot()
	if err != nil || len(after.Records) != 0 || len(after.Intents) != 1 || after.Meta.Serial != before.Meta.Serial {
		t.Errorf("something was written: %+v, %v", after, err)
	}
	record.Secrets = "age_file.main"
	if err := s.Commit(ctx, intent, record); err != nil {
		t.Error(err)
	}
}

// What a copy has in it is written as well, and so is the note beside a state.
func TestSecret_keepsCopiesAndNotesOut(t *testing.T) {
	const secret = "a-secret-of-ours"
	path := written(t, 3)
	s := open(t, path)
	if err := s.Append(t.Context(), state.Entry{Operation: "apply", Actor: secret}); err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	o := options()
	o.Secret = func(texts ...[]byte) bool { return bytes.Contains(bytes.Join(texts, nil), []byte(secret)) }
	to := filepath.Join(t.TempDir(), "state.db")
	if _, err := bolt.Restore(t.Context(), to, path, o); !errors.Is(err, state.ErrSecret) {
		t.Errorf("got %v", err)
	}
	left, err := os.ReadDir(filepath.Dir(to))
	if err != nil || len(left) > 0 {
		t.Errorf("it leaves %v, %v", left, err)
	}
	o.Stack = secret
	if _, err := bolt.Open(t.Context(), to, o); !errors.Is(err, state.ErrSecret) {
		t.Errorf("a new state: %v", err)
	}
	o.Stack, o.Holder.Actor = "main", secret
	s, err = bolt.Open(t.Context(), to, o)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = s.Close() }()
	if text, err := os.ReadFile(to + ".holder"); err == nil && bytes.Contains(text, []byte(secret)) {
		t.Errorf("the note is %s", text)
	}
}
