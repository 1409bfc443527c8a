package config

import (
	"bytes"
	"compress/gzip"
	"encoding/base64"
	"flag"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"testing"

	"buckethead/config/diag"
	"buckethead/config/faults"
)

var every = flag.Bool("every", false, "leave nothing out of the long tests")

// long are the bombs that go a long way towards their bound. Others reach it by the same code.
var long = []string{"doubled lists", "doubled in one", "for", "for, a text again"}

// allocated loads and returns what that allocated, in MiB.
func allocated(o Options) (*Config, diag.List, uint64) {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	c, diags := Load(o)
	runtime.ReadMemStats(&after)
	return c, diags, (after.TotalAlloc - before.TotalAlloc) >> 20
}

// doubling is n locals, each of which has the one before twice.
func doubling(n int, first, next string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "  a00 = %s\n", first)
	for i := 1; i <= n; i++ {
		fmt.Fprintf(&b, "  a%02d = %s\n", i, strings.ReplaceAll(next, "LAST", fmt.Sprintf("local.a%02d", i-1)))
	}
	return b.String()
}

// loops is a for expression within others, n deep, over a thousand elements each.
func loops(n int, inner string) string {
	for i := range n {
		inner = fmt.Sprintf("[for i%d in range(1000) : %s]", i, inner)
	}
	return inner
}

// mebi is an expression for 2^20 letters.
const mebi = `format("%1048576s", "")`

