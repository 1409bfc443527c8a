package config

import (
	"fmt"
	"strings"

	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"

	"buckethead/config/diag"
)

// Whether a fault is there tells something of the secret that it depends on, so a file has one
// of them told.

// placesTold is how many expressions may work with secrets for the place of a fault to be told.
// Of n faults, which is the first tells as much as log n of them.
const placesTold = 16

// faults returns what was found, in order. Of the faults that depend on secrets it is the
// first alone, so that a file has one question answered, and then nothing that depends on
// values: whether another fault is there may follow from the ones that are not told.
func (l *loader) faults() diag.List {
	if len(l.telling) == 0 {
		return l.withoutConsequences().Sorted()
	}
	one := l.telling.Sorted()[0]
	if l.computing() > placesTold {
		one = diag.Diagnostic{Severity: diag.Error, Kind: secretFault,
			Detail: "One of the expressions that work with secrets has no value. Which one is not shown: there are so many that it " +
				"would tell what the secrets are.",
			Fix: fmt.Sprintf("Have at most %d expressions cut, compare or change secrets. For that many, the place is shown.", placesTold)}
	}
	one.Fix += " What else may be wrong is shown when this is corrected."
	told := append(l.diags[:l.static:l.static], one)
	for _, d := range l.diags[l.static:] {
		if d.Code == missingVariable.Code {
			told = append(told, d)
		}
	}
	l.diags = told
	return l.withoutConsequences().Sorted()
}

// computing counts the expressions that do more with secrets than take them whole.
func (l *loader) computing() (count int) {
	var visit func(*scope, *hclsyntax.Block)
	visit = func(s *scope, block *hclsyntax.Block) {
		b, inner := block.Body, s
		if block.Type == dynamicBlock.Name {
			inner = s.inAny(block)
		} else if a := b.Attributes["for_each"]; a != nil {
			s.ctx = l.root.NewChild()
			s.ctx.Variables = each(cty.UnknownVal(cty.String), cty.DynamicVal.WithMarks(l.meter.reads(a.Expr, l.root)))
		}
		for _, a := range b.Attributes {
			if !s.whole(a.Expr) {
				count++
			}
		}
		for _, one := range b.Blocks {
			visit(inner, one)
		}
	}
	for _, f := range l.files {
		for _, b := range f.body.Blocks {
			s := l.scope(b)
			s.project.Name = strings.Join(b.Labels, "")
			visit(s, b)
		}
	}
	return count
}
