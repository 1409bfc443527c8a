package config

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"

	"buckethead/config/addr"
	"buckethead/config/diag"
	"buckethead/config/functions"
	"buckethead/config/language"
)

// scope is a place where expressions are evaluated: the names that they can use,
// and the block and project that faults are reported for.
type scope struct {
	l       *loader
	ctx     *hcl.EvalContext
	block   hcl.Range
	project addr.Address
	// hidden keeps the details of faults back: what is evaluated is a secret,
	// whatever it is made of.
	hidden bool
	// telling makes every fault one that depends on what secrets are, of which one is told.
	telling bool
	// seen keeps a fault that every instance of a for_each has from being told
	// once for each; nil where a block is decoded once.
	seen map[faultKey]struct{}
	// lacks gets what was not given from outside, for the attribute part; nil where that is
	// an error like any other.
	lacks *[]Lack
	part  string
	// element is what the block was made for, nil if no dynamic block made it.
	element *element
}

type faultKey struct {
	code, detail string
	file         string
	start        int
}

// report adds one error at subject, for the scope's block and project.
func (s *scope) report(k diag.Kind, subject hcl.Range, detail, fix string) *diag.Diagnostic {
	if s.seen != nil {
		key := faultKey{k.Code, detail, subject.Filename, subject.Start.Byte}
		if _, told := s.seen[key]; told {
			return &diag.Diagnostic{}
		}
		s.seen[key] = struct{}{}
	}
	if s.telling {
		k = secretFault
	}
	ofSecret := k == secretFault || k == shownSecret // for which instance or element could tell the secret
	if s.element != nil && !ofSecret {
		detail += s.element.told(subject)
	}
	d := s.l.report(k, subject, s.block, detail, fix)
	if d.Address = s.project; ofSecret {
		d.Address.Key = ""
	}
	return d
}

// evaluate returns the value of an expression. It returns false if there is no value:
// the fault was reported, or the expression rests on one that was.
func (s *scope) evaluate(e hclsyntax.Expression) (cty.Value, bool) {
	if t, ok := e.(*hclsyntax.TemplateExpr); ok && t.IsStringLiteral() {
		e = t.Parts[0]
	}
	if literal, ok := e.(*hclsyntax.LiteralValueExpr); ok {
		// The parser leaves an unknown value where it could not read one.
		return literal.Val, literal.Val.IsKnown()
	}
	if s.l.kept > keptLimit || s.l.meter.exhausted() {
		return cty.DynamicVal, false // it was reported
	}
	v, diags := s.l.meter.value(e, s.ctx)
	if diags.HasErrors() {
		s.expressionFaults(e, diags)
		return cty.DynamicVal, false
	}
	if !s.count(e, v) {
		return cty.DynamicVal, false
	}
	if !v.IsWhollyKnown() {
		if s.halfKnown(e, v) {
			s.report(secretFault, e.Range(), "This takes the value of a secret, and one that is not there.",
				"Give a value to every variable that it reads.")
			return v, false
		}
		s.inherit(e)
		return v, false
	}
	return v, true
}

// halfKnown reports whether it depends on a secret, too, that an expression has no value.
// Where there are no instances, each has none, whatever the secret is.
func (s *scope) halfKnown(e hclsyntax.Expression, v cty.Value) bool {
	if _, of := unmark(v); of.origin == "" {
		return false
	}
	each := s.find("each")
	return each == cty.NilVal || each.IsWhollyKnown() || !refersToEach(e)
}

// expressionFaults reports why an expression has no value.
func (s *scope) expressionFaults(e hclsyntax.Expression, diags hcl.Diagnostics) {
	of := carriedBy(s.l.meter.reads(e, s.ctx))
	if of.origin != "" {
		s.secretFaults(e)
		return
	}
	if s.undeclared(e) {
		return
	}
	for _, d := range diags[:min(len(diags), 100)] {
		if d.Severity != hcl.DiagError {
			continue
		}
		subject := e.Range()
		if d.Subject != nil {
			subject = *d.Subject
		}
		hidden := s.hidden || of.sensitive
		switch {
		case s.unset(e, d):
		case s.caused(d, subject, hidden):
		case d.Summary == "Call to unknown function":
			s.unknownCall(e, subject, subject)
		case hidden:
			s.withheldFault(subject, d)
		case functions.AsTemplateError(d) != nil:
			s.templateFaults(functions.AsTemplateError(d), subject)
		default:
			s.expressionFault(d, subject)
		}
	}
}

// expressionFault reports what is wrong with an expression that works with no secret.
func (s *scope) expressionFault(d *hcl.Diagnostic, subject hcl.Range) {
	const fix = "Correct the expression, or give it another value to work with."
	if fault := indexFault(d); fault != nil {
		s.report(invalidExpression, subject, sentence(fault.Summary)+" "+sentence(fault.Detail), fix)
		return
	}
	if strings.Contains(d.Detail, "panic in function implementation") {
		s.report(invalidExpression, subject, "A function in this expression cannot work with these values.",
			"Give it other values, or do without it.")
		return
	}
	s.report(invalidExpression, subject, sentence(d.Summary)+" "+sentence(d.Detail), fix)
}

