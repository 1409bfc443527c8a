package language

import (
	_ "embed"
	"fmt"
	"maps"
	"slices"
	"strings"
)

//go:embed reference.md
var introduction string

// Reference returns the reference of the language in Markdown: an introduction, and the table of
// each block.
func Reference(blocks []*Block) string {
	var out strings.Builder
	out.WriteString(introduction)
	for _, b := range blocks {
		section(&out, "##", b.Name, b)
	}
	return out.String()
}

// section writes one block, and the blocks in it as separate sections.
func section(out *strings.Builder, level, heading string, b *Block) {
	fmt.Fprintf(out, "\n%s %s\n\n%s%s\n", level, heading, b.Doc, b.rules())
	if b.Example != "" {
		fmt.Fprintf(out, "\n```hcl\n%s\n```\n", b.Example)
	}
	if len(b.Attributes) > 0 {
		out.WriteString("\n")
	}
	for i := range b.Attributes {
		a := &b.Attributes[i]
		fmt.Fprintf(out, "- `%s` (%s): %s%s", a.Name, strings.Join(a.facts(), ", "), a.Doc, a.rules())
		if a.Example != "" {
			fmt.Fprintf(out, " Example: `%s`", a.Example)
		}
		out.WriteString("\n")
	}
	for _, inner := range b.Blocks {
		section(out, "###", inner.Name+" in "+b.Name, inner)
	}
	for _, label := range slices.Sorted(maps.Keys(b.Kinds)) {
		section(out, "###", fmt.Sprintf("%s %q", b.Name, label), b.Kinds[label])
	}
}

// facts returns the words in brackets after the name of an attribute.
func (a *Attribute) facts() []string {
	out := []string{string(a.Form)}
	if a.Words != nil {
		out = []string{strings.Join(a.Words, " or ")}
	}
	switch {
	case a.Required:
		out = append(out, "required")
	case a.Default != "":
		out = append(out, "default "+a.Default)
	}
	return out
}

func (a *Attribute) rules() string {
	text := ""
	for _, vendor := range slices.Sorted(maps.Keys(a.Values)) {
		text += " " + vendor + " takes " + strings.Join(a.Values[vendor], ", ") + "."
	}
	return text + rules(a.Clouds, a.Needless)
}

func (b *Block) rules() string {
	text := rules(b.Clouds, b.Needless)
	if b.Several {
		text += " There may be several."
	}
	return text
}

func rules(clouds []string, needless bool) string {
	switch {
	case clouds != nil:
		return " Only with the cloud " + strings.Join(clouds, " or ") + "."
	case needless:
		return " Not with register."
	}
	return ""
}
