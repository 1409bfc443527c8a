package main

import (
	"go/ast"
	"go/token"
	"path/filepath"
	"regexp"
	"strings"
)

var codeLiteral = regexp.MustCompile("^[\"`]BH[0-9]{4}[\"`]$")

// keepsCodesInLists: a diagnostic is made from a kind, so that its code has one meaning and one summary.
func keepsCodesInLists(s source) []string {
	if strings.HasPrefix(filepath.Base(s.name), "codes") {
		return nil
	}
	var out []string
	ast.Inspect(s.file, func(n ast.Node) bool {
		if x, ok := n.(*ast.BasicLit); ok && x.Kind == token.STRING && codeLiteral.MatchString(x.Value) {
			out = append(out, s.at(x, "writes the code "+x.Value+", which belongs in the package's list of kinds"))
		}
		return true
	})
	return out
}
