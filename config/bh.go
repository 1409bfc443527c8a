package config

import (
	"cmp"
	"fmt"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/hashicorp/go-version"
	"github.com/hashicorp/hcl/v2/hclsyntax"

	"buckethead/config/eval"
	"buckethead/config/faults"
)

// stackName matches what can be part of the names of credentials and of the marks of
// items, which contain the name of the stack.
var stackName = regexp.MustCompile(`^[A-Za-z0-9]([A-Za-z0-9_.-]{0,62}[A-Za-z0-9])?$`)

// StackNameFor makes a stack name from a text: characters that a name cannot have become
// dashes. It returns DefaultStack if nothing is left.
func StackNameFor(text string) string {
	name := strings.Map(func(r rune) rune {
		if r < utf8.RuneSelf && (unicode.IsLetter(r) || unicode.IsDigit(r) || strings.ContainsRune("_.-", r)) {
			return r
		}
		return '-'
	}, text)
	name = strings.TrimLeft(name, "_.-")
	name = strings.TrimRight(name[:min(len(name), 64)], "_.-")
	return cmp.Or(name, DefaultStack)
}

// bhDecoder reads the bh block.
type bhDecoder struct {
	ev      *eval.Evaluator
	version string // of bh
	stack   string
	state   *hclsyntax.Block // nil if none is written
}

// decode reads the bh block, of which there should be one. It returns false if the file needs another
// version of bh.
func (d *bhDecoder) decode(blocks []*hclsyntax.Block) bool {
	satisfied := true
	for i, b := range blocks {
		s := d.ev.In(b)
		if i > 0 {
			s.Duplicate(b, blocks[0], "The bh block")
		}
		s.Known(b.Body, bhBlock)
		if a := b.Body.Attributes["required_version"]; a != nil {
			satisfied = d.satisfied(s, a) && satisfied
		}
		if a := b.Body.Attributes["stack"]; a != nil {
			d.readStack(s, a)
		}
		var first *hclsyntax.Block
		for _, inner := range b.Body.Blocks {
			if inner.Type != "state" {
				continue
			}
			if first != nil {
				s.Duplicate(inner, first, "The state")
				continue
			}
			first = inner
			d.state = inner
		}
	}
	return satisfied
}

func (d *bhDecoder) readStack(s *eval.Scope, a *hclsyntax.Attribute) {
	name, out := s.Text(a)
	if out != eval.Given {
		return
	}
	if !stackName.MatchString(name) {
		s.Report(faults.InvalidValue, a.Expr.Range(), fmt.Sprintf("%q cannot be the name of a stack.", name),
			"Use up to 64 letters, digits, dots, dashes and underscores, with a letter or a digit at both ends.")
		return
	}
	d.stack = name
}

// satisfied checks the running version against required_version. A build between
// versions, such as 0.1.0-dev, counts as the version that it precedes.
func (d *bhDecoder) satisfied(s *eval.Scope, a *hclsyntax.Attribute) bool {
	text, out := s.Text(a)
	if out != eval.Given {
		return true
	}
	constraints, err := version.NewConstraint(text)
	if err != nil {
		s.Report(faults.InvalidValue, a.Expr.Range(), fmt.Sprintf("%q is not a version constraint.", text),
			`Write it as ">= 0.1.0" or "~> 1.2".`)
		return true
	}
	running, err := version.NewVersion(d.version)
	if err != nil || constraints.Check(running.Core()) {
		return true
	}
	s.Report(faults.UnsupportedVersion, a.Expr.Range(),
		fmt.Sprintf("The file asks for bh %s, but this is bh %s.", text, d.version),
		"Install a matching version, or change required_version.")
	return false
}
