package cli_test

import (
	"bytes"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"filippo.io/age"

	"buckethead/cmd/cli"
	"buckethead/cmd/clitest"
)

// needy declares something of every kind that can lack a value from outside. photos needs
// nothing; the others need one thing each. No provider's token is ever set.
const needy = `variable "key" { sensitive = true }
variable "account" {}
variable "vault" {}
variable "tenants" { type = set(string) }
variable "title" {}
variable "every" {}
locals { title = upper(var.title) }
bh {
  state "local" { path = "${env("STATE_AT")}/state.db" }
}
cloud "local" "main" {}
cloud "local" "other" { root = env("OTHER_ROOT") }
cloud "cloudflare_r2" "idle" { account_id = var.account }
secrets "age_file" "main" {}
secrets "age_file" "other" {
  path     = ".bh/other.age"
  identity = var.key
}
secrets "onepassword" "idle" { vault = var.vault }
project "photos" {
  bucket  = "photos"
  cloud   = cloud.local.main
  secrets = age_file.main
}
project "other" {
  bucket  = "other"
  cloud   = cloud.local.other
  secrets = age_file.other
}
project "titled" {
  bucket     = "titled"
  cloud      = cloud.local.main
  secrets    = age_file.main
  item_title = local.title
  rotate { every = var.every }
}
project "tenant" {
  for_each = var.tenants
  bucket   = "t-${each.key}"
  cloud    = cloud.local.main
  secrets  = age_file.main
}
project "drop" {
  bucket  = "drop"
  secrets = age_file.main
  register {
    access_key_id     = "AKIA"
    secret_access_key = env("DROP_SECRET")
    endpoint_url      = "https://s3.example.com"
    verify            = false
  }
}
`

// all lists everything that needy needs from outside.
const all = "STATE_AT OTHER_ROOT DROP_SECRET key account vault tenants title every"

// needs lists the commands of bh, and what each of them needs. A command works with nothing but
// that, and if any of it is missing, it fails and names it. With also, it fails for another
// reason, which is not a fault of the files.
var needs = []struct{ command, needs, also string }{
	{"version", "", ""},
	{"help ci", "", ""},
	{"completion bash", "", ""},
	{"__complete -- show photos", "", ""},
	{"man plan", "", ""},
	{"schema", "", ""},
	{"fmt FILE", "", ""},

	// The state.
	{"init", "STATE_AT", ""},
	{"show", "STATE_AT", ""},
	{"show other", "STATE_AT", ""},
	{"show --state STATE", "", ""},
	{"status", "STATE_AT", ""},
	{"status titled", "STATE_AT", ""},
	{"history", "STATE_AT", ""},
	{"env photos", "STATE_AT", ""},
	{"env other --format aws", "STATE_AT", ""},
	{`env tenant["north"]`, "STATE_AT", ""},
	{`env tenant["gone"]`, "STATE_AT tenants", "No such project"},
	{"state list", "STATE_AT", ""},
	{"state list --state STATE", "", ""},
	{"state show titled", "STATE_AT", ""},
	{"state mv titled named", "STATE_AT", ""},
	{"state rm drop", "STATE_AT", ""},
	{"state backup", "STATE_AT", ""},
	{"state backup --list", "STATE_AT", ""},
	{"state restore COPY", "STATE_AT", ""},
	{"state pull FILE.db", "STATE_AT", ""},
	{"state push COPY --force", "STATE_AT", ""},
	{"state migrate --from COPY --force", "STATE_AT", ""},
	{"state lock", "STATE_AT", "is a file on this machine"},
	{"state lock list", "STATE_AT", ""},
	{"state unlock 0123456789abcdef", "STATE_AT", "is a file on this machine"},

	// The state, and the store of the project.
	{"exec photos -- true", "STATE_AT", ""},
	{"exec drop -- true", "STATE_AT", ""},
	{`exec tenant["north"] -- true`, "STATE_AT", ""},
	{"exec other -- true", "STATE_AT key", ""},

	// The state, and the clouds and stores in use.
	{"drift", "STATE_AT OTHER_ROOT key", ""},
	{"drift --prove", "STATE_AT OTHER_ROOT key", ""},

	// What projects declare, for the picture of it.
	{"graph", "tenants title", ""},

	// Everything: they compare all that is declared, or look at all of it.
	{"validate", all, ""},
	{"plan", all, ""},
	{"plan --target photos", all, ""},
	{"plan --offline", "", ""},
	{"apply --auto-approve", all, ""},
	{"destroy --auto-approve photos", all, ""},
	{"rotate --auto-approve photos", all, ""},
	{"discover", all, "there is no token"},
	{"import old --bucket old --cloud local.main --secrets age_file.main", all, "There is no bucket old"},
	{"state rebuild --force", all, ""},
	{"doctor", all, "there is no token"},
}

