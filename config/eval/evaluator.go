package eval

import (
	"maps"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/function"

	"buckethead/config/diag"
	"buckethead/config/expr"
	"buckethead/config/faults"
	"buckethead/config/functions"
	"buckethead/config/language"
	"buckethead/config/mask"
)

// Outside is what an evaluation may know about the machine.
type Outside struct {
	// Env looks up an environment variable.
	Env func(name string) (string, bool)
	// SecretVariable reports whether an environment variable holds a secret.
	SecretVariable func(name string) bool
	// Partial makes a missing value an error only where it is needed, see [Lack].
	Partial bool
}

// Lack is a value that has to come from outside of the files and was not given: a variable
// without a value, an env() of a variable that is not set, a setting that the vendor needs.
// Attribute is the setting, or the attribute of the project, that lacks it.
type Lack struct {
	Attribute string
	Fault     diag.Diagnostic
}

// Name is a variable or a local, as var.NAME or local.NAME refers to it.
type Name struct {
	Value     cty.Value            // cty.DynamicVal if a fault left it without a value
	Expr      hclsyntax.Expression // the expression in the file; nil if there is none
	Origin    string               // of a value that is a secret by the variable's name, whatever the file says; else ""
	Sensitive bool
	Lacks     []Lack // why it has no value
}

// Evaluator evaluates the expressions of one configuration. It is used by one goroutine; [Evaluator.Apart]
// makes one for another.
type Evaluator struct {
	Outside
	Found   *faults.Found
	Sources *mask.Sources
	Meter   *expr.Meter

	functions  map[string]function.Function
	root       *hcl.EvalContext
	variables  map[string]*Name
	locals     map[string]*Name
	each       map[string]hclsyntax.Expression // for_each, by the name of what it makes several of; nil until there is one
	parsed     parsedTemplates
	whole      map[hclsyntax.Expression]bool // of those that names stand for
	kept       int64                         // bytes of the values that are kept
	keptSecret bool                          // some of them are secrets
	made       int                           // blocks that dynamic blocks made
}

// New returns an evaluator that knows no names yet.
func New(o Outside, found *faults.Found, sources *mask.Sources, m *expr.Meter) *Evaluator {
	return &Evaluator{Outside: o, Found: found, Sources: sources, Meter: m,
		parsed: parsedTemplates{meter: m, byText: map[string]hclsyntax.Expression{}},
		whole:  map[hclsyntax.Expression]bool{}}
}

// Start makes the functions and path known to expressions. The functions read files through files. folder is
// where the files of the configuration are, and dir where bh works: faults in templates name them from there.
func (ev *Evaluator) Start(files functions.Files, folder, dir string) {
	ev.parsed.folder, ev.parsed.dir = folder, dir
	ev.functions = functions.All(ev.world(files))
	for name, f := range ev.functions {
		if name != "try" && name != "can" { // they evaluate their arguments themselves
			ev.functions[name] = ev.Meter.Call(name, f)
		}
	}
	ev.functions[expr.GuardedIndex] = expr.GuardedIndexFunc
	ev.root = &hcl.EvalContext{Functions: ev.functions, Variables: map[string]cty.Value{"path": pathValues()}}
}

// world is what functions may use of this configuration.
func (ev *Evaluator) world(files functions.Files) *functions.World {
	return &functions.World{
		Files: files, Toil: ev.Meter.Toil, Env: ev.environment, Duration: language.ParseDuration,
		Template: ev.parsed.parse, Functions: func() map[string]function.Function { return ev.functions },
		Secrets: func(e hclsyntax.Expression, ctx *hcl.EvalContext) cty.ValueMarks {
			marks := expr.Reads(e, ctx)
			// The mark of the environment does not pass on to a text that is written in the file.
			delete(marks, expr.Environment)
			return marks
		},
		Sensitive: expr.Sensitive, Hidden: func(marks cty.ValueMarks) bool { return expr.CarriedBy(marks).Sensitive },
	}
}

// environment returns a variable as env() does, with the marks that say what it is. An empty
// variable counts as not set: CI leaves a variable empty if its secret is not configured. Its name
// decides whether it is a secret, and not the file: a plan evaluates files that nobody has reviewed, in
// a job that holds secrets.
func (ev *Evaluator) environment(name string) (cty.Value, bool) {
	text, _ := ev.Env(name)
	if text == "" {
		return cty.NilVal, false
	}
	v := cty.StringVal(text).Mark(expr.Environment)
	if ev.SecretVariable(name) {
		v = v.Mark(expr.SecretOf(name))
	}
	if own, is := strings.CutPrefix(name, "BH_VAR_"); is && ev.variables[own] != nil && ev.variables[own].Sensitive {
		v = v.Mark(expr.Sensitive)
	}
	return v, true
}

// DeclareVariables says which variables there are. Their values come later.
func (ev *Evaluator) DeclareVariables(names map[string]*Name) { ev.variables = names }

// AssignVariables makes var available to expressions.
func (ev *Evaluator) AssignVariables() { ev.root.Variables["var"] = objectOf(ev.variables) }

// DeclareLocals says which locals there are. Their values come later.
func (ev *Evaluator) DeclareLocals(names map[string]*Name) { ev.locals = names }

// AssignLocals makes local available to expressions.
func (ev *Evaluator) AssignLocals() { ev.root.Variables["local"] = objectOf(ev.locals) }

// HasLocal reports whether there is a local of this name.
func (ev *Evaluator) HasLocal(name string) bool { return ev.locals[name] != nil }

func (ev *Evaluator) hasVariable(name string) bool { return ev.variables[name] != nil }

// DeclareEach says what the instances of a name are made of.
func (ev *Evaluator) DeclareEach(name string, forEach hclsyntax.Expression) {
	if ev.each == nil {
		ev.each = map[string]hclsyntax.Expression{}
	}
	ev.each[name] = forEach
}

// Apart returns an evaluator of the same names, whose faults and sources are its own.
func (ev *Evaluator) Apart() *Evaluator {
	own, sources := *ev, *ev.Sources
	sources.Texts = maps.Clone(sources.Texts) // of which templates are shown
	own.Found, own.Sources = &faults.Found{}, &sources
	return &own
}

// objectOf makes one object of several values.
func objectOf(names map[string]*Name) cty.Value {
	values := make(map[string]cty.Value, len(names))
	for name, one := range names {
		values[name] = one.Value
	}
	if len(values) == 0 {
		return cty.EmptyObjectVal
	}
	return cty.ObjectVal(values)
}

// pathValues is the object path, with what the root module of Terraform has.
func pathValues() cty.Value {
	return cty.ObjectVal(map[string]cty.Value{"module": cty.StringVal("."), "root": cty.StringVal(".")})
}
