package names

import (
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"

	"buckethead/config/eval"
	"buckethead/config/expr"
	"buckethead/config/faults"
	"buckethead/config/files"
	"buckethead/config/language"
	"buckethead/config/words"
)

// input is a value for a variable from outside of the configuration: raw text,
// or an expression of a file of variables. source says whose value it is, as the
// beginning of a sentence.
type input struct {
	text    string
	expr    hcl.Expression
	subject hcl.Range
	source  string
}

// Given holds the values that the variables are set to from outside.
type Given struct {
	Texts map[string]string // the text of each --var NAME=VALUE; they win over Files
	Files []string          // files of variables; a later one wins
}

// Variables are the variables of all files.
type Variables struct {
	ev     *eval.Evaluator
	reader *files.Reader
	given  Given
	byName map[string]*variable
	unused []eval.Lack // what the conditions of validations lack, which nothing needs
}

// Evaluate reads the variable blocks, sets the value of every variable, and makes var available to
// expressions.
func Evaluate(ev *eval.Evaluator, reader *files.Reader, given Given, blocks []*hclsyntax.Block) *Variables {
	vs := &Variables{ev: ev, reader: reader, given: given}
	vs.declare(blocks)
	vs.assignAll()
	return vs
}

func (vs *Variables) assignAll() {
	inputs := vs.fileInputs()
	for _, name := range slices.Sorted(maps.Keys(vs.given.Texts)) {
		if _, declared := vs.byName[name]; !declared {
			vs.undeclared(name, hcl.Range{}, "--var")
			continue
		}
		inputs[name] = input{text: vs.given.Texts[name], source: "The value of --var"}
	}
	for _, name := range slices.Sorted(maps.Keys(vs.byName)) {
		v := vs.byName[name]
		in, outside := inputs[name]
		if text, _ := vs.ev.Env("BH_VAR_" + name); text != "" && !outside {
			in, outside = input{text: text, source: "The value of BH_VAR_" + name}, true
		}
		vs.assign(v, vs.ev.Needing(v.block, &v.Lacks), in, outside)
	}
	vs.ev.AssignVariables()
	for _, name := range slices.Sorted(maps.Keys(vs.byName)) {
		vs.validate(vs.byName[name])
	}
}

func (vs *Variables) undeclared(name string, subject hcl.Range, source string) {
	fix := fmt.Sprintf("Declare it: variable %q { ... }, or remove the value.", name)
	if near := language.Similar(name, slices.Collect(maps.Keys(vs.byName))); near != "" {
		fix = fmt.Sprintf("Did you mean %q?", near)
	}
	vs.ev.Found.Report(faults.UndeclaredVariable, subject, hcl.Range{},
		fmt.Sprintf("%s sets a value for %q, but no variable of that name is declared.", source, name), fix)
}

// fileInputs reads the files of variables; a later one wins.
func (vs *Variables) fileInputs() map[string]input {
	inputs := map[string]input{}
	for _, path := range vs.given.Files {
		for name, a := range vs.reader.Values(path) {
			if _, declared := vs.byName[name]; !declared {
				vs.undeclared(name, a.NameRange, path)
				continue
			}
			inputs[name] = input{expr: a.Expr, subject: a.Expr.Range(), source: "The value in " + path}
		}
	}
	return inputs
}

// parse returns the value of an input before it is made to fit the variable's type.
// Text for a string, or for a variable without a type, is the value as it stands;
// for any other type it is an expression, such as ["a", "b"].
func (vs *Variables) parse(v *variable, s *eval.Scope, in input) (cty.Value, bool) {
	e, plainText := in.expr, v.kind == cty.String || v.kind == cty.DynamicPseudoType
	if e == nil && plainText {
		return cty.StringVal(in.text), true
	}
	var diags hcl.Diagnostics
	if e == nil {
		if _, deep := expr.TooDeep([]byte(in.text), "", hclsyntax.LexConfig); deep {
			diags = hcl.Diagnostics{{Severity: hcl.DiagError, Detail: "It is nested too deep."}}
		} else if files.Twins([]byte(in.text)) != nil {
			diags = hcl.Diagnostics{{Severity: hcl.DiagError, Detail: "Two words in it look the same, but their accents are encoded differently."}}
		} else {
			e, diags = hclsyntax.ParseExpression([]byte(in.text), "", hcl.InitialPos)
			vs.ev.Meter.Outside(e)
		}
	}
	value := cty.DynamicVal
	if !diags.HasErrors() {
		value, diags = vs.ev.Meter.Value(e, nil)
	}
	if !diags.HasErrors() {
		return value, true
	}
	why := " " + faults.Sentence(diags[0].Detail)
	if v.withheld() {
		why = ""
	}
	s.Report(expr.Carried{Origin: v.Origin}.Kind(faults.InvalidVariable), in.subject, fmt.Sprintf("%s cannot be read as a value for %q.%s", in.source, v.name, why),
		`Write it as in the file: true, 5, ["a", "b"] or { name = "value" }; a string in such a value needs quotes.`)
	return value, false
}

// unreadValues says that bh does not read Terraform's files of variables, if there are any that no flag names.
func (vs *Variables) unreadValues() string {
	entries, err := files.ReadFolder(vs.reader.Abs(vs.reader.Folder))
	if err != nil {
		return ""
	}
	var flags []string
	for _, e := range entries {
		name := strings.TrimSuffix(e.Name(), ".json")
		path := filepath.Join(vs.reader.Folder, e.Name())
		read := slices.ContainsFunc(vs.given.Files, func(p string) bool { return vs.reader.Abs(p) == vs.reader.Abs(path) })
		if !e.IsDir() && !read && (name == "terraform.tfvars" || strings.HasSuffix(name, ".auto.tfvars")) {
			flags = append(flags, "--var-file "+words.FileInShell(path))
		}
	}
	if len(flags) == 0 {
		return ""
	}
	const most = 3
	return fmt.Sprintf("bh does not read Terraform's files of values by itself: add %s. ", strings.Join(flags[:min(len(flags), most)], " "))
}
