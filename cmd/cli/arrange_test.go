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
		{"an unknown flag", "plan --jsn", nil, "! bh plan has no flag --jsn; did you mean --json"},
		{"a flag of another command", "plan --limit 3", nil, "! bh plan has no flag --limit"},
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
