// Package agefile is the secret store of the quickstart: every item in one file
// that age encrypts, and that "age -d -i identity.txt secrets.age" opens.
//
// What the file holds is JSON that a person may read and edit:
//
//	{
//	  "format": 1,
//	  "items": [
//	    {
//	      "id": "q3x…",
//	      "title": "photos (prod)",
//	      "fields": {
//	        "access_key_id": "…",
//	        "secret_access_key": "…",
//	        "bucket": "acme-photos",
//	        "endpoint_url": "https://…",
//	        "region": "auto"
//	      },
//	      "mark": { "stack": "main", "address": "project.photos", "operation": "…", "issued_at": "…" },
//	      "version": 3,
//	      "created_at": "2026-01-02T03:04:05Z",
//	      "updated_at": "2026-01-02T03:04:05Z",
//	      "digest": "…"
//	    }
//	  ]
//	}
//
// Everything else that a person puts in (another field, a "notes" member, an item
// with no more than a title and fields) survives each write. The digest covers an
// item's content, so that an edit by hand is seen as one: its version and time
// move although nobody wrote them.
//
// The file is replaced as a whole: a writer takes the lock beside it, reads it, encrypts
// into a temporary file, syncs that and renames it. So two processes never lose each
// other's items, and another process's readers need no lock. Within a process, writes
// that wait for the lock or for each other are put into the file together, and readers
// wait for a write that is under way instead of decrypting what it leaves.
package agefile
