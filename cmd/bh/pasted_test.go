package main

import (
	"go/ast"
	"go/token"
	"regexp"
	"strconv"
	"strings"
)

// commandWords are the first words of a command, and perhaps flags.
const commandWords = "(?:^|[ (:`\"'])(?:bh (?:apply|destroy|discover|doctor|drift|env|exec|fmt|graph|help|history|import|init|man|" +
	"plan|rotate|show|status|validate|state [a-z]+(?: list)?)|age|git [a-z]+)(?: -+[a-z-]+)*"

var (
	// commandBegun ends in the middle of a command to paste: its next word follows.
	commandBegun = regexp.MustCompile(commandWords + " $")
	// commandVerb is a word of a command that a format fills in.
	commandVerb = regexp.MustCompile(commandWords + ` %(?:\[(\d+)\])?[sqv]`)
	// blockBegun is a block of the language with something of its own in it.
	blockBegun = regexp.MustCompile(`(^|\s)(moved|removed|import) \{\s*(from|to|bucket|$)`)
	verb       = regexp.MustCompile(`%[-+# 0-9.*]*(\[\d+\])?[a-zA-Z]`)
)

// quotesForPasting: people paste the commands and blocks that bh prints, so names in them are quoted, for a shell by
// words.InShell and in blocks by config/write.
func quotesForPasting(s source) []string {
	if within(s.pkg, "vendors/sim") || s.pkg == "vendors/vendortest" {
		return nil
	}
	var out []string
	ast.Inspect(s.file, func(n ast.Node) bool {
		switch x := n.(type) {
		case *ast.BasicLit:
			if text, err := strconv.Unquote(x.Value); err == nil && x.Kind == token.STRING && s.pkg != "config" && s.pkg != "config/write" && blockBegun.MatchString(text) {
				out = append(out, s.at(x, "writes a block, which config/write does"))
			}
		case *ast.BinaryExpr:
			if commandBegun.MatchString(lastText(x.X)) && x.Op == token.ADD && !isQuoting(x.Y) {
				out = append(out, s.at(x.Y, "puts a word into a command without quotes"))
			}
		case *ast.CallExpr:
			out = append(out, s.unquotedVerbs(x)...)
		}
		return true
	})
	return out
}

// unquotedVerbs finds the words of commands that a call formats without quotes.
func (s source) unquotedVerbs(call *ast.CallExpr) []string {
	f, ok := call.Fun.(*ast.SelectorExpr)
	if !ok || !strings.HasSuffix(f.Sel.Name, "f") {
		return nil
	}
	var out []string
	for at, arg := range call.Args {
		format := wholeText(arg)
		for _, found := range commandVerb.FindAllStringSubmatchIndex(format, -1) {
			n := len(verb.FindAllString(strings.ReplaceAll(format[:found[1]], "%%", ""), -1)) - 1
			if found[2] >= 0 {
				n, _ = strconv.Atoi(format[found[2]:found[3]])
				n--
			}
			if n += at + 1; n >= len(call.Args) || !isQuoting(call.Args[n]) {
				out = append(out, s.at(call, "formats a word of a command without quotes"))
			}
		}
	}
	return out
}

// wholeText returns the texts that are written in an expression, one after the other.
func wholeText(e ast.Expr) string {
	switch x := e.(type) {
	case *ast.BasicLit:
		text, _ := strconv.Unquote(x.Value)
		return text
	case *ast.BinaryExpr:
		return wholeText(x.X) + wholeText(x.Y)
	}
	return ""
}

// lastText returns the text at the end of an expression.
func lastText(e ast.Expr) string {
	if x, ok := e.(*ast.BinaryExpr); ok {
		return lastText(x.Y)
	}
	return wholeText(e)
}

// isQuoting reports whether an expression is a text that is written in the source, or quoted for a shell.
func isQuoting(e ast.Expr) bool {
	switch x := e.(type) {
	case *ast.BasicLit:
		return true
	case *ast.CallExpr:
		switch f := x.Fun.(type) {
		case *ast.Ident:
			return f.Name == "inShell"
		case *ast.SelectorExpr:
			return f.Sel.Name == "InShell" || f.Sel.Name == "FileInShell"
		}
	}
	return false
}
