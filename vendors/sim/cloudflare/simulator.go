package cloudflare

import (
	"cmp"
	"context"
	"sync"
	"time"

	"buckethead/vendors/sim/kit"
	"buckethead/vendors/sim/s3api"
)

// What tests need to watch calls and inject faults.
type (
	Call  = kit.Call
	Fault = kit.Fault
)

// The kinds of faults, see package kit.
const (
	Status, Reset, Hang     = kit.Status, kit.Reset, kit.Hang
	Truncate, NonJSON, Hook = kit.Truncate, kit.NonJSON, kit.Hook
)

// DefaultAccountID is the account if Options names none.
const DefaultAccountID = "0a1b2c3d4e5f60718293a4b5c6d7e8f9"

// Options describe the simulated account. Zero values are the defaults.
type Options struct {
	AccountID string                                     // 32 hex digits
	Now       func() time.Time                           // required
	Sleep     func(context.Context, time.Duration) error // required when Latency is not 0
	Latency   time.Duration                              // of every call, also to S3
	KeyDelay  time.Duration                              // until S3 knows a new token, value or policy

	Limit  int           // REST calls in a Window for each identity; 0: no limit
	Window time.Duration // also how long a breach blocks; 5 minutes when 0

	AccountTokens, UserTokens int // quotas; 500 and 50 when 0
	MaxBuckets                int // 1,000,000 when 0

	NullResultInfo bool // bucket lists answer result_info null
	SparseLists    bool // bucket lists leave out location and storage_class
	BareStrings    bool // messages and errors are bare strings

	FreshBucketDelay time.Duration // until the managed domain of a fresh bucket can be set
	DomainDelay      time.Duration // until a custom domain is active

	DuplicateStatus int      // of 10004; 409 when 0, older clients of Cloudflare's own expect 400
	PatchRefused    bool     // PATCH of a bucket answers 405 with 7001
	R2Disabled      bool     // every R2 call answers 403 with 10042
	NotEntitled     []string // jurisdictions that answer so
	NearestLocation string   // of buckets without a hint; WEUR when empty
	ClientIP        string   // of calls through Transport; 127.0.0.1 when empty
}

// Simulator is one account. It is safe for concurrent use.
type Simulator struct {
	*kit.Server
	o Options

	mu         sync.Mutex
	draws      kit.Draws
	buckets    map[bucketKey]*Bucket
	firstPlace map[bucketKey]string // the location that a name got when it was first made
	tokens     []*Token             // in the order of creation
	zones      map[string]string    // names by id
	limits     map[string]*budget
	hideToken  func(id string) bool
	hideBucket func(jurisdiction, name string) bool
	lateTokens time.Duration
	rejected   int
	s3         s3api.API
}

// New returns an account without buckets, tokens or zones.
func New(o Options) *Simulator {
	o.AccountID = cmp.Or(o.AccountID, DefaultAccountID)
	o.Window = cmp.Or(o.Window, 5*time.Minute)
	o.AccountTokens, o.UserTokens = cmp.Or(o.AccountTokens, 500), cmp.Or(o.UserTokens, 50)
	o.MaxBuckets = cmp.Or(o.MaxBuckets, 1_000_000)
	o.DuplicateStatus = cmp.Or(o.DuplicateStatus, 409)
	o.NearestLocation = cmp.Or(o.NearestLocation, "WEUR")
	if !isID(o.AccountID) {
		panic("cloudflare: Options have a malformed AccountID")
	}
	s := &Simulator{o: o, draws: kit.Draws{Seed: o.AccountID}, buckets: map[bucketKey]*Bucket{},
		zones: map[string]string{}, firstPlace: map[bucketKey]string{}, limits: map[string]*budget{}}
	s.Server = kit.NewServer(kit.Config{Now: o.Now, Sleep: o.Sleep, Latency: o.Latency, World: &s.mu, ClientIP: o.ClientIP,
		Longest: longestBody, Read: s.job})
	s.s3 = s3api.API{Now: o.Now, Regions: []string{"auto", "us-east-1", ""}, Tools: true}
	return s
}

// AddZone creates a zone in the account, for custom domains.
func (s *Simulator) AddZone(id, name string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.zones[id] = name
}

// HideToken hides tokens from lists, as for a caller that sees only its own.
func (s *Simulator) HideToken(f func(id string) bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.hideToken = f
}

// HideBucket hides buckets from lists.
func (s *Simulator) HideBucket(f func(jurisdiction, name string) bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.hideBucket = f
}

// LateTokens makes a new token appear in lists only after a while.
func (s *Simulator) LateTokens(d time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.lateTokens = d
}

// ResetCounts forgets Log, Calls, Rejected429 and Unknown.
func (s *Simulator) ResetCounts() {
	s.Server.ResetCounts()
	s.ForgetUnknown()
	s.mu.Lock()
	defer s.mu.Unlock()
	s.rejected = 0
}

// Rejected429 returns how many calls the rate limit refused.
func (s *Simulator) Rejected429() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.rejected
}
