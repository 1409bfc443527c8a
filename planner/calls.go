package planner

import (
	"buckethead/planner/observed"
	"buckethead/vendors"
)

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
		case TakeCredential, MoveRecord, ForgetRecord, Settle:
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
