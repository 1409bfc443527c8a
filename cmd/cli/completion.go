package cli

import (
	"fmt"
	"io"
	"maps"
	"slices"

	"github.com/urfave/cli/v2"

	"buckethead/config/words"
)

// shells maps each shell to its completion: a function that asks bh itself what can be typed next (see
// completeCommand). So it knows the commands of the bh that is installed, and the projects of the files.
var shells = map[string]string{"bash": bashCompletion, "zsh": zshCompletion, "fish": fishCompletion, "powershell": powershellCompletion}

func completionCommand(r *run) *cli.Command {
	return &cli.Command{Name: "completion", Usage: "write the completion for bash, zsh, fish or powershell", ArgsUsage: "SHELL",
		Description: "Where it belongs:\n\n" +
			"  bash        source <(bh completion bash), in ~/.bashrc\n" +
			"  zsh         source <(bh completion zsh), in ~/.zshrc after compinit\n" +
			"  fish        bh completion fish > ~/.config/fish/completions/bh.fish\n" +
			"  powershell  bh completion powershell | Out-String | Invoke-Expression,\n" +
			"              in $PROFILE",
		Action: func(c *cli.Context) error {
			script, known := shells[c.Args().First()]
			if !known || c.NArg() > 1 {
				return fmt.Errorf("bh completion takes one of %s, not %q", words.List(slices.Sorted(maps.Keys(shells))...), c.Args().First())
			}
			_, err := io.WriteString(r.Stdout, script)
			return err
		}}
}

const bashCompletion = `# bash completion for bh
_bh() {
  local cur=${COMP_WORDS[COMP_CWORD]} word
  COMPREPLY=()
  while IFS= read -r word; do
    word=${word%%$'\t'*}
    case $cur in
      [\'\"]*) COMPREPLY+=("$word") ;;
      *) COMPREPLY+=("$(printf %q "$word")") ;;
    esac
  done < <("${COMP_WORDS[0]}" __complete -- "${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
}
complete -o default -F _bh bh
`

const zshCompletion = `#compdef bh
_bh() {
  local line
  local -a found about
  for line in "${(@f)$("${words[1]}" __complete -- "${(@)words[2,CURRENT]}" 2>/dev/null)}"; do
    [[ -n $line ]] || continue
    found+=("${line%%$'\t'*}")
    if [[ $line == *$'\t'* ]]; then
      about+=("${line%%$'\t'*}  -- ${line#*$'\t'}")
    else
      about+=("$line")
    fi
  done
  if (( $#found )); then
    compadd -l -d about -a found
  else
    _files
  fi
}
if [[ $funcstack[1] == _bh ]]; then
  _bh "$@"
else
  compdef _bh bh
fi
`

const fishCompletion = `# fish completion for bh
function __bh_found
  set -l line (commandline -opc) (commandline -ct)
  set -g __bh_words (command $line[1] __complete -- $line[2..-1] 2>/dev/null)
  test (count $__bh_words) -gt 0
end
complete -c bh -f -n __bh_found -a '(printf "%s\n" $__bh_words)'
`

const powershellCompletion = `# PowerShell completion for bh
Register-ArgumentCompleter -Native -CommandName bh -ScriptBlock {
  param($wordToComplete, $commandAst, $cursorPosition)
  $words = @($commandAst.CommandElements | Select-Object -Skip 1 |
    Where-Object { $_.Extent.StartOffset -lt $cursorPosition } | ForEach-Object { $_.ToString() })
  $next = @()
  if ($wordToComplete -eq '') { $next = @('--next') } # an empty argument would be lost
  & $commandAst.CommandElements[0].ToString() __complete @next -- @words 2>$null | ForEach-Object {
    $word, $about = $_ -split "` + "`t" + `", 2
    $text = $word
    if ($word -match '[^\w.:/=@%+,-]') { $text = "'" + $word.Replace("'", "''") + "'" }
    if (-not $about) { $about = $word }
    [System.Management.Automation.CompletionResult]::new($text, $word, 'ParameterValue', $about)
  }
}
`
