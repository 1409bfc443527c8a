package config

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"

	"buckethead/config/diag"
	"buckethead/config/language"
)

// Policy is one policy block: a condition that every declared project must meet, or every
// operation of a plan if the condition mentions operations. It is read-only and so safe for
// concurrent use.
type Policy struct {
	Name     string
	Severity diag.Severity // of what is reported where the condition does not hold
	// Operations says that the policy judges the operations of a plan; otherwise
	// it judges projects.
	Operations bool
	Range      diag.Range

	rule *policyRule
}

// policyRule is what a policy is evaluated with.
type policyRule struct {
	l                  *loader // only read
	block              *hclsyntax.Block
	condition, message hclsyntax.Expression
	project            bool // it speaks of a project
}

// decodePolicies reads the policy blocks, and finds what is wrong with their
// expressions whatever the projects and the plan are.
func (l *loader) decodePolicies() {
	named := map[string]*hclsyntax.Block{}
	for _, b := range l.blocks.policy {
		s := l.needing(b, &l.unused)
		name := b.Labels[0]
		if first := named[name]; first != nil {
			s.duplicate(b, first, fmt.Sprintf("The policy %q", name))
			continue
		}
		named[name] = b
		policy := Policy{Name: name, Range: toRange(b.DefRange())}
		policyBlock.SetDefaults(&policy)
		s.fill(b, policyBlock, &policy)
		condition, message := b.Body.Attributes["condition"], b.Body.Attributes["error_message"]
		if condition == nil || message == nil {
			continue
		}
		policy.rule = &policyRule{l: l, block: b, condition: condition.Expr, message: message.Expr}
		policy.rule.project = mentions("project", condition.Expr, message.Expr)
		policy.Operations = mentions("operation", condition.Expr, message.Expr)
		if s.readsNoSecret(condition, "condition") && s.readsNoSecret(message, "error_message") && policy.checkExpressions(s) {
			l.config.Policies = append(l.config.Policies, policy)
		}
	}
}

// checkExpressions evaluates condition and message for a project and an operation of
// which nothing is known but their types.
func (p Policy) checkExpressions(s *scope) bool {
	before := len(s.l.diags)
	values := map[string]cty.Value{"project": cty.UnknownVal(projectType)}
	if p.Operations {
		values["operation"] = cty.UnknownVal(operationType)
	}
	s.ctx = s.ctx.NewChild()
	s.ctx.Variables = values
	for _, e := range []hclsyntax.Expression{p.rule.condition, p.rule.message} {
		if s.attributesExist(e) {
			s.evaluate(e)
		}
	}
	return len(s.l.diags) == before
}

// attributesExist reports each reference to something that projects or operations do
// not have.
func (s *scope) attributesExist(e hclsyntax.Expression) bool {
	ok := true
	for _, t := range e.Variables() {
		root := t.RootName()
		kind, known := map[string]cty.Type{"project": projectType, "operation": operationType}[root]
		name, named := step(t, 1)
		if !known || !named || kind.HasAttribute(name) {
			continue
		}
		ok = false
		names := slices.Sorted(maps.Keys(kind.AttributeTypes()))
		fix := fmt.Sprintf("What there is: %s.", strings.Join(names, ", "))
		if near := language.Similar(name, names); near != "" {
			fix = fmt.Sprintf("Did you mean %s.%s?", root, near)
		}
		s.report(unknownReference, t.SourceRange(), fmt.Sprintf("In a policy, %s has no attribute %q.", root, name), fix)
	}
	return ok
}

// mentions reports whether any of the expressions refers to a name.
func mentions(name string, expressions ...hclsyntax.Expression) bool {
	return slices.ContainsFunc(expressions, func(e hclsyntax.Expression) bool {
		return slices.ContainsFunc(e.Variables(), func(t hcl.Traversal) bool { return t.RootName() == name })
	})
}
