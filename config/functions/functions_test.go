package functions

import (
	"io/fs"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/function"
	"github.com/zclconf/go-cty/cty/function/stdlib"
)

// someFiles are files in memory, by path.
type someFiles map[string]string

func (f someFiles) Text(path string) (string, error) {
	if text, ok := f[path]; ok {
		return text, nil
	}
	return "", fs.ErrNotExist
}

func (f someFiles) Bytes(path string) ([]byte, error) {
	text, err := f.Text(path)
	return []byte(text), err
}

func (f someFiles) Exists(path string) (bool, error) { _, is := f[path]; return is, nil }

func (f someFiles) List(folder string, _ int) ([]string, error) {
	var out []string
	for name := range f {
		if rest, in := strings.CutPrefix(name, strings.TrimPrefix(folder+"/", "./")); in {
			out = append(out, rest)
		}
	}
	slices.Sort(out)
	return out, nil
}

// testWorld has the files of the examples, and no environment.
func testWorld() *World {
	w := &World{
		Files: someFiles{"hello.txt": "hello!", "hello.tftpl": "Hello, ${name}!", "tenants/ann.json": "{}", "tenants/eu/bob.json": "{}", "tenants/notes.md": ""},
		Env:   func(string) (cty.Value, bool) { return cty.NilVal, false },
		Duration: func(text string) (time.Duration, error) {
			days, rest, _ := strings.Cut(text, "d ")
			d, err := time.ParseDuration(rest)
			return time.Duration(len(days))*24*time.Hour + d, err
		},
		Template: func(src []byte, path string) (hclsyntax.Expression, hcl.Diagnostics) {
			return hclsyntax.ParseTemplate(src, path, hcl.InitialPos)
		},
		Toil:      func(int64) {},
		Secrets:   func(hclsyntax.Expression, *hcl.EvalContext) cty.ValueMarks { return nil },
		Sensitive: "sensitive",
		Hidden:    func(marks cty.ValueMarks) bool { return len(marks) > 0 },
	}
	all := All(w)
	w.Functions = func() map[string]function.Function { return all }
	return w
}

func evaluate(t *testing.T, w *World, expression string) (cty.Value, hcl.Diagnostics) {
	t.Helper()
	e, diags := hclsyntax.ParseExpression([]byte(expression), "", hcl.InitialPos)
	if diags.HasErrors() {
		t.Fatal(expression, diags)
	}
	return e.Value(&hcl.EvalContext{Functions: w.Functions()})
}

// inJSON is a value without its marks, so that a list and a tuple with the same elements are
// the same.
func inJSON(t *testing.T, v cty.Value) string {
	t.Helper()
	v, _ = v.UnmarkDeep()
	text, err := stdlib.JSONEncode(v)
	if err != nil {
		t.Fatalf("%#v: %v", v, err)
	}
	return text.AsString()
}

// Each function has a row in the reference, and its example has the result that the row says.
func TestDocs_examplesAreTrue(t *testing.T) {
	w := testWorld()
	missing := maps.Clone(w.Functions())
	for _, d := range Docs() {
		delete(missing, d.Name)
		if !strings.Contains(d.Example, d.Name+"(") || !strings.HasSuffix(d.Text, ".") || d.Group == "" || !strings.HasPrefix(d.Signature, d.Name+"(") {
			t.Errorf("%s: the row is not complete: %+v", d.Name, d)
		}
		got, diags := evaluate(t, w, d.Example)
		if diags.HasErrors() {
			t.Errorf("%s: %s: %v", d.Name, d.Example, diags)
			continue
		}
		want, diags := evaluate(t, w, d.Result)
		if diags.HasErrors() {
			t.Fatal(d.Name, diags)
		}
		if got, want := inJSON(t, got), inJSON(t, want); got != want {
			t.Errorf("%s: %s is %s, and the row says %s", d.Name, d.Example, got, want)
		}
	}
	for name := range missing {
		t.Errorf("no row for %s", name)
	}
}

