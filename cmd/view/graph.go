package view

import (
	"fmt"
	"strings"

	"buckethead/planner"
)

// picture names the nodes of a graph for a language of pictures, in which an id has
// to be a plain word.
type picture struct {
	planner.Graph
	names map[string]string // by ID
	held  map[string][]planner.Node
}

func pictureOf(g planner.Graph) picture {
	p := picture{Graph: g, names: map[string]string{}, held: map[string][]planner.Node{}}
	for i, n := range g.Nodes {
		p.names[n.ID] = fmt.Sprintf("n%d", i)
		if n.In != "" {
			p.held[n.In] = append(p.held[n.In], n)
		}
	}
	return p
}

// GraphMermaid gives a graph in the language of mermaid, which GitHub draws.
func GraphMermaid(g planner.Graph) string {
	p := pictureOf(g)
	shapes := map[planner.NodeKind][2]string{planner.BucketNode: {"[(", ")]"}, planner.ItemNode: {"([", "])"}}
	node := func(n planner.Node) string {
		shape, ok := shapes[n.Kind]
		if !ok {
			shape = [2]string{"[", "]"}
		}
		return p.names[n.ID] + shape[0] + mermaidText(n.Label) + shape[1] + "\n"
	}
	var b strings.Builder
	b.WriteString("flowchart LR\n")
	for _, n := range g.Nodes {
		switch held := p.held[n.ID]; {
		case n.In != "":
		case len(held) == 0:
			b.WriteString("  " + node(n))
		default:
			b.WriteString("  subgraph " + p.names[n.ID] + "[" + mermaidText(n.Label) + "]\n")
			for _, inner := range held {
				b.WriteString("    " + node(inner))
			}
			b.WriteString("  end\n")
		}
	}
	for _, e := range g.Edges {
		arrow := " --> "
		if e.Kind == "registers" {
			arrow = " -.-> "
		}
		b.WriteString("  " + p.names[e.From] + arrow + p.names[e.To] + "\n")
	}
	return b.String()
}

// mermaidText quotes text. Mermaid reads entities in it, and Markdown: what looks
// like the beginning of a list would become one.
func mermaidText(text string) string {
	escaped := strings.NewReplacer("#", "#35;", `"`, "#quot;", "&", "#amp;", "<", "#lt;", ">", "#gt;", "`", "#96;", `\`, "#92;", "*", "#42;", ". ", "#46; ").Replace(oneLine(text))
	if first, rest, spaced := strings.Cut(escaped, " "); spaced && (first == "-" || first == "+") {
		escaped = fmt.Sprintf("#%d; ", first[0]) + rest
	}
	return `"` + escaped + `"`
}

// GraphDOT gives a graph in the language of Graphviz.
func GraphDOT(g planner.Graph) string {
	p := pictureOf(g)
	shapes := map[planner.NodeKind]string{planner.BucketNode: "cylinder", planner.ItemNode: "note", planner.ProjectNode: "box", planner.CloudNode: "folder", planner.SecretsNode: "folder"}
	node := func(n planner.Node) string {
		return p.names[n.ID] + " [label=" + dotText(n.Label) + ", shape=" + shapes[n.Kind] + "]\n"
	}
	var b strings.Builder
	b.WriteString("digraph bh {\n  rankdir=LR\n  label=" + dotText("stack "+g.Stack) + "\n")
	for _, n := range g.Nodes {
		switch held := p.held[n.ID]; {
		case n.In != "":
		case len(held) == 0:
			b.WriteString("  " + node(n))
		default:
			b.WriteString("  subgraph cluster_" + p.names[n.ID] + " {\n    label=" + dotText(n.Label) + "\n")
			for _, inner := range held {
				b.WriteString("    " + node(inner))
			}
			b.WriteString("  }\n")
		}
	}
	for _, e := range g.Edges {
		style := ""
		if e.Kind == "registers" {
			style = " [style=dashed]"
		}
		b.WriteString("  " + p.names[e.From] + " -> " + p.names[e.To] + style + "\n")
	}
	return b.String() + "}\n"
}

// dotText quotes text. A backslash would begin an escape of Graphviz's own.
func dotText(text string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(oneLine(text)) + `"`
}
