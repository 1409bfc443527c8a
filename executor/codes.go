package executor

import "buckethead/config/diag"

// The kinds of fault of an apply. SecretInState is also that of other commands that write the state.
var (
	vendorNotOpened = diag.Kind{Code: "BH4001", Summary: "A vendor cannot be opened",
		Meaning: "The plan was made, but then bh could not open the cloud or the store of an operation, so " +
			"that operation was not started.",
		Example: "A token that the first operations used was revoked during the apply.",
		WayOut: "Correct what the message names. `bh apply` then continues: it plans again, and does what " +
			"is left."}
	blocked = diag.Kind{Code: "BH4002", Summary: "The operation is blocked",
		Meaning: "The plan says that an operation must not run: its project is protected, its bucket holds " +
			"objects, or another state has taken it over. The other operations were carried out. `bh plan` " +
			"shows the same before an apply.",
		Example: "photos was applied with `protect = true` and then removed from the file.",
		WayOut: "Do what the message says; it also says what would be deleted. To keep the bucket and have " +
			"bh forget it, write a `removed` block instead."}
	skipped = diag.Kind{Code: "BH4003", Summary: "Skipped: an operation that comes first failed",
		Meaning: "The operation waits for another one, which failed, is blocked, or was skipped itself. It " +
			"may wait for a bucket name to be freed, for example, or for a store to be rewritten for its " +
			"recipients. It was not started and has changed nothing. The message names the first cause.",
		Example: "albums takes the bucket name that photos frees, and the destroy of photos failed.",
		WayOut:  "Fix what the message names. `bh apply` then does both."}
	operationFailed = diag.Kind{Code: "BH4004", Summary: "The operation failed",
		Meaning: "A step of an operation failed. The steps before it are done and recorded; none is lost, " +
			"and none will be done twice. The message contains the provider's own words.",
		Example: "Someone else took the bucket name after the plan was made; the apply ends with the " +
			"provider's \"already exists\".",
		WayOut: "Correct what the message names, and run `bh apply` again: it continues from where it stopped. " +
			"`bh history` shows what was done."}
	stateNotWritten = diag.Kind{Code: "BH4005", Summary: "The state cannot be written",
		Meaning: "A step was carried out, or was about to be, and bh could not record it: the disk is full, " +
			"bh may not write the file, or the server of a shared state refuses. bh stops at once, so that " +
			"nothing happens without a record.",
		Example: "The disk of the machine fills up in the middle of an apply.",
		WayOut: "Free space, or give bh permission to write, and run `bh apply` again. It finds what was " +
			"created and not recorded by its names. Do not delete the state."}
	operationPanicked = diag.Kind{Code: "BH4006", Summary: "Internal error in an operation: this is a bug in bh",
		Meaning: "A mistake in bh itself ended an operation. The state has recorded what the operation was " +
			"about to do, and other operations were not affected.",
		Example: "There is no known example: each one that is found is corrected.",
		WayOut: "Run `bh apply` again: it continues from where it stopped. Please report it, with the message and " +
			"what `bh version` prints."}
	keysNotProved = diag.Kind{Code: "BH4007", Summary: "The keys are stored, but not proved to open their bucket",
		Meaning: "The keys of a `register` block were stored and read back. Then one signed request, which " +
			"lists at most one object, failed at the endpoint. The message has the server's reason. The " +
			"next apply tries again.",
		Example: "`secret_access_key` belongs to another access key id; the server answers SignatureDoesNotMatch.",
		WayOut: "Correct the keys, the bucket or the endpoint, and run `bh apply`. If the keys are not " +
			"meant to list the bucket, or this machine cannot reach it, add `verify = false` to the block."}
	storeRefused = diag.Kind{Code: "BH4010", Summary: "Skipped: the store did not accept another credential",
		Meaning: "A store refused the keys of another project, so bh issued no more keys for that store in " +
			"this run. Otherwise credentials that nobody can use would pile up.",
		Example: "The vault is read-only for the service account. The first project failed, and nine others were " +
			"skipped.",
		WayOut: "Fix what the store reports for the project that failed; the message names it. `bh apply` " +
			"then continues."}
	SecretInState = diag.Kind{Code: "BH5080", Summary: "The state would contain a secret",
		Meaning: "bh was about to write a value into the state that it knows as a secret, and refused. " +
			"Usually one value serves two purposes: as a secret in one place, and as a name, a title or a " +
			"key id in another.",
		Example: "A secret environment variable has the value \"acme-photos\", which is also the name of a " +
			"bucket.",
		WayOut: "Look for a value that is used in both ways, and change one of the two. If there is none, " +
			"this is a bug in bh: please report it, without the value."}
)

// Codes returns every kind of fault of an apply, by code.
func Codes() []diag.Kind {
	return []diag.Kind{
		vendorNotOpened, blocked, skipped, operationFailed, stateNotWritten, operationPanicked, keysNotProved,
		storeRefused, SecretInState,
	}
}
