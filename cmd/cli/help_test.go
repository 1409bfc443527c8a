package cli

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"

	"buckethead/cmd/cli/topics"
	"buckethead/cmd/connections"
	"buckethead/cmd/view"
	"buckethead/config"
	"buckethead/config/functions"
	"buckethead/config/language"
	"buckethead/vendors/registry"
)

// generatedPages are the pages that are made of tables of the code.
func generatedPages() map[string]string {
	o := config.Options{Vendors: registry.All(), States: connections.StateKinds()}
	const note = "<!-- Generated: go test ./cmd/cli -run TestHelp_topics -update -->\n\n"
	return map[string]string{
		"language": "# The language\n\n" + note + language.Reference(config.Language(o)),
		"functions": "# Functions\n\n" + note + functions.Reference() +
			"\nWhich files they read, and how large all of it may be: [files](files.md).\n",
	}
}

func pagePath(name string) string { return filepath.Join("topics", name+".md") }

// The pages of the language and its functions, and the types of JSON lines, are those of the code.
func TestHelp_topicsAreGenerated(t *testing.T) {
	pages := generatedPages()
	lines, err := os.ReadFile(pagePath("json"))
	if err != nil {
		t.Fatal(err)
	}
	before, rest, _ := strings.Cut(string(lines), "\n| type |")
	_, after, found := strings.Cut(rest, "\n\n")
	if !found {
		t.Fatal("the page json has no table of types")
	}
	pages["json"] = before + "\n" + lineTypes(t) + "\n" + after
	for name, want := range pages {
		got, err := os.ReadFile(pagePath(name))
		switch {
		case err == nil && string(got) == want:
		case !*Update:
			t.Errorf("%s is stale; go test ./cmd/cli -run TestHelp_topics -update rewrites it (%v)", pagePath(name), err)
		default:
			if err := os.WriteFile(pagePath(name), []byte(want), 0o644); err != nil {
				t.Fatal(err)
			}
		}
	}
}

// lineTypes returns the table of the types of JSON lines, from their schema.
func lineTypes(t *testing.T) string {
	t.Helper()
	var schema struct {
		Properties map[string]struct{ Description string }
		AllOf      []struct {
			If struct {
				Properties map[string]struct {
					Const string
					Enum  []string
				}
			}
			Then map[string]string
		}
		Defs map[string]struct{ Description string } `json:"$defs"`
	}
	if err := json.Unmarshal(view.LinesSchema(), &schema); err != nil {
		t.Fatal(err)
	}
	about := map[string]string{"result": "What the command answers, as text.", "log": "A note on the way."}
	for _, rule := range schema.AllOf {
		of := rule.If.Properties["type"]
		for _, name := range append(of.Enum, of.Const) {
			about[name] = schema.Defs[filepath.Base(rule.Then["$ref"])].Description
		}
	}
	_, names, _ := strings.Cut(schema.Properties["type"].Description, "Known: ")
	out := "| type | what the line says |\n| --- | --- |\n"
	for _, name := range strings.Split(strings.TrimSuffix(names, "."), ", ") {
		if about[name] == "" {
			t.Errorf("the schema does not describe %s", name)
		}
		out += fmt.Sprintf("| `%s` | %s |\n", name, about[name])
	}
	return out
}

// A page has a title, is short, has no name of a command, and can be read at any width without marks of Markdown.
func TestHelp_topicsAreReadable(t *testing.T) {
	commands := newApp(&run{}).Commands
	marks := regexp.MustCompile("`|\\*\\*\\w|\\]\\(|^ *\\||Generated:|^#")
	for _, name := range topicNames() {
		page, _ := topics.Page(name)
		if find(commands, name) != nil || topics.Title(page) == "" || !strings.HasPrefix(page, "# ") {
			t.Errorf("%s is a command, or has no title", name)
		}
		if n := strings.Count(topics.Text(page, 80, false), "\n"); n > 200 && generatedPages()[name] == "" {
			t.Errorf("%s: %d lines are more than five screens", name, n)
		}
		inCode := map[string]bool{}
		for _, block := range regexp.MustCompile("(?s)\n```[a-z]*\n(.*?)```").FindAllStringSubmatch(page, -1) {
			for _, l := range strings.Split(block[1], "\n") {
				command, _, _ := strings.Cut(l, " # ")
				inCode[strings.TrimSpace(l)], inCode[strings.TrimSpace(command)] = true, true
			}
		}
		for _, width := range []int{60, 80, 100, 200} {
			for _, l := range strings.Split(topics.Text(page, width, false), "\n") {
				switch text := strings.TrimSpace(l); {
				case inCode[text]:
				case marks.MatchString(l):
					t.Errorf("%s at %d columns has marks: %s", name, width, l)
				case utf8.RuneCountInString(l) > width && strings.Contains(text, " "):
					t.Errorf("%s at %d columns: %q is too long", name, width, l)
				}
			}
		}
	}
}

