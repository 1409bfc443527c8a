package main

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// inCode finds the first column of a table's rows, and the names in it.
var (
	firstColumn = regexp.MustCompile("(?m)^\\| (`[^|]*`) \\|")
	inCode      = regexp.MustCompile("`([^`]+)`")
)

// TestArchitecture_namesEveryPackage: the table of ARCHITECTURE.md has each package once,
// and none that is gone.
func TestArchitecture_namesEveryPackage(t *testing.T) {
	text, err := os.ReadFile(filepath.Join("..", "..", "ARCHITECTURE.md"))
	if err != nil {
		t.Fatal(err)
	}
	var named []string
	for _, row := range firstColumn.FindAllStringSubmatch(string(text), -1) {
		for _, name := range inCode.FindAllStringSubmatch(row[1], -1) {
			named = append(named, name[1])
		}
	}
	var packages []string
	for _, s := range sources(t) {
		if !s.isTest() {
			packages = append(packages, s.pkg)
		}
	}
	slices.Sort(named)
	slices.Sort(packages)
	packages = slices.Compact(packages)
	if !slices.Equal(named, packages) {
		t.Errorf("the table has\n%s\nand there are\n%s", strings.Join(named, "\n"), strings.Join(packages, "\n"))
	}
}
