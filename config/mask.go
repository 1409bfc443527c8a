package config

import (
	"bytes"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
)

// mask writes asterisks over the strings of an expression in Config.Sources, so
// that what a diagnostic quotes shows no secret that someone wrote there. The
// length stays, and so do the lines: ranges remain right.
func (l *loader) mask(e hclsyntax.Expression) {
	_ = hclsyntax.VisitAll(e, func(n hclsyntax.Node) hcl.Diagnostics {
		if literal, ok := n.(*hclsyntax.LiteralValueExpr); ok && literal.Val.Type() != cty.Bool {
			l.maskRange(literal.SrcRange)
		}
		return nil
	})
}

// maskBody masks every attribute of a body and of the blocks in it.
func (l *loader) maskBody(b *hclsyntax.Body) {
	for _, a := range b.Attributes {
		l.mask(a.Expr)
	}
	for _, inner := range b.Blocks {
		l.maskBody(inner.Body)
	}
}

func (l *loader) maskRange(r hcl.Range) {
	src := l.config.Sources[r.Filename]
	if r.Start.Byte < 0 || r.End.Byte > len(src) || r.Start.Byte >= r.End.Byte {
		return
	}
	if !l.masked[r.Filename] {
		src = bytes.Clone(src) // the text may be the caller's own
		l.config.Sources[r.Filename] = src
		l.masked[r.Filename] = true
	}
	for i := r.Start.Byte; i < r.End.Byte; i++ {
		if !slices.Contains([]byte("\r\n"), src[i]) {
			src[i] = '*'
		}
	}
}

// maskTokens masks what looks like a secret in a file that could not be parsed
// whole: all strings that follow, on its line, a name that secrets have.
func (l *loader) maskTokens(name string, src []byte) {
	tokens, _ := hclsyntax.LexConfig(src, name, hcl.InitialPos)
	masking := false
	for _, t := range tokens {
		switch t.Type {
		case hclsyntax.TokenNewline:
			masking = false
		case hclsyntax.TokenIdent:
			masking = masking || secretName(string(t.Bytes))
		case hclsyntax.TokenQuotedLit, hclsyntax.TokenStringLit:
			if masking {
				l.maskRange(t.Range)
			}
		}
	}
}

// secretName reports whether an attribute of this name may hold a secret; the
// default of a variable may.
func secretName(name string) bool {
	name = strings.ToLower(name)
	return name == "default" || slices.ContainsFunc([]string{"secret_", "token", "password", "private", "identity"},
		func(part string) bool {
			return strings.Contains(name, part)
		})
}
