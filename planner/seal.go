package planner

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"

	"buckethead/config/addr"
	"buckethead/planner/observed"
	"buckethead/vendors"
)

// seal sets the fields that are derived from the others: acts, calls, digest.
func (o *Operation) seal() {
	type namedStep struct {
		Name string
		Step Step
	}
	var decides struct {
		Project addr.Address
		Block   string `json:",omitempty"`
		Kind    Kind
		Reason  string
		Cloud   string
		Secrets string
		Changes []Change
		Blocked []string
		After   []addr.Address
		Steps   []namedStep
	}
	if decides.Kind, decides.Reason = o.Kind, o.Reason.Word; o.Address.Kind == addr.Project {
		decides.Project = o.Address
	} else {
		decides.Block = o.Address.String()
	}
	decides.Cloud, decides.Secrets, decides.Changes, decides.After = o.Cloud, o.Secrets, unsourced(o.Changes), o.Freed()
	for _, b := range o.Blocked {
		decides.Blocked = append(decides.Blocked, b.Word)
	}
	o.Acts = make([]Act, 0, len(o.Steps))
	for _, s := range o.Steps {
		if s.Name() != StepSettle {
			o.Acts = append(o.Acts, Act{Step: s.Name(), Target: s.Target()})
		}
		decides.Steps = append(decides.Steps, namedStep{s.Name(), timeless(s)})
	}
	o.Calls = countCalls(o)
	text, err := json.Marshal(decides)
	if err != nil {
		// Steps are plain data; a step that cannot be encoded is a fault in this package.
		panic(fmt.Sprintf("planner: encode %s: %v", o.Address.String(), err))
	}
	sum := sha256.Sum256(text)
	o.Digest = hex.EncodeToString(sum[:])
}

// unsourced returns changes without their sources: the same value does the same.
func unsourced(changes []Change) []Change {
	out := slices.Clone(changes)
	for i := range out {
		out[i].Source = ""
	}
	return out
}

// timeless returns the step without what differs between two plans that do the
// same: names drawn from the operation id, fingerprints, and times of listings.
func timeless(s Step) Step {
	switch s := s.(type) {
	case IssueCredential:
		s.CredentialName = ""
		return s
	case TakeCredential:
		// Taken under the state's key, which a first plan does not have yet.
		s.Fingerprint = ""
		return s
	case Settle:
		s.Watch, s.Keep = nil, nil
		return s
	}
	return s
}

// countCalls returns the calls that the steps of o make if all goes well.
// The proof does not call the cloud's API.
func countCalls(o *Operation) []observed.Calls {
	var cloud, secrets observed.Calls
	var others []observed.Calls
	for _, s := range o.Steps {
		switch s := s.(type) {
		case CreateBucket, IssueCredential, UpdateBucket, UpdateCredential, RevokeCredential, EmptyBucket, DeleteBucket:
			cloud.Writes++
		case UpdateSettings:
			cloud.Writes++
			if s.Change.Kind == vendors.DomainSettings {
				cloud.Reads++
				cloud.Writes += len(s.Change.Settings.Domains) + len(s.Change.Detach) - 1
			}
		case ClaimBucket, ProbeEmpty:
			cloud.Reads++
		case StoreCredential:
			if s.ItemID != "" {
				secrets.Reads++
			}
			secrets.Writes++
		case UpdateItem:
			secrets.Reads++
			secrets.Writes++
		case TakeItem, ConfirmStored:
			secrets.Reads++
		case WriteRecipients:
			secrets.Writes++
		case VerifyCredential:
			secrets.Reads++ // the proof goes to S3, not to the API that has the limit
		case DeleteItem:
			others = append(others, observed.Calls{Connection: s.Secrets, Vendor: observed.VendorOf(s.Secrets), Writes: 1})
		case TakeCredential, RetireCredential, MoveRecord, ForgetRecord, Settle:
		}
	}
	cloud.Connection, cloud.Vendor = o.Cloud, observed.VendorOf(o.Cloud)
	secrets.Connection, secrets.Vendor = o.Secrets, observed.VendorOf(o.Secrets)
	for _, c := range []observed.Calls{cloud, secrets} {
		if c.Reads+c.Writes > 0 {
			others = append(others, c)
		}
	}
	return observed.AddCalls(others)
}
