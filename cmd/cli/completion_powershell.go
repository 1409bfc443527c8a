package cli

import (
	"fmt"
	"strings"

	"github.com/urfave/cli/v2"
)

// powershellCompletion completes commands, with what they do as a hint, and what can
// follow them. The word that is being typed is not yet a command.
func powershellCompletion(commands []*cli.Command) string {
	quote := func(text string) string { return "'" + strings.ReplaceAll(text, "'", "''") + "'" }
	var b strings.Builder
	b.WriteString("Register-ArgumentCompleter -Native -CommandName bh -ScriptBlock {\n  param($wordToComplete, $commandAst, $cursorPosition)\n  $verbs = [ordered]@{\n")
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
