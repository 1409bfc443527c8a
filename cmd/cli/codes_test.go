package cli

import (
	"bytes"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"buckethead/config"
	"buckethead/config/diag"
	"buckethead/executor"
	"buckethead/planner"
	"buckethead/planner/refresh"
)

// TestCodes_areWhole: every code has one meaning, the range of its package, and a page with all four texts.
func TestCodes_areWhole(t *testing.T) {
	lists := map[string][]diag.Kind{"BH1": config.Codes(), "BH2": planner.Codes(), "BH3": refresh.Codes(), "BH4": executor.Codes(), "BH5": ownCodes()}
	borrowed := map[string]string{"BH5080": "BH4"} // of the state, and made by executor as well
	seen := map[string]bool{}
	for of, list := range lists {
		if !slices.IsSortedFunc(list, func(a, b diag.Kind) int { return strings.Compare(a.Code, b.Code) }) {
			t.Errorf("%s: not in order", of)
		}
		for _, k := range list {
			if !strings.HasPrefix(k.Code, of) && borrowed[k.Code] != of || len(k.Code) != 6 || seen[k.Code] {
				t.Errorf("%s is in the range of another package, or there twice", k.Code)
			}
			if k.Summary == "" || seen[k.Summary] || strings.HasSuffix(k.Summary, ".") {
				t.Errorf("%s: the summary %q is empty, ends with a full stop or is that of another code, too", k.Code, k.Summary)
			}
			seen[k.Code], seen[k.Summary] = true, true
			for what, text := range map[string]string{"meaning": k.Meaning, "example": exampleText(k), "way out": k.WayOut} {
				if len(text) < 20 || !strings.ContainsAny(text[len(strings.TrimRight(text, "\n"))-1:], ".:`") || strings.Count(text, "`")%2 > 0 {
					t.Errorf("%s: the %s is missing or cut off: %q", k.Code, what, text)
				}
			}
			if n := strings.Count(k.Meaning, ". ") + 1; n > 5 {
				t.Errorf("%s: a meaning of %d sentences", k.Code, n)
			}
			if _, err := examples.ReadFile("examples/" + k.Code + ".hcl"); err == nil && k.Example == "" && !strings.Contains(exampleText(k), "["+k.Code+"]") {
				t.Errorf("%s: the page does not show what bh prints", k.Code)
			}
		}
	}
	files, _ := examples.ReadDir("examples")
	for _, f := range files {
		if code, _, _ := strings.Cut(f.Name(), "."); !seen[code] {
			t.Errorf("examples/%s is of no code", f.Name())
		}
	}
}

// The commands that a page tells people to run can be run.
func TestCodes_commandsCanBeRun(t *testing.T) {
	app := newApp(&run{})
	for _, k := range allCodes() {
		for _, code := range regexp.MustCompile("`[^`]*`").FindAllString(k.Meaning+" "+exampleText(k)+" "+k.WayOut, -1) {
			if fault := commandFault(app, strings.Trim(code, "`")); fault != "" {
				t.Errorf("%s: %s: %s", k.Code, code, fault)
			}
		}
	}
	for _, wrong := range []string{"bh aply", "bh plan --jsn", "bh", "bh state lst", "bh help nothing", "bh help BH9999", "--alow-destroy", "bh plan 'x"} {
		if commandFault(app, wrong) == "" {
			t.Errorf("%q passes for a command", wrong)
		}
	}
}

func TestExplain_takesTheCodeInAnyForm(t *testing.T) {
	for text, want := range map[string]string{"BH2007": "BH2007", "bh2007": "BH2007", "2007": "BH2007", "Bh9999": "BH9999", "BH207": "", "bh20070": "", "plan": "", "": ""} {
		if got := codeNamed(text); got != want {
			t.Errorf("%q is %q, want %q", text, got, want)
		}
	}
	for code, want := range map[string]string{
		"BH2099": "there is no code BH2099; codes about plans go from BH2001 to BH2062, and bh help codes lists them all",
		"BH0001": "there is no code BH0001; codes go from BH1001 to BH5090, and bh help codes lists them all",
	} {
		if _, err := explain(code); err == nil || err.Error() != want {
			t.Errorf("got %v, want %s", err, want)
		}
	}
}

func TestExplain_pagesFitATerminal(t *testing.T) {
	for _, k := range allCodes() {
		page, err := explain(k.Code)
		if err != nil || !strings.HasPrefix(page, k.Code+": "+k.Summary+"\n\n") || !utf8.ValidString(page) || strings.Contains(page, "\n\n\n") {
			t.Errorf("%v\n%s", err, page)
		}
		_, rest, _ := strings.Cut(page, "\nEXAMPLE\n")
		_, way, _ := strings.Cut(rest, "\nWHAT TO DO\n")
		for line := range strings.Lines(way) {
			if utf8.RuneCountInString(line) > 80 && !strings.Contains(line, "`") {
				t.Errorf("%s: %q", k.Code, line)
			}
		}
	}
	table := codeTable()
	for _, k := range allCodes() {
		if !bytes.Contains([]byte(table), []byte(k.Code+"  "+k.Summary+"\n")) {
			t.Errorf("the table lacks %s", k.Code)
		}
	}
}
