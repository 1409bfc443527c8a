// Package s3 keeps the state in a bucket, for runners that share it and whose disks are
// gone after a job. It works with any server that speaks S3 and has conditional writes.
//
// [New] returns a [Backend], which implements [state.Place] and [state.Locker]. Its Open
// returns a [Store], which implements [state.Locked].
//
// # Objects
//
//   - KEY is the file of package bolt, compressed, after a line of JSON with its digest
//   - KEY.lock says who may write
//   - KEY.previous is the version before the present one
//   - KEY.backups/ has the copies that were asked for, or made before an apply
//
// # Safety
//
// All safety rests on conditional writes. The lock is created with If-None-Match: *, and
// both lock and state are replaced with If-Match and the ETag that was read. Each time the
// lock is taken, a probe finds out whether the server heeds these conditions.
//
// The only clock that is trusted is the server's: a lock has expired if the server says
// that it was written longer ago than the lock lasts. A holder reads its lock back after each
// write, and refuses a server that tells another time. If the answer to a write is lost, the
// id of the lock, which is in both objects, tells whether the write was carried out.
//
// # What a runner can lose
//
// While a state is open, it is a working copy on the local disk, which is written back from
// time to time and at the end. If a runner dies, the work since the last write is not lost
// but found by the intents: those of the whole apply are in the lock and in the state
// before the first step acts, and a step that was not announced is written back before it
// acts.
//
// This package reads no environment variables itself; the AWS SDK's default chain does.
package s3
