package functions

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/function"
)

// TemplateError is what is wrong in a template.
type TemplateError struct {
	File  string // "" for a text that is in no file
	Src   string
	Expr  hclsyntax.Expression // nil if it cannot be parsed
	Diags hcl.Diagnostics      // with places in the template
}

func (e *TemplateError) Error() string { return e.Diags.Error() }

// notInTemplates are the functions that a template cannot call, and why. A template reads its
// variables alone, so that the expression that calls it shows all that it depends on.
var notInTemplates = map[string]string{
	"env":            "Pass the value in with the other variables of the template.",
	"templatefile":   "Render the other template first, and pass the text in with the variables.",
	"templatestring": "Render the other template first, and pass the text in with the variables.",
}

func templateFileFunc(w *World) function.Function {
	return templateFunc("path", func(path string, vars cty.Value) (cty.Value, error) {
		src, err := w.Files.Text(path)
		if err != nil {
			return cty.NilVal, err
		}
		return w.render(src, path, vars)
	})
}

func templateStringFunc(w *World) function.Function {
	return templateFunc("template", func(text string, vars cty.Value) (cty.Value, error) {
		return w.render(text, "", vars)
	})
}

// templateFunc makes a function that renders a template. All of the result is as secret as
// any of the variables.
func templateFunc(first string, render func(string, cty.Value) (cty.Value, error)) function.Function {
	return function.New(&function.Spec{
		Params: []function.Parameter{{Name: first, Type: cty.String}, {Name: "vars", Type: cty.DynamicPseudoType}},
		Type:   function.StaticReturnType(cty.DynamicPseudoType),
		Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
			if t := args[1].Type(); !t.IsObjectType() && !t.IsMapType() {
				return cty.NilVal, function.NewArgErrorf(1, "a map of variables is needed")
			}
			return render(args[0].AsString(), args[1])
		},
	})
}

// render evaluates a template.
func (w *World) render(src, file string, vars cty.Value) (cty.Value, error) {
	values := vars.AsValueMap()
	for name := range values {
		if !hclsyntax.ValidIdentifier(name) {
			return cty.NilVal, function.NewArgErrorf(1, "%q cannot be the name of a variable", name)
		}
	}
	e, diags := w.Template([]byte(src), file)
	if diags.HasErrors() {
		return cty.NilVal, &TemplateError{File: file, Src: src, Diags: diags}
	}
	w.once.Do(func() {
		w.ofTemplates = maps.Clone(w.Functions())
		maps.DeleteFunc(w.ofTemplates, func(name string, _ function.Function) bool { return notInTemplates[name] != "" })
	})
	v, diags := e.Value(&hcl.EvalContext{Variables: values, Functions: w.ofTemplates})
	if !diags.HasErrors() {
		return v, nil
	}
	if known := append(undeclared(e, values), refusedCalls(e)...); known.HasErrors() {
		diags = known
	}
	return cty.NilVal, &TemplateError{File: file, Src: src, Expr: e, Diags: diags}
}

// undeclared returns a fault for each name that the template uses and is not given.
func undeclared(e hclsyntax.Expression, vars map[string]cty.Value) hcl.Diagnostics {
	var diags hcl.Diagnostics
	for _, t := range e.Variables() {
		name := t.RootName()
		if _, given := vars[name]; given {
			continue
		}
		fix := fmt.Sprintf("Add %s = ... to the variables in the call.", name)
		if len(vars) > 0 {
			fix = fmt.Sprintf("Add %s = ... to the variables in the call, or use one of them: %s.", name,
				strings.Join(slices.Sorted(maps.Keys(vars)), ", "))
		}
		diags = append(diags, templateFault(t.SourceRange(), &Fault{UnknownName,
			fmt.Sprintf("the template uses %q, and the call does not pass it in", name), fix}))
	}
	return diags
}

// refusedCalls returns a fault for each call that a template cannot have.
func refusedCalls(e hclsyntax.Expression) hcl.Diagnostics {
	var diags hcl.Diagnostics
	_ = hclsyntax.VisitAll(e, func(n hclsyntax.Node) hcl.Diagnostics {
		call, ok := n.(*hclsyntax.FunctionCallExpr)
		if !ok {
			return nil
		}
		if fix, refused := notInTemplates[call.Name]; refused {
			diags = append(diags, templateFault(call.NameRange, &Fault{UnknownCall,
				fmt.Sprintf("a template cannot call %s()", call.Name), fix}))
		}
		return nil
	})
	return diags
}

func templateFault(at hcl.Range, f *Fault) *hcl.Diagnostic {
	return &hcl.Diagnostic{Severity: hcl.DiagError, Summary: "Template cannot be rendered", Detail: f.What, Subject: &at, Extra: f}
}

// AsTemplateError returns the template error of a function call, or nil.
func AsTemplateError(d *hcl.Diagnostic) *TemplateError {
	var fault *TemplateError
	if extra, ok := hcl.DiagnosticExtra[hclsyntax.FunctionCallDiagExtra](d); ok && errors.As(extra.FunctionCallError(), &fault) {
		return fault
	}
	return nil
}
