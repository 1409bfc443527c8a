// Package graph draws what the files declare: clouds, stores, projects and what they have.
//
// # Use
//
// [Of] returns the [Graph] of a configuration. It contacts nothing, reads no state, and makes the
// same graph from the same files. Clouds and stores come first, also those that nothing uses; then
// each project with its bucket and its item.
//
// # Nodes and edges
//
// A [Node] has an ID that stays the same as long as the thing does, and may be in another node: a
// bucket is in its cloud, an item in its store. An [Edge] leads from a project to what it has. The
// bucket of registered keys is in no cloud, because bh does not manage it.
//
// Package cmd/view turns a Graph into Mermaid and DOT.
package graph

import (
	"cmp"
	"slices"

	"buckethead/config"
	"buckethead/config/words"
)

// Kind is the kind of thing that a node is.
type Kind string

// The kinds of node.
const (
	Cloud   Kind = "cloud"
	Secrets Kind = "secrets"
	Project Kind = "project"
	Bucket  Kind = "bucket"
	Item    Kind = "item"
)

// Node is one thing that is declared. ID is unique in its graph and stays the same
// as long as the thing does; In is the ID of the cloud or store that holds it.
type Node struct {
	ID    string `json:"id"`
	Kind  Kind   `json:"kind"`
	Label string `json:"label"`
	In    string `json:"in,omitempty"`
}

// Edge leads from a project to something it has. Its kind is "bucket", "registers" for a
// bucket with registered keys, or "item".
type Edge struct {
	From string `json:"from"`
	To   string `json:"to"`
	Kind string `json:"kind"`
}

// Graph is a picture of what the files declare: first clouds and stores, then projects with
// what they have, by address.
type Graph struct {
	Stack string `json:"stack"`
	Nodes []Node `json:"nodes"`
	Edges []Edge `json:"edges"`
}

// Of returns the graph of a configuration.
func Of(c *config.Config) Graph {
	g := Graph{Stack: c.Stack, Nodes: []Node{}, Edges: []Edge{}}
	for _, x := range c.Clouds {
		g.Nodes = append(g.Nodes, Node{ID: holder(Cloud, x.Address()), Kind: Cloud, Label: x.Address()})
	}
	for _, x := range c.Secrets {
		g.Nodes = append(g.Nodes, Node{ID: holder(Secrets, x.Address()), Kind: Secrets, Label: x.Address()})
	}
	for i := range c.Projects {
		g.project(&c.Projects[i])
	}
	slices.SortStableFunc(g.Nodes, func(a, b Node) int { return cmp.Compare(a.Kind.rank(), b.Kind.rank()) })
	return g
}

// rank puts holders before what they hold.
func (k Kind) rank() int {
	return slices.Index([]Kind{Cloud, Secrets, Project, Bucket, Item}, k)
}

func holder(kind Kind, address string) string { return string(kind) + "." + address }

// project adds a project and what it has. A bucket of registered keys is in no cloud.
func (g *Graph) project(p *config.Project) {
	from := p.Addr.String()
	bucket := Node{ID: "bucket of " + from, Kind: Bucket, Label: p.Bucket.ID.Name}
	kind := "registers"
	if p.Register == nil {
		kind, bucket.In = "bucket", holder(Cloud, p.Cloud)
	}
	if place := words.Join(", ", p.Bucket.ID.Namespace, p.Bucket.Location); place != "" {
		bucket.Label += " (" + place + ")"
	}
	item := Node{ID: "item of " + from, Kind: Item, Label: p.ItemTitle, In: holder(Secrets, p.Secrets)}
	g.Nodes = append(g.Nodes, Node{ID: from, Kind: Project, Label: p.Addr.Label()}, bucket, item)
	g.Edges = append(g.Edges, Edge{from, bucket.ID, kind}, Edge{from, item.ID, "item"})
}
