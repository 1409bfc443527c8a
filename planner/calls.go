package planner

import (
	"slices"
	"strings"

	"buckethead/vendors"
)

// AddCalls adds up calls by connection, sorted by the connection's name.
func AddCalls(calls []Calls) []Calls {
	sums := map[string]Calls{}
	for _, c := range calls {
		sum := sums[c.Connection]
		sum.Connection, sum.Vendor = c.Connection, c.Vendor
		sum.Reads += c.Reads
		sum.Writes += c.Writes
		sums[c.Connection] = sum
	}
	out := make([]Calls, 0, len(sums))
	for _, c := range sums {
		out = append(out, c)
	}
	slices.SortFunc(out, func(a, b Calls) int { return strings.Compare(a.Connection, b.Connection) })
	return out
}

// VendorOf returns the vendor's name in a connection address.
func VendorOf(connection string) string {
	vendor, _, _ := strings.Cut(connection, ".")
	return vendor
}

// countCalls returns the calls that the steps of o make if all goes well.
// The proof does not call the cloud's API.
func countCalls(o *Operation) []Calls {
	var cloud, secrets Calls
	var others []Calls
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
			others = append(others, Calls{Connection: s.Secrets, Vendor: VendorOf(s.Secrets), Writes: 1})
		case TakeCredential, MoveRecord, ForgetRecord, Settle:
		}
	}
	cloud.Connection, cloud.Vendor = o.Cloud, VendorOf(o.Cloud)
	secrets.Connection, secrets.Vendor = o.Secrets, VendorOf(o.Secrets)
	for _, c := range []Calls{cloud, secrets} {
		if c.Reads+c.Writes > 0 {
			others = append(others, c)
		}
	}
	return AddCalls(others)
}
