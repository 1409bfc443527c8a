package config

import (
	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
)

// maxDepth bounds how deep an expression may be nested. The parser calls itself
// for each level and Go ends a process whose stack outgrows its bound, so that
// no error could be given any more; people do not come near it.
const maxDepth = 2000

// tooDeep reports whether the text nests too deep for the parser, and where. The
// first pass counts bytes, which is cheap and takes brackets in strings for real
// ones; only a file that looks bad is then read token by token.
func tooDeep(src []byte, name string) (hcl.Range, bool) {
	brackets, operators, worst := 0, 0, 0
	for _, b := range src {
		switch b {
		case '(', '[', '{':
			brackets++
		case ')', ']', '}':
			brackets = max(brackets-1, 0)
		case '!', '-', '?':
			operators++
		case '\n':
			operators = 0
		default:
			continue
		}
		worst = max(worst, brackets+operators)
	}
	if worst <= maxDepth {
		return hcl.Range{}, false
	}
	return deepToken(src, name)
}

// deepToken finds the token at which the nesting is too deep. Prefix operators
// and conditionals nest as brackets do, until the brackets around them close or,
// outside of any, the line ends.
func deepToken(src []byte, name string) (hcl.Range, bool) {
	tokens, _ := hclsyntax.LexConfig(src, name, hcl.InitialPos)
	var open []int // operators seen at each open bracket
	operators := 0
	for _, t := range tokens {
		switch t.Type {
		case hclsyntax.TokenOParen, hclsyntax.TokenOBrack, hclsyntax.TokenOBrace, hclsyntax.TokenTemplateInterp,
			hclsyntax.TokenTemplateControl, hclsyntax.TokenOQuote, hclsyntax.TokenOHeredoc:
			open = append(open, operators)
		case hclsyntax.TokenCParen, hclsyntax.TokenCBrack, hclsyntax.TokenCBrace, hclsyntax.TokenTemplateSeqEnd,
			hclsyntax.TokenCQuote, hclsyntax.TokenCHeredoc:
			if n := len(open); n > 0 {
				operators, open = open[n-1], open[:n-1]
			}
		case hclsyntax.TokenBang, hclsyntax.TokenMinus, hclsyntax.TokenQuestion:
			operators++
		case hclsyntax.TokenNewline, hclsyntax.TokenComma:
			operators = 0
			if n := len(open); n > 0 {
				operators = open[n-1]
			}
		}
		if len(open)+operators > maxDepth {
			return t.Range, true
		}
	}
	return hcl.Range{}, false
}
