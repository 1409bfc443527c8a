package expr

import (
	"bytes"
	"unicode"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
)

const (
	// MaxDepth bounds how deep an expression may be nested. The parser calls itself
	// for each level, and Go ends a process whose stack outgrows its bound, with no
	// chance to report an error. Files written by people stay far below it.
	MaxDepth = 2000
)

// Lexer is the function that splits a text into tokens: a file, or a template.
type Lexer func(src []byte, filename string, start hcl.Pos) (hclsyntax.Tokens, hcl.Diagnostics)

// Survey is the result of one pass over the bytes of a file. It counts too much rather than
// too little if only the parser could know.
type Survey struct {
	Tokens, Odd int
	Depth       int // how deep brackets, operators and the directives of templates may nest
}

// SurveyOf looks at each line of a text. What closes a bracket counts only where it cannot
// be part of a string, a comment or a heredoc.
func SurveyOf(src []byte) Survey {
	s := Survey{Depth: bytes.Count(src, []byte("%{"))}
	nested, round, operators := 0, 0, 0
	trusted := !bytes.Contains(src, []byte("<<")) && !bytes.Contains(src, []byte("/*"))
	for line := range bytes.Lines(src) {
		plain := trusted && !bytes.ContainsAny(line, `#/$%\`) && bytes.Count(line, []byte(`"`))%2 == 0
		if round == 0 {
			operators = 0
		}
		quoted, word := false, false
		for _, r := range string(line) {
			if r == '"' && plain {
				quoted = !quoted
			}
			if quoted {
				word = false
				continue
			}
			wordy := r == '_' || r >= '0' && r <= '9' || unicode.IsLetter(r) || r >= 0x80 && unicode.In(r, unicode.M, unicode.N)
			if !wordy && r > ' ' || wordy && !word {
				s.Tokens++
			}
			word = wordy
			switch r {
			case '(', '[':
				nested, round, operators = nested+1, round+1, operators+1 // [ may be an index, one of many in a row
			case '{':
				nested++
			case ')', ']':
				if plain {
					nested, round = max(nested-1, 0), max(round-1, 0)
				}
			case '}':
				if plain {
					nested = max(nested-1, 0)
				}
			case '!', '-', '?', '+', '*', '/', '%', '&', '|', '<', '>', '=':
				operators++
			default:
				if !wordy && (r < ' ' && r != '\t' && r != '\r' && r != '\n' || r >= 0x7f || bytes.ContainsRune([]byte("@'`;~^"), r)) {
					s.Odd++
				}
			}
			s.Depth = max(s.Depth, nested+operators)
		}
	}
	return s
}

// TooDeep reports whether a text nests too deep for the parser, and where.
func TooDeep(src []byte, name string, lex Lexer) (hcl.Range, bool) {
	if SurveyOf(src).Depth <= MaxDepth {
		return hcl.Range{}, false
	}
	return DeepToken(src, name, lex)
}

// DeepToken finds the token at which the nesting is too deep. Operators and indexes nest as
// brackets do, until the next element or the end of the brackets around them; outside of
// round and square brackets, a new line ends them. %{ if } and %{ for } nest until they end.
func DeepToken(src []byte, name string, lex Lexer) (hcl.Range, bool) {
	tokens, _ := lex(src, name, hcl.InitialPos)
	type bracket struct {
		lines     bool // a new line ends what is written within
		operators int  // those before it
	}
	open := []bracket{{lines: true}}
	operators, directives := 0, 0
	for i, t := range tokens {
		inner := &open[len(open)-1]
		if t.Type == hclsyntax.TokenTemplateControl && i+1 < len(tokens) {
			switch string(tokens[i+1].Bytes) {
			case "if", "for":
				directives++
			case "endif", "endfor":
				directives = max(directives-1, 0)
			}
		}
		switch t.Type {
		case hclsyntax.TokenOBrack:
			operators++ // it may be an index
			open = append(open, bracket{false, operators})
		case hclsyntax.TokenOParen, hclsyntax.TokenTemplateInterp, hclsyntax.TokenTemplateControl, hclsyntax.TokenOQuote, hclsyntax.TokenOHeredoc:
			open = append(open, bracket{false, operators})
		case hclsyntax.TokenOBrace:
			open = append(open, bracket{true, operators})
		case hclsyntax.TokenCParen, hclsyntax.TokenCBrack, hclsyntax.TokenCBrace, hclsyntax.TokenTemplateSeqEnd,
			hclsyntax.TokenCQuote, hclsyntax.TokenCHeredoc:
			if len(open) > 1 {
				operators, open = inner.operators, open[:len(open)-1]
			}
		case hclsyntax.TokenBang, hclsyntax.TokenMinus, hclsyntax.TokenQuestion, hclsyntax.TokenPlus, hclsyntax.TokenStar,
			hclsyntax.TokenSlash, hclsyntax.TokenPercent, hclsyntax.TokenAnd, hclsyntax.TokenOr, hclsyntax.TokenEqualOp,
			hclsyntax.TokenNotEqual, hclsyntax.TokenLessThan, hclsyntax.TokenLessThanEq, hclsyntax.TokenGreaterThan, hclsyntax.TokenGreaterThanEq:
			operators++
		case hclsyntax.TokenComma:
			operators = inner.operators
		case hclsyntax.TokenNewline:
			if inner.lines {
				operators = inner.operators
			}
		}
		if len(open)+operators+directives > MaxDepth {
			return t.Range, true
		}
	}
	return hcl.Range{}, false
}
