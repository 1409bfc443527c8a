package orchestrator_test

import (
	"errors"
	"testing"
	"time"

	"buckethead/config/addr"
	"buckethead/executor/orchestrator"
	"buckethead/planner"
	"buckethead/state"
	"buckethead/vendors"
)

var brought = orchestrator.Registration{Project: addr.Address{Kind: addr.Project, Name: "drop"}, Operation: "op1", AccessKeyID: "AKIA",
	Bucket: "drop", EndpointURL: "https://s3.example", Region: "eu-central-1", ItemTitle: "drop"}

func refusal(kind, cause error, after time.Duration) error {
	return &vendors.Error{Vendor: "s3.example", Op: "prove", Kind: kind, Err: cause, RetryAfter: after, Message: "as the server says"}
}

// What is final is told at the first try. Only a server that is busy is asked again, for
// half a minute at most.
func TestRegisterBucket_proof(t *testing.T) {
	for name, c := range map[string]struct {
		answers []error // the last one stays
		asked   int
		waited  time.Duration
		fails   bool
	}{
		"opens":              {[]error{nil}, 1, 0, false},
		"denied":             {[]error{refusal(vendors.ErrDenied, nil, 0)}, 1, 0, true},
		"no bucket":          {[]error{refusal(vendors.ErrNotFound, nil, 0)}, 1, 0, true},
		"not S3":             {[]error{refusal(vendors.ErrInvalid, nil, 0)}, 1, 0, true},
		"connection refused": {[]error{refusal(vendors.ErrUnavailable, vendors.ErrUnreachable, 0)}, 1, 0, true},
		"busy once":          {[]error{refusal(vendors.ErrUnavailable, nil, 0), nil}, 2, time.Second, false},
		"slow down":          {[]error{refusal(vendors.ErrRateLimited, nil, 7*time.Second), nil}, 2, 7 * time.Second, false},
		"slow down for long": {[]error{refusal(vendors.ErrRateLimited, nil, time.Hour)}, 1, 0, true},
		"never answers":      {[]error{refusal(vendors.ErrUnavailable, nil, 0)}, 5, 15 * time.Second, true},
		"busy, then denied":  {[]error{refusal(vendors.ErrUnavailable, nil, 0), refusal(vendors.ErrDenied, nil, 0)}, 2, time.Second, true},
	} {
		t.Run(name, func(t *testing.T) {
			rig, world, now := newRig()
			var seen []vendors.BucketCredentials
			world.RefuseKeys = func(keys vendors.BucketCredentials) error {
				seen = append(seen, keys)
				return c.answers[min(len(seen), len(c.answers))-1]
			}
			rec := &notes{}
			_, err := orchestrator.RegisterBucket(t.Context(), rig, brought, rec)
			if (err != nil) != c.fails || c.fails && !errors.Is(err, orchestrator.ErrUnproved) {
				t.Errorf("got %v", err)
			}
			if len(seen) != c.asked || now.Sub(start) != c.waited {
				t.Errorf("asked %d times and waited %v, want %d and %v", len(seen), now.Sub(start), c.asked, c.waited)
			}
			if k := seen[0]; k.AccessKeyID != "AKIA" || k.SecretAccessKey.Reveal() != "brought" || k.Bucket != "drop" ||
				k.EndpointURL != "https://s3.example" || k.Region != "eu-central-1" {
				t.Errorf("proved %+v", k)
			}
			want := state.Proved
			if c.fails {
				want = state.Unproved
			}
			if rec.record.Active == nil || rec.record.Proof != want {
				t.Errorf("recorded %+v", rec.record)
			}
		})
	}
}

// The keys are those of the item, and the endpoint is that which was stored, whatever
// someone wrote into the item since.
func TestProveKeys_readBack(t *testing.T) {
	rig, world, _ := newRig()
	rec := &notes{}
	if _, err := orchestrator.RegisterBucket(t.Context(), rig, brought, rec); err != nil {
		t.Fatal(err)
	}
	item, err := rig.Secrets.GetItem(t.Context(), rec.record.Item.ID)
	if err != nil {
		t.Fatal(err)
	}
	item.Keys.EndpointURL, item.Keys.Bucket, item.Keys.Region = "https://thief.example", "other", "other"
	world.RefuseKeys = func(keys vendors.BucketCredentials) error {
		if keys.EndpointURL != "https://s3.example" || keys.Bucket != "drop" || keys.Region != "eu-central-1" {
			t.Errorf("proved at %+v", keys)
		}
		return nil
	}
	if err := orchestrator.ProveKeys(t.Context(), rig, *rec.record, item.Keys); err != nil || world.Calls("ProveKeys") != 2 {
		t.Errorf("%v after %d proofs", err, world.Calls("ProveKeys"))
	}

	// With verify = false the item is read back, and nobody is asked.
	w, err := orchestrator.Do(t.Context(), rig, planner.VerifyCredential{ReadBack: true}, orchestrator.Work{Record: *rec.record})
	if err != nil || w.Record.Proof != state.Waived || world.Calls("ProveKeys") != 2 {
		t.Errorf("%v, %q after %d proofs", err, w.Record.Proof, world.Calls("ProveKeys"))
	}
}
