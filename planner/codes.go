package planner

import "buckethead/config/diag"

// The kinds of fault of a plan.
var (
	keysToBucket = diag.Kind{Code: "BH2001", Summary: "Registered keys cannot become a bucket",
		Meaning: "The project was applied with a `register` block: its item holds keys that someone else issued. " +
			"Without the block it would be a bucket that bh makes, under the same address. bh does not turn one into " +
			"the other, because the stored keys would be lost.",
		Example: "photos was applied with a `register` block. The block was removed from the file, and `bh plan` " +
			"reports this.",
		WayOut: "Put the block back. For a bucket that bh makes, declare another project. To end the old " +
			"one, remove it from the file: its item is then deleted, and the keys themselves stay valid " +
			"where they were issued."}
	otherCloud = diag.Kind{Code: "BH2002", Summary: "A bucket cannot move to another cloud",
		Meaning: "The project was applied with another cloud block than the one that it names now. A bucket " +
			"cannot move, and bh never replaces one, because its objects would be lost.",
		Example: "photos was applied with `cloud = cloudflare_r2.main`; the file now says " +
			"`cloud = cloudflare_r2.archive`.",
		WayOut: "Set `cloud` back. To move the data, declare a second project in the other cloud, apply, copy the " +
			"objects with an S3 client, and remove the first project when nobody uses it."}
	otherName = diag.Kind{Code: "BH2003", Summary: "A bucket cannot be renamed",
		Meaning: "The project's bucket has another name than the one that the file declares. No cloud " +
			"renames a bucket, and bh never replaces one, because its objects would be lost.",
		Example: "photos was applied with `bucket = \"acme-photos\"`; the file now says " +
			"`bucket = \"acme-pictures\"`.",
		WayOut: "Set `bucket` back. For a bucket with the new name, declare a second project, apply, copy " +
			"the objects with an S3 client, and remove the first project when nobody uses it. The name of " +
			"the project can change: `bh plan` prints the `moved` block for that."}
	otherPlace = diag.Kind{Code: "BH2004", Summary: "A bucket's location or jurisdiction cannot be changed",
		Meaning: "The bucket was made with another `location` or `jurisdiction` than the file declares. Both are " +
			"fixed when a bucket is made. The bucket stays as it is; this is a warning.",
		Example: "photos was made with `location = \"weur\"`; the file now says `location = \"enam\"`.",
		WayOut: "Set the attribute back, which ends the warning. To have the bucket elsewhere, declare a second " +
			"project, apply, and copy the objects."}
	nothingToImport = diag.Kind{Code: "BH2005", Summary: "Nothing to import",
		Meaning: "An `import` block takes over a bucket that exists, but there is no bucket with that name " +
			"in the project's cloud and jurisdiction.",
		Example: "An `import` block has `to = project.photos`; the bucket of photos was deleted last week.",
		WayOut: "Correct `bucket` in the project; `bh discover` lists the buckets that can be taken over. To have " +
			"bh make the bucket, remove the `import` block."}
	bucketGone = diag.Kind{Code: "BH2006", Summary: "The bucket is gone",
		Meaning: "The state records the bucket, but the cloud does not have it: it was deleted outside of " +
			"bh, and its objects with it. bh does not recreate it unless you ask, because an empty bucket " +
			"would hide the loss.",
		Example: "Someone deleted the bucket acme-photos in the dashboard; the next `bh plan` reports it.",
		WayOut: "Restore the bucket and its objects if you can. If they are not needed, `bh plan " +
			"--allow-recreate` shows what an apply with the same flag would make: an empty bucket. To have " +
			"bh forget the project, replace its block with a `removed` block."}
	bucketNotManaged = diag.Kind{Code: "BH2007", Summary: "The bucket exists and is not managed by this stack",
		Meaning: "The cloud already has a bucket with that name, but it is not in the state of this stack. " +
			"Someone else made it, or the state that recorded it is lost. bh does not take over what it did " +
			"not make unless the file says so.",
		Example: "photos declares `bucket = \"acme-photos\"`, a bucket that was made by hand last year.",
		WayOut: "To take it over as it is, `bh import photos --bucket acme-photos` prints the blocks that declare " +
			"it; or add `adopt = true` to the project. Otherwise choose another name. If the state was lost: " +
			"`bh state backup --list` shows its copies, and `bh state rebuild` makes a new one from what the providers " +
			"list."}
	titleTaken = diag.Kind{Code: "BH2008", Summary: "An item with that title exists",
		Meaning: "The store has an item with the project's title that does not belong to the project. A " +
			"reference cannot tell two items with the same title apart, and bh does not overwrite an item " +
			"that is not its own.",
		Example: "photos has no keys yet, and someone keeps an item \"photos\" in the same vault.",
		WayOut: "Choose another `item_title`, or rename the other item. Stacks that share a vault, such as those of " +
			"several environments, put the environment into it: `item_title = \"photos (${var.env})\"`. To take the item over with the keys " +
			"in it, add an `import` block with its id as `item`; the message shows the id."}
	itemNotImported = diag.Kind{Code: "BH2009", Summary: "The item cannot be imported",
		Meaning: "An `import` block names an item, but the item does not exist, is not the only one with " +
			"that title, belongs to another project, or does not hold the keys of a live credential of this " +
			"cloud.",
		Example: "An `import` block has `item = \"photos keys\"`, and the vault has two items with that title.",
		WayOut: "Name the item by its id. Without `item` in the block, bh issues a new credential for the bucket " +
			"and stores it in a new item."}
	rotationOfUnknown = diag.Kind{Code: "BH2010", Summary: "The project to rotate is not declared",
		Meaning: "A rotation was asked for a project that the files do not declare.",
		Example: "A program asked for a rotation of project.fotos. `bh rotate fotos` itself says earlier that there " +
			"is no such project.",
		WayOut: "Name a project that is declared: `bh state list` shows those that are recorded."}
	rotationOfRegistered = diag.Kind{Code: "BH2011", Summary: "Registered keys cannot be rotated",
		Meaning: "The keys of the project were issued by someone else and are declared in a `register` " +
			"block, so bh cannot issue new ones.",
		Example: "drop has a `register` block, and `bh rotate drop` was called.",
		WayOut: "Change the keys where they were issued, and put the new ones in the `register` block. `bh " +
			"apply` then stores and proves them."}
	noCredentialsLeft = diag.Kind{Code: "BH2012", Summary: "Not enough credentials are left",
		Meaning: "The account may have only a limited number of credentials at once. This plan would exceed " +
			"the limit, even if everything that frees credentials came first. Those of other people and " +
			"tools count too. Nothing was made.",
		Example: "A Cloudflare user may have 50 API tokens and has 48; the plan makes buckets for four new " +
			"projects.",
		WayOut: "Delete tokens that nobody uses, or apply in parts: `bh plan --target 'tenant*'`. If the " +
			"vendor raised the limit, set `token_limit` in the cloud block. The message says if running " +
			"fewer operations at once would help, as with `bh apply --parallelism 2`."}
	aboveLimit = diag.Kind{Code: "BH2013", Summary: "More credentials than the limit",
		Meaning: "The account has more credentials than the limit that bh assumes, so the limit must have " +
			"been raised. bh does not know the new limit, so it does not check any. This is a warning.",
		Example: "An account has 620 tokens, and `token_limit` is not set: bh assumes 500.",
		WayOut:  "Set `token_limit` in the cloud block to the actual limit."}
	bucketToKeys = diag.Kind{Code: "BH2014", Summary: "A bucket cannot become registered keys",
		Meaning: "The project is a bucket that bh made, with credentials that it issued, and now has a `register` " +
			"block with keys that someone else issued. bh does not turn one into the other: the bucket would be left " +
			"without a project.",
		Example: "photos was applied as a bucket; then a `register` block was added to it.",
		WayOut:  "Remove the `register` block, and declare those keys in a project with another name."}
	seemsRenamed = diag.Kind{Code: "BH2020", Summary: "A project seems to be renamed",
		Meaning: "A project is no longer in the files, and its bucket is declared under another name. This " +
			"plan ends the old project and, depending on its `on_destroy`, deletes the bucket. bh does not " +
			"treat this as a rename unless the file says so. This is a warning.",
		Example: "The block `project \"photos\"` became `project \"pictures\"`, with the same bucket.",
		WayOut: "Add the `moved` block that the message shows. Bucket, keys and item then stay as they are, " +
			"and only the address changes. Add it before you apply."}
	bucketOfAnother = diag.Kind{Code: "BH2021", Summary: "The bucket belongs to another project",
		Meaning: "Another project of this stack has the bucket. A bucket stays with its project until that " +
			"project is gone or releases it. If the other project is no longer declared, this one is " +
			"probably the same project under a new name.",
		Example: "The block `project \"photos\"` became `project \"pictures\"`, with the same bucket, and without a " +
			"`moved` block.",
		WayOut: "If it was renamed, add the `moved` block that the message shows: bucket, keys and item stay. " +
			"Otherwise choose another bucket."}
	otherAccount = diag.Kind{Code: "BH2030", Summary: "The cloud now names another account",
		Meaning: "The project's bucket is in another account than the one that the cloud block names. In the " +
			"new account, bh cannot see what it made in the old one, so it could neither change nor revoke " +
			"it.",
		Example: "CLOUDFLARE_ACCOUNT_ID was set to the id of another account.",
		WayOut: "Set the account back. For buckets in the other account, declare another `cloud` block. To " +
			"forget the project and leave its bucket and keys as they are, replace its block with a " +
			"`removed` block."}
	recipientsCannotOpen = diag.Kind{Code: "BH2031", Summary: "The recipients cannot open the store",
		Meaning: "bh encrypts an age file to the declared recipients. With these, it could not write the " +
			"file, or not read it again: one is not a public key, they cannot be mixed, or the identity that " +
			"bh uses is not among them.",
		Example: "`recipients` has a key that begins with age1, and lost its last characters when it was " +
			"pasted.",
		WayOut: "Correct `recipients`, or give bh the identity that belongs to one of them. The file was not " +
			"changed."}
	otherIssuer = diag.Kind{Code: "BH2032", Summary: "The cloud now issues another kind of credential",
		Meaning: "`token_kind` was changed. bh sees only the kind of tokens that it makes, so it could neither " +
			"change nor revoke the token that the project has.",
		Example: "photos has an account token, and the cloud block now says `token_kind = \"user\"`.",
		WayOut: "Set `token_kind` back. To change it: forget the project with a `removed` block and apply, revoke " +
			"its old token where it was made, and take the bucket over again with `adopt = true`. From the revocation " +
			"until that apply, nobody can use the bucket."}
	ownedByAnother = diag.Kind{Code: "BH2041", Summary: "Another state owns this",
		Meaning: "The bucket or item carries the mark of another state, which manages it: another " +
			"repository, or an earlier state of this one. bh never takes it over silently, because the two " +
			"states would then work against each other.",
		Example: "Two repositories declare the bucket acme-photos. The first one applied it.",
		WayOut: "Choose another name. To take it over, add the `import` block that the message shows, with its " +
			"`owner`, and have the other state release it with a `removed` block. If this state was lost, see " +
			"`bh help two-states`."}
	needlessOwner = diag.Kind{Code: "BH2042", Summary: "Not owned by that state",
		Meaning: "An `import` block names the state that owns the bucket or item, but nothing shows that " +
			"this or any other state owns it. The name prevents a takeover by mistake, so it must be correct.",
		Example: "An `import` block has `owner = \"acme@1b2c3d4e\"`, and that state has released the bucket " +
			"since.",
		WayOut: "Check with `bh discover` who owns it, and correct `owner` or remove it."}
	openedByAnother = diag.Kind{Code: "BH2043", Summary: "Another state has keys to the bucket",
		Meaning: "A credential of another state opens a bucket that this state manages. Most likely one of the two " +
			"took the bucket over and the other has not released it. bh does not delete such a bucket. This is a " +
			"warning.",
		Example: "Another repository took over acme-photos with an `import` block, and this one still declares it.",
		WayOut: "If the other state has it now, replace the project's block with a `removed` block here. If " +
			"this one has it, do that there, and revoke the old credential when nobody uses it. `bh help " +
			"two-states` explains it."}
	stackNameInUse = diag.Kind{Code: "BH2044", Summary: "The name of the stack is in use",
		Meaning: "This state records nothing yet, and the providers have things that carry the name of its stack. " +
			"Either another repository uses the same name, or the state is not where it was. This is a warning.",
		Example: "A runner without its state plans a stack that was applied before from another machine.",
		WayOut: "If this is a new stack, give it its own name in the bh block: `stack = \"acme-web\"`. If " +
			"its state is elsewhere, declare that place: `bh help shared-state`. If the state is lost: `bh " +
			"state backup --list`, or `bh state rebuild`."}
	openedByUnknown = diag.Kind{Code: "BH2045", Summary: "An unrecorded credential opens the bucket",
		Meaning: "bh issued a credential for the bucket, but nothing shows for which state: for another one, or for " +
			"one that this state replaced and of which no item is left. bh does not revoke a credential that " +
			"it cannot account for, and does not delete the bucket while the credential exists. This is a " +
			"warning. An older key that is known to belong to this state gets an end instead.",
		Example: "The state and all items were lost at once, and the state was rebuilt: the old keys are still there.",
		WayOut: "Find out whether anyone uses the credential that the message names. If nobody does, revoke it with " +
			"the provider, which cannot be undone."}
	circleOfWaits = diag.Kind{Code: "BH2046", Summary: "Operations wait for each other",
		Meaning: "Each of the operations that the message names needs something that the next one frees: a " +
			"title, a bucket name, an address in the state. So none of them can start. Nothing was changed.",
		Example: "Two projects exchange their `item_title` in one change of the file.",
		WayOut: "Do it in two applies, as the message says: first give one of them a title or a name that " +
			"nothing else has, and run `bh apply`. Then set the one that you want, and run `bh apply` again."}
	keyNotReplaced = diag.Kind{Code: "BH2047", Summary: "The key cannot be replaced",
		Meaning: "An `import` block names an access key id and no item: bh issues a new key for the bucket, " +
			"and revokes that one after the overlap. But the key does not exist, opens more than this " +
			"bucket, or belongs to something else. Nothing was changed.",
		Example: "An `import` block has the id of a token that opens two buckets.",
		WayOut: "Remove `access_key_id` from the block: bh then issues a new key, and the other one stays as it is. " +
			"Revoke it with the provider when nobody uses it."}
	itemsGone = diag.Kind{Code: "BH2061", Summary: "Items of a store are gone",
		Meaning: "Most of the items that bh stored are no longer in the store, or the store itself is gone. " +
			"Usually the block now names another vault or file. Issuing new keys is right only if the items " +
			"are lost.",
		Example: "`vault` of a 1Password store was changed, and the items are in the old vault.",
		WayOut: "If the items are elsewhere, correct the block or put them back: then the keys stay as they are. If " +
			"they are lost, `bh plan --allow-reissue` shows what an apply with the same flag would do: it issues new " +
			"keys, stores them and revokes the old ones."}
	titleNotUnique = diag.Kind{Code: "BH2062", Summary: "Several items have the same title",
		Meaning: "Someone copied an item of bh, or made another one with its title. bh finds its own item by " +
			"id, but a reference by title may find the other one, whose keys stop working after the next " +
			"rotation. This is a warning.",
		Example: "Someone duplicated the item \"photos\" in 1Password.",
		WayOut:  "Rename or delete the copy. `bh env photos --by-id` prints references that stay unambiguous."}
)

// Codes returns every kind of fault that Make reports, by code.
func Codes() []diag.Kind {
	return []diag.Kind{
		keysToBucket, otherCloud, otherName, otherPlace, nothingToImport, bucketGone, bucketNotManaged, titleTaken,
		itemNotImported, rotationOfUnknown, rotationOfRegistered, noCredentialsLeft, aboveLimit, bucketToKeys,
		seemsRenamed, bucketOfAnother, otherAccount, recipientsCannotOpen, otherIssuer, ownedByAnother,
		needlessOwner, openedByAnother, stackNameInUse, openedByUnknown, circleOfWaits, keyNotReplaced, itemsGone,
		titleNotUnique,
	}
}