// ofTerraform are the functions of Terraform 1.14 and OpenTofu 1.11.
const ofTerraform = `abs abspath alltrue anytrue base64decode base64encode base64gunzip base64gzip base64sha256 base64sha512 basename bcrypt can
ceil chomp chunklist cidrcontains cidrhost cidrnetmask cidrsubnet cidrsubnets coalesce coalescelist compact concat contains convert csvdecode
dirname distinct element endswith ephemeralasnull file filebase64 filebase64sha256 filebase64sha512 fileexists filemd5 fileset filesha1
filesha256 filesha512 flatten floor format formatdate formatlist indent index issensitive join jsondecode jsonencode keys length list log
lookup lower map matchkeys max md5 merge min nonsensitive one parseint pathexpand plantimestamp pow range regex regexall replace reverse
rsadecrypt sensitive setintersection setproduct setsubtract setunion sha1 sha256 sha512 signum slice sort split startswith strcontains strrev
substr sum templatefile templatestring textdecodebase64 textencodebase64 timeadd timecmp timestamp title tobool tolist tomap tonumber toset
tostring transpose trim trimprefix trimspace trimsuffix try type upper urldecode urlencode uuid uuidv5 values yamldecode yamlencode zipmap
assumeequal assumenotnull assumelistlength provider::terraform::encode_tfvars core::upper defaults`

// Each function of Terraform exists, or its absence is explained, and never both.
func TestFunctions_areAllThoseOfTerraform(t *testing.T) {
	all := testWorld().Functions()
	for _, name := range strings.Fields(ofTerraform) {
		_, there := all[name]
		why, fix, known := Missing(name)
		if there == known {
			t.Errorf("%s: exists: %v, is in the table of those that do not: %v", name, there, known)
		}
		if known && (!strings.HasPrefix(why, name+"() ") || !strings.HasSuffix(why, ".") || !strings.HasSuffix(fix, ".")) {
			t.Errorf("%s: %q %q", name, why, fix)
		}
	}
	own := slices.DeleteFunc(slices.Sorted(maps.Keys(all)), func(name string) bool {
		return slices.Contains(strings.Fields(ofTerraform), name)
	})
	if !slices.Equal(own, []string{"env", "seconds"}) {
		t.Errorf("functions that Terraform does not have: %v", own)
	}
}

func TestEstimates_areOfFunctions(t *testing.T) {
	all := testWorld().Functions()
	for name := range Estimates {
		if _, there := all[name]; !there {
			t.Errorf("%s is estimated and does not exist", name)
		}
	}
}

