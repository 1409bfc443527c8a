package faults

import "buckethead/config/diag"

// The kinds of fault of connections, secrets, projects and policies.
var (
	UnknownVendor = diag.Kind{Code: "BH1030", Summary: "Unknown vendor",
		Meaning: "The first label of a `cloud` or `secrets` block is not a vendor that this bh has, or the vendor " +
			"cannot be what the block asks for: age_file is a store, not a cloud.",
		WayOut: "Use the name that the message suggests. Clouds are cloudflare_r2 and local; stores are onepassword " +
			"and age_file. Buckets on other servers can be declared with a `register` block: `bh help register`."}
	MissingConnection = diag.Kind{Code: "BH1031", Summary: "No connection to use",
		Meaning: "Every project needs a cloud for its bucket and a store for its keys, and the files declare none " +
			"of that kind. A project with a `register` block needs only the store.",
		WayOut: "Declare the block that the message shows. To try bh without any account: " +
			"`cloud \"local\" \"main\" {}` and `secrets \"age_file\" \"main\" {}`."}
	AmbiguousConnection = diag.Kind{Code: "BH1032", Summary: "Several connections to choose from",
		Meaning: "The files declare several `cloud` blocks, or several `secrets` blocks, and the project does not " +
			"say which one it uses. bh does not guess where a bucket is made.",
		WayOut: "Add a line to the project, such as `cloud = cloudflare_r2.main` or `secrets = onepassword.eng`."}
	UnknownConnection = diag.Kind{Code: "BH1033", Summary: "Unknown connection",
		Meaning: "A project names a `cloud` or `secrets` block that is not declared.",
		WayOut: "Correct the name, or declare the block. The address is the vendor and the name without quotes: " +
			"`cloudflare_r2.main` is `cloud \"cloudflare_r2\" \"main\"`."}
	InvalidSetting = diag.Kind{Code: "BH1034", Summary: "Setting refused by the vendor's rules",
		Meaning: "A setting of a `cloud`, `secrets` or `state` block is missing or is not what the vendor takes, " +
			"such as an account id of the wrong length. It may come from a variable of the environment that the vendor " +
			"reads.",
		WayOut: "Correct what the message names. `bh doctor` shows each setting and where its value comes from."}
	LiteralSecret = diag.Kind{Code: "BH1040", Summary: "Secret written in the file",
		Meaning: "A secret is written in the file, or made of what is written there. The file is committed, so " +
			"everyone who can read the repository would have it. bh never takes a secret from the file, and masks it in " +
			"what it prints.",
		WayOut: "Take it from `env(\"NAME\")` without a default, from a variable with `sensitive = true`, or from a " +
			"store: \"op://vault/item/field\" or \"age://item/field\". If the file was committed already, replace the " +
			"secret where it was made: it stays in the history."}
	ShownSecret = diag.Kind{Code: "BH1041", Summary: "Sensitive value would be shown",
		Meaning: "A secret is used where plans, state or messages show the value: in a name, a title, a key of " +
			"for_each, a URL, a policy. Whether a variable of the environment is secret is decided by its name, such as " +
			"*_TOKEN.",
		WayOut: "Use another value. If everyone may see the value of a sensitive variable, wrap it in " +
			"nonsensitive(); if everyone may see a value of the environment, pass it under another name."}
	UnknownScheme = diag.Kind{Code: "BH1042", Summary: "Reference to an unknown secret store",
		Meaning: "A reference such as \"op://vault/item/field\" needs a `secrets` block that can read it, and none " +
			"is declared. op:// needs a block of the vendor onepassword, age:// one of age_file.",
		WayOut: "Declare the block that the message shows, or take the secret from `env(\"NAME\")`."}
	EmptySecret = diag.Kind{Code: "BH1043", Summary: "Secret is empty",
		Meaning: "A secret has no text in it. In CI that is usually a secret that is not configured, or that is " +
			"kept from pull requests of forks.",
		WayOut: "Set the variable that the message names. To see whether the secret arrives, without printing it: " +
			"`bh doctor`."}
	SecretFault = diag.Kind{Code: "BH1044", Summary: "Secret does not fit where it is used",
		Meaning: "An expression fails because of the value of a secret. The details are withheld, and of several " +
			"such faults one alone is reported: each of them would say something about the value.",
		WayOut: "Check the secret itself where it comes from, and the expression that uses it. Usually it was " +
			"pasted with a space, a newline or a name in front."}
	InvalidForEach = diag.Kind{Code: "BH1050", Summary: "Invalid for_each",
		Meaning: "`for_each` makes one project for each element, and the element's key becomes part of its address. " +
			"So it takes a map, an object or a set of strings; a list has no keys, and a null or secret one cannot be " +
			"used. In a `dynamic` block, it takes lists and all sets as well.",
		WayOut: "Wrap a list: `for_each = toset([\"north\", \"south\"])`. Instances are then " +
			"`project.tenant[\"north\"]`. If there was a project without for_each, add a `moved` block, or the next " +
			"apply destroys it."}
	InvalidBucket = diag.Kind{Code: "BH1051", Summary: "Bucket refused by the vendor's rules",
		Meaning: "The vendor would refuse the bucket: its name, location, jurisdiction, storage class or one of its " +
			"rules. bh knows these rules and says so before anything is made.",
		WayOut: "Correct what the message names. A name has 3 to 63 lower-case letters, digits and hyphens."}
	InvalidCredential = diag.Kind{Code: "BH1052", Summary: "Credential refused by the vendor's rules",
		Meaning: "The vendor would refuse the credential of the project, because of its `access`, `allowed_ips` or " +
			"`expires_after`. bh says so before anything is made.",
		Example: "A project has more networks in `allowed_ips` than the vendor takes. The vendors of this bh accept " +
			"all that the language lets through, so you should not see this code with them.",
		WayOut: "Correct the attribute that the message names."}
	InvalidItemTitle = diag.Kind{Code: "BH1053", Summary: "Item title refused by the vendor's rules",
		Meaning: "The store cannot have an item of this title, or no reference could name it.",
		WayOut:  "Set `item_title` to plain text on one line. Without it, the title is the name of the project."}
	SharedBucket = diag.Kind{Code: "BH1054", Summary: "Two projects have the same bucket",
		Meaning: "Two projects declare one bucket of one cloud. A bucket belongs to one project: the second one " +
			"would take it over, and to destroy one of them would delete it for both.",
		WayOut: "Give each project a bucket of its own. If for_each makes the projects, put `each.key` into the " +
			"name. For second keys to one bucket, make them by hand with the provider, and declare them in a project " +
			"with a `register` block."}
	SharedItem = diag.Kind{Code: "BH1055", Summary: "Two projects have the same item",
		Meaning: "Two projects would keep their keys in one item: they have the same title in the same store. Each " +
			"would write over the keys of the other.",
		WayOut: "Give each of them an `item_title` of its own, or leave it out. If for_each makes the projects, put " +
			"`each.key` into the title."}
	UnsupportedAttribute = diag.Kind{Code: "BH1056", Summary: "Attribute not supported by the cloud",
		Meaning: "The cloud of the project does not have what the attribute or block asks for, such as a " +
			"jurisdiction. bh refuses it instead of leaving it out.",
		WayOut: "Remove it, or put the project in another cloud with `cloud = VENDOR.NAME`."}
	NeedlessAttribute = diag.Kind{Code: "BH1057", Summary: "Attribute without effect",
		Meaning: "In a project with a `register` block bh stores keys that someone else issued. It makes no bucket " +
			"and no credential, so attributes that shape them have no effect.",
		WayOut: "Remove the attribute. Or remove the `register` block and use another project name, to have bh make " +
			"the bucket and its keys."}
	EarlyExpiry = diag.Kind{Code: "BH1058", Summary: "Credentials expire before the rotation ends",
		Meaning: "`expires_after` is shorter than the time for which keys have to work: from one rotation to the " +
			"next, and the overlap after it. Whoever still uses the old keys during the overlap is locked out.",
		WayOut: "Let the keys live for longer, or rotate them more often. `expires_after` has to be at least " +
			"`every` and `overlap` together."}
	InvalidAddress = diag.Kind{Code: "BH1060", Summary: "Invalid address",
		Meaning: "`from` and `to` of `moved`, `removed` and `import` blocks take the address of a project, and this " +
			"is something else, such as text in quotes.",
		WayOut: "Write it without quotes and without other expressions: `project.photos`, or " +
			"`project.tenant[\"north\"]` for one instance."}
	InvalidMove = diag.Kind{Code: "BH1061", Summary: "Moves contradict each other",
		Meaning: "A `moved` block moves a project to itself or away from a name that is still declared; or several " +
			"blocks move one project twice, move two projects to one name, or go round in a circle.",
		WayOut: "Correct the block, or remove it: a move that was applied in every state is not needed any more."}
	RemovedDeclared = diag.Kind{Code: "BH1062", Summary: "Removed project is still declared",
		Meaning: "A `removed` block says that bh is to forget a project or destroy it, and a `project` block still " +
			"declares it.",
		WayOut: "Remove one of the two blocks. A `removed` block alone forgets the project and deletes nothing; " +
			"with `destroy = true` it destroys the bucket and its keys."}
	ImportUndeclared = diag.Kind{Code: "BH1063", Summary: "Import into an undeclared project",
		Meaning: "An `import` block takes a bucket over into a project, and no project of that address is declared.",
		WayOut: "Correct the address, or declare the project. `bh import photos --bucket acme-photos` prints both " +
			"blocks."}
	InvalidImport = diag.Kind{Code: "BH1064", Summary: "Import does not fit its project",
		Meaning: "An `import` block and its project say different things: another bucket, an access key id to replace " +
			"where bh issues none, or an owner that is not the name of a state.",
		WayOut: "Make the two agree. A bucket keeps its name, so `bucket` is the same in both. An owner is " +
			"STACK@LINEAGE, as `bh discover` shows it."}
	DuplicateRule = diag.Kind{Code: "BH1070", Summary: "Two rules have the same name",
		Meaning: "Two rules of a bucket have one id, or two of its domains one name. The vendor would keep one of " +
			"them. Rules without an id are called rule-1, rule-2 and so on.",
		WayOut: "Give each an `id` or `domain` of its own, or remove one."}
	ContradictoryRule = diag.Kind{Code: "BH1071", Summary: "Rule contradicts itself",
		Meaning: "A rule has two attributes that exclude each other, such as `delete_after` and `delete_on`: both " +
			"say when the same thing happens.",
		WayOut: "Keep one of the two. For both, write two rules."}
	TooManyRules = diag.Kind{Code: "BH1072", Summary: "Too many rules",
		Meaning: "A bucket has more rules or domains of one kind than the vendor takes.",
		WayOut: "Remove some, or put several into one: a `cors_rule` takes lists of origins, a lifecycle rule a " +
			"prefix that covers several folders."}
	InvalidDate = diag.Kind{Code: "BH1073", Summary: "Invalid date",
		Meaning: "A date of a rule cannot be read, has a part of a second, or is in a year that no vendor takes.",
		WayOut:  "Write \"2027-01-31\", or with a time of day \"2027-01-31T18:00:00Z\"."}
	SharedDomain = diag.Kind{Code: "BH1074", Summary: "Two projects have the same domain",
		Meaning: "Two projects declare the same `custom_domain`. One name can lead to one bucket only.",
		WayOut:  "Give each bucket a domain of its own, or remove the block from one of the projects."}
	IdleRule = diag.Kind{Code: "BH1075", Summary: "Rule does nothing",
		Meaning: "A rule has no attribute that says what it does: a `lifecycle_rule` deletes, moves and ends " +
			"nothing, or a `lock_rule` does not say for how long objects are kept.",
		WayOut: "Add what the message lists, or remove the rule."}
	BrokenPolicy = diag.Kind{Code: "BH1080", Summary: "A policy does not allow this",
		Meaning: "The condition of a `policy` block is false for a project that is declared or for an operation of " +
			"the plan. The message is the policy's own. A policy with `severity = \"warning\"` only warns.",
		WayOut: "Change the project so that the condition holds. If the policy is wrong, change it in the file, " +
			"where reviewers see it: there is no flag that skips a policy."}
)
