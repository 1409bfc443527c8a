package view

import (
	"fmt"
	"strings"

	"buckethead/planner/graph"
)

// canvas draws a graph. Ids are plain words.
type canvas interface {
	frame(id, title string) // the nodes up to end are in it
	end()
	draw(id string, n graph.Node)
	edge(from, to string, dashed bool)
}

func drawGraph(g graph.Graph, on canvas) {
	ids, held := map[string]string{}, map[string][]graph.Node{}
	for i, n := range g.Nodes {
		ids[n.ID] = fmt.Sprintf("n%d", i)
		if n.In != "" {
			held[n.In] = append(held[n.In], n)
		}
	}
	for _, n := range g.Nodes {
		switch {
		case n.In != "":
		case len(held[n.ID]) == 0:
			on.draw(ids[n.ID], n)
		default:
			on.frame(ids[n.ID], n.Label)
			for _, inner := range held[n.ID] {
				on.draw(ids[inner.ID], inner)
			}
			on.end()
		}
	}
	for _, e := range g.Edges {
		on.edge(ids[e.From], ids[e.To], e.Kind == "registers")
	}
}

// GraphMermaid returns a graph in the language of Mermaid, which GitHub draws.
func GraphMermaid(g graph.Graph) string {
	f := newFlowchart(mermaidText)
	drawGraph(g, f)
	return f.String()
}

func (f *flowchart) draw(id string, n graph.Node) {
	s, ok := map[graph.Kind]shape{graph.Bucket: cylinder, graph.Item: stadium}[n.Kind]
	if !ok {
		s = rectangle
	}
	f.line(f.node(id, s, "", n.Label))
}

// GraphDOT returns a graph in the language of Graphviz.
func GraphDOT(g graph.Graph) string {
	var d dot
	d.open("digraph bh {")
	d.line("rankdir=LR")
	d.line("label=" + dotText("stack "+g.Stack))
	drawGraph(g, &d)
	d.end()
	return d.String()
}

type dot struct{ outline }

var dotShapes = map[graph.Kind]string{graph.Bucket: "cylinder", graph.Item: "note",
	graph.Project: "box", graph.Cloud: "folder", graph.Secrets: "folder"}

func (d *dot) frame(id, title string) {
	d.open("subgraph cluster_" + id + " {")
	d.line("label=" + dotText(title))
}

func (d *dot) end() { d.close("}") }

func (d *dot) draw(id string, n graph.Node) {
	d.line(id + " [label=" + dotText(n.Label) + ", shape=" + dotShapes[n.Kind] + "]")
}

func (d *dot) edge(from, to string, dashed bool) {
	style := ""
	if dashed {
		style = " [style=dashed]"
	}
	d.line(from + " -> " + to + style)
}

// dotText quotes text. A backslash would begin one of Graphviz's escapes.
func dotText(text string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(oneLine(text)) + `"`
}