// What Terraform says of these calls, its documentation's examples among them.
func TestFunctions_sayWhatTerraformSays(t *testing.T) {
	w := testWorld()
	for expression, want := range map[string]string{
		`cidrhost("10.12.112.0/20", 16)`: `"10.12.112.16"`, `cidrhost("10.12.112.0/20", 268)`: `"10.12.113.12"`, `cidrhost("fd00:fd12:3456:7890:00a2::/72", 34)`: `"fd00:fd12:3456:7890::22"`,
		`cidrhost("10.0.0.0/24", 255)`: `"10.0.0.255"`, `cidrhost("10.0.0.0/24", -256)`: `"10.0.0.0"`, `cidrhost("10.0.0.7/24", 1)`: `"10.0.0.1"`, `cidrhost("10.0.0.1/32", 0)`: `"10.0.0.1"`,
		`cidrhost("10.0.0.0/24", 256)`: ``, `cidrhost("10.0.0.0/24", -257)`: ``, `cidrhost("10.0.0.0/24", 1.5)`: ``, `cidrhost("10.0.0.0", 1)`: ``, `cidrhost("::/0", 340282366920938463463374607431768211455)`: `"ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"`,
		`cidrnetmask("10.0.0.0/0")`: `"0.0.0.0"`, `cidrnetmask("10.0.0.0/32")`: `"255.255.255.255"`, `cidrnetmask("::/8")`: ``,
		`cidrsubnet("172.16.0.0/12", 4, 2)`: `"172.18.0.0/16"`, `cidrsubnet("10.1.2.0/24", 4, 15)`: `"10.1.2.240/28"`, `cidrsubnet("fd00:fd12:3456:7890::/56", 16, 162)`: `"fd00:fd12:3456:7800:a200::/72"`,
		`cidrsubnet("10.0.0.0/8", 0, 0)`: `"10.0.0.0/8"`, `cidrsubnet("10.0.0.0/8", 4, 16)`: ``, `cidrsubnet("10.0.0.0/8", 4, -1)`: ``, `cidrsubnet("10.0.0.0/8", 25, 0)`: ``, `cidrsubnet("10.0.0.0/8", -1, 0)`: ``,
		`cidrsubnet("::/0", 128, 1)`: `"::1/128"`, `cidrsubnet("::/0", 64, 36893488147419103232)`: ``,
		`cidrsubnets("10.1.0.0/16", 4, 4, 8, 4)`: `["10.1.0.0/20", "10.1.16.0/20", "10.1.32.0/24", "10.1.48.0/20"]`, `cidrsubnets("fd00:fd12:3456:7890::/56", 16, 16, 16, 32)`: `["fd00:fd12:3456:7800::/72", "fd00:fd12:3456:7800:100::/72", "fd00:fd12:3456:7800:200::/72", "fd00:fd12:3456:7800:300::/88"]`,
		`cidrsubnets("10.0.0.0/8")`: `[]`, `cidrsubnets("10.0.0.0/8", 1, 1)`: `["10.0.0.0/9", "10.128.0.0/9"]`, `cidrsubnets("10.0.0.0/8", 1, 1, 1)`: ``, `cidrsubnets("10.0.0.0/8", 0)`: ``, `cidrsubnets("10.0.0.0/8", 25)`: ``,
		`[for cidr_block in cidrsubnets("10.0.0.0/8", 8, 8, 8, 8) : cidrsubnets(cidr_block, 4, 4)][1]`: `["10.1.0.0/20", "10.1.16.0/20"]`,
		`cidrcontains("192.168.2.0/20", "192.168.2.1")`:                                                `true`, `cidrcontains("192.168.2.0/20", "192.168.2.0/22")`: `true`, `cidrcontains("192.168.2.0/20", "192.126.2.1")`: `false`, `cidrcontains("10.0.0.0/16", "10.0.0.0/8")`: `false`,
		`cidrcontains("10.0.0.0/8", "::1")`: ``, `cidrcontains("10.0.0.0/8", "x")`: ``, `cidrcontains("x", "10.0.0.0")`: ``,
		`strcontains("hello world", "wor")`: `true`, `strcontains("hello world", "")`: `true`, `strcontains("hello world", "wod")`: `false`,
		`matchkeys(["i-123", "i-abc", "i-def"], ["us-west", "us-east", "us-east"], ["us-east"])`: `["i-abc", "i-def"]`, `matchkeys([1, 2, 3], ["1", "2", "1"], [1])`: `[1, 3]`, `matchkeys(["a"], ["x"], [])`: `[]`,
		`matchkeys(["a"], ["x"], ["y"])`: `[]`, `matchkeys([], [], ["x"])`: `[]`, `matchkeys(["a", "b"], ["x"], ["x"])`: ``, `matchkeys(["a", "a"], ["x", "x"], ["x", "x"])`: `["a", "a"]`,
		`timecmp("2017-11-22T00:00:00Z", "2017-11-22T00:00:00Z")`: `0`, `timecmp("2017-11-22T01:00:00Z", "2017-11-22T00:59:00Z")`: `1`, `timecmp("2017-11-22T00:00:00-08:00", "2017-11-22T08:00:00Z")`: `0`, `timecmp("today", "2017-11-22T08:00:00Z")`: ``,
		`uuidv5("url", "https://www.terraform.io/")`: `"9db6f67c-dd95-5ea0-aa5b-e70e5c5f7cf5"`, `uuidv5("oid", "1.3.6.1.4")`: `"af9d40a5-7a36-5c07-b23a-851cd99fbfa5"`, `uuidv5("x500", "CN=Example,C=GB")`: `"84e09961-4aa4-57f8-95b7-03edb1073253"`,
		`uuidv5("6ba7b810-9dad-11d1-80b4-00c04fd430c8", "www.terraform.io")`: `"a5008fae-b28c-5ba5-96cd-82b4c53552d6"`, `uuidv5("tv", "test")`: ``,
		`base64gunzip("H4sIAAAAAAAA/ypJLS4BAAAA//8BAAD//wx+f9gEAAAA")`: `"test"`, `base64gunzip("aGk=")`: ``, `base64gunzip("~")`: ``, `base64gunzip("H4sIAAAAAAAA/wAEAPv/dGVzdA==")`: ``, `base64gunzip(base64gzip(""))`: `""`,
		`urldecode("abc123-_")`: `"abc123-_"`, `urldecode("foo%3Abar%40localhost%3Ffoo%3Dbar%26bar%3Dbaz")`: `"foo:bar@localhost?foo=bar&bar=baz"`, `urldecode("mailto%3Aemail%3Fsubject%3Dthis%2Bis%2Bmy%2Bsubject")`: `"mailto:email?subject=this+is+my+subject"`,
		`urldecode("%")`: ``, `urldecode("%FF")`: ``, `textencodebase64("Hello World", "UTF-16LE")`: `"SABlAGwAbABvACAAVwBvAHIAbABkAA=="`, `textdecodebase64("SABlAGwAbABvACAAVwBvAHIAbABkAA==", "utf-16le")`: `"Hello World"`,
		`textdecodebase64(textencodebase64("é€𝄞", "UTF-16BE"), "UTF-16BE")`: `"é€𝄞"`, `textencodebase64("a", "UTF-16")`: `"/v8AYQ=="`, `textdecodebase64("/v8AYQ==", "UTF-16")`: `"a"`, `textdecodebase64("//5hAA==", "UTF-16")`: `"a"`, `textencodebase64("é", "ISO-8859-1")`: `"6Q=="`,
		`textdecodebase64("6Q==", "ISO-8859-1")`: `"é"`, `textencodebase64("€", "ISO-8859-1")`: ``, `textencodebase64("é", "US-ASCII")`: ``, `textencodebase64("é", "UTF-8")`: `"w6k="`, `textdecodebase64("w6k=", "UTF-8")`: `"é"`, `textdecodebase64("6Q==", "UTF-8")`: ``,
		`textdecodebase64("YQ==", "UTF-16LE")`: ``, `textdecodebase64("ANg=", "UTF-16LE")`: ``, `textdecodebase64("6Q==", "US-ASCII")`: ``, `textencodebase64("a", "KOI8-R")`: ``,
		`basename("foo/bar/baz.txt")`: `"baz.txt"`, `basename("")`: `"."`, `dirname("foo/bar/baz.txt")`: `"foo/bar"`, `dirname("a")`: `"."`, `dirname("/a")`: `"/"`,
		`base64sha512("hello world")`: `"MJ7MSJwS1utMxA9QyQLytNDtd+5RGnx6m808qG1M2G+YndNbxf9JlnDaNCVbRbDP2DDoH2Bdz33FVC6TrpzXbw=="`, `filebase64sha512("hello.txt")`: `"xvgdsOn4IGyXHJ5YJuO6gj/7saOpAPgEdlKov3jqmP38dFhVo4U6Y1Z1RY620arxIJ6I6tLRkjgrXEy91oUOAg=="`, `filemd5("no")`: ``,
		`templatestring("a%%{ for x in xs }-$${x}%%{ endfor }", { xs = ["1", "2"] })`: `"a-1-2"`, `templatestring("$${xs}", { xs = [1] })`: `[1]`, `templatestring("$${upper(a)}", { a = "b" })`: `"B"`, `templatestring("$${a}", {})`: ``, `templatestring("$${a", { a = 1 })`: ``,
		`templatestring("$${env(\"X\")}", {})`: ``, `templatestring("$${templatestring(\"x\", {})}", {})`: ``, `templatestring("$${templatefile(\"hello.txt\", {})}", {})`: ``, `templatestring("x", [])`: ``, `templatestring("x", { "a b" = 1 })`: ``, `templatestring("$${file(\"hello.txt\")}", {})`: `"hello!"`,
		`templatefile("no", {})`: ``, `templatefile("hello.tftpl", { name = "x", other = 1 })`: `"Hello, x!"`, `templatefile("hello.tftpl", tomap({ name = "x" }))`: `"Hello, x!"`, `templatefile("hello.tftpl", null)`: ``,
		`fileset("tenants", "*.json")`: `["ann.json"]`, `fileset(".", "*/*.json")`: `["tenants/ann.json"]`, `fileset("tenants", "{ann,bob}.json")`: `["ann.json"]`, `fileset("tenants", "../*")`: ``, `fileset("tenants", "")`: ``, `fileset("tenants", "/x")`: ``, `fileset("tenants", "[")`: ``,
		`issensitive([sensitive(1)])`: `true`, `issensitive(null)`: `false`, `issensitive(1)`: `false`,
	} {
		v, diags := evaluate(t, w, expression)
		if want == "" {
			if !diags.HasErrors() {
				t.Errorf("%s is %#v, and should be an error", expression, v)
			}
			continue
		}
		if diags.HasErrors() {
			t.Errorf("%s: %v", expression, diags)
			continue
		}
		wanted, _ := evaluate(t, w, want)
		if got, want := inJSON(t, v), inJSON(t, wanted); got != want {
			t.Errorf("%s: got %s, want %s", expression, got, want)
		}
	}
}
