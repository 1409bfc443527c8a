package cli

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/urfave/cli/v2"
)

// shells maps each shell to the function that writes its completion.
var shells = map[string]func([]*cli.Command) string{"bash": bashCompletion, "zsh": zshCompletion,
	"fish": fishCompletion, "powershell": powershellCompletion}

func completionCommand(r *run) *cli.Command {
	return &cli.Command{Name: "completion", Usage: "write the completion for bash, zsh, fish or powershell",
		ArgsUsage: "SHELL",
		Action: func(c *cli.Context) error {
			write, known := shells[c.Args().First()]
			if !known {
				return fmt.Errorf("bh completion supports bash, zsh, fish and powershell, not %q", c.Args().First())
			}
			_, err := io.WriteString(r.Stdout, write(c.App.Commands))
			return err
		}}
}

func visible(commands []*cli.Command) []*cli.Command {
	return slices.DeleteFunc(slices.Clone(commands), func(c *cli.Command) bool { return c.Hidden || c.Name == "help" })
}

// completionsOf returns the words that can follow a command: subcommands, then long flags.
func completionsOf(c *cli.Command) []string {
	var out []string
	for _, sub := range visible(c.Subcommands) {
		out = append(out, sub.Name)
	}
	flags := c.Flags
	for _, sub := range c.Subcommands {
		flags = append(flags[:len(flags):len(flags)], sub.Flags...)
	}
	for _, f := range flags {
		if name := "--" + f.Names()[0]; !slices.Contains(out, name) {
			out = append(out, name)
		}
	}
	return out
}

func bashCompletion(commands []*cli.Command) string {
	var b strings.Builder
	b.WriteString("_bh() {\n  local cur=${COMP_WORDS[COMP_CWORD]} word verb=\n" +
		"  for word in \"${COMP_WORDS[@]:1:COMP_CWORD-1}\"; do\n" +
		"    case $word in -*) ;; *) verb=$word; break ;; esac\n  done\n  case $verb in\n")
	var names []string
	for _, c := range visible(commands) {
		names = append(names, c.Name)
		fmt.Fprintf(&b, "    %s) COMPREPLY=($(compgen -W '%s' -- \"$cur\")) ;;\n",
			c.Name, strings.Join(completionsOf(c), " "))
	}
	fmt.Fprintf(&b, "    *) COMPREPLY=($(compgen -W '%s' -- \"$cur\")) ;;\n  esac\n}\ncomplete -o default -F _bh bh\n",
		strings.Join(names, " "))
	return b.String()
}

func zshCompletion(commands []*cli.Command) string {
	return "#compdef bh\nautoload -U +X bashcompinit && bashcompinit\n" + bashCompletion(commands)
}

func fishCompletion(commands []*cli.Command) string {
	var b strings.Builder
	quote := func(text string) string { return "'" + strings.ReplaceAll(text, "'", "\\'") + "'" }
	for _, c := range visible(commands) {
		fmt.Fprintf(&b, "complete -c bh -n __fish_use_subcommand -f -a %s -d %s\n", c.Name, quote(c.Usage))
		for _, word := range completionsOf(c) {
			if flag, ok := strings.CutPrefix(word, "--"); ok {
				fmt.Fprintf(&b, "complete -c bh -n '__fish_seen_subcommand_from %s' -l %s\n", c.Name, flag)
			} else {
				fmt.Fprintf(&b, "complete -c bh -n '__fish_seen_subcommand_from %s' -f -a %s\n", c.Name, word)
			}
		}
	}
	return b.String()
}

// powershellCompletion completes commands, with their usage as a hint, and the words that can follow a command. The
// word under the cursor does not count as a command.
func powershellCompletion(commands []*cli.Command) string {
	quote := func(text string) string { return "'" + strings.ReplaceAll(text, "'", "''") + "'" }
	var b strings.Builder
	b.WriteString("Register-ArgumentCompleter -Native -CommandName bh -ScriptBlock {\n" +
		"  param($wordToComplete, $commandAst, $cursorPosition)\n  $verbs = [ordered]@{\n")
	for _, c := range visible(commands) {
		fmt.Fprintf(&b, "    %s = %s\n", quote(c.Name), quote(c.Usage))
	}
	b.WriteString("  }\n  $words = @{\n")
	for _, c := range visible(commands) {
		var list []string
		for _, word := range completionsOf(c) {
			list = append(list, quote(word))
		}
		fmt.Fprintf(&b, "    %s = @(%s)\n", quote(c.Name), strings.Join(list, ", "))
	}
	b.WriteString(`  }
  $verb = $commandAst.CommandElements | Select-Object -Skip 1 |
    Where-Object { $_.Extent.EndOffset -lt $cursorPosition -and -not $_.ToString().StartsWith('-') } |
    Select-Object -First 1 | ForEach-Object { $_.ToString() }
  if ($verb) {
    $words[$verb] | Where-Object { $_ -like "$wordToComplete*" } |
      ForEach-Object { [System.Management.Automation.CompletionResult]::new($_, $_, 'ParameterName', $_) }
  } else {
    $verbs.Keys | Where-Object { $_ -like "$wordToComplete*" } |
      ForEach-Object { [System.Management.Automation.CompletionResult]::new($_, $_, 'Command', $verbs[$_]) }
  }
}
`)
	return b.String()
}
