package cli

import "buckethead/config/diag"

// The kinds of fault of the command line and of states.
var (
	stateUnusable = diag.Kind{Code: "BH5001", Summary: "The state cannot be used",
		Meaning: "bh cannot open, read or write the state. The message has the reason: a path that is a folder, a " +
			"file without permission, a server that does not answer.",
		Example: "`bh plan --state .bh`, where .bh is a folder.",
		WayOut: "Correct what the message names. `bh doctor` looks at the state and says what is wrong with it. " +
			"Nothing was changed."}
	stateLocked = diag.Kind{Code: "BH5002", Summary: "The state is locked",
		Meaning: "Someone else is changing the state: another apply, a person with `bh state lock`, or a runner " +
			"that died and whose lock has not expired. Two at once would undo each other's work. The message says who " +
			"holds it and since when.",
		Example: "Two merges start `bh apply` at the same time.",
		WayOut: "Wait and run it again, or let bh wait: `bh apply --lock-timeout 10m`. `bh state lock list` shows " +
			"the holder. Only if the holder is certainly gone: `bh state unlock ID`. While it still works, that cuts " +
			"its apply off."}
	stateDamaged = diag.Kind{Code: "BH5003", Summary: "The state is damaged",
		Meaning: "The content of the state does not have the digest that it should have: a disk, a copy or an " +
			"editor has changed it. bh uses none of it, because a wrong record could make it delete the wrong thing. " +
			"The providers are not affected.",
		Example: "The file was copied while an apply wrote it, and the copy was put in its place.",
		WayOut: "`bh state backup --list` shows the copies that there are, and `bh state restore BACKUP` puts one " +
			"in its place. If there is none, `bh state rebuild --force` makes a new state from what the providers list. " +
			"Both keep the present file beside it. The next plan says what differs."}
	stateNewer = diag.Kind{Code: "BH5004", Summary: "The state is newer than this bh",
		Meaning: "A later version of bh has written the state, with things in it that this version does not know " +
			"and would lose.",
		Example: "A laptop was upgraded and applied; the runner still has the version before.",
		WayOut: "Use a bh as new as the one that wrote it; `bh version` says which one this is. A state is not " +
			"written back in an older format."}
	stateOfOtherStack = diag.Kind{Code: "BH5005", Summary: "The state belongs to another stack",
		Meaning: "The state was made for a stack of another name than the file declares. Either the file leads to " +
			"the wrong state, or the stack was renamed, which would make everything that it made belong to nobody.",
		Example: "`stack = \"acme\"` was changed to `stack = \"acme-web\"` after an apply.",
		WayOut: "Set the name of the stack back, or give the new stack a state of its own: another `path`, or " +
			"another `key` in the bucket."}
	keysUnusable = diag.Kind{Code: "BH5006", Summary: "The stored keys cannot be used",
		Meaning: "`bh exec` reads the project's item at the moment of use, and the item cannot be read, is gone, or " +
			"does not hold what bh stored. Keys that someone edited could lead a command, and what it writes, to " +
			"another bucket.",
		Example: "Someone edited the endpoint in the item \"photos\"; then `bh exec photos -- ./backup.sh` refuses " +
			"it.",
		WayOut: "`bh plan` shows what an apply would put right. If an apply is under way, wait for its end. To use " +
			"what the item holds all the same: `bh exec photos --stale -- ./backup.sh`."}
	commandNotRun = diag.Kind{Code: "BH5007", Summary: "The command cannot be run",
		Meaning: "The command after `--` is not there or is not a program that may be run. bh ends with the code " +
			"that a shell uses: 127 if it is not found, 126 if it cannot be run.",
		Example: "`bh exec photos -- ./migrate.sh`, and migrate.sh is not executable.",
		WayOut: "Give the path of a program, or the name of one in PATH. For a line of shell, run the shell: " +
			"`bh exec photos -- sh -c 'aws s3 ls | wc -l'`."}
	noSuchProject = diag.Kind{Code: "BH5008", Summary: "No such project",
		Meaning: "Neither the files nor the state have a project of that name.",
		Example: "`bh exec fotos -- env`, and the project is called photos.",
		WayOut: "Use the name that the message suggests. `bh state list` shows those that are recorded. An instance " +
			"of for_each is named with its key, in quotes for the shell: `bh env 'tenant[\"north\"]'`."}
	oneProjectNeeded = diag.Kind{Code: "BH5009", Summary: "Name one project",
		Meaning: "The command works with the keys of one project. None was named, or a name that stands for " +
			"several: a project with for_each has one set of keys for each instance.",
		Example: "`bh env tenant`, where tenant has instances for north and south.",
		WayOut:  "Name one, in quotes for the shell: `bh env 'tenant[\"north\"]'`. `bh state list` shows them all."}
	noKeysYet = diag.Kind{Code: "BH5010", Summary: "The project has no stored keys yet",
		Meaning: "The project is declared, and no apply has made its keys, or it stopped before it stored them.",
		Example: "`bh exec photos -- env`, before the first `bh apply`.",
		WayOut:  "Run `bh apply`; `bh plan` shows first what it would do."}
	notImportable = diag.Kind{Code: "BH5020", Summary: "This cannot be imported",
		Meaning: "`bh import` cannot write blocks that take over what was named: it is not there, is managed " +
			"already, belongs to another state, or does not fit what is declared. Nothing was written.",
		Example: "`bh import photos --bucket acme-photos`, and the project albums has that bucket.",
		WayOut:  "Do what the message says. `bh discover` lists what can be taken over, and who owns it."}
	notAllDeclared = diag.Kind{Code: "BH5021", Summary: "Not all of the bucket can be declared",
		Meaning: "The bucket has a setting that the language cannot express, so the blocks that were written leave " +
			"it out. This is a warning.",
		Example: "A CORS rule of the bucket has an allowed origin that bh does not let anyone declare.",
		WayOut: "Nothing has to be done: bh leaves alone what is not declared. If you declare the same group of " +
			"settings later, an apply replaces the whole group."}
	blocksDoNotFit = diag.Kind{Code: "BH5022", Summary: "The blocks do not fit the file",
		Meaning: "With the blocks that `bh import` made, the files would have the errors that are shown above. The " +
			"files were not changed.",
		Example: "`bh import photos --bucket acme-photos --write`, and the file has a variable validation that " +
			"fails.",
		WayOut: "Correct those errors, choose another project name, or run it without `--write` and put the blocks " +
			"in by hand."}
	credentialOpensMore = diag.Kind{Code: "BH5023", Summary: "The credential opens other buckets as well",
		Meaning: "`bh import --item ID` takes over the credential that an item holds, and that credential is not " +
			"for this bucket alone. bh issues a credential for one bucket alone, so an apply takes the other buckets " +
			"away from it. This is a warning.",
		Example: "The item holds an old token that was made for all buckets of the account.",
		WayOut: "Make sure that nobody uses it for another bucket. Or leave `--item` out: bh then issues a new " +
			"credential, and the old one stays as it is."}
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
		Meaning: "bh tried on the lock whether the server heeds conditional writes and dates its objects correctly, " +
			"and it does not. Two runners could then hold the lock at once and lose each other's work.",
		Example: "An old S3 server answers a write with `If-None-Match: *` as if the condition were not there.",
		WayOut: "Keep the state on a server that has conditional writes: R2, AWS S3, a current MinIO. " +
			"`bh help shared-state` shows the block, and `bh state migrate` brings the state along."}
	lockLost = diag.Kind{Code: "BH5031", Summary: "The lock on the state was lost",
		Meaning: "During the apply the lock expired or someone broke it: the machine was suspended, the network was " +
			"away for longer than `lock_expires_after`, or `bh state unlock` was run. bh wrote nothing more to the " +
			"state after that.",
		Example: "A laptop was closed for ten minutes during an apply.",
		WayOut: "Run `bh plan`. What was made and not recorded is found by its names, and an apply takes it over or " +
			"revokes it."}
	stateMigrated = diag.Kind{Code: "BH5032", Summary: "The state was migrated",
		Meaning: "The state is no longer here: `bh state migrate` moved it, and left a note that says where to. The " +
			"files or the flag still lead to the old place.",
		Example: "One person moved the state into a bucket; another one has not pulled the change of the file.",
		WayOut: "Update the files, so that the bh block names the new place. To move it back, " +
			"`bh state migrate --from s3://BUCKET/KEY`."}
	tooManyDestroys = diag.Kind{Code: "BH5040", Summary: "The plan destroys more than is allowed",
		Meaning: "Nobody is asked in this run, and the plan destroys more projects than `--allow-destroy` lets it. " +
			"Without the flag, none may be destroyed. Nothing was done, not even the other operations.",
		Example: "In CI, `bh apply --auto-approve` after a file of projects was deleted by mistake.",
		WayOut: "Declare again what is to stay. If you want to keep the buckets and have bh forget them, write " +
			"`removed` blocks. If the projects and their buckets are to be destroyed, allow exactly as many: " +
			"`bh apply --auto-approve --allow-destroy 2`."}
	stateOnRunner = diag.Kind{Code: "BH5041", Summary: "The state would be lost with the runner",
		Meaning: "bh runs in CI and would keep the state on the runner's own disk, which is gone after the job. The " +
			"credentials that it makes would go on working, and no record of them would be left. An apply refuses that; " +
			"a plan warns of it.",
		Example: "A workflow runs `bh apply --auto-approve`, and the files have no `state` block.",
		WayOut: "Keep the state in a bucket: `bh help shared-state`. If the disk stays, or if you save the file " +
			"yourself: `bh apply --allow-ephemeral`."}
	keysOnRunner = diag.Kind{Code: "BH5042", Summary: "The keys would be lost with the runner",
		Meaning: "bh runs in CI, and the age file that holds the keys is on the runner's disk alone: git does not " +
			"track it. A provider shows a secret once, so keys that are lost have to be issued again. This is a " +
			"warning.",
		Example: "`.bh/secrets.age` is ignored by git, and the job ends after the apply.",
		WayOut: "Commit the file after the apply: it is encrypted. Give the identity as a secret of the CI service. " +
			"Or keep the keys in a 1Password vault."}
	offlinePlan = diag.Kind{Code: "BH5043", Summary: "This plan is offline: nothing was compared with the providers",
		Meaning: "`bh plan --offline` compares the files with a state on this machine. What the providers have, and " +
			"whether they would accept it, is not known. This is a warning that is always there.",
		Example: "A pull request from a fork is planned without secrets.",
		WayOut: "Nothing has to be done. No apply takes this plan: for one that can be applied, run `bh plan`, with " +
			"the secrets that the files need."}
	leftOutOffline = diag.Kind{Code: "BH5044", Summary: "Left out of the offline plan",
		Meaning: "What the project declares depends on a value that was not given, or on something that only the " +
			"providers know. The offline plan shows the others.",
		Example: "`bh plan --offline`, and the bucket of photos is `\"acme-${var.env}\"` while env has no value.",
		WayOut: "Give the value, if it is not a secret: `bh plan --offline --var env=prod`. Or run `bh plan` with " +
			"all that the files need."}
	policyNotJudged = diag.Kind{Code: "BH5045", Summary: "A policy was not judged",
		Meaning: "The condition of a policy reads a value that was not given, and the command works without it. So " +
			"the policy neither allows nor refuses anything here. This is a warning.",
		Example: "`bh plan --offline`, and a policy compares with `var.limit`, which has no value.",
		WayOut:  "Give the value. An apply needs it in any case, and judges every policy."}
	runPanicked = diag.Kind{Code: "BH5050", Summary: "Internal error: this is a bug in bh",
		Meaning: "bh was cut off by a mistake in bh itself. The state is as the last step left it, and everything " +
			"that was begun is recorded.",
		Example: "None is known; each one that is found is corrected.",
		WayOut: "Run `bh plan`: an apply continues from there. Please report it, with the message, what " +
			"`bh version` prints, and what BH_LOG=debug adds."}
	keysNotReadable = diag.Kind{Code: "BH5060", Summary: "The stored keys cannot be proved",
		Meaning: "`bh drift --prove` tries the stored keys, and could not read an item to do so. Whether its keys " +
			"work is not known.",
		Example: "The vault was locked for the service account after the drift was looked for.",
		WayOut: "Do what the message says, and run the command again. `bh doctor` says what opens the store and " +
			"what it lacks."}
	severalStates = diag.Kind{Code: "BH5061", Summary: "Several states have this stack name",
		Meaning: "`bh state rebuild` makes a lost state from the marks on items and the names of credentials, and " +
			"found those of more than one state with this stack name. It does not guess which of them was lost. Nothing " +
			"was changed.",
		Example: "Two repositories are called acme, and one of them lost its state.",
		WayOut: "Look at the projects in the table above, and name the state that was lost: " +
			"`bh state rebuild --lineage 1b2c3d4e`. Repeat the flag if it was restored or rebuilt before. " +
			"`bh help two-states` explains lineages."}
	secretInPlan = diag.Kind{Code: "BH5081", Summary: "The saved plan would contain a secret",
		Meaning: "bh was about to save a plan that contains a value it knows as a secret, and wrote nothing. " +
			"Usually one value serves two purposes: as a secret in one place, and as a name or a title in another.",
		Example: "`bh plan --out next.bhplan`, and a secret of the environment has the same value as the name of a " +
			"bucket.",
		WayOut: "Look for a value that is used in both ways, and change one. If there is none, this is a bug in bh: " +
			"please report it, without the value."}
	secretInBlocks = diag.Kind{Code: "BH5082", Summary: "The blocks would contain a secret",
		Meaning: "`bh import --write` was about to add a name to a file that others read, and the name is, or contains, a value " +
			"that bh knows as a secret. Nothing was written.",
		Example: "The title of an item contains the token of the vault.",
		WayOut:  "Rename the bucket or the item at the provider, or change the secret, and run the command again."}
	noReference = diag.Kind{Code: "BH5090", Summary: "The stored keys cannot be referred to",
		Meaning: "`bh env` prints references to the fields of an item, and none can be made: the vault or the item " +
			"has a name that no reference can have, and its id could not be found out.",
		Example: "The vault is called \"Eng/Prod\", and the machine has no token for 1Password.",
		WayOut:  "Write the id of the vault as `vault` in the secrets block, and run the command again."}
)

// ownCodes returns every kind of fault that this package reports itself, by code.
func ownCodes() []diag.Kind {
	return []diag.Kind{
		stateUnusable, stateLocked, stateDamaged, stateNewer, stateOfOtherStack, keysUnusable, commandNotRun,
		noSuchProject, oneProjectNeeded, noKeysYet, notImportable, notAllDeclared, blocksDoNotFit,
		credentialOpensMore, notCarriedOver, notTerraform, serverUnsafe, lockLost, stateMigrated, tooManyDestroys, stateOnRunner, keysOnRunner,
		offlinePlan, leftOutOffline, policyNotJudged, runPanicked, keysNotReadable, severalStates, secretInPlan,
		secretInBlocks, noReference,
	}
}