// undeclared reports each reference of the expression to something that does not
// exist, and whether there was one.
func (s *scope) undeclared(e hclsyntax.Expression) bool {
	found := false
	for _, t := range e.Variables() {
		root := t.RootName()
		switch {
		case root == "each":
			if s.find("each") != cty.NilVal {
				continue
			}
			s.report(unknownReference, t.SourceRange(), "There is no each here: it exists in a project that has for_each.",
				"Add for_each to the project, or write the value itself.")
		case root == "path" && !s.resolves(t, pathName):
			s.unknownPath(t)
		case s.find(root) == cty.NilVal:
			s.unknownRoot(t, root)
		case root == "var" && !s.resolves(t, s.l.variableNames):
			s.unknownName(t, "variable", "var", slices.Collect(maps.Keys(s.l.variables)))
		case root == "local" && !s.resolves(t, s.l.localNames):
			s.unknownName(t, "local value", "local", slices.Collect(maps.Keys(s.l.locals)))
		default:
			continue
		}
		found = true
	}
	return found
}

// find returns what a name stands for here, or cty.NilVal.
func (s *scope) find(name string) cty.Value {
	for ctx := s.ctx; ctx != nil; ctx = ctx.Parent() {
		if v, ok := ctx.Variables[name]; ok {
			return v
		}
	}
	return cty.NilVal
}

// resolves reports whether the second step of a traversal names something.
func (s *scope) resolves(t hcl.Traversal, exists func(string) bool) bool {
	name, ok := step(t, 1)
	return !ok || exists(name)
}

func (s *scope) unknownRoot(t hcl.Traversal, root string) {
	if s.hidden { // it may be the secret itself, without quotes
		s.l.maskRange(t.SourceRange())
		s.report(unknownReference, t.SourceRange(), "There is nothing of this name here.",
			"Text stands in quotes, and a secret does not stand in the file.")
		return
	}
	names := []string{"var", "local", "path"}
	for _, name := range append([]string{"each", "project", "operation"}, slices.Sorted(maps.Keys(s.l.iterators))...) {
		if s.find(name) != cty.NilVal {
			names = append(names, name)
		}
	}
	fix := "Write text in quotes; values have names such as var.NAME and local.NAME."
	if s.element != nil && root == s.element.made.Type {
		fix = fmt.Sprintf("The element is %s here, as iterator says.", s.element.iterator)
	} else if way := bridge(root + "."); way != "" {
		fix = way
	} else if name := language.Similar(root, names); name != "" {
		fix = fmt.Sprintf("Did you mean %q? Text stands in quotes.", name)
	}
	s.report(unknownReference, t.SourceRange(), fmt.Sprintf("There is nothing that is called %q here.", root), fix)
}

func (s *scope) unknownName(t hcl.Traversal, what, root string, names []string) {
	name, _ := step(t, 1)
	fix := fmt.Sprintf("Declare a %s of that name, or name one that exists.", what)
	if len(s.l.diags) > faultsInAll {
		// It takes long among many names, and hardly anyone would see it.
	} else if near := language.Similar(name, names); near != "" {
		fix = fmt.Sprintf("Did you mean %s.%s?", root, near)
	}
	s.report(unknownReference, t.SourceRange(), fmt.Sprintf("No %s %q is declared.", what, name), fix)
}

// unknownCall reports the call at a place in an expression to a function that does not exist.
func (s *scope) unknownCall(e hclsyntax.Expression, at, subject hcl.Range) {
	name := ""
	_ = hclsyntax.VisitAll(e, func(n hclsyntax.Node) hcl.Diagnostics {
		if call, ok := n.(*hclsyntax.FunctionCallExpr); ok && call.NameRange == at {
			name = call.Name
		}
		return nil
	})
	detail, fix, known := functions.Missing(name)
	if !known {
		detail = fmt.Sprintf("There is no function %q.", name)
		fix = "Remove the call; the functions are those of Terraform that need no clock and no network."
		if near := language.Similar(name, slices.Collect(maps.Keys(s.l.functions))); near != "" {
			fix = fmt.Sprintf("Did you mean %s()?", near)
		}
	}
	s.report(unknownFunction, subject, detail, fix)
}

// step returns the name that a traversal steps to at i: .name or ["name"].
func step(t hcl.Traversal, i int) (string, bool) {
	if i >= len(t) {
		return "", false
	}
	switch s := t[i].(type) {
	case hcl.TraverseRoot:
		return s.Name, true
	case hcl.TraverseAttr:
		return s.Name, true
	case hcl.TraverseIndex:
		if s.Key.Type() == cty.String && s.Key.IsKnown() && !s.Key.IsNull() {
			return s.Key.AsString(), true
		}
	}
	return "", false
}

// traversalText writes a traversal as it stands in the file: project.tenant["x"].
func traversalText(t hcl.Traversal) string {
	var b strings.Builder
	for i, part := range t {
		switch p := part.(type) {
		case hcl.TraverseRoot:
			b.WriteString(p.Name)
		case hcl.TraverseAttr:
			b.WriteString("." + p.Name)
		default:
			if name, ok := step(t, i); ok {
				fmt.Fprintf(&b, "[%q]", name)
			} else {
				b.WriteString("[...]")
			}
		}
	}
	return b.String()
}
