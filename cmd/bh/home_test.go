package main

import (
	"go/ast"
	"go/token"
	"regexp"
	"slices"
	"strings"
)

// onTheNet are the packages that may speak to servers: those that a file names.
var onTheNet = []string{"cmd/connections", "state/s3", "vendors", "vendors/cloudflare", "vendors/onepassword", "vendors/s3keys", "vendors/transport"}

// theProcess is the file that passes on the transport of tests.
const theProcess = "cmd/cli/process.go"

// ofReleases finds the hosts where releases are.
var ofReleases = regexp.MustCompile(`(?i)github\.com|githubusercontent\.com|gitlab\.com|golang\.org|/releases/`)

// pointerFile begins a file whose content Git LFS keeps elsewhere. It is recognised, and not followed.
const pointerFile = "version https://git-lfs.github.com/"

// callsNobodyAtHome: bh asks nobody for a newer version of itself and reports nothing to anybody.
func callsNobodyAtHome(s source) []string {
	if within(s.pkg, "vendors/sim") || slices.ContainsFunc(forTests, func(root string) bool { return within(s.pkg, root) }) {
		return nil
	}
	var out []string
	for _, path := range s.imports() {
		if (path == "net" || path == "net/http") && !slices.Contains(onTheNet, s.pkg) && s.name != theProcess {
			out = append(out, "imports "+path+", and is not among those that speak to servers")
		}
	}
	ast.Inspect(s.file, func(n ast.Node) bool {
		switch x := n.(type) {
		case *ast.ImportSpec:
			return false
		case *ast.BasicLit:
			if x.Kind == token.STRING && ofReleases.MatchString(x.Value) && !strings.Contains(x.Value, pointerFile) {
				out = append(out, s.at(x, "names a host of releases: "+x.Value))
			}
		}
		return true
	})
	return out
}
