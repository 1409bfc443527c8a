package cloudflare_test

import (
	"testing"
	"time"

	"buckethead/vendors"
	"buckethead/vendors/cloudflare"
	simulator "buckethead/vendors/sim/cloudflare"
	"buckethead/vendors/vendortest"
)

func TestConformance(t *testing.T) {
	for _, kind := range []string{"account", "user"} {
		t.Run(kind, func(t *testing.T) {
			many := simulator.Options{AccountTokens: 5000, UserTokens: 5000}
			vendortest.Buckets(t, func(t *testing.T) vendors.BucketProvider { return newLab(t, kind, many).open(t) }, vendortest.BucketOptions{
				Attributes: cloudflare.Vendor.BucketAttributes, Location: "weur", StorageClass: "infrequentaccess", ZoneID: zoneID, Domain: zone,
				AbsentCredential: "ffffffffffffffffffffffffffffffff", Many: 1001,
				Address: func(p vendors.BucketProvider, id vendors.BucketID) vendors.Address {
					return cloudflare.Vendor.Address(labs.of(p).settings(), id)
				},
				Pass: func(t *testing.T, p vendors.BucketProvider, d time.Duration) {
					_ = labs.of(p).clock.Sleep(t.Context(), d)
				},
				PutObject: func(t *testing.T, p vendors.BucketProvider, id vendors.BucketID) {
					labs.of(p).PutObject("default", id.Name, "key", 5)
				},
				Cut: func(t *testing.T) vendortest.Faulty[vendors.BucketProvider] {
					l := newLab(t, kind, many)
					return vendortest.Faulty[vendors.BucketProvider]{Vendor: l.open(t), Requests: func() int { return len(writes(l)) },
						Arm: func() {
							l.OnCall(func(c simulator.Call) *simulator.Fault {
								if isWrite(c) {
									return &simulator.Fault{After: true, Kind: simulator.Reset}
								}
								return nil
							})
						}, Disarm: func() { l.OnCall(nil) }}
				},
				Limit: func(t *testing.T) vendortest.Faulty[vendors.BucketProvider] {
					l := newLab(t, kind, many)
					return vendortest.Faulty[vendors.BucketProvider]{Vendor: l.open(t), RetryAfter: 7 * time.Second,
						Arm: func() {
							l.OnCall(func(simulator.Call) *simulator.Fault {
								return &simulator.Fault{Status: 429, RetryAfter: 7 * time.Second}
							})
						}, Disarm: func() { l.OnCall(nil) }}
				},
			})
		})
	}
}

func writes(l *lab) []simulator.Call {
	var out []simulator.Call
	for _, c := range l.Log() {
		if isWrite(c) {
			out = append(out, c)
		}
	}
	return out
}
