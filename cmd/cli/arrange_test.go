package cli

import (
	"slices"
	"strings"
	"testing"
)

func TestArrange(t *testing.T) {
	app := newApp(&run{})
	env := func(vars map[string]string) func(string) string {
		return func(name string) string { return vars[name] }
	}
	for _, tt := range []struct {
		name, args string
		env        map[string]string
		want       string // the arguments, or the error after "! "
	}{
		{"as the parser wants it", "plan --json", nil, "plan --json --"},
		{"flags before the command", "--chdir x -json plan", nil, "plan --chdir x -json --"},
		{"flags after arguments", "show a.bhplan --json", nil, "show --json -- a.bhplan"},
		{"one dash", "apply -auto-approve -state=s.db f", nil, "apply -auto-approve -state=s.db -- f"},
		{"subcommands", "-q state mv a b -C x", nil, "state mv -q -C x -- a b"},
		{"a command's name as an argument", "show plan", nil, "show -- plan"},
		{"the end of flags", "show --json -- --odd", nil, "show --json -- --odd"},
		{"standard input", "fmt - --check", nil, "fmt --check -- -"},
		{"no command", "--help", nil, "--help"},
		{"the version", "--version", nil, "version"},
		{"the environment comes first", "plan --color never", map[string]string{"BH_CLI_ARGS": "--json", "BH_CLI_ARGS_plan": "--var 'a=b c'"}, "plan --json --var a=b c --color never --"},
		{"the environment of another command", "apply", map[string]string{"BH_CLI_ARGS_plan": "--json"}, "apply --"},
		{"the environment of a subcommand", "state list", map[string]string{"BH_CLI_ARGS_state_list": "--json"}, "state list --json --"},
		{"an open quote", "plan", map[string]string{"BH_CLI_ARGS": "--var 'a"}, "! BH_CLI_ARGS: a quote (') is not closed"},
		{"an unknown flag", "plan --jsn", nil, "! bh plan has no flag --jsn; did you mean --json; see bh plan --help"},
		{"a flag of another command", "plan --limit 3", nil, "! bh plan has no flag --limit, which other commands have; see bh plan --help"},
		{"a short flag, its value not shown", "plan -z=secret", nil, "! bh plan has no flag -z; see bh plan --help"},
		{"an unknown flag alone", "--nosuch", nil, "! bh has no flag --nosuch; see bh --help"},
		{"a flag without a command", "-C x", nil, "! -C needs a command: bh COMMAND -C; see bh --help"},
		{"the environment of all commands", "validate", map[string]string{"BH_CLI_ARGS": "--parallelism 3 -q --limit=4 --no-color"}, "validate -q --no-color --"},
		{"an unknown flag in the environment", "validate", map[string]string{"BH_CLI_ARGS": "--nosuch"}, "! bh validate has no flag --nosuch; see bh validate --help"},
		{"no flag in the environment", "validate", map[string]string{"BH_CLI_ARGS": "-q x"}, "! BH_CLI_ARGS can only set flags, and \"x\" is not one"},
		{"no number", "plan --parallelism many", nil, "! --parallelism is \"many\"; it must be a number"},
		{"neither true nor false", "plan --json=maybe", nil, "! --json is \"maybe\"; it must be true or false"},
		{"no length of time", "plan --lock-timeout 5", nil, "! --lock-timeout is \"5\"; it must be a length of time, such as 30s, 10m or 1d"},
		{"lengths of time", "state lock --for 1d --lock-timeout 1.5s", nil, "state lock --for 1d --lock-timeout 1.5s --"},
		{"help after an argument", "show photos --help", nil, "show --help --"},
		{"another command's help", "exec photos -- ls --help", nil, "exec -- photos ls --help"},
		{"no value at the end", "plan --out", nil, "! --out needs a value"},
		{"a flag instead of a value", "plan --out --json", nil, "! --out needs a value"},
		{"a value with a dash", "plan --var -a=-b", nil, "plan --var -a=-b --"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			out, err := arrange(app, strings.Fields(tt.args), env(tt.env))
			got := strings.Join(out, " ")
			if err != nil {
				got = "! " + err.Error()
			}
			if got != tt.want {
				t.Errorf("got  %s\nwant %s", got, tt.want)
			}
		})
	}
}

// FuzzArrange: no arguments make it panic, and none that is not a flag is lost, or put
// before the end of the flags.
func FuzzArrange(f *testing.F) {
	f.Add("plan --out x", "--json")
	f.Add("show a -- --b", "'a b'")
	f.Add("-C x state mv a b", "")
	app := newApp(&run{})
	f.Fuzz(func(t *testing.T, line, preset string) {
		args := strings.Fields(line)
		out, err := arrange(app, args, func(name string) string {
			if name == "BH_CLI_ARGS" {
				return preset
			}
			return ""
		})
		if err != nil {
			return
		}
		if slices.ContainsFunc(out, asksHelp) {
			return // the arguments do not matter
		}
		for _, arg := range args {
			if arg != "--" && arg != "--version" && arg != "-version" && !strings.HasPrefix(arg, "---") && !slices.Contains(out, arg) {
				t.Errorf("%q is lost from %q: %q", arg, args, out)
			}
		}
	})
}

// FuzzSplitWords: what is quoted word by word comes back word by word.
func FuzzSplitWords(f *testing.F) {
	f.Add("--var 'a b' \"c\"")
	f.Add("''")
	f.Fuzz(func(t *testing.T, text string) {
		words, err := splitWords(text)
		if err != nil {
			return
		}
		var quoted []string
		for _, word := range words {
			// A quote of either kind stands within the other.
			quoted = append(quoted, "'"+strings.ReplaceAll(word, "'", `'"'"'`)+"'")
		}
		again, err := splitWords(strings.Join(quoted, " "))
		if err != nil || !slices.Equal(words, again) && strings.ToValidUTF8(text, "") == text {
			t.Errorf("%q became %q (%v)", words, again, err)
		}
	})
}
