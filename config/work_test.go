package config

import (
	"fmt"
	"strings"
	"testing"

	"buckethead/config/faults"
)

// slow are a few characters that ask for more time than anyone waits.
var slow = map[string]string{
	"many locals":            many("length([for i in range(1000) : [for j in range(400) : j]])"),
	"many texts":             many(`length(format("%9000000s", ""))`),
	"many products":          many("length(setproduct(range(400), range(400)))"),
	"elements left out":      "a = [for i in range(1000) : [for j in range(1000) : [for k in range(1000) : k if false]]]",
	"arguments":              list + "  a = [for i in range(1000) : length(local.list)]",
	"conditions":             list + "  a = [for i in range(1000) : length(true ? local.list : local.list)]",
	"comparisons":            list + "  b = concat(local.list, [])\n  a = [for i in range(1000) : local.list == local.b]",
	"comparisons of texts":   "b = format(\"%9000000s\", \"\")\n  c = format(\"%9000000s\", \"\")\n  a = [for i in range(1000) : local.b == local.c]",
	"distinct":               list + "  a = distinct([for x in local.list : [x]])",
	"elements of two types":  list + "  a = tolist(concat(local.list, [\"a\"]))",
	"arguments of two types": list + "  a = distinct(concat(local.list, [\"a\"]))",
	"sides of two types":     list + "  a = true ? [for x in local.list : { a = x }] : concat(local.list, [[\"a\"]])",
	"regex, repeated":        "b = " + mebi + "\n  a = regex(\"( ?){900}x\", local.b)",
	"regexall, looks ahead":  "b = " + mebi + "\n  a = regexall(\".*x|.\", local.b)",
	"regexall, begins":       "b = " + mebi + "\n  a = regexall(\"^.|.*x|.\", local.b)",
	"matchkeys":              list + "  a = [for i in range(10) : matchkeys(local.list, local.list, local.list)]",
	"networks":               "b = [for i in range(1000) : 128]\n  a = [for i in range(1000) : can(cidrsubnets(\"::/0\", local.b...))]",
	"gzip, not complete":     "b = substr(base64gzip(" + mebi + "), 0, 1000)\n  a = [for i in range(1000) : can(base64gunzip(local.b))]",
	"templates":              "a = [for i in range(1000) : templatestring(\"%%{for j in range(1000)}$${j}%%{endfor}\", {})]",
	"files":                  "a = [for i in range(100) : [for j in range(100) : fileexists(\"none\")]]",
	"files in a folder":      "a = [for i in range(1000) : fileset(\".\", \"**\")]",
	"replace, looks ahead":   "b = " + mebi + "\n  a = replace(local.b, \"/.*x|./\", \"\")",
}

const list = "list = flatten([for i in range(100) : range(100)])\n"

// many locals that each make the same and keep little.
func many(expression string) string {
	var b strings.Builder
	for i := range 1000 {
		fmt.Fprintf(&b, "  a%03d = %s\n", i, expression)
	}
	return b.String()
}

// What expressions take is bounded by a count, so that it is the same on every machine.
func TestBounds_ofWork(t *testing.T) {
	if testing.Short() {
		t.Skip("it is long, and of one goroutine")
	}
	for name, src := range slow {
		l := newLoader(from("locals {\n  " + src + "\n}\n"))
		l.ev.Meter.Allow(32 << 20) // which is reached in a moment
		l.read()
		l.decode()
		if found := l.ev.Found.List; len(found) != 1 || found[0].Code != faults.TooLarge.Code || !strings.Contains(found[0].Detail, "too long") || found[0].Subject.IsZero() {
			t.Errorf("%s: %v", name, found[:min(len(found), 2)])
		}
	}
}

// Where the bound is reached depends on the secrets that expressions work with.
func TestBounds_ofWork_tellNothingOfSecrets(t *testing.T) {
	l := newLoader(from("locals {\n  a = length(env(\"A_SECRET\"))\n  b = length(["+loops(2, "1")[1:]+")\n}\n", "A_SECRET", "x"))
	l.ev.Meter.Allow(32 << 20)
	l.read()
	l.decode()
	if found := l.faults(); len(found) != 1 || found[0].Code != faults.SecretFault.Code || !found[0].Subject.IsZero() {
		t.Error(found)
	}
}

// What looks at much once is no work.
func TestBounds_ofWork_leaveRoom(t *testing.T) {
	if testing.Short() {
		t.Skip("it is long, and of one goroutine")
	}
	load(t, from("locals {\n  list = flatten([for i in range(100) : range(1000)])\n  json = jsonencode(local.list)\n"+
		"  yaml = yamlencode(local.list)\n  text = join(\",\", local.list)\n  all = regexall(\"[0-9]\", local.text)\n}\n"))
}

func TestBounds_ofViolations(t *testing.T) {
	c := load(t, from(header+`project "p" {
  for_each = toset([for i in setproduct(range(40), range(30)) : "k${i[0]}-${i[1]}"])
  bucket   = "b${each.key}"
}
policy "none" {
  condition     = project.bucket == "x"
  error_message = "not ${project.bucket}"
}
`))
	found := c.CheckProjects()
	last := found[len(found)-1]
	for _, d := range found {
		if d.Omitted > 0 {
			last = d
		}
	}
	const shown = 100
	if len(found) != shown+1 || last.Omitted != 1100 || last.Detail != `1,100 more violations of the policy "none" are not shown.` {
		t.Errorf("%d, %+v", len(found), last)
	}
}
