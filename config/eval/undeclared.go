package eval

import (
	"fmt"
	"maps"
	"slices"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"

	"buckethead/config/expr"
	"buckethead/config/faults"
	"buckethead/config/functions"
	"buckethead/config/language"
)

// undeclared reports each reference of the expression to something that does not
// exist, and whether there was one.
func (s *Scope) undeclared(e hclsyntax.Expression) bool {
	found := false
	for _, t := range e.Variables() {
		root := t.RootName()
		switch {
		case root == "each":
			if s.find("each") != cty.NilVal {
				continue
			}
			s.Report(faults.UnknownReference, t.SourceRange(), "There is no each here: it exists only in a project with for_each.",
				"Add for_each to the project, or write the value itself.")
		case root == "path" && !s.resolves(t, pathName):
			s.unknownPath(t)
		case s.find(root) == cty.NilVal:
			s.unknownRoot(t, root)
		case root == "var" && !s.resolves(t, s.ev.hasVariable):
			s.unknownName(t, "variable", "var", slices.Collect(maps.Keys(s.ev.variables)))
		case root == "local" && !s.resolves(t, s.ev.HasLocal):
			s.unknownName(t, "local value", "local", slices.Collect(maps.Keys(s.ev.locals)))
		default:
			continue
		}
		found = true
	}
	return found
}

// resolves reports whether the second step of a traversal names something.
func (s *Scope) resolves(t hcl.Traversal, exists func(string) bool) bool {
	name, ok := expr.Step(t, 1)
	return !ok || exists(name)
}

func (s *Scope) unknownRoot(t hcl.Traversal, root string) {
	if s.Hidden { // it may be the secret itself, without quotes
		s.ev.Sources.Range(t.SourceRange())
		s.Report(faults.UnknownReference, t.SourceRange(), "There is nothing with this name here.",
			"Write text in quotes, and keep secrets out of the file.")
		return
	}
	names := []string{"var", "local", "path"}
	for _, name := range append([]string{"each", "project", "operation"}, slices.Sorted(maps.Keys(s.ev.Sources.Iterators))...) {
		if s.find(name) != cty.NilVal {
			names = append(names, name)
		}
	}
	fix := "Write text in quotes; values have names such as var.NAME and local.NAME."
	if s.element != nil && root == s.element.made.Type {
		fix = fmt.Sprintf("The element is %s here, as iterator says.", s.element.iterator)
	} else if way := language.Bridges[root+"."]; way != "" {
		fix = way
	} else if name := language.Similar(root, names); name != "" {
		fix = fmt.Sprintf("Did you mean %q? Text needs quotes.", name)
	}
	s.Report(faults.UnknownReference, t.SourceRange(), fmt.Sprintf("There is nothing called %q here.", root), fix)
}

func (s *Scope) unknownName(t hcl.Traversal, what, root string, names []string) {
	name, _ := expr.Step(t, 1)
	fix := fmt.Sprintf("Declare a %s with that name, or use one that exists.", what)
	if len(s.ev.Found.List) > faults.InAll {
		// Among many names this takes long, and hardly anyone would see the result.
	} else if near := language.Similar(name, names); near != "" {
		fix = fmt.Sprintf("Did you mean %s.%s?", root, near)
	}
	s.Report(faults.UnknownReference, t.SourceRange(), fmt.Sprintf("No %s %q is declared.", what, name), fix)
}

func pathName(name string) bool { return name == "module" || name == "root" }

// unknownPath reports a name of path that does not exist here.
func (s *Scope) unknownPath(t hcl.Traversal) {
	name, _ := expr.Step(t, 1)
	detail := fmt.Sprintf("There is no path.%s.", name)
	if name == "cwd" {
		detail = "path.cwd depends on the machine that bh runs on, so the plan in CI would differ from yours."
	}
	s.Report(faults.UnknownReference, t.SourceRange(), detail,
		"Use path.module: it is the folder of the configuration, from which relative paths start.")
}

// unknownCall reports the call at a place in an expression to a function that does not exist.
func (s *Scope) unknownCall(e hclsyntax.Expression, at, subject hcl.Range) {
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
		if near := language.Similar(name, slices.Collect(maps.Keys(s.ev.functions))); near != "" {
			fix = fmt.Sprintf("Did you mean %s()?", near)
		}
	}
	s.Report(faults.UnknownFunction, subject, detail, fix)
}

// unknownFunctions reports each call to a function that does not exist, and whether there was one.
func (s *Scope) unknownFunctions(e hclsyntax.Expression) (found bool) {
	_ = hclsyntax.VisitAll(e, func(n hclsyntax.Node) hcl.Diagnostics {
		if call, ok := n.(*hclsyntax.FunctionCallExpr); ok {
			if _, known := s.ev.functions[call.Name]; !known {
				s.unknownCall(e, call.NameRange, call.NameRange)
				found = true
			}
		}
		return nil
	})
	return found
}
