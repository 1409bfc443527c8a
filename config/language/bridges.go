package language

// Bridges holds bh's way for the words of Terraform's language that bh does not have. A word that ends in a dot
// begins a reference.
var Bridges = map[string]string{
	"resource": "bh has no resource blocks. A project block declares a bucket, credentials that open it, and the item that " +
		"keeps them: project \"photos\" { bucket = \"acme-photos\" }.",
	"data": "bh has no data blocks. A value from outside is a variable, env(\"NAME\") or file(\"PATH\"); " +
		"`bh import` writes the blocks for a bucket that exists.",
	"output": "bh has no outputs. `bh env PROJECT` prints references to the keys of a project, and `bh show --json` prints what " +
		"the state has.",
	"module": "bh has no modules. Use for_each to make many projects of one kind; all *.hcl files of a " +
		"folder belong together: `bh plan --file FOLDER`.",
	"provider": "Write cloud \"VENDOR\" \"NAME\" { ... } for where buckets are, and secrets \"VENDOR\" \"NAME\" { ... } for where keys " +
		"are kept. `bh help first-hour` has an example.",
	"terraform": "Write bh { ... } instead. It has stack, required_version and the block state \"s3\" { ... }.",
	"backend": "Write state \"s3\" { ... } in the bh block; a state on this machine is state \"local\" { path = \"...\" }. " +
		"`bh help shared-state` has an example.",
	"required_providers": "Remove it: the vendors are part of bh. required_version in the bh block names the version of bh.",
	"count": "Use for_each: with for_each = toset([\"north\", \"south\"]), bh makes one project for each, " +
		"and each.key is its name. With a number, removing one project would rename all that follow.",
	"depends_on": "Remove it. Projects do not need each other, and bh works out the order of its steps.",
	"lifecycle": "For prevent_destroy, write protect = true in the project. The rest is not needed: bh never replaces a bucket, and " +
		"leaves alone what is not declared.",
	"prevent_destroy": "Write protect = true in the project. It also applies after the block is removed from " +
		"the file: apply protect = false first.",
	"create_before_destroy": "Remove it: new keys are always stored before the old ones stop working. " +
		"overlap in the rotate block says how long both work.",
	"ignore_changes": "Remove it: bh leaves alone what the project does not declare.",
	"provisioner": "bh runs no commands from the file. Run them after the apply: `bh exec PROJECT -- " +
		"COMMAND` runs one with the keys of a project.",
	"count.":  "Use for_each in the project: each.key is then the name of the instance.",
	"data.":   "bh reads no data into a file. A value from outside is a variable, env(\"NAME\") or file(\"PATH\").",
	"module.": "bh has no modules: write the value itself, or name it in locals { ... } as local.NAME.",
	"terraform.": "bh has no workspaces. Use a variable instead, as in `bh plan --var env=prod`, and give " +
		"each environment its own stack and state.",
}

// WayOut is [Suggestion] for an attribute or a block, but a word of Terraform's gets bh's way.
func WayOut(given string, names []string, what string) string {
	if way := Bridges[given]; way != "" {
		return way
	}
	return Suggestion(given, names, what)
}
