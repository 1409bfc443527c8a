package cli

import (
	"fmt"
	"slices"
	"strings"

	"github.com/urfave/cli/v2"
)

// commandBridges says what to use instead of the Terraform commands that bh does not have.
var commandBridges = map[string]string{
	"taint":        "bh never replaces a bucket. `bh rotate PROJECT` issues new keys for a project.",
	"untaint":      "bh does not mark anything for replacement. `bh plan` shows everything that an apply would do.",
	"output":       "`bh env PROJECT` prints references to the keys of a project; `bh show --json` prints what the state has.",
	"console":      "`bh validate` evaluates every expression of the files; `bh plan --offline` shows their values.",
	"workspace":    "Give each environment its own folder, with its own stack and state: `bh plan --chdir prod`.",
	"force-unlock": "`bh state lock list` shows who holds the lock. If the holder is certainly gone, `bh state unlock ID` breaks it.",
	"refresh": "The state holds no copy of what the providers have: every plan reads it again. `bh drift` shows what was " +
		"changed outside bh.",
	"providers": "The vendors are part of bh. `bh doctor` checks the clouds and stores that the files declare.",
	"login":     "bh reads tokens from the environment. `bh doctor` says which ones the files need, and whose they are.",
	"get":       "bh has no modules. All *.hcl files in a folder belong together: `bh plan --file FOLDER`.",
	"modules":   "bh has no modules. All *.hcl files in a folder belong together: `bh plan --file FOLDER`.",
	"test":      "A policy block says what every plan must satisfy. `bh validate` checks the files.",

	"state force-unlock":     "If the holder is certainly gone, `bh state unlock ID` breaks the lock; `bh state lock list` shows it.",
	"state replace-provider": "`bh state show PROJECT` shows which cloud and store a project is in. Neither can be replaced.",
}

// flagBridges says what to use instead of the Terraform flags that bh does not have.
var flagBridges = map[string]string{
	"refresh-only": "`bh drift` shows what was changed outside bh. The next apply restores what is declared.",
	"refresh":      "Every plan reads what the providers have. `bh plan --offline` only compares the files with the state.",
	"replace":      "bh never replaces a bucket. `bh rotate PROJECT` issues new keys for a project.",
	"lock": "A plan takes no lock. An apply needs one: two at once would undo each other's work. " +
		"`--lock-timeout 10m` waits for it.",
	"destroy":        "`bh plan --destroy` shows what `bh destroy` would do.",
	"upgrade":        "The vendors are part of bh: to upgrade them, upgrade bh.",
	"backend":        "The state block of the files says where the state is; `--state PATH` overrides it for one command.",
	"backend-config": "The settings of the state block come from the file and the environment: `bh help shared-state`.",
	"reconfigure":    "bh keeps no settings outside the files. After changing the state block, run `bh state migrate`.",
	"migrate-state":  "`bh state migrate` moves the state to where the file declares it.",
	"generate-config-out": "`bh import PROJECT --bucket NAME` prints the blocks for a bucket that exists, and " +
		"`bh import --from-terraform FILE` those for what a Terraform state has.",
	"compact-warnings": "`--quiet` hides progress; warnings are always shown in full.",
	"recursive":        "`bh fmt FOLDER` formats the *.hcl files in a folder. Files in subfolders do not belong to it.",
	"state-out":        "`--state PATH` says where the state is read and written.",
	"backup":           "Every apply first saves a copy of the state: `bh state backup --list`.",
}

// unknownCommand describes a command that bh does not have. below is its parent command, "" for bh.
func unknownCommand(commands []*cli.Command, below, name string) error {
	full := name
	if below != "" {
		full = below + " " + name
	}
	if way := commandBridges[full]; way != "" {
		return fmt.Errorf("there is no command %q\n%s", full, way)
	}
	see := strings.TrimSuffix("bh "+below, " ") + " --help"
	near := strings.TrimPrefix(below+" "+nearest(name, commandNames(commands)), " ")
	switch {
	case slices.Contains(changeNothing, near):
		return fmt.Errorf("there is no command %q; did you mean %q; see %s", full, near, see)
	case slices.Contains([]string{"apply", "destroy", "rotate"}, near):
		return fmt.Errorf("there is no command %q; bh plan shows what bh would do; see %s", full, see)
	}
	return fmt.Errorf("there is no command %q; see %s", full, see)
}

func commandNames(commands []*cli.Command) []string {
	var out []string
	for _, c := range commands {
		out = append(out, c.Names()...)
	}
	return out
}

// changeNothing lists the commands that change nothing: no files, no state, and nothing at a provider. Only these are
// suggested after a typo.
var changeNothing = []string{"validate", "plan", "show", "status", "drift", "discover", "graph", "schema", "env", "doctor", "history",
	"version", "completion", "man", "help", "state list", "state show"}
