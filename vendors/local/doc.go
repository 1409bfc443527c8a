// Package local is the cloud of the quickstart: a bucket is a folder on this machine. It does
// not serve S3. It is for trying bh and for tests, and implements the whole contract of
// [vendors.BucketProvider], so that what works here works elsewhere.
//
// # Files
//
// The root has:
//
//	<bucket>/             a bucket; a folder that a person makes is one too
//	.buckets/<name>.json  what bh knows of a bucket that it made
//	.keys/<id>.json       one credential, with the SHA-256 of its secret
//	.lock                 held by the writer
//
// The secret itself is not on the disk.
//
// # Safety
//
// A write makes a temporary file, syncs it and renames it, under the lock. So a process that
// dies leaves nothing half done, and two processes do not overwrite each other's changes. All
// paths are opened through [os.Root], so no link leads out of the root, and a link is never a
// bucket.
package local
