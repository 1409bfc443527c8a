package s3_test

import (
	"bytes"
	"errors"
	"slices"
	"testing"
	"time"

	"buckethead/state"
	"buckethead/state/s3"
	"buckethead/vendors"
	"buckethead/vendors/sim/s3api"
)

// Keys that the AWS SDK's default chain finds are reported to the code that keeps secrets out
// of what is printed.
func TestBackend_tellsTheKeysOfTheChain(t *testing.T) {
	for name, value := range map[string]string{"AWS_ACCESS_KEY_ID": keyID, "AWS_SECRET_ACCESS_KEY": secret, "AWS_SESSION_TOKEN": "session-token",
		"AWS_CONFIG_FILE": "/none", "AWS_SHARED_CREDENTIALS_FILE": "/none"} {
		t.Setenv(name, value)
	}
	var learned []string
	b, err := s3.New(t.Context(), s3.Options{Now: time.Now, Transport: newServer(t, s3api.Options{}),
		Settings: vendors.Settings{"bucket": {Text: states}, "key": {Text: "k"}, "region": {Text: "auto"}, "endpoint_url": {Text: "https://s3.example.com"}},
		Learn: func(secrets ...vendors.Secret) {
			for _, s := range secrets {
				learned = append(learned, s.Reveal())
			}
		}})
	if err != nil {
		t.Fatal(err)
	}
	_, _ = b.Pull(t.Context()) // there is no state; what matters is that a request was signed
	if !slices.Contains(learned, secret) || !slices.Contains(learned, "session-token") {
		t.Errorf("learned %q", learned)
	}
}

// What an apply announces is in the lock as well, which has no secret in it either.
func TestAnnounce_noSecret(t *testing.T) {
	server, k := newServer(t, s3api.Options{}), key()
	o := server.options(k, "laptop")
	o.Secret = func(texts ...[]byte) bool { return bytes.Contains(bytes.Join(texts, nil), []byte("hunter2hunter2")) }
	store := server.open(o)
	if err := store.Announce(t.Context(), []state.Intent{intent("bh/x"), intent("bh/hunter2hunter2")}); !errors.Is(err, state.ErrSecret) {
		t.Errorf("got %v", err)
	}
	if lock := server.object(k + ".lock"); bytes.Contains(lock, []byte("bh/")) {
		t.Errorf("the lock is %s", lock)
	}
	must(t, store.Announce(t.Context(), []state.Intent{intent("bh/y")}))
	must(t, store.Close())
}

// Nor has it one in what it says of its holder, and nor has the state's first line.
func TestBackend_noSecretOfTheHolder(t *testing.T) {
	server, k := newServer(t, s3api.Options{}), key()
	o := server.options(k, "hunter2hunter2")
	must(t, server.open(server.options(k, "laptop")).Close())
	held := server.backend(server.options(k, "laptop"))
	lock, err := held.Lock(t.Context(), time.Minute)
	must(t, err)
	o.Secret = func(texts ...[]byte) bool { return bytes.Contains(bytes.Join(texts, nil), []byte("hunter2hunter2")) }
	if _, err := server.backend(o).Unlock(t.Context(), lock.ID); !errors.Is(err, state.ErrSecret) {
		t.Errorf("unlock: got %v", err)
	}
	if ok, err := held.Unlock(t.Context(), lock.ID); !ok || err != nil {
		t.Fatal(ok, err)
	}
	if _, err := server.backend(o).Open(t.Context()); !errors.Is(err, state.ErrSecret) {
		t.Errorf("open: got %v", err)
	}
	for _, object := range []string{k, k + ".lock"} {
		if text := server.object(object); len(text) == 0 || bytes.Contains(text, []byte("hunter2hunter2")) {
			t.Errorf("%s is %q", object, text[:min(len(text), 500)])
		}
	}
}
