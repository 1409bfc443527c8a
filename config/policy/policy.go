package policy

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"

	"buckethead/config/diag"
	"buckethead/config/eval"
	"buckethead/config/expr"
	"buckethead/config/faults"
	"buckethead/config/language"
	"buckethead/config/words"
)

// Policy is one policy block: a condition that every declared project must meet, or every
// operation of a plan if the condition mentions operations. It is read-only and so safe for
// concurrent use.
type Policy struct {
	Name     string
	Severity diag.Severity // of the report if the condition is false
	// Operations says that the policy judges the operations of a plan; otherwise
	// it judges projects.
	Operations bool
	Range      diag.Range

	rule *rule
}

// Block is the table of a policy block.
var Block = (&language.Block{Name: "policy", Labels: []string{"NAME"},
	Doc: "A rule for every project, or for every operation of a plan if it reads operation. It can read these of project: " +
		namesOf(projectType) + "; of operation, " + namesOf(operationType) + ".",
	Example: "policy \"private\" {\n  condition     = !project.public_access\n  error_message = \"${project.address} would be public.\"\n}",
	Attributes: []language.Attribute{
		{Name: "condition", Form: language.Any, Required: true, Doc: "True if the rule is met. It reads project or operation.",
			Example: `condition = !project.public_access`},
		{Name: "error_message", Form: language.Any, Required: true, Doc: "What to print if it is not.",
			Example: `error_message = "${project.address} would be public."`},
		{Name: "severity", Form: language.Text, Default: "error", Words: []string{"error", "warning"},
			Doc: "A warning does not stop a plan.", Example: `severity = "warning"`,
			At: language.At(func(p *Policy) any { return (*string)(&p.Severity) })},
	}}).Index()

// namesOf returns the names of the attributes of an object, as a list in words.
func namesOf(t cty.Type) string { return words.List(slices.Sorted(maps.Keys(t.AttributeTypes()))...) }

// rule is what a policy is evaluated with.
type rule struct {
	ev                 *eval.Evaluator // only read
	block              *hclsyntax.Block
	condition, message hclsyntax.Expression
	project            bool // it mentions project
}

// Decode reads the policy blocks, and finds what is wrong with their
// expressions whatever the projects and the plan are.
func Decode(ev *eval.Evaluator, blocks []*hclsyntax.Block) []Policy {
	var out []Policy
	var unused []eval.Lack // nothing needs what policies lack
	named := map[string]*hclsyntax.Block{}
	for _, b := range blocks {
		s := ev.Needing(b, &unused)
		name := b.Labels[0]
		if first := named[name]; first != nil {
			s.Duplicate(b, first, fmt.Sprintf("The policy %q", name))
			continue
		}
		named[name] = b
		policy := Policy{Name: name, Range: faults.RangeOf(b.DefRange())}
		Block.SetDefaults(&policy)
		s.Fill(b, Block, &policy)
		condition, message := b.Body.Attributes["condition"], b.Body.Attributes["error_message"]
		if condition == nil || message == nil {
			continue
		}
		policy.rule = &rule{ev: ev, block: b, condition: condition.Expr, message: message.Expr}
		policy.rule.project = expr.Mentions("project", condition.Expr, message.Expr)
		policy.Operations = expr.Mentions("operation", condition.Expr, message.Expr)
		if s.ReadsNoSecret(condition, "condition") && s.ReadsNoSecret(message, "error_message") && policy.checkExpressions(ev, s) {
			out = append(out, policy)
		}
	}
	return out
}

// checkExpressions evaluates condition and message for a project and an operation of
// which only the types are known.
func (p Policy) checkExpressions(ev *eval.Evaluator, s *eval.Scope) bool {
	before := len(ev.Found.List)
	values := map[string]cty.Value{"project": cty.UnknownVal(projectType)}
	if p.Operations {
		values["operation"] = cty.UnknownVal(operationType)
	}
	s.Bind(values)
	for _, e := range []hclsyntax.Expression{p.rule.condition, p.rule.message} {
		if attributesExist(s, e) {
			s.Evaluate(e)
		}
	}
	return len(ev.Found.List) == before
}

// attributesExist reports each reference to something that projects or operations do
// not have.
func attributesExist(s *eval.Scope, e hclsyntax.Expression) bool {
	ok := true
	for _, t := range e.Variables() {
		root := t.RootName()
		kind, known := map[string]cty.Type{"project": projectType, "operation": operationType}[root]
		name, named := expr.Step(t, 1)
		if !known || !named || kind.HasAttribute(name) {
			continue
		}
		ok = false
		names := slices.Sorted(maps.Keys(kind.AttributeTypes()))
		fix := fmt.Sprintf("It has %s.", strings.Join(names, ", "))
		if near := language.Similar(name, names); near != "" {
			fix = fmt.Sprintf("Did you mean %s.%s?", root, near)
		}
		s.Report(faults.UnknownReference, t.SourceRange(), fmt.Sprintf("In a policy, %s has no attribute %q.", root, name), fix)
	}
	return ok
}
