package expr

import (
	"bytes"
	"errors"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/function"
)

// GuardedIndex is the function, which no file can name, that an index by an expression
// becomes. The library reads an attribute of an object by a secret key and drops the mark of the
// key, so { a = "A", b = "B" }[KEY] would reveal the key.
const GuardedIndex = "element of a collection"

// GuardedIndexFunc returns a tuple with the element of a collection at a key, as secret as the key.
var GuardedIndexFunc = function.New(&function.Spec{
	Params: []function.Parameter{guardedParameter("collection"), guardedParameter("key")},
	Type: func(args []cty.Value) (cty.Type, error) {
		v, err := elementAt(args)
		return v.Type(), err
	},
	Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) { return elementAt(args) },
})

func guardedParameter(name string) function.Parameter {
	return function.Parameter{Name: name, Type: cty.DynamicPseudoType,
		AllowUnknown: true, AllowNull: true, AllowMarked: true, AllowDynamicType: true}
}

func elementAt(args []cty.Value) (cty.Value, error) {
	v, diags := hcl.Index(args[0], args[1], nil)
	if diags.HasErrors() {
		return cty.DynamicVal, &indexError{diags[0]}
	}
	return cty.TupleVal([]cty.Value{v.WithMarks(args[1].Marks())}), nil
}

// indexError is the library's error for an index that names no element.
type indexError struct{ fault *hcl.Diagnostic }

func (e *indexError) Error() string { return e.fault.Detail }

// IndexFault returns the library's error about an index, if that is what went wrong.
func IndexFault(d *hcl.Diagnostic) *hcl.Diagnostic {
	var fault *indexError
	extra, ok := hcl.DiagnosticExtra[hclsyntax.FunctionCallDiagExtra](d)
	if !ok || !errors.As(extra.FunctionCallError(), &fault) {
		return nil
	}
	return fault.fault
}

// GuardIndexes makes every index by an expression, in what was parsed from src, go through
// the function.
func GuardIndexes(root hclsyntax.Node, src []byte) {
	if !mayIndex(src) {
		return
	}
	_ = hclsyntax.VisitAll(root, func(n hclsyntax.Node) hcl.Diagnostics {
		if index, ok := n.(*hclsyntax.IndexExpr); ok {
			index.Collection = &hclsyntax.FunctionCallExpr{Name: GuardedIndex,
				Args:      []hclsyntax.Expression{index.Collection, index.Key},
				NameRange: index.BracketRange, OpenParenRange: index.BracketRange, CloseParenRange: index.BracketRange}
			index.Key = &hclsyntax.LiteralValueExpr{Val: cty.Zero, SrcRange: index.BracketRange}
		}
		return nil
	})
}

// mayIndex reports whether a text has a bracket that can be an index. Most large files do not,
// and looking at each of their expressions would take long.
func mayIndex(src []byte) bool {
	for {
		at := bytes.IndexByte(src, '[')
		if at < 0 {
			return false
		}
		before := bytes.TrimRight(src[:at], " \t\r\n")
		if len(before) > 0 && !bytes.ContainsRune([]byte("=([,:?{"), rune(before[len(before)-1])) {
			return true
		}
		src = src[at+1:]
	}
}
