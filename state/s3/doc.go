// Package s3 keeps the state in a bucket of any server that speaks S3 and has
// conditional writes: the Store that runners share, whose disks are gone after a job.
//
// The object KEY is the file of state/bolt, compressed, under a line of JSON with its
// digest. Beside it stand KEY.lock, who may write; KEY.previous, the version before;
// and KEY.backups/, copies that were asked for or made before an apply.
//
// All safety rests on conditional writes: If-None-Match: * makes the lock, If-Match
// with the ETag that was read replaces lock and state, and a server that does not heed
// them is found out each time the lock is taken. No clock is trusted but the server's:
// a lock has expired when the server says that it was last written longer ago than the
// lock says it lasts. A write whose answer was lost is known again by the id of the
// lock that stands in it.
//
// While it is open the state is a working copy, which is written back from time to
// time and at the end. What is lost with a runner is bounded by the intents: those of
// the whole apply are in the lock and in the object before the first of them acts, and
// a step that was not announced is written back before it acts.
//
// What a state means belongs in package state, the file in state/bolt. This package
// reads no environment of its own, but for what the AWS SDK's default chain does.
package s3
