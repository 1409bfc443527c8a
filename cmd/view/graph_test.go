package view

import (
	"regexp"
	"strings"
	"testing"

	"buckethead/planner/graph"
)

var hostileGraph = graph.Graph{Stack: `a"b`, Nodes: []graph.Node{
	{ID: "cloud.local.main", Kind: graph.Cloud, Label: `local.main"] end`},
	{ID: "secrets.age_file.main", Kind: graph.Secrets, Label: "age_file.main"},
	{ID: "secrets.age_file.idle", Kind: graph.Secrets, Label: "age_file.idle"},
	{ID: "project.x", Kind: graph.Project, Label: "x[\"a\\\"b\n  n9 --> n1\"]"},
	{ID: "bucket of project.x", Kind: graph.Bucket, Label: "<script>&#quot;|`b`\x1b[31m\u202e", In: "cloud.local.main"},
	{ID: "item of project.x", Kind: graph.Item, Label: `1. - {a}\n;`, In: "secrets.age_file.main"},
}, Edges: []graph.Edge{{From: "project.x", To: "bucket of project.x", Kind: "registers"}, {From: "project.x", To: "item of project.x", Kind: "item"}}}

// A name is a name in every language of pictures: what stands in it makes no node,
// no edge, no tag and no escape.
func TestGraph_hostile(t *testing.T) {
	mermaid := GraphMermaid(hostileGraph)
	want := "flowchart LR\n" +
		"  subgraph n0[\"local.main#quot;] end\"]\n" +
		"    n4[(\"#lt;script#gt;#amp;#35;quot;|#96;b#96;\uFFFD[31m\uFFFD\")]\n" +
		"  end\n" +
		"  subgraph n1[\"age_file.main\"]\n" +
		"    n5([\"1#46; - {a}#92;n;\"])\n" +
		"  end\n" +
		"  n2[\"age_file.idle\"]\n" +
		"  n3[\"x[#quot;a#92;#quot;b   n9 --#gt; n1#quot;]\"]\n" +
		"  n3 -.-> n4\n" +
		"  n3 --> n5\n"
	if mermaid != want {
		t.Errorf("got\n%s\nwant\n%s", mermaid, want)
	}
	dot := GraphDOT(hostileGraph)
	for _, want := range []string{`label="stack a\"b"`, `label="x[\"a\\\"b   n9 --> n1\"]"`, `label="1. - {a}\\n;"`, "n3 -> n4 [style=dashed]\n"} {
		if !strings.Contains(dot, want) {
			t.Errorf("the graph lacks %s:\n%s", want, dot)
		}
	}
	// Without what is quoted there are words of ours alone.
	bare := regexp.MustCompile(`"(\\.|[^"\\])*"`).ReplaceAllString(dot, `""`)
	if regexp.MustCompile(`[^a-z0-9_ ={}\[\],"\n>-]`).MatchString(strings.ReplaceAll(strings.ReplaceAll(bare, "LR", ""), "bh", "")) {
		t.Errorf("something got out of its quotes:\n%s", bare)
	}
}