// bombs are a few characters that ask for more memory than there is. Each ends at once,
// with an error that says what is bounded, and where.
var bombs = map[string]string{
	"format, width":           `a = format("%1000000000s", "x")`,
	"format, width of digits": `a = format("%99999999999999999999s", "x")`,
	"format, precision":       `a = format("%.1000000000f", 1)`,
	"format, zeros":           `a = format("%01000000000d", 1)`,
	"format, arguments":       "b = " + mebi + "\n  a = format(\"" + strings.Repeat("%[1]s", 500) + "\", local.b)",
	"formatlist":              "b = " + mebi + "\n  a = formatlist(\"%s %s\", local.b, range(1000))",
	"formatlist, width":       `a = formatlist("%9000000s", range(1000))`,
	"indent":                  `a = indent(1000000000, "a\nb")`,
	"join":                    "b = " + mebi + "\n  a = join(local.b, range(1000))",
	"join, elements":          "b = " + mebi + "\n  a = join(\"\", [for i in range(1000) : local.b])",
	"replace":                 "b = " + mebi + "\n  a = replace(local.b, \" \", local.b)",
	"replace, nothing":        "b = " + mebi + "\n  a = replace(local.b, \"\", local.b)",
	"replace, expression":     "b = " + mebi + "\n  a = replace(local.b, \"/ /\", local.b)",
	"replace, captures":       "b = " + mebi + "\n  a = replace(local.b, \"/.*/\", \"" + strings.Repeat("$0", 500) + "\")",
	"split":                   "b = format(\"%9000000s\", \"\")\n  a = split(\" \", local.b)",
	"regexall":                "b = " + mebi + "\n  a = regexall(\"" + strings.Repeat("()", 500) + " \", local.b)",
	"regex, pattern":          "b = " + mebi + "\n  a = regex(local.b, \"\")",
	"setproduct":              `a = setproduct(range(1000), range(1000), range(1000), range(1000))`,
	"for":                     "a = " + loops(4, "i0"),
	"for, with errors":        "a = " + loops(4, "nope(i0)"),
	"for, a text again":       "b = " + mebi + "\n  a = [for i in range(1000) : \"${local.b}${i}\"]",
	"template":                "b = " + mebi + "\n  a = \"" + strings.Repeat("${local.b}", 500) + "\"",
	"template, loop":          "b = " + mebi + "\n  a = \"%{ for i in range(1000) }${local.b}%{ endfor }\"",
	"doubled lists":           doubling(60, "[1]", "[LAST, LAST]"),
	"doubled texts":           doubling(60, `"ab"`, `"${LAST}${LAST}"`),
	"doubled by a function":   doubling(60, `"ab"`, `join("", [LAST, LAST])`),
	"hidden by try":           `a = try(setproduct(range(1000), range(1000), range(1000), range(1000)), "caught")`,
	"hidden by can":           `a = can(format("%1000000000s", "x"))`,
	"doubled JSON":            doubling(60, `"\""`, `jsonencode(LAST)`),
	"doubled in one":          "a = " + letting(60, "length(jsonencode(x60))"),
	"a number":                `a = "${1e999999999}"`,
	"a number of a text":      `a = "${"1e999999999" + 0}"`,
	"a small number":          `a = tostring(tonumber("1e-999999999"))`,
	"numbers multiplied":      doubling(60, "1e300", "LAST * LAST"),
	"a number of JSON":        `a = tostring(jsondecode("1e999999999"))`,
	"a number of YAML":        `a = tostring(yamldecode("1e999999999"))`,
	"parseint":                "b = " + mebi + "\n  a = parseint(replace(local.b, \" \", \"9\"), 10)",
	"jsondecode, deep":        "b = " + mebi + "\n  a = jsondecode(replace(local.b, \" \", \"[\"))",
	"jsondecode, wide":        "b = format(\"%9000000s\", \"\")\n  a = jsondecode(\"[${replace(local.b, \" \", \"1,\")}1]\")",
	"yamldecode, deep":        `a = yamldecode("${replace(format("%600s", ""), " ", "[")}${replace(format("%600s", ""), " ", "]")}")`,
	"yamldecode, aliases":     `a = yamldecode("` + laughs(30) + `")`,
	"base64gunzip":            `a = base64gunzip("` + zipBomb() + `")`,
	"template, a loop":        "a = templatestring(\"%%{ for i in range(1000) }$${b}%%{ endfor }\", { b = " + mebi + " })",
	"template, loops":         `a = templatestring("$${length(` + loops(4, "i0") + `)}", {})`,
	"template, a function":    `a = templatestring("$${format(\"%1000000000s\", \"x\")}", {})`,
	"template, hidden by try": `a = templatestring("$${try(format(\"%1000000000s\", \"x\"), 1)}", {})`,
	"template, long":          `a = templatestring(format("%2000000s", ""), {})`,
	"template, deep":          `a = templatestring("${replace(format("%3000s", ""), " ", "%%{ if true }")}${replace(format("%3000s", ""), " ", "%%{ endif }")}", {})`,
	"template, deep brackets": `a = templatestring("$${${replace(format("%3000s", ""), " ", "[")}${replace(format("%3000s", ""), " ", "]")}}", {})`,
	"templates":               `a = [for i in range(1000) : [for j in range(1000) : templatestring("$${a}$${a}$${a}$${a}$${a}$${a}$${a}$${a}", { a = j })]]`,
	"matchkeys":               "a = matchkeys(setproduct(range(1000), range(1000), range(1000)), [1], [1])",
	"csvdecode":               "b = format(\"%9000000s\", \"\")\n  a = csvdecode(\"a\\n${replace(local.b, \" \", \"1\\n\")}\")",
}

// zipBomb is 100 MiB, compressed, in Base64.
func zipBomb() string {
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	for range 100 {
		_, _ = z.Write(make([]byte, 1<<20))
	}
	_ = z.Close()
	return base64.StdEncoding.EncodeToString(b.Bytes())
}

// letting doubles a list n times within one expression: a for over one element names it.
func letting(n int, inner string) string {
	for i := n; i > 0; i-- {
		inner = fmt.Sprintf("[for x%d in [[x%d, x%d]] : %s]", i, i-1, i-1, inner)
	}
	return "[for x0 in [1] : " + inner + "]"
}

