package names

import (
	"fmt"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/ext/typeexpr"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/convert"

	"buckethead/config/eval"
	"buckethead/config/expr"
	"buckethead/config/faults"
	"buckethead/config/functions"
	"buckethead/config/language"
	"buckethead/vendors"
)

// VariableBlock is the table of a variable block.
var VariableBlock = (&language.Block{Name: "variable", Labels: []string{"NAME"}, Secret: true,
	Doc:     "A value from outside: --var NAME=VALUE, --var-file FILE or BH_VAR_NAME. Expressions read it as var.NAME.",
	Example: "variable \"environment\" {\n  type    = string\n  default = \"production\"\n}",
	Attributes: []language.Attribute{
		{Name: "type", Form: language.Any, Default: "any", Example: `type = list(string)`,
			Doc: "string, number, bool, list(...), set(...), map(...), object({...}) or tuple([...])."},
		{Name: "default", Form: language.Any, Example: `default = ["a", "b"]`, Doc: "The value if none is set. Without a default, you must set one."},
		{Name: "description", Form: language.Text, Example: `description = "Who owns the buckets."`, Doc: "What it is for.",
			At: language.At(func(d *Declaration) any { return &d.Description })},
		{Name: "sensitive", Form: language.Flag, Default: "false", Example: `sensitive = true`,
			Doc: "Keeps the value out of everything that bh prints.", At: language.At(func(d *Declaration) any { return &d.Sensitive })},
		{Name: "nullable", Form: language.Flag, Default: "true", Example: `nullable = false`,
			Doc: "Whether the value may be null.", At: language.At(func(d *Declaration) any { return &d.Nullable })},
	},
	Blocks: []*language.Block{{Name: "validation", Several: true, Doc: "A condition for the value.",
		Example: "validation {\n  condition     = length(var.environment) > 3\n  error_message = \"Write the name in full.\"\n}",
		Attributes: []language.Attribute{
			{Name: "condition", Form: language.Any, Required: true, Doc: "True if the value is accepted.",
				Example: `condition = length(var.environment) > 3`},
			{Name: "error_message", Form: language.Any, Required: true, Doc: "What to print if it is not.",
				Example: `error_message = "Write the name in full."`}}}}}).Index()

// Declaration is a variable as the rows of [VariableBlock] set it. Whether it is sensitive counts from the moment
// at which that row is read, also in the rest of the block.
type Declaration struct {
	eval.Name
	Description string // nobody reads it
	Nullable    bool
}

// variable is one variable block.
type variable struct {
	Declaration

	name     string
	block    *hclsyntax.Block
	kind     cty.Type
	optional *typeexpr.Defaults
	fallback *hclsyntax.Attribute // default
	typed    bool                 // the type is known
}

// withheld reports whether the variable's value must not be revealed.
func (v *variable) withheld() bool { return v.Sensitive || v.Origin != "" }

// declare reads the variable blocks, except for their values.
func (vs *Variables) declare(blocks []*hclsyntax.Block) {
	names := make(map[string]*eval.Name, len(blocks))
	vs.byName = make(map[string]*variable, len(blocks))
	vs.ev.DeclareVariables(names)
	for _, b := range blocks {
		v := &variable{name: b.Labels[0], block: b, kind: cty.DynamicPseudoType, typed: true}
		v.Value = cty.DynamicVal
		VariableBlock.SetDefaults(&v.Declaration)
		s := vs.ev.In(b)
		if first, twice := vs.byName[v.name]; twice {
			s.Duplicate(b, first.block, fmt.Sprintf("The variable %q", v.name))
			continue
		}
		names[v.name], vs.byName[v.name] = &v.Name, v
		vs.decode(v, s)
	}
}

func (vs *Variables) decode(v *variable, s *eval.Scope) {
	attributes := v.block.Body.Attributes
	if a := attributes["type"]; a != nil {
		kind, optional, diags := typeexpr.TypeConstraintWithDefaults(a.Expr)
		if diags.HasErrors() {
			v.typed = false
			s.Report(faults.InvalidType, a.Expr.Range(), faults.Sentence(diags[0].Detail),
				"Types are string, number, bool, any, list(...), set(...), map(...), object({...}) and tuple([...]).")
		} else {
			v.kind, v.optional = kind, optional
		}
	}
	if _, faults := s.Fill(v.block, VariableBlock, &v.Declaration); faults&VariableBlock.Set("sensitive") != 0 {
		v.Sensitive = true // when in doubt, nothing is shown
	}
	if v.fallback = attributes["default"]; v.fallback == nil {
		return
	}
	v.Expr = v.fallback.Expr
	if v.Sensitive {
		vs.ev.Sources.Expression(v.Expr)
		vs.ev.Sources.Keys(v.Expr)
	}
}

