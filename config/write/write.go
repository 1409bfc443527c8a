// Package write writes blocks of the language, as they appear in files.
//
// # Blocks
//
// [Block] writes a block by its table: every attribute that differs from its default, in the
// order of the table. What it writes, package config reads as the same.
//
// # Texts to paste
//
// [Moved], [Removed], [Address] and [Quoted] return texts for messages. They can be pasted into
// a file: quotes, templates and characters that cannot be seen are escaped.
package write

import (
	"strings"
	"time"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclwrite"
	"github.com/zclconf/go-cty/cty"

	"buckethead/config/addr"
	"buckethead/config/language"
	"buckethead/config/words"
)

// Block appends a block with these labels, and an empty line before it unless it is the first in
// its body. target is what the block becomes, see [language.Attribute.At].
func Block(body *hclwrite.Body, table *language.Block, target any, labels ...string) *hclwrite.Body {
	if len(body.Attributes())+len(body.Blocks()) > 0 {
		body.AppendNewline()
	}
	inner := body.AppendNewBlock(table.Name, labels).Body()
	for i := range table.Attributes {
		if a := &table.Attributes[i]; a.At != nil && !a.IsDefault(target) {
			attribute(inner, table, a, target)
		}
	}
	return inner
}

func attribute(body *hclwrite.Body, table *language.Block, a *language.Attribute, target any) {
	switch at := a.At(target).(type) {
	case *string:
		if a.Form == language.Connection {
			body.SetAttributeTraversal(a.Name, connection(a.Name, *at))
			return
		}
		body.SetAttributeValue(a.Name, cty.StringVal(*at))
	case *[]string:
		values := make([]cty.Value, len(*at))
		for i, text := range *at {
			values[i] = cty.StringVal(text)
		}
		body.SetAttributeValue(a.Name, cty.TupleVal(values))
	case *bool:
		body.SetAttributeValue(a.Name, cty.BoolVal(*at))
	case *time.Duration:
		body.SetAttributeValue(a.Name, cty.StringVal(language.FormatDuration(*at)))
	case *time.Time:
		body.SetAttributeValue(a.Name, cty.StringVal(words.Date(*at)))
	case *addr.Address:
		body.SetAttributeTraversal(a.Name, traversal(*at))
	default:
		panic("write: no form for " + table.Name + "." + a.Name)
	}
}

// connection names a block as people do. One of the vendor "local" could be taken for a local
// value, so it is named in full.
func connection(kind, address string) hcl.Traversal {
	vendor, name, _ := strings.Cut(address, ".")
	if vendor == "local" {
		return hcl.Traversal{hcl.TraverseRoot{Name: kind}, hcl.TraverseAttr{Name: vendor}, hcl.TraverseAttr{Name: name}}
	}
	return hcl.Traversal{hcl.TraverseRoot{Name: vendor}, hcl.TraverseAttr{Name: name}}
}
