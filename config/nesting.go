package config

import (
	"bytes"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
)

// maxDepth bounds how deep an expression may be nested. The parser calls itself
// for each level and Go ends a process whose stack outgrows its bound, so that
// no error could be given any more; people do not come near it.
const maxDepth = 2000

// lexer is the function that splits a text into tokens: a file, or a template.
type lexer func(src []byte, filename string, start hcl.Pos) (hclsyntax.Tokens, hcl.Diagnostics)

// tooDeep reports whether the text nests too deep for the parser, and where. The
// first pass counts bytes, which is cheap and takes brackets in strings for real
// ones; only a file that looks bad is then read token by token.
func tooDeep(src []byte, name string, lex lexer) (hcl.Range, bool) {
	if bytes.Count(src, []byte("%{")) > maxDepth {
		return deepToken(src, name, lex)
	}
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
	return deepToken(src, name, lex)
}

// deepToken finds the token at which the nesting is too deep. Prefix operators
// and conditionals nest as brackets do, until the brackets around them close or,
// outside of any, the line ends. %{ if } and %{ for } nest until they end.
func deepToken(src []byte, name string, lex lexer) (hcl.Range, bool) {
	tokens, _ := lex(src, name, hcl.InitialPos)
	var open []int // operators seen at each open bracket
	operators, directives := 0, 0
	for i, t := range tokens {
		if t.Type == hclsyntax.TokenTemplateControl && i+1 < len(tokens) {
			switch string(tokens[i+1].Bytes) {
			case "if", "for":
				directives++
			case "endif", "endfor":
				directives = max(directives-1, 0)
			}
		}
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
		if len(open)+operators+directives > maxDepth {
			return t.Range, true
		}
	}
	return hcl.Range{}, false
}