// manual returns the README and all pages, by path.
func manual(t *testing.T) map[string]string {
	t.Helper()
	out := map[string]string{}
	paths, _ := filepath.Glob(pagePath("*"))
	for _, path := range append(paths, filepath.Join("..", "..", "README.md")) {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		out[path] = string(text)
	}
	return out
}

// Every link of the README and the pages leads to a file or a heading, and every page is linked from the README.
func TestPages_linksLead(t *testing.T) {
	all := manual(t)
	readme := all[filepath.Join("..", "..", "README.md")]
	for _, name := range topicNames() {
		if !strings.Contains(readme, "(cmd/cli/topics/"+name+".md)") {
			t.Errorf("the README does not lead to %s", name)
		}
	}
	for path, text := range all {
		for _, link := range regexp.MustCompile(`\]\(([^)\s]+)\)`).FindAllStringSubmatch(text, -1) {
			file, anchor, _ := strings.Cut(link[1], "#")
			if strings.HasPrefix(file, "https://") {
				continue
			}
			target := filepath.Join(filepath.Dir(path), file)
			if file == "" {
				target = path
			}
			if _, err := os.Stat(target); err != nil {
				t.Errorf("%s: %s leads nowhere", path, link[1])
			} else if anchor != "" && !slices.Contains(anchors(all[target]), anchor) {
				t.Errorf("%s: %s leads to no heading; there are %v", path, link[1], anchors(all[target]))
			}
		}
	}
}

// anchors returns the anchors that GitHub makes of headings.
func anchors(text string) []string {
	var out []string
	for _, heading := range regexp.MustCompile(`(?m)^#+ (.*)$`).FindAllStringSubmatch(text, -1) {
		name := regexp.MustCompile(`[^a-z0-9 _-]`).ReplaceAllString(strings.ToLower(heading[1]), "")
		out = append(out, strings.ReplaceAll(name, " ", "-"))
	}
	return out
}

// The commands in the text of the README and the pages can be run, and the tests that they name exist.
func TestPages_saysWhatThereIs(t *testing.T) {
	app := newApp(&run{})
	tests := testNames(t)
	for path, text := range manual(t) {
		prose := regexp.MustCompile("(?s)\n```.*?\n```").ReplaceAllString(text, "")
		for _, code := range regexp.MustCompile("`([^`]+)`").FindAllStringSubmatch(strings.ReplaceAll(prose, "\n", " "), -1) {
			switch name := code[1]; {
			case strings.HasPrefix(name, "bh ") && !strings.ContainsAny(name, "…*"):
				if fault := commandFault(app, name); fault != "" {
					t.Errorf("%s: %s: %s", path, name, fault)
				}
			case regexp.MustCompile(`^Test[A-Z0-9]\w+$`).MatchString(name) && !tests[name]:
				t.Errorf("%s: there is no test %s", path, name)
			}
		}
	}
}

func testNames(t *testing.T) map[string]bool {
	t.Helper()
	out := map[string]bool{}
	err := filepath.WalkDir(filepath.Join("..", ".."), func(path string, _ os.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(path, "_test.go") {
			return err
		}
		text, err := os.ReadFile(path)
		for _, found := range regexp.MustCompile(`(?m)^func (Test\w+)\(`).FindAllStringSubmatch(string(text), -1) {
			out[found[1]] = true
		}
		return err
	})
	if err != nil || len(out) < 500 {
		t.Fatalf("%d tests, %v", len(out), err)
	}
	return out
}

// The page of exit codes has all of them, and the ranges of the codes of errors.
func TestPages_exitCodes(t *testing.T) {
	page, _ := topics.Page("exit-codes")
	for _, code := range []int{0, exitError, exitChanges, exitInterrupted, exitTerminated, exitNotExecutable, exitNotFound, exitSignal} {
		if !regexp.MustCompile(`(?m)^\| ` + strconv.Itoa(code) + ` `).MatchString(page) {
			t.Errorf("the page lacks %d", code)
		}
	}
	for digit, about := range ranges {
		if row := fmt.Sprintf("| BH%c001 to BH%c999 | %s |\n", digit, digit, about); !strings.Contains(page, row) {
			t.Errorf("the page lacks %s", row)
		}
	}
	if n := strings.Count(page, "\n| BH"); n != len(ranges) {
		t.Errorf("%d ranges, want %d", n, len(ranges))
	}
}
