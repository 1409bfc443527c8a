package config

import "testing"

func TestFunctions_areThoseOfTerraform(t *testing.T) {
	for expression, want := range map[string]string{
		`abs(-3)`: "3", `ceil(1.2)`: "2", `floor(1.8)`: "1", `log(8, 2)`: "3", `max(1, 3)`: "3", `min(1, 3)`: "1",
		`parseint("ff", 16)`: "255", `pow(2, 3)`: "8", `signum(-2)`: "-1", `sum([1, 2])`: "3",
		`chomp("a\n")`: "a", `format("%s-%02d", "a", 1)`: "a-01", `formatlist("%s!", ["a"])[0]`: "a!", `indent(1, "a\nb")`: "a\n b",
		`join("-", ["a", "b"])`: "a-b", `lower("A")`: "a", `regex("[a-z]+", "1ab2")`: "ab", `length(regexall("a", "aa"))`: "2",
		`replace("a.b", ".", "-")`: "a-b", `replace("a1b2", "/[0-9]/", "")`: "ab", `split(",", "a,b")[1]`: "b", `strrev("ab")`: "ba",
		`substr("hello", 1, 2)`: "el", `title("ab")`: "Ab", `trim("xax", "x")`: "a", `trimprefix("ab", "a")`: "b",
		`trimsuffix("ab", "b")`: "a", `trimspace(" a ")`: "a", `upper("a")`: "A", `startswith("ab", "a")`: "true", `endswith("ab", "a")`: "false",
		`alltrue([true, false])`: "false", `alltrue([])`: "true", `anytrue([false, true])`: "true", `anytrue([])`: "false",
		`length(chunklist([1, 2, 3], 2))`: "2", `coalesce("", null, "a")`: "a", `coalescelist([], ["a"])[0]`: "a",
		`join(",", compact(["a", "", "b"]))`: "a,b", `concat([1], [2])[1]`: "2", `contains(["a"], "a")`: "true",
		`length(distinct(["a", "a"]))`: "1", `element(["a", "b"], 3)`: "b", `length(flatten([[1], [2, 3]]))`: "3", `index(["a", "b"], "b")`: "1",
		`keys({ b = 1, a = 2 })[0]`: "a", `length("héllo")`: "5", `length({ a = 1 })`: "1", `length([1, 2])`: "2",
		`lookup({ a = "x" }, "b", "d")`: "d", `merge({ a = 1 }, { a = 2 }).a`: "2", `one([])`: "null", `one(["a"])`: "a", `length(range(3))`: "3",
		`reverse([1, 2])[0]`: "2", `length(setintersection(["a"], ["a", "b"]))`: "1", `length(setproduct(["a"], ["b", "c"]))`: "2",
		`length(setsubtract(["a", "b"], ["a"]))`: "1", `length(setunion(["a"], ["b"]))`: "2", `slice([1, 2, 3], 1, 2)[0]`: "2",
		`sort(["b", "a"])[0]`: "a", `transpose({ a = ["x"] }).x[0]`: "a", `values({ a = "x" })[0]`: "x", `zipmap(["a"], ["x"]).a`: "x",
		`base64encode("a")`: "YQ==", `base64decode("YQ==")`: "a", `csvdecode("a,b\n1,2")[0].b`: "2", `jsondecode("{\"a\":1}").a`: "1",
		`jsonencode({ a = 1 })`: `{"a":1}`, `urlencode("a b")`: "a+b", `yamldecode("a: 1").a`: "1", `yamlencode("a")`: "\"a\"\n",
		`md5("a")`: "0cc175b9c0f1b6a831c399e269772661", `sha1("a")`: "86f7e437faa5a7fce15d1ddcb9eaeaea377667b8",
		`substr(sha256("a"), 0, 8)`: "ca978112", `substr(sha512("a"), 0, 8)`: "1f40fc92", `base64sha256("a")`: "ypeBEsobvcr6wjGzmiPcTaeG7/gUfE5yuYB3ha/uSLs=",
		`formatdate("YYYY", "2026-01-02T03:04:05Z")`: "2026", `timeadd("2026-01-01T00:00:00Z", "24h")`: "2026-01-02T00:00:00Z", `seconds("1d 1h")`: "90000",
		`tobool("true")`: "true", `length(tolist(["a", "a"]))`: "2", `length(toset(["a", "a"]))`: "1", `tolist(["a", 1])[1]`: "1", `tomap({ a = "x", b = 1 }).b`: "1",
		`tonumber("5")`: "5", `tostring(5)`: "5", `try(nope.x, "a")`: "a", `can(tonumber("x"))`: "false",
		`env("SET")`: "value", `env("UNSET", "d")`: "d", `fileexists("nope")`: "false", `nonsensitive(sensitive("a"))`: "a",
	} {
		o := from("locals {\n  v = "+expression+"\n}\n"+header+"project \"p\" {\n  bucket = \"abc\"\n  item_title = local.v == null ? \"null\" : tostring(local.v)\n}\n", "SET", "value")
		c, diags := Load(o)
		if len(diags) > 0 {
			t.Errorf("%s: %v", expression, diags)
		} else if got := c.Projects[0].ItemTitle; got != want {
			t.Errorf("%s: got %q, want %q", expression, got, want)
		}
	}
}

func TestFunctions_refuseWhatMakesNoSense(t *testing.T) {
	for _, expression := range []string{
		`one(["a", "b"])`, `index(["a"], "b")`, `coalesce("", null)`, `coalesce()`, `base64decode("~")`, `base64decode("/w==")`, `length(5)`,
		`env("UNSET")`, `env("A", "b", "c")`, `file("nope")`, `file(".")`, `sum(["a"])`, `alltrue(["x"])`, `tonumber("x")`, `toset("x")`,
		`tomap(["a"])`, `transpose({ a = null })`, `transpose({ a = [null] })`, `index("a", "a")`, `one("x")`, `tolist([{ a = 1 }, "x"])`,
	} {
		if _, diags := Load(from("locals {\n  v = " + expression + "\n}\n")); len(diags) != 1 || diags[0].Subject.Start.Line != 2 {
			t.Errorf("%s: %v", expression, diags)
		}
	}
}
