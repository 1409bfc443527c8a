package planner

import (
	"time"

	"buckethead/config/addr"
	"buckethead/planner/owners"
	"buckethead/state"
	"buckethead/vendors"
)

// Step is one act of an operation, decided in the plan. Only the types of this file
// implement it. A step holds no secret and no time of day, so that the same
// operation always has the same digest.
type Step interface {
	// Name is the step's word in journal, events and plan files.
	Name() string
	// Target names what the step acts on, for people.
	Target() string
	step()
}

// CreateBucket makes the bucket. With Resume, an earlier run may have made it: then a
// bucket that exists already belongs to the project.
type CreateBucket struct {
	Spec   vendors.BucketSpec
	Resume bool
}

// ClaimBucket takes over a bucket that exists, and changes nothing on it.
type ClaimBucket struct{ ID vendors.BucketID }

// IssueCredential mints a credential under a name that was never used before. If
// the answer is lost, it tries again under a name derived from it.
type IssueCredential struct {
	CredentialName string
	Bucket         vendors.BucketID
	Access         vendors.Access
	AllowedIPs     []string
	ExpiresAfter   time.Duration
}

// TakeCredential takes registered keys; Fingerprint is that of the secret.
type TakeCredential struct {
	AccessKeyID string
	EndpointURL string
	Region      string
	Bucket      string
	Fingerprint string
}

// TakeItem takes over an item that exists, with the keys in it.
type TakeItem struct {
	ItemID      string
	AccessKeyID string
}

// ConfirmStored takes over what an interrupted run stored: the item holds the
// pending credential, which becomes the active one. Unrecorded is that credential if it
// is missing from the record. Retires is as in StoreCredential.
type ConfirmStored struct {
	ItemID     string
	Overlap    time.Duration
	Unrecorded *state.CredentialRef
	Retires    *state.CredentialRef `json:",omitempty"`
}

// RetireCredential records an older credential that the record does not have, which then retires
// after Overlap. It changes nothing at the vendor.
type RetireCredential struct {
	Credential state.CredentialRef
	Overlap    time.Duration
}

// StoreCredential puts the credential into the item, or into a new item if ItemID is
// empty. The credential that was active before retires after Overlap. Over is the lineage
// of another state whose mark may be in the item. Retires is a credential that bh did not
// issue and that the record does not have: it retires like one that was active before.
type StoreCredential struct {
	ItemID  string
	Title   string
	Overlap time.Duration
	Over    string               `json:",omitempty"`
	Retires *state.CredentialRef `json:",omitempty"`
}

// VerifyCredential reads the item back from the store and proves that the keys
// in that copy open the bucket. AllowedIPs are the addresses that may use them: if
// there are any, this machine may not be one of them. With ReadBack it does not prove
// the keys. Fields that are empty are not part of a digest.
type VerifyCredential struct {
	AllowedIPs []string `json:",omitempty"`
	ReadBack   bool     `json:",omitempty"`
}

// UpdateBucket changes the mutable settings of the bucket.
type UpdateBucket struct{ Spec vendors.BucketSpec }

// UpdateSettings writes one group of the bucket's settings, as a whole. Fresh says
// that the same operation makes the bucket, which may not be known everywhere yet.
type UpdateSettings struct {
	ID     vendors.BucketID
	Change vendors.SettingsChange
	Fresh  bool
}

// UpdateCredential changes what the active credential may do and keeps its keys.
type UpdateCredential struct {
	ID             string
	CredentialName string
	Bucket         vendors.BucketID
	Access         vendors.Access
	AllowedIPs     []string
	ExpiresAfter   time.Duration
}

// UpdateItem writes title, fields and mark of the item again, and keeps its secret. Over is
// as in StoreCredential.
type UpdateItem struct {
	ItemID string
	Title  string
	Fields map[string]string
	Over   string `json:",omitempty"`
}

// RevokeCredential revokes a credential. CredentialName is empty if bh did not
// name it.
type RevokeCredential struct {
	ID             string
	CredentialName string
}

// ProbeEmpty stops the operation if the bucket holds objects.
type ProbeEmpty struct{ ID vendors.BucketID }

// EmptyBucket deletes all that the bucket holds.
type EmptyBucket struct{ ID vendors.BucketID }

// DeleteBucket deletes the bucket, which must be empty.
type DeleteBucket struct{ ID vendors.BucketID }

// WriteRecipients rewrites a whole store for the declared recipients. It needs no
// intent: it is idempotent, and leaves the old store or the new one.
type WriteRecipients struct{ Declared []string }

// DeleteItem removes an item. Secrets names its store, which differs from that of the
// operation if the project changes stores.
type DeleteItem struct {
	ItemID  string
	Title   string
	Secrets string
}

// MoveRecord renames the project in state.
type MoveRecord struct{ From addr.Address }

// ForgetRecord drops the project from state and leaves everything else alone.
type ForgetRecord struct{}

// Settle ends every operation: it closes the project's intents and updates the record to
// what was declared, or deletes it if Gone is set. Names in Watch were never seen and are
// still watched; those in Unwatch no longer are.
type Settle struct {
	Declared Declared
	Watch    []state.Watch
	Unwatch  []string
	Gone     bool
	Waive    bool     // a pending proof is waived
	Keep     []uint64 `json:",omitempty"` // ids of intents that stay open
}

