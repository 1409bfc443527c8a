package cli

import (
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	urfave "github.com/urfave/cli/v2"
)

// Every command that help shows has a page, and the page says what help says.
func TestMan_saysWhatHelpSays(t *testing.T) {
	pages := map[string]string{}
	for _, page := range manPages(newApp(&run{})) {
		if page.section == 1 {
			pages[page.name] = page.text
		}
	}
	count := 1
	var walk func(name string, commands []*urfave.Command)
	walk = func(name string, commands []*urfave.Command) {
		for _, c := range visible(commands) {
			count++
			page := strings.ReplaceAll(pages[name+"-"+c.Name], "\\-", "-")
			for _, f := range c.Flags {
				if !strings.Contains(page, ".B --"+f.Names()[0]) {
					t.Errorf("%s-%s does not name --%s", name, c.Name, f.Names()[0])
				}
			}
			if !strings.Contains(page, c.Usage) || !strings.Contains(strings.ReplaceAll(pages[name], "\\-", "-"), ".BR "+name+"-"+c.Name+" (1)") {
				t.Errorf("%s-%s: no page, or none that leads to it", name, c.Name)
			}
			walk(name+"-"+c.Name, c.Subcommands)
		}
	}
	walk("bh", newApp(&run{}).Commands)
	if len(pages) != count {
		t.Errorf("%d pages of %d commands", len(pages), count)
	}
}

func TestMan_textIsNoInstruction(t *testing.T) {
	c := &urfave.Command{Name: "x", Usage: ".so /etc/passwd", Description: "'ig\n.ig\nback\\slash \"quoted\"\n\n  .kept --flag\n  line\nafter"}
	for _, l := range strings.Split(manText([]string{"bh", "x"}, c), "\n") {
		if instruction := regexp.MustCompile(`^[.']\S*`).FindString(l); instruction != "" && !strings.Contains(" .TH .SH .B .BR .I .TP .PP .nf .fi ", " "+instruction+" ") {
			t.Errorf("%q is an instruction", l)
		}
	}
	want := "\\&'ig\n\\&.ig\nback\\eslash \\(dqquoted\\(dq\n.PP\n.nf\n  .kept \\-\\-flag\n  line\n.fi\n.PP\nafter\n"
	if got := prose(c.Description); got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

// What man makes of the pages is checked by mandoc, where it is installed.
func TestMan_pagesAreClean(t *testing.T) {
	if _, err := exec.LookPath("mandoc"); err != nil {
		t.Skip("mandoc is not installed")
	}
	dir := t.TempDir()
	if err := writePages(dir, manPages(newApp(&run{}))); err != nil {
		t.Fatal(err)
	}
	paths, _ := filepath.Glob(filepath.Join(dir, "*.[17]"))
	out, _ := exec.Command("mandoc", append([]string{"-T", "lint", "-W", "warning"}, paths...)...).CombinedOutput()
	for _, l := range strings.Split(strings.TrimSpace(string(out)), "\n") {
		// A page has the version and no date, so that two builds of one commit are the same.
		if l != "" && !strings.Contains(l, "missing date") {
			t.Error(l)
		}
	}
}
