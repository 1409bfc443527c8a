package cli

import (
	"fmt"
	"io"
	"slices"

	"github.com/urfave/cli/v2"

	"buckethead/cmd/view"
	"buckethead/config"
	"buckethead/planner/graph"
	"buckethead/state"
)

// mermaidEdges is the default of Mermaid's maxEdges, which limits the edges of a picture.
// https://mermaid.js.org/config/schema-docs/config.html#maxedges
const mermaidEdges = 500

// drawn lists the attributes of a project that the picture shows.
var drawn = []string{"bucket", "cloud", "secrets", "item_title", "location", "jurisdiction", "for_each"}

var graphFormats = []string{"mermaid", "dot", "markdown", "json"}

func graphCommand(r *run) *cli.Command {
	return &cli.Command{Name: "graph", Usage: "draw what is declared: projects, clouds, buckets, stores, items",
		Description: "Reads only the files: it needs no cloud, store or state.\n\n" +
			"Formats: mermaid, which GitHub draws; markdown, the same for pasting into\n" +
			"an issue; dot, for Graphviz (bh graph --format dot | dot -Tsvg); json, the\n" +
			"nodes and edges.",
		Flags: formatFlag(fileFlags(scopeFlags()...), "mermaid"),
		Action: func(c *cli.Context) error {
			flags, err := r.flagsOnly(c)
			if err != nil {
				return err
			}
			format, err := ownFormat(c, graphFormats)
			if err != nil {
				return err
			}
			flags.format = "human" // for faults: standard output is the picture and nothing else
			return inSession(c.Context, r, flags.partly(), func(s *session) error { return runGraph(s, format) })
		}}
}

func runGraph(s *session, format string) (err error) {
	lacks := slices.DeleteFunc(slices.Clone(s.config.Lacks),
		func(l config.Lack) bool { return !slices.Contains(drawn, l.Attribute) })
	if err := s.report(config.FaultsOf(lacks)); err != nil {
		return err
	}
	if err := checkScope(s, state.Snapshot{}, nil); err != nil {
		return err
	}
	declared := *s.config
	if scope := s.flags.scope(); scope != nil {
		declared.Projects = slices.DeleteFunc(slices.Clone(declared.Projects),
			func(p config.Project) bool { return !scope(p.Addr) })
	}
	picture := graph.Of(&declared)
	if len(picture.Edges) > mermaidEdges && (format == "mermaid" || format == "markdown") {
		s.view.Note(fmt.Sprintf("Mermaid draws at most %d lines by default, and this picture has %d; "+
			"choose projects with --target, or use --format dot.", mermaidEdges, len(picture.Edges)))
	}
	switch format {
	case "json":
		return s.writeJSON(picture)
	case "dot":
		_, err = io.WriteString(s.run.Stdout, view.GraphDOT(picture))
	case "markdown":
		_, err = io.WriteString(s.run.Stdout, "```mermaid\n"+view.GraphMermaid(picture)+"```\n")
	default:
		_, err = io.WriteString(s.run.Stdout, view.GraphMermaid(picture))
	}
	return err
}
