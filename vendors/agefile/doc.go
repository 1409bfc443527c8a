// Package agefile keeps items in one file that is encrypted with age. It needs no account, so
// it is the secret store of the quickstart. [Vendor] is its entry in the registry, and [Store]
// implements [vendors.SecretStore].
//
// # The file
//
// "age -d -i identity.txt secrets.age" decrypts the file to JSON, which a person may read
// and edit:
//
//	{
//	  "format": 2,
//	  "recipients": ["age1…"],
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
// Everything else that a person adds survives each write: another field, a "notes" member, an
// item with only a title and fields. The digest covers the content of an item, so an edit by
// hand is noticed, and the item gets a new version and time.
//
// Recipients lists the keys that bh encrypted the file to. The encrypted file itself does not
// say (and format 1 did not list them). [Store.ReadRecipients] compares their number with the
// file's header, so it notices if someone encrypted the file to others by hand.
//
// # Writing
//
// The file is always replaced as a whole. A writer takes the lock next to it, reads it,
// encrypts into a temporary file, syncs that file and renames it. So two processes never lose
// each other's items, and readers need no lock. Within a process, writes that wait for the lock
// or for each other are combined into one replacement of the file, and readers wait for a write
// in progress instead of decrypting its result.
package agefile
