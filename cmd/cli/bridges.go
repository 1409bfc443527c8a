package cli

import (
	"fmt"
	"slices"
	"strings"

	"github.com/urfave/cli/v2"
)

// commandBridges holds bh's way for the commands of Terraform that bh does not have.
var commandBridges = map[string]string{
	"taint":        "bh never replaces a bucket. `bh rotate PROJECT` issues new keys for a project.",
	"untaint":      "Nothing is marked to be replaced in bh. `bh plan` shows all that an apply would do.",
	"output":       "`bh env PROJECT` prints references to the keys of a project; `bh show --json` prints what the state has.",
	"console":      "`bh validate` evaluates every expression of the files; `bh plan --offline` shows what they come to.",
	"workspace":    "Give each environment a folder, with a stack and a state of its own: `bh plan --chdir prod`.",
	"force-unlock": "`bh state lock list` shows who holds the lock. If the holder is certainly gone, `bh state unlock ID` breaks it.",
	"refresh": "The state has no copy of what the providers have: each plan reads it. `bh drift` shows what was done " +
		"outside of bh.",
	"providers": "The vendors are part of bh. `bh doctor` looks at the clouds and stores that the files declare.",
	"login":     "bh takes tokens from the environment. `bh doctor` says which ones the files need, and whose they are.",
	"get":       "bh has no modules. All *.hcl files of a folder belong together: `bh plan --file FOLDER`.",
	"modules":   "bh has no modules. All *.hcl files of a folder belong together: `bh plan --file FOLDER`.",
	"test":      "A policy block says what has to hold for every plan. `bh validate` checks the files.",

	"state force-unlock":     "If the holder is certainly gone, `bh state unlock ID` breaks the lock; `bh state lock list` shows it.",
	"state replace-provider": "`bh state show PROJECT` shows which cloud and store a project is in. Neither can be replaced.",
}

// flagBridges holds bh's way for the flags of Terraform that bh does not have.
var flagBridges = map[string]string{
	"refresh-only": "`bh drift` shows what was done outside of bh. What is declared is put back by the next apply.",
	"refresh":      "Every plan reads what the providers have. `bh plan --offline` compares the files with the state alone.",
	"replace":      "bh never replaces a bucket. `bh rotate PROJECT` issues new keys for a project.",
	"lock": "A plan takes no lock, and an apply cannot do without it: two at once would undo each other's work. " +
		"`--lock-timeout 10m` waits for it.",
	"destroy":        "`bh plan --destroy` shows what `bh destroy` would do.",
	"upgrade":        "The vendors are part of bh: a newer bh has newer ones.",
	"backend":        "The state block of the files says where the state is; `--state PATH` says it for one command.",
	"backend-config": "The settings of the state block come from the file and the environment: `bh help shared-state`.",
	"reconfigure":    "bh keeps no settings of its own beside the files. After a change of the state block: `bh state migrate`.",
	"migrate-state":  "`bh state migrate` brings a state to the place that the file declares.",
	"generate-config-out": "`bh import PROJECT --bucket NAME` prints the blocks for a bucket that exists, and " +
		"`bh import --from-terraform FILE` those for what a Terraform state has.",
	"compact-warnings": "`--quiet` leaves out progress; warnings are always whole.",
	"recursive":        "`bh fmt FOLDER` formats the *.hcl files of a folder. Those below it are no part of it.",
	"state-out":        "`--state PATH` says where the state is read and written.",
	"backup":           "Every apply keeps a copy of the state from before: `bh state backup --list`.",
}

// unknownCommand describes a command that bh does not have. below is the command that it would belong to, "" for bh.
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
// suggested for a typo.
var changeNothing = []string{"validate", "plan", "show", "status", "drift", "discover", "graph", "schema", "env", "doctor", "history",
	"version", "completion", "man", "help", "state list", "state show"}
