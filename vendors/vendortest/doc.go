// Package vendortest checks that adapters do what the comments of package vendors say.
//
// # Conformance
//
// [Buckets] runs the suite for clouds and [Secrets] the one for secret stores. Each promise is a
// subtest. An adapter's test calls one of them with a function that opens the adapter:
//
//	func TestConformance(t *testing.T) {
//		vendortest.Secrets(t, open, vendortest.SecretOptions{Many: 120})
//	}
//
// The account may be shared. Names and titles begin with the prefix in [BucketOptions] or
// [SecretOptions], and the suite deletes what it creates.
//
// Exempt in the options lists the promises that a vendor cannot keep, each with a reason, which is
// printed. An exemption for an unknown promise fails the test.
//
// # Faults
//
// Cut and Limit in the options return a [Faulty] vendor: one that acts but loses the answer, or one
// that refuses because of too many calls. The suite checks that such errors say whether the outcome is
// known, and how often a request was sent.
//
// # Hostile servers
//
// [Survive] runs one call of an adapter against servers that misbehave, such as those of
// [HostileServers], and checks that it ends in time, with bounded memory, and with a short error that
// shows no secret. [StopsWhenCancelled] and [StopsAtTheFirstFault] check that an adapter sends no more
// requests once a call is cancelled or has failed.
//
// Whatever is particular to one vendor is tested in that vendor's own package.
package vendortest
