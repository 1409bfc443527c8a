package eval

import (
	"bytes"
	"fmt"
	"path/filepath"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"

	"buckethead/config/diag"
	"buckethead/config/expr"
	"buckethead/config/faults"
	"buckethead/config/functions"
)

const (
	templateLimit = 256 << 10 // bytes of a template
	// parsedSize is what a byte of a template costs once it is parsed, directiveSize what each
	// ${...} or %{...} does, and renderSize what rendering it again does. parsedLimit bounds the
	// templates that are kept for that.
	parsedSize, directiveSize, renderSize, parsedLimit = 16, 1 << 10, 256, 16 << 20
)

// pathValues is the object path, with what the root module of Terraform has.
func pathValues() cty.Value {
	return cty.ObjectVal(map[string]cty.Value{"module": cty.StringVal("."), "root": cty.StringVal(".")})
}

func pathName(name string) bool { return name == "module" || name == "root" }

// unknownPath reports a name of path that does not exist here.
func (s *Scope) unknownPath(t hcl.Traversal) {
	name, _ := expr.Step(t, 1)
	detail := fmt.Sprintf("There is no path.%s.", name)
	if name == "cwd" {
		detail = "path.cwd depends on the machine that bh runs on, and the plan in CI would differ from yours."
	}
	s.Report(faults.UnknownReference, t.SourceRange(), detail,
		"Use path.module: it is the folder of the configuration, from which relative paths start.")
}

// parsedTemplates are templates that were parsed: most are rendered once for each of many
// instances. The meter's lock is held by all who use them.
type parsedTemplates struct {
	byText map[string]hclsyntax.Expression // by the name of the file and the text
	size   int64
	// folder is where the files of the configuration are, and dir where bh works.
	folder, dir string
}

// template parses a template.
func (ev *Evaluator) template(src []byte, path string) (hclsyntax.Expression, hcl.Diagnostics) {
	name := ""
	if path != "" {
		name = ev.parsed.nameOf(path)
	}
	start := hcl.Range{Filename: name, Start: hcl.InitialPos, End: hcl.InitialPos}
	if len(src) > templateLimit {
		return nil, limitAt(start, fmt.Sprintf("The template has more than %d KiB, the most that bh renders", templateLimit>>10))
	}
	key := name + "\x00" + string(src)
	if e := ev.parsed.byText[key]; e != nil {
		ev.Meter.Spend(renderSize)
		return e, nil
	}
	if place, deep := expr.TooDeep(src, name, hclsyntax.LexTemplate); deep {
		return nil, limitAt(place, fmt.Sprintf("The template is nested more than %d levels deep", expr.MaxDepth))
	}
	size := int64(len(src)+1)*parsedSize + int64(bytes.Count(src, []byte("{"))+1)*directiveSize
	ev.Meter.Spend(size)
	e, diags := hclsyntax.ParseTemplate(src, name, hcl.InitialPos)
	if diags.HasErrors() {
		return nil, diags[:min(len(diags), faults.PerFile+1)]
	}
	expr.GuardIndexes(e, src)
	ev.Meter.Template(&e)
	if ev.parsed.size += size; ev.parsed.size <= parsedLimit {
		ev.parsed.byText[key] = e
	}
	return e, nil
}

func limitAt(at hcl.Range, what string) hcl.Diagnostics {
	err := &expr.LimitError{What: what}
	return hcl.Diagnostics{{Severity: hcl.DiagError, Summary: faults.TooLarge.Summary, Detail: err.What, Subject: &at, Extra: err}}
}

// nameOf returns the name of a file that an expression names, as a person would write it who
// started bh.
func (p *parsedTemplates) nameOf(path string) string {
	if filepath.IsAbs(path) {
		return path
	}
	dir := p.folder
	if from, err := filepath.Rel(filepath.Join(p.dir, "."), dir); err == nil {
		dir = from
	}
	return filepath.Join(dir, filepath.FromSlash(path))
}

// templateFaults reports what is wrong in a template, at its place in the template's file.
func (s *Scope) templateFaults(err *functions.TemplateError, call hcl.Range) {
	for _, d := range err.Diags[:min(len(err.Diags), 100)] {
		if d.Severity != hcl.DiagError || d.Subject == nil {
			continue
		}
		count := len(s.ev.Found.List)
		at := *d.Subject
		if err.File == "" {
			at = call
		}
		switch {
		case s.caused(d, at, false):
		case err.Expr == nil:
			s.Report(faults.InvalidSyntax, at, faults.Sentence(d.Summary)+" "+faults.Sentence(d.Detail),
				"Correct the template. Where ${ or %{ is meant as text, write $${ or %%{.")
		case d.Summary == "Call to unknown function":
			s.unknownCall(err.Expr, *d.Subject, at)
		default:
			s.expressionFault(d, at)
		}
		for i := range s.ev.Found.List[count:] {
			s.placeTemplate(&s.ev.Found.List[count+i], err, d.Subject.Start.Line, call)
		}
	}
}

// placeTemplate says which template a fault is in, and which call renders it.
func (s *Scope) placeTemplate(told *diag.Diagnostic, err *functions.TemplateError, line int, call hcl.Range) {
	if err.File == "" {
		told.Detail = fmt.Sprintf("In line %d of the template: %s", line, told.Detail)
		return
	}
	told.Detail += fmt.Sprintf(" The template is rendered at %s.", faults.RangeOf(call))
	told.Context = diag.Range{}
	s.ev.Sources.Texts[told.Subject.File] = []byte(err.Src)
}
