// Package local is the cloud of the quickstart: a bucket is a folder on this
// machine. It serves no S3; it exists for trying bh and for tests, and it keeps
// the whole contract, so that what works here works elsewhere.
//
// Below the root:
//
//	<bucket>/             a bucket; a folder that a person makes is one too
//	.buckets/<name>.json  what bh knows of a bucket that it made
//	.keys/<id>.json       one credential, with the SHA-256 of its secret
//	.lock                 held by whoever writes
//
// The secret itself is nowhere on the disk. A write makes a temporary file,
// syncs it and renames it, under the lock, so that a process that dies leaves
// nothing half done and two processes do not undo each other. All paths are
// opened through os.Root: no link leads out of the root, and a link in a
// bucket's place is no bucket.
package local
