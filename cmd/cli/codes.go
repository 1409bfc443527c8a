package cli

import "buckethead/config/diag"

// The kinds of fault of the command line and of states.
var (
	stateUnusable = diag.Kind{Code: "BH5001", Summary: "The state cannot be used",
		Meaning: "bh cannot open, read or write the state. The message says why: a path that is a folder, a " +
			"file that bh may not read, a server that does not answer.",
		Example: "`bh plan --state .bh`, where .bh is a folder.",
		WayOut: "Correct what the message names. `bh doctor` checks the state and says what is wrong. " +
			"Nothing was changed."}
	stateLocked = diag.Kind{Code: "BH5002", Summary: "The state is locked",
		Meaning: "Someone else is changing the state: another apply, a person with `bh state lock`, or a " +
			"runner that died and whose lock has not expired yet. Two at once would undo each other's work. " +
			"The message says who holds the lock and since when.",
		Example: "Two merges start `bh apply` at the same time.",
		WayOut: "Wait and run it again, or let bh wait: `bh apply --lock-timeout 10m`. `bh state lock list` " +
			"shows the holder. Only if the holder is certainly gone: `bh state unlock ID`. If it is still " +
			"working, that cuts its apply off."}
	stateDamaged = diag.Kind{Code: "BH5003", Summary: "The state is damaged",
		Meaning: "The state does not match its digest: a disk, a copy or an editor has changed it. bh uses " +
			"none of it, because a wrong record could make bh delete the wrong thing. The providers are not " +
			"affected.",
		Example: "The file was copied while an apply was writing it, and the copy was then used instead of " +
			"it.",
		WayOut: "`bh state backup --list` lists the copies, and `bh state restore BACKUP` restores one. If " +
			"there is none, `bh state rebuild --force` makes a new state from what the providers list. Both " +
			"keep the damaged file next to the new one. The next plan shows what differs."}
	stateNewer = diag.Kind{Code: "BH5004", Summary: "The state is newer than this bh",
		Meaning: "A later version of bh wrote the state. It may hold things that this version does not know " +
			"and would lose.",
		Example: "A laptop was upgraded and applied; the runner still has the previous version.",
		WayOut: "Use a bh at least as new as the one that wrote it; `bh version` shows the version. bh does " +
			"not write a state back in an older format."}
	stateOfOtherStack = diag.Kind{Code: "BH5005", Summary: "The state belongs to another stack",
		Meaning: "The state was made for a stack with another name than the one in the file. Either the " +
			"file points to the wrong state, or the stack was renamed. With a new name, everything that the " +
			"stack made would have no owner.",
		Example: "`stack = \"acme\"` was changed to `stack = \"acme-web\"` after an apply.",
		WayOut: "Set the name of the stack back, or give the new stack its own state: another `path`, or " +
			"another `key` in the bucket."}
	keysUnusable = diag.Kind{Code: "BH5006", Summary: "The stored keys cannot be used",
		Meaning: "`bh exec` reads the project's item when it needs the keys. The item cannot be read, is " +
			"gone, or does not hold what bh stored. Keys that someone edited could lead a command, and the " +
			"data that it writes, to another bucket.",
		Example: "Someone edited the endpoint in the item \"photos\"; then `bh exec photos -- ./backup.sh` refuses " +
			"it.",
		WayOut: "`bh plan` shows what an apply would repair. If an apply is running, wait until it ends. To " +
			"use what the item holds anyway: `bh exec photos --stale -- ./backup.sh`."}
	commandNotRun = diag.Kind{Code: "BH5007", Summary: "The command cannot be run",
		Meaning: "The command after `--` was not found, or is not a program that may be run. bh exits with " +
			"the code that a shell uses: 127 if the command was not found, 126 if it cannot be run.",
		Example: "`bh exec photos -- ./migrate.sh`, and migrate.sh is not executable.",
		WayOut: "Give the path of a program, or the name of one in PATH. For a line of shell, run the shell: " +
			"`bh exec photos -- sh -c 'aws s3 ls | wc -l'`."}
	noSuchProject = diag.Kind{Code: "BH5008", Summary: "No such project",
		Meaning: "Neither the files nor the state have a project with that name.",
		Example: "`bh exec fotos -- env`, and the project is called photos.",
		WayOut: "Use the name that the message suggests. `bh state list` lists the recorded projects. Name " +
			"an instance of for_each with its key, in quotes for the shell: `bh env 'tenant[\"north\"]'`."}
	oneProjectNeeded = diag.Kind{Code: "BH5009", Summary: "Name one project",
		Meaning: "The command works with the keys of one project. Either no project was named, or the name " +
			"stands for several: a project with for_each has one set of keys for each instance.",
		Example: "`bh env tenant`, where tenant has instances for north and south.",
		WayOut:  "Name one, in quotes for the shell: `bh env 'tenant[\"north\"]'`. `bh state list` shows them all."}
	noKeysYet = diag.Kind{Code: "BH5010", Summary: "The project has no stored keys yet",
		Meaning: "The project is declared, but no apply has created its keys yet, or an apply stopped " +
			"before it stored them.",
		Example: "`bh exec photos -- env`, before the first `bh apply`.",
		WayOut:  "Run `bh apply`; `bh plan` first shows what it would do."}
	notImportable = diag.Kind{Code: "BH5020", Summary: "This cannot be imported",
		Meaning: "`bh import` cannot write blocks that take over the bucket or item: it does not exist, is " +
			"already managed, belongs to another state, or does not match what is declared. Nothing was " +
			"written.",
		Example: "`bh import photos --bucket acme-photos`, and the project albums has that bucket.",
		WayOut:  "Do what the message says. `bh discover` lists what can be taken over, and who owns it."}
	notAllDeclared = diag.Kind{Code: "BH5021", Summary: "Not all of the bucket can be declared",
		Meaning: "The bucket has a setting that the language cannot express, so the blocks that were written leave " +
			"it out. This is a warning.",
		Example: "A CORS rule of the bucket has an allowed origin that bh does not let anyone declare.",
		WayOut: "You need not do anything: bh leaves alone what is not declared. If you declare the same " +
			"group of settings later, an apply replaces the whole group."}
	blocksDoNotFit = diag.Kind{Code: "BH5022", Summary: "The blocks do not fit the file",
		Meaning: "With the blocks that `bh import` made, the files would have the errors shown above. The " +
			"files were not changed.",
		Example: "`bh import photos --bucket acme-photos --write`, and the file has a variable validation that " +
			"fails.",
		WayOut: "Correct those errors, choose another project name, or run the command without `--write` " +
			"and add the blocks by hand."}
	credentialOpensMore = diag.Kind{Code: "BH5023", Summary: "The credential opens other buckets as well",
		Meaning: "`bh import --item ID` takes over the credential that an item holds, and that credential " +
			"also opens other buckets. bh issues one credential for each bucket, so an apply takes the " +
			"other buckets away from it. This is a warning.",
		Example: "The item holds an old token that was made for all buckets of the account.",
		WayOut: "Make sure that nobody uses it for another bucket. Or leave out `--item`: bh then issues a " +
			"new credential, and the old one stays as it is."}
	notCarriedOver = diag.Kind{Code: "BH5024", Summary: "Not everything is carried over",
		Meaning: "`bh import --from-terraform FILE` met resources that bh cannot take over as they are, or does not manage. " +
			"They are listed with their Terraform addresses. They stay as they are, and Terraform's. This is a warning.",
		Example: "The state has a token that opens two buckets, and a key of bh opens one.",
		WayOut: "Nothing has to be done at once. For a bucket, `bh import` takes it over once the reason is gone. A token " +
			"that nobody needs after the move can be deleted; until then, leave it to Terraform."}
	notTerraform = diag.Kind{Code: "BH5025", Summary: "This is not a state that bh can read",
		Meaning: "`bh import --from-terraform FILE` reads a state of version 4, which Terraform since 0.12 and OpenTofu write, or " +
			"what `terraform show -json` prints of one. The file is something else, or is damaged.",
		Example: "The file is a plan, or an encrypted state of OpenTofu.",
		WayOut: "`terraform state pull > state.json` or `tofu state pull > state.json` writes a file that bh reads. It holds " +
			"secrets in clear: delete it afterwards. Or pipe it: `terraform state pull | bh import --from-terraform -`."}
	serverUnsafe = diag.Kind{Code: "BH5030", Summary: "The server cannot keep a shared state safe",
		Meaning: "bh used the lock to test whether the server supports conditional writes and dates its " +
			"objects correctly, and it does not. Two runners could then hold the lock at once and lose each " +
			"other's work.",
		Example: "An old S3 server ignores `If-None-Match: *` on a write.",
		WayOut: "Keep the state on a server that supports conditional writes: R2, AWS S3, a current MinIO. " +
			"`bh help shared-state` shows the block, and `bh state migrate` moves the state there."}
	lockLost = diag.Kind{Code: "BH5031", Summary: "The lock on the state was lost",
		Meaning: "During the apply, the lock expired or someone broke it: the machine was suspended, the " +
			"network was down for longer than `lock_expires_after`, or `bh state unlock` was run. bh wrote " +
			"nothing more to the state after that.",
		Example: "A laptop was closed for ten minutes during an apply.",
		WayOut: "Run `bh plan`. It finds what was created and not recorded by its names, and an apply takes " +
			"it over or revokes it."}
	stateMigrated = diag.Kind{Code: "BH5032", Summary: "The state was migrated",
		Meaning: "The state is no longer here: `bh state migrate` moved it, and left a note that says " +
			"where. The files or the flag still point to the old place.",
		Example: "One person moved the state into a bucket; another has not pulled the change to the file " +
			"yet.",
		WayOut: "Update the files, so that the bh block names the new place. To move it back, " +
			"`bh state migrate --from s3://BUCKET/KEY`."}
	stateNotMigrated = diag.Kind{Code: "BH5033", Summary: "The state is still in the default place",
		Meaning: "The files declare a place for the state, where there is none yet, and `.bh/state.db` has the state " +
			"of this stack. Without it, bh would take everything for another state's.",
		Example: "A `state \"s3\"` block was added to the file, and `bh state migrate` was not run yet.",
		WayOut: "Run `bh state migrate`: it brings the state to the declared place and renames the file. If the file " +
			"is not the state of this stack, move it away."}
	stateLost = diag.Kind{Code: "BH5034", Summary: "The state seems to be lost",
		Meaning: "The state records nothing, and something shows that there was one: copies of it, or keys and items of " +
			"this stack for buckets that the files declare. So `bh drift` has nothing to compare, and does not pass.",
		Example: "The bucket of the state was emptied, or a runner has no `state` block and does not find the file.",
		WayOut: "If the state is kept elsewhere, declare that place: `bh help shared-state`. If it is lost, restore a " +
			"copy or rebuild it: `bh help recovery`. A new stack needs a name of its own."}
	tooManyDestroys = diag.Kind{Code: "BH5040", Summary: "The plan destroys more than is allowed",
		Meaning: "This run cannot ask for confirmation, and the plan destroys more projects than " +
			"`--allow-destroy` allows. Without the flag, it may destroy none. Nothing was done, not even " +
			"the other operations.",
		Example: "In CI, `bh apply --auto-approve` runs after a file of projects was deleted by mistake.",
		WayOut: "Declare again what should stay. To keep the buckets and have bh forget them, write " +
			"`removed` blocks. To destroy the projects and their buckets, allow exactly that many: `bh " +
			"apply --auto-approve --allow-destroy 2`."}
	stateOnRunner = diag.Kind{Code: "BH5041", Summary: "The state would be lost with the runner",
		Meaning: "bh runs in CI and would keep the state on the runner's own disk, which is gone after the " +
			"job. The credentials that it creates would keep working, with no record of them left. An apply " +
			"refuses this; a plan warns about it.",
		Example: "A workflow runs `bh apply --auto-approve`, and the files have no `state` block.",
		WayOut: "Keep the state in a bucket: `bh help shared-state`. If the disk is kept, or if you save " +
			"the file yourself: `bh apply --allow-ephemeral`."}
	keysOnRunner = diag.Kind{Code: "BH5042", Summary: "The keys would be lost with the runner",
		Meaning: "bh runs in CI, and the age file with the keys is only on the runner's disk: git does not " +
			"track it. A provider shows a secret only once, so lost keys must be issued again. This is a " +
			"warning.",
		Example: "`.bh/secrets.age` is ignored by git, and the job ends after the apply.",
		WayOut: "Commit the file after the apply: it is encrypted. Pass the identity as a secret of the CI " +
			"service. Or keep the keys in a 1Password vault."}
	offlinePlan = diag.Kind{Code: "BH5043", Summary: "This plan is offline: nothing was compared with the providers",
		Meaning: "`bh plan --offline` compares the files with a state on this machine. It does not know " +
			"what the providers have, or whether they would accept the changes. Every offline plan has this " +
			"warning.",
		Example: "A pull request from a fork is planned without secrets.",
		WayOut: "You need not do anything. This plan cannot be applied: for one that can, run `bh plan` " +
			"with the secrets that the files need."}
	leftOutOffline = diag.Kind{Code: "BH5044", Summary: "Left out of the offline plan",
		Meaning: "What the project declares depends on a value that was not given, or on something that " +
			"only the providers know. The offline plan shows the other projects.",
		Example: "`bh plan --offline`, and the bucket of photos is `\"acme-${var.env}\"` while env has no value.",
		WayOut: "Give the value, if it is not a secret: `bh plan --offline --var env=prod`. Or run `bh " +
			"plan` with everything that the files need."}
	policyNotJudged = diag.Kind{Code: "BH5045", Summary: "A policy was not judged",
		Meaning: "The condition of a policy reads a value that was not given, and the command does not need " +
			"that value otherwise. So the policy neither allows nor refuses anything here. This is a " +
			"warning.",
		Example: "`bh plan --offline`, and a policy compares something with `var.limit`, which has no value.",
		WayOut:  "Give the value. An apply needs it anyway, and checks every policy."}
	runPanicked = diag.Kind{Code: "BH5050", Summary: "Internal error: this is a bug in bh",
		Meaning: "A mistake in bh itself ended the run. The state is as the last step left it, and " +
			"everything that was begun is recorded.",
		Example: "There is no known example: each one that is found is corrected.",
		WayOut: "Run `bh plan`: an apply continues from there. Please report it, with the message, what " +
			"`bh version` prints, and what BH_LOG=debug adds."}
	keysNotReadable = diag.Kind{Code: "BH5060", Summary: "The stored keys cannot be proved",
		Meaning: "`bh drift --prove` tries the stored keys, and could not read an item to do so. Whether " +
			"its keys work is not known.",
		Example: "The vault was locked for the service account after bh had looked for drift.",
		WayOut: "Do what the message says, and run the command again. `bh doctor` says which credentials " +
			"the store needs and which are missing."}
	severalStates = diag.Kind{Code: "BH5061", Summary: "Several states may have this stack name",
		Meaning: "`bh state rebuild` rebuilds a lost state from the marks on items and the names of " +
			"credentials. It found those of more than one state with this stack name, or some that do not tell " +
			"of which state they are, and does not guess which of them were lost. Nothing was changed.",
		Example: "Two repositories both use the stack name acme, and one of them lost its state.",
		WayOut: "Look at the projects in the table above, and name the lost state: `bh state rebuild " +
			"--lineage 1b2c3d4e`. Repeat the flag if that state was restored or rebuilt before. `bh help " +
			"two-states` explains lineages."}
	secretInPlan = diag.Kind{Code: "BH5081", Summary: "The saved plan would contain a secret",
		Meaning: "bh was about to save a plan with a value that it knows as a secret, so it wrote nothing. " +
			"Usually one value serves two purposes: as a secret in one place, and as a name or a title in " +
			"another.",
		Example: "`bh plan --out next.bhplan`, and a secret of the environment has the same value as the name of a " +
			"bucket.",
		WayOut: "Look for a value that is used in both ways, and change one of the two. If there is none, " +
			"this is a bug in bh: please report it, without the value."}
	secretInBlocks = diag.Kind{Code: "BH5082", Summary: "The blocks would contain a secret",
		Meaning: "`bh import --write` was about to add a name to a file that others read, and the name is, " +
			"or contains, a value that bh knows as a secret. Nothing was written.",
		Example: "The title of an item contains the token of the vault.",
		WayOut:  "Rename the bucket or the item at the provider, or change the secret, and run the command again."}
	noReference = diag.Kind{Code: "BH5090", Summary: "The stored keys cannot be referred to",
		Meaning: "`bh env` prints references to the fields of an item, but cannot make one here: the vault " +
			"or the item has a name that a reference cannot contain, and bh could not find out its id.",
		Example: "The vault is called \"Eng/Prod\", and this machine has no token for 1Password.",
		WayOut:  "Set `vault` in the secrets block to the id of the vault, and run the command again."}
)

// ownCodes returns every kind of fault that this package reports itself, by code.
func ownCodes() []diag.Kind {
	return []diag.Kind{
		stateUnusable, stateLocked, stateDamaged, stateNewer, stateOfOtherStack, keysUnusable, commandNotRun,
		noSuchProject, oneProjectNeeded, noKeysYet, notImportable, notAllDeclared, blocksDoNotFit,
		credentialOpensMore, notCarriedOver, notTerraform, serverUnsafe, lockLost, stateMigrated, stateNotMigrated, stateLost,
		tooManyDestroys, stateOnRunner, keysOnRunner,
		offlinePlan, leftOutOffline, policyNotJudged, runPanicked, keysNotReadable, severalStates, secretInPlan,
		secretInBlocks, noReference,
	}
}
