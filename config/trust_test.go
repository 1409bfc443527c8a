package config

import (
	"encoding/base64"
	"fmt"
	"slices"
	"strings"
	"testing"

	"buckethead/config/eval"
	"buckethead/config/faults"
	"buckethead/config/language"
	"buckethead/vendors"
)

// theToken is a secret in its forms: as it is, in Base64, reversed, and its first letters.
const theToken = "Zq7-canary-token-93xW"

func tokenForms() []string {
	reversed := []byte(theToken)
	slices.Reverse(reversed)
	return []string{theToken, base64.StdEncoding.EncodeToString([]byte(theToken)), string(reversed), theToken[:8]}
}

// ways are how a file may try to show the token.
var ways = []string{
	`env("CLOUDFLARE_API_TOKEN")`, `nonsensitive(env("CLOUDFLARE_API_TOKEN"))`, `base64encode(env("CLOUDFLARE_API_TOKEN"))`,
	`strrev(env("CLOUDFLARE_API_TOKEN"))`, `substr(env("CLOUDFLARE_API_TOKEN"), 0, 8)`, `join(" ", split("", env("CLOUDFLARE_API_TOKEN")))`,
	`"${nonsensitive(env("CLOUDFLARE_API_TOKEN"))}.example.com"`, `startswith(env("CLOUDFLARE_API_TOKEN"), "Z") ? "90d" : "80d"`,
	`can(regex("^Z", env("CLOUDFLARE_API_TOKEN"))) ? "true" : "false"`, `{ Z = "weur", Q = "eeur" }[substr(env("CLOUDFLARE_API_TOKEN"), 0, 1)]`,
	`nonsensitive(var.api_token)`, `nonsensitive(local.hidden)`, `env("BH_VAR_api_token")`, `[nonsensitive(local.hidden)]`, `{ a = nonsensitive(local.hidden) }`,
	`{ (local.hidden) = "a" }`,
}

// source is a file in which only the given attribute of one block has the value.
func source(b *language.Block, labels []string, path []string, name, value string) string {
	body := ""
	if len(path) == 0 {
		body = name + " = " + value
	} else {
		body = "\n" + path[0] + " {\n" + strings.Join(path[1:], " {\n")
		if len(path) > 1 {
			body += " {\n"
		}
		body += name + " = " + value + strings.Repeat("\n}", len(path))
	}
	quoted := ""
	for _, l := range labels {
		quoted += fmt.Sprintf(" %q", l)
	}
	if b.Name == "variable" {
		body = "default = \"x\"\n" + body
	}
	return b.Name + quoted + " {\n" + body + "\n}\n"
}

// Every attribute of every block, but for the secret settings, refuses what the environment
// says is secret, however it is turned, and tells nothing of it. The list of attributes is that of
// the language, so a new one is tried as well.
func TestLoad_refusesSecretsInEveryAttribute(t *testing.T) {
	o := trustOptions()
	secretOnes := []string{"default", "secret_access_key"}
	for _, v := range o.Vendors {
		for _, s := range v.Settings {
			if s.Secret {
				secretOnes = append(secretOnes, s.Name)
			}
		}
	}
	tried := 0
	var visit func(top *language.Block, labels, path []string, b *language.Block)
	visit = func(top *language.Block, labels, path []string, b *language.Block) {
		for _, a := range b.Attributes {
			if slices.Contains(secretOnes, a.Name) || b.Name == "validation" && a.Name == "condition" {
				continue
			}
			others := ""
			for _, other := range b.Attributes {
				if other.Required && other.Name != a.Name {
					others += other.Name + map[bool]string{true: " = \"90d\"\n", false: " = false\n"}[other.Form == language.Length]
				}
			}
			for _, way := range ways {
				ofDynamic := len(path) > 0 && strings.HasPrefix(path[0], "dynamic")
				if a.Name == "for_each" && (strings.HasPrefix(way, "{ a =") || ofDynamic && strings.HasPrefix(way, "[")) {
					continue // what an instance or an element has may be a secret; its key may not
				}
				tried++
				refusesToShow(t, source(top, labels, path, others+a.Name, way))
				if top.Block("dynamic") != nil && len(path) == 1 && !ofDynamic {
					refusesToShow(t, source(top, labels, []string{fmt.Sprintf("dynamic %q", path[0]),
						"for_each = { a = " + way + " }\ncontent"}, others+a.Name, path[0]+".value"))
				}
			}
		}
		for label, inner := range b.Kinds {
			if len(path) > 0 { // the state
				visit(top, labels, append(path[:len(path)-1:len(path)-1], fmt.Sprintf("%s %q", path[len(path)-1], label)), inner)
			} else {
				visit(top, []string{label, "x"}, nil, inner)
			}
		}
		for _, inner := range b.Blocks {
			name := inner.Name
			if inner == eval.DynamicBlock {
				name = `dynamic "lock_rule"`
			}
			visit(top, labels, append(path[:len(path):len(path)], name), inner)
		}
	}
	for _, b := range Language(o) {
		labels := make([]string, len(b.Labels))
		for i := range labels {
			labels[i] = "x"
		}
		visit(b, labels, nil, b)
	}
	if tried < 1000 {
		t.Errorf("only %d were tried", tried)
	}
}

func trustOptions() Options {
	o := from("", "CLOUDFLARE_API_TOKEN", theToken, "BH_VAR_api_token", theToken)
	o.States = []StateKind{{Name: "s3", Settings: []vendors.Setting{{Name: "bucket"}, {Name: "endpoint_url"}, {Name: "secret_access_key", Secret: true}}}}
	return o
}

// refusesToShow loads a file that must be refused at the attribute, without a word of the token.
func refusesToShow(t *testing.T, src string) {
	t.Helper()
	o := trustOptions()
	o.Overlay[DefaultFile] = []byte("variable \"api_token\" {}\nlocals {\n  hidden = env(\"CLOUDFLARE_API_TOKEN\")\n}\n" + src)
	c, diags := Load(o)
	seen := shown(c, diags)
	c.Sources = nil
	seen += fmt.Sprintf("%+v", *c)
	for _, form := range tokenForms() {
		if strings.Contains(seen, form) {
			t.Errorf("%s is shown of\n%s\n%s", form, src, seen)
		}
	}
	refused := []string{faults.ShownSecret.Code, faults.WrongType.Code, faults.InvalidType.Code, faults.InvalidAddress.Code, faults.SecretFault.Code, faults.UnknownReference.Code, faults.InvalidForEach.Code}
	at := -1
	for i, d := range diags {
		if slices.Contains(refused, d.Code) && d.Subject.Start.Line > 4 {
			at = i
		}
		if strings.Contains(d.Fix, "in nonsensitive()") {
			t.Errorf("advice that does not help, for\n%s\n%s", src, d.Fix)
		}
	}
	if at < 0 {
		t.Errorf("nothing refused\n%s\n%v", src, diags)
	}
}
