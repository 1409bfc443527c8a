package faults

import "buckethead/config/diag"

// The kinds of fault of connections, secrets, projects and policies.
var (
	UnknownVendor = diag.Kind{Code: "BH1030", Summary: "Unknown vendor",
		Meaning: "The first label of a `cloud` or `secrets` block is not a vendor that this bh knows, or is " +
			"a vendor of the other kind: age_file is a store, not a cloud.",
		WayOut: "Use the name that the message suggests. The clouds are cloudflare_r2 and local; the stores " +
			"are onepassword and age_file. Buckets on other servers can be declared with a `register` block: " +
			"`bh help register`."}
	MissingConnection = diag.Kind{Code: "BH1031", Summary: "No connection to use",
		Meaning: "Every project needs a cloud for its bucket and a store for its keys, and the files do not " +
			"declare one of them. A project with a `register` block needs only the store.",
		WayOut: "Declare the block that the message shows. To try bh without any account: " +
			"`cloud \"local\" \"main\" {}` and `secrets \"age_file\" \"main\" {}`."}
	AmbiguousConnection = diag.Kind{Code: "BH1032", Summary: "Several connections to choose from",
		Meaning: "The files declare several `cloud` blocks, or several `secrets` blocks, and the project " +
			"does not say which one it uses. bh does not guess where to make a bucket.",
		WayOut: "Add a line to the project, such as `cloud = cloudflare_r2.main` or `secrets = onepassword.eng`."}
	UnknownConnection = diag.Kind{Code: "BH1033", Summary: "Unknown connection",
		Meaning: "A project names a `cloud` or `secrets` block that is not declared.",
		WayOut: "Correct the name, or declare the block. The address is the vendor and the name without quotes: " +
			"`cloudflare_r2.main` is `cloud \"cloudflare_r2\" \"main\"`."}
	InvalidSetting = diag.Kind{Code: "BH1034", Summary: "Setting refused by the vendor's rules",
		Meaning: "A setting of a `cloud`, `secrets` or `state` block is missing, or the vendor would not " +
			"accept it: an account id of the wrong length, for example. The value may come from an " +
			"environment variable that the vendor reads.",
		WayOut: "Correct what the message names. `bh doctor` shows each setting and where its value comes from."}
	LiteralSecret = diag.Kind{Code: "BH1040", Summary: "Secret written in the file",
		Meaning: "A secret is written in the file, or made from text in the file. The file is committed, so " +
			"everyone who can read the repository would have it. bh never takes a secret from the file, and " +
			"masks it in its output.",
		WayOut: "Take it from `env(\"NAME\")` without a default, from a variable with `sensitive = true`, or " +
			"from a store: \"op://vault/item/field\" or \"age://item/field\". If the file was already " +
			"committed, replace the secret where it was issued: it stays in the history of git."}
	ShownSecret = diag.Kind{Code: "BH1041", Summary: "Sensitive value would be shown",
		Meaning: "A secret is used where plans, state or messages show the value: in a name, a title, a key " +
			"of for_each, a URL, a policy. bh tells by its name whether an environment variable is a secret: " +
			"*_TOKEN, for example.",
		WayOut: "Use another value. If everyone may see the value of a sensitive variable, wrap it in " +
			"nonsensitive(); if everyone may see the value of an environment variable, pass it under another " +
			"name."}
	UnknownScheme = diag.Kind{Code: "BH1042", Summary: "Reference to an unknown secret store",
		Meaning: "A reference such as \"op://vault/item/field\" needs a `secrets` block that can read it, and none " +
			"is declared. op:// needs a block of the vendor onepassword, age:// one of age_file.",
		WayOut: "Declare the block that the message shows, or take the secret from `env(\"NAME\")`."}
	EmptySecret = diag.Kind{Code: "BH1043", Summary: "Secret is empty",
		Meaning: "A secret is empty. In CI, it usually is not configured, or is not passed to pull requests " +
			"from forks.",
		WayOut: "Set the variable that the message names. `bh doctor` shows whether the secret arrives, " +
			"without printing it."}
	SecretFault = diag.Kind{Code: "BH1044", Summary: "Secret does not fit where it is used",
		Meaning: "An expression fails because of the value of a secret. bh does not show the details, and " +
			"reports only one of several such errors: each would reveal something about the value.",
		WayOut: "Check the secret where it comes from, and the expression that uses it. Usually the secret " +
			"was pasted with a space, a newline or a name before it."}
	InvalidForEach = diag.Kind{Code: "BH1050", Summary: "Invalid for_each",
		Meaning: "`for_each` makes one project for each element, and the element's key becomes part of its " +
			"address. So it takes a map, an object or a set of strings; a list has no keys. The value cannot " +
			"be null or secret. In a `dynamic` block, it also takes lists and sets of any type.",
		WayOut: "Wrap a list: `for_each = toset([\"north\", \"south\"])`. Instances are then " +
			"`project.tenant[\"north\"]`. If the project was applied without for_each before, add a `moved` " +
			"block, or the next apply destroys it."}
	InvalidBucket = diag.Kind{Code: "BH1051", Summary: "Bucket refused by the vendor's rules",
		Meaning: "The vendor would refuse the bucket: its name, location, jurisdiction, storage class or one " +
			"of its rules. bh checks these rules before it makes anything.",
		WayOut: "Correct what the message names. A name has 3 to 63 lower-case letters, digits and hyphens."}
	InvalidCredential = diag.Kind{Code: "BH1052", Summary: "Credential refused by the vendor's rules",
		Meaning: "The vendor would refuse the credential of the project, because of its `access`, " +
			"`allowed_ips` or `expires_after`. bh checks this before it makes anything.",
		Example: "A project has more networks in `allowed_ips` than the vendor accepts. The vendors in this " +
			"bh accept everything that the language allows, so you should not see this code with them.",
		WayOut: "Correct the attribute that the message names."}
	InvalidItemTitle = diag.Kind{Code: "BH1053", Summary: "Item title refused by the vendor's rules",
		Meaning: "The store would not accept an item with this title, or no reference could name it.",
		WayOut:  "Set `item_title` to plain text on one line. Without it, the title is the name of the project."}
	SharedBucket = diag.Kind{Code: "BH1054", Summary: "Two projects have the same bucket",
		Meaning: "Two projects declare the same bucket in the same cloud. A bucket belongs to one project: " +
			"the second would take it over, and destroying either of them would delete it for both.",
		WayOut: "Give each project its own bucket. If for_each makes the projects, put `each.key` into the " +
			"name. If you need a second pair of keys to a bucket, create it by hand at the provider, and " +
			"declare it in a project with a `register` block."}
	SharedItem = diag.Kind{Code: "BH1055", Summary: "Two projects have the same item",
		Meaning: "Two projects would keep their keys in the same item: they have the same title in the same " +
			"store. Each would overwrite the keys of the other.",
		WayOut: "Give each of them its own `item_title`, or leave it out. If for_each makes the projects, " +
			"put `each.key` into the title."}
	UnsupportedAttribute = diag.Kind{Code: "BH1056", Summary: "Attribute not supported by the cloud",
		Meaning: "The project's cloud does not support the attribute or block: not every cloud has " +
			"jurisdictions, for example. bh refuses it instead of ignoring it.",
		WayOut: "Remove it, or put the project in another cloud with `cloud = VENDOR.NAME`."}
	NeedlessAttribute = diag.Kind{Code: "BH1057", Summary: "Attribute without effect",
		Meaning: "In a project with a `register` block, bh stores keys that someone else issued. It makes no " +
			"bucket and no credential, so attributes that describe them have no effect.",
		WayOut: "Remove the attribute. Or remove the `register` block and use another project name, to have bh make " +
			"the bucket and its keys."}
	EarlyExpiry = diag.Kind{Code: "BH1058", Summary: "Credentials expire before the rotation ends",
		Meaning: "`expires_after` is shorter than the time for which keys must work: from one rotation to " +
			"the next, plus the overlap after it. Anyone who still uses the old keys during the overlap is " +
			"locked out.",
		WayOut: "Let the keys live longer, or rotate them more often. `expires_after` must be at least " +
			"`every` plus `overlap`."}
	InvalidAddress = diag.Kind{Code: "BH1060", Summary: "Invalid address",
		Meaning: "`from` and `to` of `moved`, `removed` and `import` blocks take the address of a project, and this " +
			"is something else, such as text in quotes.",
		WayOut: "Write the address alone and without quotes: `project.photos`, or " +
			"`project.tenant[\"north\"]` for one instance."}
	InvalidMove = diag.Kind{Code: "BH1061", Summary: "Moves contradict each other",
		Meaning: "A `moved` block moves a project to itself or away from a name that is still declared; or " +
			"several blocks move one project twice, move two projects to one name, or form a circle.",
		WayOut: "Correct the block, or remove it: a move is no longer needed once it was applied in every state."}
	RemovedDeclared = diag.Kind{Code: "BH1062", Summary: "Removed project is still declared",
		Meaning: "A `removed` block tells bh to forget or destroy a project, but a `project` block still " +
			"declares it.",
		WayOut: "Remove one of the two blocks. A `removed` block forgets the project and deletes nothing; " +
			"with `destroy = true` it destroys the bucket and its keys."}
	ImportUndeclared = diag.Kind{Code: "BH1063", Summary: "Import into an undeclared project",
		Meaning: "An `import` block takes over a bucket into a project, but no project with that address is declared.",
		WayOut: "Correct the address, or declare the project. `bh import photos --bucket acme-photos` prints both " +
			"blocks."}
	InvalidImport = diag.Kind{Code: "BH1064", Summary: "Import does not fit its project",
		Meaning: "An `import` block and its project say different things: another bucket, an access key id " +
			"to replace although bh issues no key, or an owner that is not the name of a state.",
		WayOut: "Make the two agree. A bucket keeps its name, so `bucket` must be the same in both. An owner " +
			"is STACK@LINEAGE, as `bh discover` shows it."}
	DuplicateRule = diag.Kind{Code: "BH1070", Summary: "Two rules have the same name",
		Meaning: "Two rules of a bucket have the same id, or two of its domains have the same name. The " +
			"vendor would keep only one of them. Rules without an id are called rule-1, rule-2 and so on.",
		WayOut: "Give each its own `id` or `domain`, or remove one."}
	ContradictoryRule = diag.Kind{Code: "BH1071", Summary: "Rule contradicts itself",
		Meaning: "A rule has two attributes that cannot be set together, such as `delete_after` and " +
			"`delete_on`: both say when the same thing happens.",
		WayOut: "Keep one of the two. For both, write two rules."}
	TooManyRules = diag.Kind{Code: "BH1072", Summary: "Too many rules",
		Meaning: "A bucket has more rules or domains of one kind than the vendor accepts.",
		WayOut: "Remove some, or combine several into one: a `cors_rule` takes a list of origins, and the " +
			"prefix of a lifecycle rule can cover several folders."}
	InvalidDate = diag.Kind{Code: "BH1073", Summary: "Invalid date",
		Meaning: "A date of a rule cannot be read, has a fraction of a second, or is in a year that no vendor accepts.",
		WayOut:  "Write \"2027-01-31\", or with a time of day \"2027-01-31T18:00:00Z\"."}
	SharedDomain = diag.Kind{Code: "BH1074", Summary: "Two projects have the same domain",
		Meaning: "Two projects declare the same `custom_domain`. A domain can serve only one bucket.",
		WayOut:  "Give each bucket its own domain, or remove the block from one of the projects."}
	IdleRule = diag.Kind{Code: "BH1075", Summary: "Rule does nothing",
		Meaning: "A rule has no attribute that says what it does: a `lifecycle_rule` deletes, moves and ends " +
			"nothing, or a `lock_rule` does not say for how long objects are kept.",
		WayOut: "Add what the message lists, or remove the rule."}
	BrokenPolicy = diag.Kind{Code: "BH1080", Summary: "A policy does not allow this",
		Meaning: "The condition of a `policy` block is false for a declared project or for an operation of " +
			"the plan. The message comes from the policy. A policy with `severity = \"warning\"` only warns.",
		WayOut: "Change the project so that the condition is true. If the policy is wrong, change it in the " +
			"file, where reviewers see it: there is no flag that skips a policy."}
)
