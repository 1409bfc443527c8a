package faults

import "buckethead/config/diag"

// The kinds of fault of the files and of the language. codes_projects.go has those of what they declare.
var (
	MissingFile = diag.Kind{Code: "BH1001", Summary: "Configuration not found",
		Meaning: "bh needs `buckets.hcl` in the folder where it runs, or whatever `--file` names. There is no such " +
			"file or folder, or the folder has no file whose name ends in .hcl.",
		Example: "`bh plan` in a folder without `buckets.hcl`, or `bh plan --file prod`, if prod is a folder " +
			"without *.hcl files.",
		WayOut: "Run bh in the right folder, or name it with `--chdir`. To begin a new project there, `bh " +
			"init` writes a first `buckets.hcl`; it does not change files that exist."}
	UnreadableFile = diag.Kind{Code: "BH1002", Summary: "Configuration cannot be read",
		Meaning: "The file or folder exists, but the system does not let bh read it. The message quotes the " +
			"system's reason.",
		Example: "`buckets.hcl` belongs to another user and has mode 0600; `bh plan` ends with \"buckets.hcl cannot " +
			"be read: permission denied\".",
		WayOut: "Let the user that runs bh read the file: `ls -l buckets.hcl` shows who may. If the name is " +
			"a link, check where it leads."}
	InvalidSyntax = diag.Kind{Code: "BH1003", Summary: "Invalid syntax",
		Meaning: "The text is not HCL: a quote or a bracket is not closed, a value is missing after the " +
			"equals sign, or the like. bh could not read the rest, so more errors may appear once this one " +
			"is corrected.",
		WayOut: "Correct the text at the place that is marked, or just before it. `bh fmt --check` shows " +
			"only the syntax errors."}
	UnknownBlock = diag.Kind{Code: "BH1004", Summary: "Unknown block",
		Meaning: "A file or a block contains a block of a type that bh does not know there. Usually it is " +
			"misspelled, is one level too high or too deep, or comes from Terraform.",
		WayOut: "Use the name that the message suggests, or move the block to where it belongs. A setting of a " +
			"bucket goes into the `project` block, a value of your own into `locals { ... }`."}
	UnknownAttribute = diag.Kind{Code: "BH1005", Summary: "Unknown attribute",
		Meaning: "A block has an attribute that bh does not know there. Usually it is misspelled, belongs in " +
			"another block, or is an attribute of another vendor. bh refuses it, because a setting that is silently " +
			"ignored is worse than an error.",
		WayOut: "Use the name that the message suggests, or remove the line. A value of your own belongs in a " +
			"`locals` block."}
	InvalidLabels = diag.Kind{Code: "BH1006", Summary: "Invalid block labels",
		Meaning: "A block has too few labels, too many, or one that cannot be a name. `project` and `variable` take " +
			"a name, `cloud` and `secrets` a vendor and a name. A name begins with a letter or an underscore, and has " +
			"letters, digits, underscores and dashes.",
		WayOut: "Write the labels in quotes between the type and the brace, as the message shows: " +
			"`project \"photos\" { ... }`."}
	MissingAttribute = diag.Kind{Code: "BH1007", Summary: "Missing attribute",
		Meaning: "An attribute or an inner block that the block needs is missing. An attribute whose value " +
			"is `null` counts as missing.",
		WayOut: "Add what the message names. If the value comes from an expression, find out why it is `null`."}
	DuplicateBlock = diag.Kind{Code: "BH1008", Summary: "Duplicate declaration",
		Meaning: "Two blocks declare the same thing: two projects, variables, clouds or stores with the same " +
			"name, or two blocks of a kind that may appear only once. bh reads all *.hcl files of a folder " +
			"as one.",
		WayOut: "Remove one of the two, or give it another name. To rename a project that was applied, add a " +
			"`moved` block, which `bh plan` prints. Without it, the next apply destroys the old project."}
	DuplicateAttribute = diag.Kind{Code: "BH1009", Summary: "Duplicate attribute",
		Meaning: "The same attribute is set twice in a block, or the same local in two `locals` blocks. bh " +
			"does not choose between them.",
		WayOut: "Remove one of them. The message says where the first one is."}
	WrongType = diag.Kind{Code: "BH1010", Summary: "Wrong type of value",
		Meaning: "The attribute takes another type of value: it has text, for example, and needs a number, a " +
			"list, or true or false. bh converts a value only if it has one possible meaning, such as " +
			"\"true\" to true.",
		WayOut: "Write a value of the type that the message names. Write `true`, `false` and numbers without " +
			"quotes, and lists in brackets: `[\"a\", \"b\"]`."}
	InvalidValue = diag.Kind{Code: "BH1011", Summary: "Invalid value",
		Meaning: "The value has the right type, but the attribute does not allow it: a word that is not in its " +
			"list, an empty text, a URL with a password in it, a number out of range.",
		WayOut: "Use one of the values that the message lists, or correct what it names."}
	InvalidExpression = diag.Kind{Code: "BH1012", Summary: "Expression cannot be evaluated",
		Meaning: "An expression has no result: a function refused its arguments, an index does not exist, " +
			"two types do not match. The message quotes the reason.",
		WayOut: "Correct the expression. `try(EXPRESSION, OTHER)` uses OTHER if EXPRESSION fails, and " +
			"`can(EXPRESSION)` tests whether it does."}
	UnknownReference = diag.Kind{Code: "BH1013", Summary: "Reference to something undeclared",
		Meaning: "An expression names a variable, a local or something else that no file declares. Text without " +
			"quotes is read as such a name. `each` exists only in a project with `for_each`.",
		WayOut: "Declare the name, correct it, or put text in quotes. Variables are `var.NAME`, locals " +
			"`local.NAME`."}
	UnknownFunction = diag.Kind{Code: "BH1014", Summary: "Unknown function",
		Meaning: "bh has Terraform's functions, except those that read the clock, return random values or " +
			"use the network: the same files must always make the same plan.",
		WayOut: "Use the function that the message suggests. Pass a date or a random value in as a variable: " +
			"`bh plan --var built_on=2027-01-31`."}
	LocalCycle = diag.Kind{Code: "BH1015", Summary: "Locals refer to each other in a circle",
		Meaning: "Each of these locals needs the value of another one, so none of them can be computed.",
		WayOut:  "Give one of them a value that does not refer to the others."}
	InvalidDuration = diag.Kind{Code: "BH1016", Summary: "Invalid duration",
		Meaning: "A duration has no unit, has an unknown unit, or is not possible here: a rotation of zero, " +
			"an overlap that is not shorter than the rotation, a rule that is longer than the vendor allows.",
		WayOut: "Write numbers with units, the largest first: \"90d\", \"12h\", \"1w 2d\". The units are w, d, h, m " +
			"and s."}
	RefusedFile = diag.Kind{Code: "BH1017", Summary: "File is not read",
		Meaning: "bh reads only ordinary files within the repository: nothing outside of it, nothing below " +
			"`.git` or `.bh`, no link that leads there, no pipe, no device, and no file above the size " +
			"limit. Otherwise a change to the files could make a runner read its own secrets.",
		WayOut: "Copy the file into the repository, or pass its content in as a variable. Files that you name " +
			"yourself with `--file` and `--var-file` may be anywhere."}
	DuplicateKey = diag.Kind{Code: "BH1018", Summary: "Two keys are the same",
		Meaning: "A map in HCL, or data in JSON or YAML, has the same key twice, or two keys that look the " +
			"same but are encoded differently. Other tools silently keep the last one; bh does not.",
		WayOut: "Remove one of the two, or give it another key."}
	WrongEncoding = diag.Kind{Code: "BH1019", Summary: "File is not UTF-8 text",
		Meaning: "The file is UTF-16, or has bytes that are not UTF-8. Some editors and shells on Windows save " +
			"UTF-16 unless told otherwise.",
		Example: "`buckets.hcl` was saved by an editor that writes UTF-16; `bh validate` ends with \"buckets.hcl is " +
			"UTF-16, and bh reads UTF-8\".",
		WayOut: "Save the file as UTF-8. A byte-order mark at its beginning does no harm."}
	MissingVariable = diag.Kind{Code: "BH1020", Summary: "Missing value for a variable",
		Meaning: "A variable has no default, and no value was set. An empty BH_VAR_NAME counts as not set, " +
			"because CI sets variables that are not configured to an empty text. Commands that do not need " +
			"the variable work without it.",
		WayOut: "Give it a value: `bh plan --var env=prod`, a line `env = \"prod\"` in a file that " +
			"`bh plan --var-file prod.hcl` reads, or BH_VAR_env in the environment. Or give the variable a default."}
	UndeclaredVariable = diag.Kind{Code: "BH1021", Summary: "Value for an undeclared variable",
		Meaning: "A flag or a file of variables sets a variable that no file declares. Otherwise a " +
			"misspelled name would go unnoticed, and bh would use the default. BH_VAR_NAME of an undeclared " +
			"variable is ignored.",
		WayOut: "Correct the name, declare the variable with a block `variable \"NAME\" {}`, or remove the value."}
	InvalidVariable = diag.Kind{Code: "BH1022", Summary: "Invalid value for a variable",
		Meaning: "The value does not fit the type of the variable. bh uses the value of a string as it is, " +
			"and reads a value of any other type as an expression.",
		WayOut: "Write it as you would in the file, in quotes for the shell: " +
			"`bh plan --var 'names=[\"a\", \"b\"]'`."}
	FailedValidation = diag.Kind{Code: "BH1023", Summary: "Value refused by the variable's validation",
		Meaning: "The condition of one of the variable's `validation` blocks is false for this value. The " +
			"message comes from that block.",
		WayOut: "Give the variable another value. If the value is right, change the condition."}
	InvalidType = diag.Kind{Code: "BH1024", Summary: "Invalid type",
		Meaning: "The `type` of a variable is not one that bh knows.",
		WayOut: "Write one of string, number, bool, any, list(...), set(...), map(...), object({...}) and " +
			"tuple([...]), without quotes."}
	UnsupportedVersion = diag.Kind{Code: "BH1025", Summary: "This version of bh is not supported",
		Meaning: "`required_version` in the bh block asks for another version of bh than this one. bh checks " +
			"nothing else in the files, because they may be correct for that version.",
		WayOut: "Install a matching version: `bh version` shows the one that you have. Or change `required_version`."}
	UnknownBackend = diag.Kind{Code: "BH1026", Summary: "Unknown kind of state",
		Meaning: "The bh block has a `state` block of a kind that this bh does not have. A state is a file, " +
			"`state \"local\"`, or an object in a bucket, `state \"s3\"`, on any server that supports S3.",
		WayOut: "Use one of the two. `bh help shared-state` shows the block for a bucket. After you change " +
			"the place, `bh state migrate` moves the state there."}
	UnsetEnvironment = diag.Kind{Code: "BH1027", Summary: "Environment variable is not set",
		Meaning: "`env(\"NAME\")` reads an environment variable that is not set, or is empty. Commands that " +
			"do not need the value work without it.",
		WayOut: "Set it before bh runs; in CI, add it to the `env` of the job. If bh can do without it, " +
			"write a default: `env(\"NAME\", \"weur\")`. Do not write a secret as the default: the file is " +
			"committed."}
	TooLarge = diag.Kind{Code: "BH1028", Summary: "Value is too large",
		Meaning: "An expression produces more than bh keeps in memory: 64 MiB for one expression, 16 MiB for " +
			"one string, 128 MiB for all values, 250,000 projects. Otherwise a stranger's file could use up " +
			"the machine's memory.",
		WayOut: "Read only the part of the data that you need, or split it into several locals."}
	MoreFaults = diag.Kind{Code: "BH1029", Summary: "More errors",
		Meaning: "A file has more than 20 errors. The others are not shown, because a single mistake often " +
			"has many consequences. This error says how many more there are and where they begin.",
		WayOut: "Correct those that are shown, then run the command again."}
)