// Declared is what the record copies from the declaration.
type Declared struct {
	Cloud      string
	Secrets    string
	Registered bool
	Protected  bool
	OnDestroy  string
	Applied    state.Applied
}

// The names of the steps.
const (
	StepCreateBucket     = owners.StepCreateBucket
	StepClaimBucket      = "claim_bucket"
	StepIssueCredential  = "issue_credential"
	StepTakeCredential   = "take_credential"
	StepTakeItem         = "take_item"
	StepConfirmStored    = "confirm_stored"
	StepRetireCredential = "retire_credential"
	StepStoreCredential  = owners.StepStoreCredential
	StepVerifyCredential = "verify_credential"
	StepUpdateBucket     = "update_bucket"
	StepUpdateSettings   = "update_settings"
	StepUpdateCredential = "update_credential"
	StepUpdateItem       = "update_item"
	StepRevokeCredential = "revoke_credential"
	StepProbeEmpty       = "probe_empty"
	StepEmptyBucket      = "empty_bucket"
	StepDeleteBucket     = "delete_bucket"
	StepDeleteItem       = "delete_item"
	StepWriteRecipients  = "write_recipients"
	StepMoveRecord       = "move_record"
	StepForgetRecord     = "forget_record"
	StepSettle           = "settle"
)

func (CreateBucket) Name() string     { return StepCreateBucket }
func (ClaimBucket) Name() string      { return StepClaimBucket }
func (IssueCredential) Name() string  { return StepIssueCredential }
func (TakeCredential) Name() string   { return StepTakeCredential }
func (TakeItem) Name() string         { return StepTakeItem }
func (ConfirmStored) Name() string    { return StepConfirmStored }
func (RetireCredential) Name() string { return StepRetireCredential }
func (StoreCredential) Name() string  { return StepStoreCredential }
func (VerifyCredential) Name() string { return StepVerifyCredential }
func (UpdateBucket) Name() string     { return StepUpdateBucket }
func (UpdateSettings) Name() string   { return StepUpdateSettings }
func (UpdateCredential) Name() string { return StepUpdateCredential }
func (UpdateItem) Name() string       { return StepUpdateItem }
func (RevokeCredential) Name() string { return StepRevokeCredential }
func (ProbeEmpty) Name() string       { return StepProbeEmpty }
func (EmptyBucket) Name() string      { return StepEmptyBucket }
func (DeleteBucket) Name() string     { return StepDeleteBucket }
func (DeleteItem) Name() string       { return StepDeleteItem }
func (WriteRecipients) Name() string  { return StepWriteRecipients }
func (MoveRecord) Name() string       { return StepMoveRecord }
func (ForgetRecord) Name() string     { return StepForgetRecord }
func (Settle) Name() string           { return StepSettle }

func (s CreateBucket) Target() string     { return s.Spec.ID.Name }
func (s ClaimBucket) Target() string      { return s.ID.Name }
func (s IssueCredential) Target() string  { return s.CredentialName }
func (s TakeCredential) Target() string   { return s.AccessKeyID }
func (s TakeItem) Target() string         { return s.ItemID }
func (s ConfirmStored) Target() string    { return s.ItemID }
func (s RetireCredential) Target() string { return s.Credential.ID }
func (s StoreCredential) Target() string  { return s.Title }
func (s VerifyCredential) Target() string { return "" }
func (s UpdateBucket) Target() string     { return s.Spec.ID.Name }
func (s UpdateSettings) Target() string   { return s.ID.Name + ": " + string(s.Change.Kind) }
func (s UpdateCredential) Target() string { return s.ID }
func (s UpdateItem) Target() string       { return s.Title }
func (s RevokeCredential) Target() string { return s.ID }
func (s ProbeEmpty) Target() string       { return s.ID.Name }
func (s EmptyBucket) Target() string      { return s.ID.Name }
func (s DeleteBucket) Target() string     { return s.ID.Name }
func (s DeleteItem) Target() string       { return s.Title }
func (s WriteRecipients) Target() string  { return "" }
func (s MoveRecord) Target() string       { return s.From.String() }
func (s ForgetRecord) Target() string     { return "" }
func (s Settle) Target() string           { return "" }

func (CreateBucket) step()     {}
func (ClaimBucket) step()      {}
func (IssueCredential) step()  {}
func (TakeCredential) step()   {}
func (TakeItem) step()         {}
func (ConfirmStored) step()    {}
func (RetireCredential) step() {}
func (StoreCredential) step()  {}
func (VerifyCredential) step() {}
func (UpdateBucket) step()     {}
func (UpdateSettings) step()   {}
func (UpdateCredential) step() {}
func (UpdateItem) step()       {}
func (RevokeCredential) step() {}
func (ProbeEmpty) step()       {}
func (EmptyBucket) step()      {}
func (DeleteBucket) step()     {}
func (DeleteItem) step()       {}
func (WriteRecipients) step()  {}
func (MoveRecord) step()       {}
func (ForgetRecord) step()     {}
func (Settle) step()           {}