func TestNeeds_commandsNeedOnlyWhatTheyUse(t *testing.T) {
	if testing.Short() {
		t.Skip("runs each command many times")
	}
	w := newNeedyWorld(t)
	seen := map[string]bool{}
	for _, row := range needs {
		name := strings.Fields(row.command)[0]
		if name == "state" {
			name += " " + strings.Fields(row.command)[1]
		}
		seen[name] = true
		t.Run(row.command, func(t *testing.T) {
			wants := strings.Fields(row.needs)
			code, out := w.bh(t, row.command, wants)
			if row.also == "" && code != 0 || row.also != "" && !strings.Contains(out, row.also) {
				t.Errorf("with %v: exit %d\n%s", wants, code, out)
			}
			for _, name := range wants {
				code, out := w.bh(t, row.command, slices.DeleteFunc(slices.Clone(wants), func(s string) bool { return s == name }))
				if code != 1 || !regexp.MustCompile(`variable "?`+name+`"?.*( is not set\.|has no value)`).MatchString(out) ||
					!regexp.MustCompile(`buckets\.hcl( +line |:)\d+`).MatchString(out) {
					t.Errorf("without %s: exit %d\n%s", name, code, out)
				}
				if fix := map[bool]string{true: "Set " + name, false: "--var " + name + "=VALUE"}[strings.ToUpper(name) == name]; !strings.Contains(out, fix) {
					t.Errorf("without %s: it does not say %q\n%s", name, fix, out)
				}
			}
		})
	}
	for _, c := range cli.Commands() {
		for _, sub := range c.Subcommands {
			if name := c.Name + " " + sub.Name; !seen[name] {
				t.Errorf("nothing says what bh %s needs", name)
			}
		}
		if len(c.Subcommands) == 0 && !seen[c.Name] {
			t.Errorf("nothing says what bh %s needs", c.Name)
		}
	}
}

// Whether a rotation is due is told only where it is known.
func TestNeeds_statusSaysWhatItDoesNotKnow(t *testing.T) {
	w := newNeedyWorld(t)
	_, out := w.bh(t, "status", []string{"STATE_AT"})
	for name, due := range map[string]string{"photos": "-", "other": "-", "titled": "not known", `tenant\["north"\]`: "not known"} {
		if !regexp.MustCompile(`(?m)^` + name + ` .*  ` + due + `  `).MatchString(out) {
			t.Errorf("%s is not shown as %q in\n%s", name, due, out)
		}
	}
	if strings.Count(out, "Warning:") != 2 || strings.Contains(out, `"title"`) {
		t.Errorf("not the two variables that decide it:\n%s", out)
	}
	if _, out = w.bh(t, "status", strings.Fields("STATE_AT every tenants")); strings.Contains(out, "not known") || strings.Contains(out, "Warning") {
		t.Errorf("with both:\n%s", out)
	}
}

// Keys that cannot be tried for want of a value are not a fault of the keys, and a line of the table says which value.
func TestNeeds_statusProvesWhatItCan(t *testing.T) {
	w := newNeedyWorld(t)
	code, out := w.bh(t, "status --prove", strings.Fields("STATE_AT key every tenants"))
	if code != 0 || !regexp.MustCompile(`(?m)^photos .*  open the bucket$`).MatchString(out) ||
		!regexp.MustCompile(`(?m)^other .*  not proved: \S*buckets\.hcl:\d+: Environment variable is not set$`).MatchString(out) {
		t.Errorf("exit %d\n%s", code, out)
	}
	code, out = w.bh(t, "doctor --prove", []string{"STATE_AT"})
	if code != 1 || !regexp.MustCompile(`error +other +not proved: .*\n +Set OTHER_ROOT`).MatchString(out) {
		t.Errorf("exit %d\n%s", code, out)
	}
}

