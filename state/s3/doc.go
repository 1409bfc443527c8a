// Package s3 keeps the state in a bucket, for runners that share it and lose their disks after
// a job. It works with any S3 server that supports conditional writes.
//
// [New] returns a [Backend], which implements [state.Place] and [state.Locker]. Its Open
// returns a [Store], which implements [state.Locked].
//
// # Objects
//
//   - KEY is the file of package bolt, compressed, after a line of JSON with its digest
//   - KEY.lock says who may write
//   - KEY.previous is the version before the current one
//   - KEY.backups/ holds the copies that were requested, or made before an apply
//
// # Safety
//
// All safety is based on conditional writes. The lock is created with If-None-Match: *, and
// both lock and state are replaced with If-Match and the ETag that was read. Each time the lock
// is taken, a probe checks whether the server honours these conditions.
//
// Only the server's clock is trusted: a lock has expired if the server says that it was written
// longer ago than the lock lasts. A holder reads its lock back after each write, and refuses a
// server that reports a wrong time. If the response to a write is lost, the id of the lock,
// which is in both objects, shows whether the write was carried out.
//
// # What a runner can lose
//
// While a state is open, it is a working copy on the local disk, which is written back from
// time to time and at the end. If a runner dies, the work since the last write is not lost: the
// intents show where to look for it. Those of the whole apply are in the lock and in the state
// before the first step acts, and a step that was not announced is written back before it acts.
//
// This package itself reads no environment variables; the AWS SDK's default chain does.
package s3