// assign sets the value of a variable: the one that was given from outside, or else the default.
func (vs *Variables) assign(v *variable, s *eval.Scope, in input, outside bool) {
	switch {
	case outside:
		if vs.ev.SecretVariable("BH_VAR_" + v.name) {
			v.Origin = "var." + v.name
		}
		if value, ok := vs.parse(v, s, in); ok {
			v.convert(s, value, in.subject, in.source)
		}
	case v.fallback != nil:
		s.Hidden = v.Sensitive
		value, ok := s.Evaluate(v.fallback.Expr)
		if ok {
			v.convert(s, value, v.fallback.Expr.Range(), "The default")
		}
	default:
		s.NotGiven(faults.MissingVariable, v.block.DefRange(), fmt.Sprintf("The variable %q has no value and no default.", v.name),
			vs.unreadValues()+vs.otherName(v.name)+fmt.Sprintf("Set it with --var %[1]s=VALUE, with a line %[1]s = VALUE in a file that --var-file names, "+
				"or with BH_VAR_%[1]s in the environment; or give it a default.", v.name))
	}
}

// otherName says which variable of the environment looks as if it were meant for one that has no value.
func (vs *Variables) otherName(name string) string {
	for _, other := range []string{"TF_VAR_" + name, "BH_VAR_" + strings.ToUpper(name), "BH_VAR_" + strings.ToLower(name)} {
		if text, _ := vs.ev.Env(other); text != "" && other != "BH_VAR_"+name {
			return fmt.Sprintf("%s is set, but bh reads BH_VAR_%s. ", other, name)
		}
	}
	return ""
}

// convert makes a value fit the variable's type and marks it where it is
// sensitive. Errors about a sensitive variable quote nothing of its value.
func (v *variable) convert(s *eval.Scope, value cty.Value, subject hcl.Range, source string) {
	if !v.typed {
		return
	}
	if v.optional != nil && !value.IsNull() {
		value = v.optional.Apply(value)
	}
	_, of := expr.Unmark(value)
	if v.Origin != "" {
		of = expr.Carried{Sensitive: true, Origin: v.Origin}
	}
	converted, err := functions.Convert(value, v.kind)
	if err != nil {
		why := faults.Sentence(": " + functions.ConversionFault(err))
		if v.withheld() || of.Sensitive {
			why = "."
		}
		s.Report(of.Kind(faults.InvalidVariable), subject,
			fmt.Sprintf("%s does not fit the variable %q, which is of type %s%s",
				source, v.name, typeexpr.TypeString(v.kind), why),
			"Give it a value of that type, or change the type.")
		return
	}
	if converted.IsNull() && !v.Nullable {
		s.Report(of.Kind(faults.InvalidVariable), subject,
			fmt.Sprintf("%s is null, and the variable %q has nullable = false.", source, v.name), "Give it a value.")
		return
	}
	if v.Sensitive {
		converted = converted.Mark(expr.Sensitive)
	}
	if v.Origin != "" {
		converted = converted.Mark(expr.SecretOf(v.Origin))
	}
	v.Value = converted
}

// validate checks the variable's value against its validation blocks.
func (vs *Variables) validate(v *variable) {
	for _, b := range v.block.Body.Blocks {
		if b.Type != "validation" {
			continue
		}
		s := vs.ev.Needing(b, &vs.unused)
		s.Known(b.Body, VariableBlock.Block(b.Type))
		condition, text := s.Require(b, "condition"), s.Require(b, "error_message")
		if condition == nil || text == nil || !s.ReadsNoSecret(text, "error_message") {
			continue
		}
		holds, ok := s.Evaluate(condition.Expr)
		if !ok || v.Value == cty.DynamicVal {
			continue
		}
		holds, of := expr.Unmark(holds)
		holds, err := convert.Convert(holds, cty.Bool)
		if err != nil || holds.IsNull() {
			s.Report(of.Kind(faults.WrongType), condition.Expr.Range(), "The condition must be true or false.",
				"Compare something, or use can().")
			continue
		}
		if holds.False() {
			s.Report(of.Kind(faults.FailedValidation), condition.Expr.Range(), message(s, text, v),
				fmt.Sprintf("Give the variable %q another value.", v.name))
		}
	}
}

// message evaluates the error_message of a validation; one that would show a
// sensitive value is withheld.
func message(s *eval.Scope, a *hclsyntax.Attribute, v *variable) string {
	value, ok := s.Evaluate(a.Expr)
	if !ok {
		return fmt.Sprintf("The value of %q is not valid.", v.name)
	}
	value, of := expr.Unmark(value)
	text, err := convert.Convert(value, cty.String)
	switch {
	case of.Sensitive:
		return fmt.Sprintf("The value of %q is not valid. The message is not shown, because it contains a "+
			"sensitive value.", v.name)
	case err != nil || text.IsNull():
		return fmt.Sprintf("The value of %q is not valid.", v.name)
	}
	return faults.Sentence(text.AsString())
}

// Sensitive returns the values of the variables that are sensitive, and what is
// within them.
func (vs *Variables) Sensitive() []vendors.Secret {
	var out []vendors.Secret
	for _, v := range vs.byName {
		if !v.withheld() {
			continue
		}
		plain, of := expr.Unmark(v.Value)
		if of.Origin != "" && v.Origin == "" {
			continue // the file made it from a secret: what is found in a text would reveal which
		}
		_ = cty.Walk(plain, func(_ cty.Path, leaf cty.Value) (bool, error) {
			if text, err := convert.Convert(leaf, cty.String); err == nil && text.IsKnown() && !text.IsNull() {
				out = append(out, vendors.NewSecret(text.AsString()))
			}
			return true, nil
		})
	}
	return out
}