// Codes returns every kind of fault that Load, Format and the policies report, by code.
func Codes() []diag.Kind {
	return []diag.Kind{
		MissingFile, UnreadableFile, InvalidSyntax, UnknownBlock, UnknownAttribute, InvalidLabels, MissingAttribute,
		DuplicateBlock, DuplicateAttribute, WrongType, InvalidValue, InvalidExpression, UnknownReference,
		UnknownFunction, LocalCycle, InvalidDuration, RefusedFile, DuplicateKey, WrongEncoding, MissingVariable,
		UndeclaredVariable, InvalidVariable, FailedValidation, InvalidType, UnsupportedVersion, UnknownBackend,
		UnsetEnvironment, TooLarge, MoreFaults, UnknownVendor, MissingConnection, AmbiguousConnection,
		UnknownConnection, InvalidSetting, LiteralSecret, ShownSecret, UnknownScheme, EmptySecret, SecretFault,
		InvalidForEach, InvalidBucket, InvalidCredential, InvalidItemTitle, SharedBucket, SharedItem,
		UnsupportedAttribute, NeedlessAttribute, EarlyExpiry, InvalidAddress, InvalidMove, RemovedDeclared,
		ImportUndeclared, InvalidImport, DuplicateRule, ContradictoryRule, TooManyRules, InvalidDate, SharedDomain,
		IdleRule, BrokenPolicy,
	}
}
