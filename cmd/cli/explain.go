package cli

import (
	"embed"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"buckethead/cmd/view"
	"buckethead/config"
	"buckethead/config/diag"
	"buckethead/executor"
	"buckethead/planner"
	"buckethead/planner/refresh"
)

// examples holds, for each code that a file alone can cause, such a file and what bh prints for
// it. Tests run them.
//
//go:embed examples
var examples embed.FS

// allCodes returns every kind of fault, by code.
func allCodes() []diag.Kind {
	all := slices.Concat(config.Codes(), planner.Codes(), refresh.Codes(), executor.Codes(), ownCodes())
	slices.SortFunc(all, func(a, b diag.Kind) int { return strings.Compare(a.Code, b.Code) })
	return all
}

// ranges says what the codes of each range are about, by first digit.
var ranges = map[byte]string{'1': "the files", '2': "plans", '3': "reading from providers", '4': "applies",
	'5': "the command line and the state"}

var codeForm = regexp.MustCompile(`^(?i:bh)?([0-9]{4})$`)

// codeNamed returns the code that a person means by "BH1005", "bh1005" or "1005"; "" for anything else.
func codeNamed(text string) string {
	if found := codeForm.FindStringSubmatch(text); found != nil {
		return "BH" + found[1]
	}
	return ""
}

// explain returns the page about a code in Markdown.
func explain(code string) (string, error) {
	all := allCodes()
	at := slices.IndexFunc(all, func(k diag.Kind) bool { return k.Code == code })
	if at < 0 {
		return "", unknownCode(code, all)
	}
	k := all[at]
	return k.Code + ": " + k.Summary + "\n\n" + k.Meaning + "\n\n## Example\n\n" + exampleText(k) +
		"\n## What to do\n\n" + k.WayOut + "\n", nil
}

// unknownCode returns the error for a code that does not exist. It says which codes there are.
func unknownCode(code string, all []diag.Kind) error {
	from, to, about := all[0].Code, all[len(all)-1].Code, "codes"
	if name, known := ranges[code[2]]; known {
		about = "codes about " + name
		for _, k := range all {
			if k.Code[2] == code[2] && from[2] != code[2] {
				from = k.Code
			}
			if k.Code[2] == code[2] {
				to = k.Code
			}
		}
	}
	return fmt.Errorf("there is no code %s; %s go from %s to %s, and bh help codes lists them all", code, about, from, to)
}

// exampleLines is how many lines of a long file an example shows.
const exampleLines = 16

// exampleText returns the example for a kind as Markdown.
func exampleText(k diag.Kind) string {
	if k.Example != "" {
		return k.Example + "\n"
	}
	source, _ := examples.ReadFile("examples/" + k.Code + ".hcl")
	printed, _ := examples.ReadFile("examples/" + k.Code + ".txt")
	args, text := exampleCommand(string(source))
	lines := strings.Split(strings.TrimSuffix(text, "\n"), "\n")
	if len(lines) > exampleLines {
		lines = append(lines[:exampleLines], "...")
	}
	return "```\n" + strings.Join(lines, "\n") + "\n```\n\n`bh " + args + "` prints:\n\n```\n" +
		diagnosticOf(k.Code, string(printed)) + "\n```\n"
}

// exampleCommand returns the arguments of bh for an example file, and the file without the comment that holds
// them.
func exampleCommand(source string) (args, text string) {
	if first, rest, _ := strings.Cut(source, "\n"); strings.HasPrefix(first, "# ") {
		return first[2:], rest
	}
	return "validate", source
}

// diagnosticOf returns the first diagnostic of a code in what bh printed.
func diagnosticOf(code, printed string) string {
	lines := strings.Split(printed, "\n")
	from := slices.IndexFunc(lines, func(line string) bool { return strings.HasSuffix(line, " ["+code+"]") })
	if from < 0 {
		return ""
	}
	to := from + 1
	for to < len(lines) && (lines[to] == "" || lines[to][0] == ' ') {
		to++
	}
	return strings.TrimRight(strings.Join(lines[from:to], "\n"), "\n")
}

// codeTable lists all codes.
func codeTable() string {
	rows := [][]string{{"CODE", "MEANING"}}
	for _, k := range allCodes() {
		rows = append(rows, []string{k.Code, k.Summary})
	}
	return view.Table(rows)
}