// laughs is YAML whose aliases name a list of aliases, n times.
func laughs(n int) string {
	var b strings.Builder
	b.WriteString("a0: &a0 [x, x]\\n")
	for i := 1; i <= n; i++ {
		fmt.Fprintf(&b, "a%d: &a%d [*a%d, *a%d]\\n", i, i, i-1, i-1)
	}
	return b.String()
}

func TestBounds_ofExpressions(t *testing.T) {
	if testing.Short() {
		t.Skip("it is long, and of one goroutine")
	}
	for name, src := range bombs {
		t.Run(name, func(t *testing.T) {
			if !*every && slices.Contains(long, name) {
				t.Skip("without -every")
			}
			_, diags, used := allocated(from("locals {\n  " + src + "\n}\n"))
			if len(diags) == 0 || diags[0].Code != faults.TooLarge.Code || diags[0].Subject.Start.Line < 2 || diags[0].Fix == "" {
				for _, d := range diags[:min(len(diags), 3)] {
					t.Error(d.Code, d)
				}
			}
			if used > 1500 {
				t.Errorf("allocates %d MiB", used)
			}
		})
	}
}

// What is kept is bounded in all, however it is made.
func TestBounds_ofTheConfiguration(t *testing.T) {
	if testing.Short() {
		t.Skip("it is long, and of one goroutine")
	}
	var texts strings.Builder
	for i := range 20 {
		fmt.Fprintf(&texts, "  t%d = format(\"%%9000000s\", \"%d\")\n", i, i)
	}
	for name, src := range map[string]string{
		"locals": "locals {\n" + texts.String() + "}\n",
		"titles": header + "locals {\n  t = format(\"%1000000s\", \"\")\n}\nproject \"p\" {\n  for_each = toset([for i in range(1000) : \"k${i}\"])\n  bucket = \"b${each.key}\"\n  item_title = \"${each.key}${local.t}\"\n}\n",
	} {
		_, diags, used := allocated(from(src))
		if len(diags) != 1 || diags[0].Code != faults.TooLarge.Code || diags[0].Subject.IsZero() || used > 1500 {
			t.Errorf("%s: %d MiB, %v", name, used, diags)
		}
	}
}

func TestFaults_areCapped(t *testing.T) {
	many := strings.Repeat("nope {}\n", 35)
	for name, c := range map[string]struct {
		files   []string
		shown   int
		omitted []int
	}{
		"few":           {[]string{strings.Repeat("nope {}\n", 20)}, 20, nil},
		"one too many":  {[]string{strings.Repeat("nope {}\n", 21)}, 20, []int{1}},
		"of each file":  {[]string{many, "nope {}\n", many}, 41, []int{15, 15}},
		"of all files":  {[]string{many, many, many, many, many, many, many}, 100, []int{15, 15, 15, 15, 15, 70}},
		"not text":      {[]string{strings.Repeat("@", 1<<20)}, 1, nil},
		"not text soon": {[]string{strings.Repeat("\u2028", 100)}, 20, []int{81}},
	} {
		o := Options{Path: ".", Overlay: map[string][]byte{}, Dir: t.TempDir()}
		for i, text := range c.files {
			o.Overlay[fmt.Sprintf("f%d.hcl", i)] = []byte(text)
		}
		_, diags, used := allocated(o)
		var omitted []int
		for _, d := range diags {
			if d.Omitted > 0 {
				omitted = append(omitted, d.Omitted)
				if d.Code != faults.MoreFaults.Code || !strings.Contains(d.Detail, "more") {
					t.Errorf("%s: %+v", name, d)
				}
			}
		}
		if len(diags)-len(omitted) != c.shown || !slices.Equal(omitted, c.omitted) || used > 100 {
			t.Errorf("%s: %d shown, %v left out, %d MiB; want %d, %v", name, len(diags)-len(omitted), omitted, used, c.shown, c.omitted)
		}
	}
}
