package eval

import (
	"bytes"
	"fmt"
	"path/filepath"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"

	"buckethead/config/expr"
	"buckethead/config/faults"
)

const (
	templateLimit = 256 << 10 // bytes of a template
	// parsedSize is what a byte of a template costs once it is parsed, directiveSize what each
	// ${...} or %{...} does, and renderSize what rendering it again does. parsedLimit bounds the
	// templates that are kept for that.
	parsedSize, directiveSize, renderSize, parsedLimit = 16, 1 << 10, 256, 16 << 20
)

// parsedTemplates are templates that were parsed: most are rendered once for each of many
// instances. The meter's lock is held by all who use them.
type parsedTemplates struct {
	byText map[string]hclsyntax.Expression // by the name of the file and the text
	size   int64
	// folder is where the files of the configuration are, and dir where bh works.
	folder, dir string
	meter       *expr.Meter
}

// parse parses a template.
func (p *parsedTemplates) parse(src []byte, path string) (hclsyntax.Expression, hcl.Diagnostics) {
	name := ""
	if path != "" {
		name = p.nameOf(path)
	}
	start := hcl.Range{Filename: name, Start: hcl.InitialPos, End: hcl.InitialPos}
	if len(src) > templateLimit {
		return nil, limitAt(start, fmt.Sprintf("The template has more than %d KiB, the most that bh renders", templateLimit>>10))
	}
	key := name + "\x00" + string(src)
	if e := p.byText[key]; e != nil {
		p.meter.Spend(renderSize)
		return e, nil
	}
	if place, deep := expr.TooDeep(src, name, hclsyntax.LexTemplate); deep {
		return nil, limitAt(place, fmt.Sprintf("The template is nested more than %d levels deep", expr.MaxDepth))
	}
	size := int64(len(src)+1)*parsedSize + int64(bytes.Count(src, []byte("{"))+1)*directiveSize
	p.meter.Spend(size)
	e, diags := hclsyntax.ParseTemplate(src, name, hcl.InitialPos)
	if diags.HasErrors() {
		return nil, diags[:min(len(diags), faults.PerFile+1)]
	}
	expr.GuardIndexes(e, src)
	p.meter.Template(&e)
	if p.size += size; p.size <= parsedLimit {
		p.byText[key] = e
	}
	return e, nil
}

func limitAt(at hcl.Range, what string) hcl.Diagnostics {
	err := &expr.LimitError{What: what}
	return hcl.Diagnostics{{Severity: hcl.DiagError, Summary: faults.TooLarge.Summary, Detail: err.What, Subject: &at, Extra: err}}
}

// nameOf returns the name of a file that an expression names, as the person who started bh
// would write it.
func (p *parsedTemplates) nameOf(path string) string {
	if filepath.IsAbs(path) {
		return path
	}
	dir := p.folder
	if from, err := filepath.Rel(filepath.Join(p.dir, "."), dir); err == nil {
		dir = from
	}
	return filepath.Join(dir, filepath.FromSlash(path))
}