// A setting that is written, but whose value was not given, is told once in its section, and never as one to be written.
func TestNeeds_doctorNamesTheValueOfASetting(t *testing.T) {
	w := newNeedyWorld(t)
	code, out := w.bh(t, "doctor", []string{"STATE_AT"})
	_, section, _ := strings.Cut(out, "\nsecrets onepassword.idle\n")
	section, _, _ = strings.Cut(section, "\nstate\n")
	if code != 1 || !regexp.MustCompile(`error +vault +\S*buckets\.hcl:\d+: Missing value .*"vault"`).MatchString(section) ||
		strings.Count(section, `"vault" has no value`) != 1 || strings.Contains(out, "beside .bh/other.age") || strings.Contains(section, "rite it in the block") {
		t.Errorf("exit %d\n%s", code, section)
	}
}

// Without what opens the store that has the keys of the state, another place for the state would help nobody.
func TestNeeds_keysOfTheStateFromAStore(t *testing.T) {
	w := needyWorld{folder: t.TempDir()}
	text := `bh {
  state "s3" {
    bucket            = "states"
    key               = "prod.state"
    region            = "auto"
    access_key_id     = "AKIASTATES"
    secret_access_key = "op://Engineering/states/secret"
  }
}
secrets "onepassword" "eng" { vault = "Engineering" }
`
	if err := os.WriteFile(filepath.Join(w.folder, "buckets.hcl"), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	code, out := w.run(w.folder, "status", nil)
	if code != 1 || !strings.Contains(out, "there is no token: set OP_SERVICE_ACCOUNT_TOKEN") ||
		!strings.Contains(out, "Check the credentials for that store") || strings.Contains(out, "state \"local\"") {
		t.Errorf("exit %d\n%s", code, out)
	}
}

// needyWorld is a folder in which needy was applied.
type needyWorld struct {
	folder string
	given  map[string]string // all that there is to give, as variables of the environment
}

func newNeedyWorld(t *testing.T) needyWorld {
	key, err := age.GenerateX25519Identity()
	if err != nil {
		t.Fatal(err)
	}
	w := needyWorld{t.TempDir(), map[string]string{"STATE_AT": ".bh", "OTHER_ROOT": ".bh/elsewhere", "DROP_SECRET": clitest.Canary,
		"BH_VAR_key": key.String(), "BH_VAR_account": "0123456789abcdef0123456789abcdef", "BH_VAR_vault": "Engineering",
		"BH_VAR_tenants": `["north"]`, "BH_VAR_title": "named", "BH_VAR_every": "90d"}}
	if err := os.WriteFile(filepath.Join(w.folder, "buckets.hcl"), []byte(needy), 0o600); err != nil {
		t.Fatal(err)
	}
	if code, out := w.run(w.folder, "apply --auto-approve", strings.Fields(all)); code != 0 {
		t.Fatalf("exit %d\n%s", code, out)
	}
	if code, out := w.run(w.folder, "state pull COPY", strings.Fields(all)); code != 0 {
		t.Fatalf("exit %d\n%s", code, out)
	}
	return w
}

// bh runs a command in a copy of the folder.
func (w needyWorld) bh(t *testing.T, command string, names []string) (int, string) {
	folder := t.TempDir()
	if err := os.CopyFS(folder, os.DirFS(w.folder)); err != nil {
		t.Fatal(err)
	}
	for _, private := range []string{"identity.txt", "state.db"} {
		if err := os.Chmod(filepath.Join(folder, ".bh", private), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return w.run(folder, command, names)
}

func (w needyWorld) run(folder, command string, names []string) (int, string) {
	given := map[string]string{}
	maps.Copy(given, w.given)
	maps.DeleteFunc(given, func(name, _ string) bool { return !slices.Contains(names, strings.TrimPrefix(name, "BH_VAR_")) })
	now := time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	args := strings.Fields(strings.NewReplacer("STATE", filepath.Join(folder, ".bh", "state.db"), "COPY", filepath.Join(folder, "copy.db"),
		"FILE", filepath.Join(folder, "buckets.hcl")).Replace(command))
	given["BH_CLI_ARGS"] = "--file " + filepath.Join(folder, "buckets.hcl") // for the commands that have it
	var out bytes.Buffer
	code := cli.Main(cli.Process{Args: args,
		Env:   func(name string) (string, bool) { value, ok := given[name]; return value, ok },
		Stdin: strings.NewReader(""), Stdout: &out, Stderr: &out,
		Now: func() time.Time { return now }, Sleep: clitest.Sleep, Hooks: cli.Hooks{NoSync: true}})
	return code, strings.ReplaceAll(out.String(), folder, ".")
}
