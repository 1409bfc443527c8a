package cli

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/urfave/cli/v2"

	"buckethead/config"
)

// A word of Terraform's is answered with what bh has, and that can be run.
func TestBridges_areWays(t *testing.T) {
	app := newApp(&run{})
	for _, bridges := range []map[string]string{commandBridges, flagBridges} {
		for word, way := range bridges {
			if !strings.HasSuffix(way, ".") || strings.Count(way, "`")%2 > 0 {
				t.Errorf("%s: %q is no sentence", word, way)
			}
			for _, command := range regexp.MustCompile("`[^`]*`").FindAllString(way, -1) {
				if fault := commandFault(app, strings.Trim(command, "`")); fault != "" {
					t.Errorf("%s: %s: %s", word, command, fault)
				}
			}
		}
	}
	none := func(string) string { return "" }
	for words, way := range commandBridges {
		args := append(strings.Fields(words), "x", "y")
		_, err := arrange(app, args, none)
		if below, is := strings.CutPrefix(words, "state "); is && err == nil {
			err = unknownCommand(find(app.Commands, "state").Subcommands, "state", below)
		}
		if err == nil || err.Error() != "there is no command \""+words+"\"\n"+way {
			t.Errorf("bh %s: %v", words, err)
		}
	}
	for flag, way := range flagBridges {
		for _, form := range []string{"-" + flag, "--" + flag, "-" + flag + "=x"} {
			if _, err := arrange(app, []string{"apply", form}, none); err == nil || !strings.HasSuffix(err.Error(), "\n"+way) {
				t.Errorf("bh apply %s: %v", form, err)
			}
		}
	}
}

// What is the same in both needs no bridge.
func TestBridges_whatTerraformHasToo(t *testing.T) {
	app := newApp(&run{})
	for _, line := range []string{"plan -out=p -target=x -var-file=f -var a=b -destroy -input=false -no-color -lock-timeout=1m -parallelism=3 -json -detailed-exitcode",
		"apply -auto-approve p", "-chdir=dir apply -auto-approve", "destroy -auto-approve -target=x", "state list", "state show x", "state mv a b", "state rm x",
		"state pull", "state push f", "show -json p", "fmt -check -diff", "validate -json", "graph", "init", "import x", "version"} {
		if out, err := arrange(app, strings.Fields(line), func(string) string { return "" }); err != nil || find(app.Commands, out[0]) == nil {
			t.Errorf("bh %s: %v", line, err)
		}
	}
}

// A typo is never answered with a command that changes something.
func TestUnknownCommand_suggestsNothingThatWrites(t *testing.T) {
	app := newApp(&run{})
	meant := regexp.MustCompile(`did you mean "([^"]*)"`)
	suggested := map[string]bool{}
	typos := func(commands []*cli.Command, below string) {
		for _, name := range commandNames(commands) {
			for i := range len(name) {
				for _, typo := range []string{name[:i] + name[i+1:], name[:i] + "x" + name[i+1:], name[:i] + "x" + name[i:], name + "s"} {
					if typo == "" || find(commands, typo) != nil {
						continue
					}
					err := unknownCommand(commands, below, typo)
					if found := meant.FindStringSubmatch(err.Error()); found != nil {
						suggested[found[1]] = true
					}
				}
			}
		}
	}
	typos(app.Commands, "")
	typos(find(app.Commands, "state").Subcommands, "state")
	for _, writing := range []string{"apply", "destroy", "rotate", "init", "fmt", "import", "exec", "state", "state mv", "state rm", "state backup", "state restore",
		"state pull", "state push", "state migrate", "state rebuild", "state lock", "state unlock"} {
		if suggested[writing] || slices.Contains(changeNothing, writing) {
			t.Errorf("%q is suggested", writing)
		}
		delete(suggested, writing)
	}
	for _, name := range changeNothing {
		words := strings.Fields(name)
		if command := find(app.Commands, words[0]); command == nil || len(words) > 1 && find(command.Subcommands, words[1]) == nil {
			t.Errorf("there is no command %q", name)
		}
		if !suggested[name] {
			t.Errorf("no typo leads to %q", name)
		}
		delete(suggested, name)
	}
	if len(suggested) > 0 {
		t.Errorf("also suggested: %v", suggested)
	}
	if err := unknownCommand(app.Commands, "", "aply"); err.Error() != `there is no command "aply"; bh plan shows what bh would do; see bh --help` {
		t.Error(err)
	}
}

// The commands in what config says of words of Terraform's can be run.
func TestBridges_commandsOfTheLanguage(t *testing.T) {
	t.Chdir(t.TempDir())
	words := strings.Fields("resource data output module provider terraform")
	src := "locals {\n  a = data.x\n  b = module.x\n  c = terraform.workspace\n}\nbh {\n  backend \"s3\" {}\n}\nproject \"p\" {\n  provisioner \"x\" {}\n}\n"
	for _, word := range words {
		src += word + " \"x\" {}\n"
	}
	_, faults := config.Load(config.Options{Path: "x.hcl", Overlay: map[string][]byte{"x.hcl": []byte(src)}})
	app, commands := newApp(&run{}), 0
	for _, d := range faults {
		for _, command := range regexp.MustCompile("`bh [^`]*`").FindAllString(d.Fix, -1) {
			commands++
			if fault := commandFault(app, strings.Trim(command, "`")); fault != "" {
				t.Errorf("%s: %s", command, fault)
			}
		}
	}
	if commands < 8 {
		t.Errorf("only %d commands in %v", commands, faults)
	}
}
