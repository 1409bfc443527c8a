package drift

import (
	"buckethead/config/addr"
	"buckethead/config/diag"
)

// Class is a stable word for one kind of change made outside of bh.
type Class string

// The classes of drift.
const (
	BucketGone         Class = "bucket_gone"
	BucketSettings     Class = "bucket_settings"
	SettingsDrift      Class = "settings_drift"
	CredentialGone     Class = "credential_gone"
	CredentialExposed  Class = "credential_exposed"
	CredentialExpired  Class = "credential_expired"
	CredentialDisabled Class = "credential_disabled"
	CredentialUnproved Class = "credential_unproved"
	PolicyDrift        Class = "policy_drift"
	ItemGone           Class = "item_gone"
	ItemDoubled        Class = "item_doubled"
	ItemEdited         Class = "item_edited"
)

// Classes lists the classes in the order in which those of one project are shown.
func Classes() []Class {
	return []Class{BucketGone, BucketSettings, SettingsDrift, CredentialGone, CredentialExposed, CredentialExpired,
		CredentialDisabled, CredentialUnproved, PolicyDrift, ItemGone, ItemDoubled, ItemEdited}
}

// Gone reports whether the thing itself no longer exists.
func (c Class) Gone() bool { return c == BucketGone || c == CredentialGone || c == ItemGone }

// Difference is one thing that is not as bh recorded it. Before is the recorded value and
// After the present one; both are empty if they are sensitive. For an item that is gone, or
// that has a duplicate, the difference has its id and its store.
type Difference struct {
	Address   addr.Address `json:"address"`
	Class     Class        `json:"class"`
	Field     string       `json:"field"`
	Before    string       `json:"before"`
	After     string       `json:"after"`
	Sensitive bool         `json:"sensitive,omitempty"`
	ItemID    string       `json:"item_id,omitempty"`
	Secrets   string       `json:"secrets,omitempty"`
	// Range is the block that declares the project, zero if no block does.
	Range diag.Range `json:"range,omitzero"`
}

// Report lists what was changed outside of bh, by project and class. Checked counts the
// projects that were compared, Ignored the differences that were left out. Proofs is nil
// if the stored keys were not proved.
type Report struct {
	Stack       string
	Checked     int
	Differences []Difference
	Ignored     int
	Proofs      *ProofCount
	// Warnings name stores that are missing as a whole.
	Warnings diag.List
}

// ProofCount counts the projects whose stored keys open their bucket, and those for which
// that was not checked, such as keys with verify = false.
type ProofCount struct{ Proved, LeftOut int }

// Projects counts the projects that have drifted.
func (r Report) Projects() int {
	drifted := map[addr.Address]bool{}
	for _, x := range r.Differences {
		drifted[x.Address] = true
	}
	return len(drifted)
}
