package cli

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/urfave/cli/v2"

	"buckethead/cmd/view"
	"buckethead/config"
	"buckethead/planner"
	"buckethead/state"
)

// mermaidEdges is how many edges mermaid draws without another maxEdges.
// https://mermaid.js.org/config/schema-docs/config.html#maxedges
const mermaidEdges = 500

var graphFormats = []string{"mermaid", "dot", "markdown", "json"}

func graphCommand(p Process) *cli.Command {
	return &cli.Command{Name: "graph", Usage: "draw what is declared: projects, clouds, buckets, stores, items",
		Description: "Reads the files alone: no cloud or store is asked, and no state is needed.\n\n" +
			"The formats: mermaid, which GitHub draws; markdown is the same to paste\n" +
			"into an issue; dot is for Graphviz (bh graph --format dot | dot -Tsvg); json\n" +
			"has the nodes and edges.",
		Flags: append(withoutFormat(commonFlags(scopeFlags()...)), &cli.StringFlag{Name: "format", Value: "mermaid", Usage: "`FORMAT`, see above"}),
		Action: func(c *cli.Context) error {
			flags, err := readAlone(c, p)
			if err != nil {
				return err
			}
			format := c.String("format")
			if c.Bool("json") {
				format = "json"
			}
			if !slices.Contains(graphFormats, format) {
				return fmt.Errorf("there is no format %q; the formats are %s", format, strings.Join(graphFormats, ", "))
			}
			flags.format = "human" // of faults: the result is the picture and nothing beside
			return runGraph(c.Context, p, flags, format)
		}}
}

func runGraph(ctx context.Context, p Process, flags common, format string) (err error) {
	s, err := open(ctx, p, flags)
	if err != nil {
		return err
	}
	defer func() { err = joinClose(err, s) }()
	if err := s.checkScope(state.Snapshot{}, planArgs{common: flags}); err != nil {
		return err
	}
	declared := *s.config
	if scope := flags.scope(); scope != nil {
		declared.Projects = slices.DeleteFunc(slices.Clone(declared.Projects), func(p config.Project) bool { return !scope(p.Addr) })
	}
	graph := planner.GraphOf(&declared)
	if len(graph.Edges) > mermaidEdges && (format == "mermaid" || format == "markdown") {
		s.view.Note(fmt.Sprintf("Mermaid draws %d lines unless it is told otherwise, and this picture has %d; choose projects with --target, or take --format dot.", mermaidEdges, len(graph.Edges)))
	}
	switch format {
	case "json":
		return s.writeJSON(graph)
	case "dot":
		_, err = io.WriteString(p.Stdout, view.GraphDOT(graph))
	case "markdown":
		_, err = io.WriteString(p.Stdout, "```mermaid\n"+view.GraphMermaid(graph)+"```\n")
	default:
		_, err = io.WriteString(p.Stdout, view.GraphMermaid(graph))
	}
	return err
}
