package planner

import (
	"cmp"
	"slices"

	"buckethead/config"
	"buckethead/config/words"
)

// NodeKind is what a node of a Graph stands for.
type NodeKind string

// The kinds of node.
const (
	CloudNode   NodeKind = "cloud"
	SecretsNode NodeKind = "secrets"
	ProjectNode NodeKind = "project"
	BucketNode  NodeKind = "bucket"
	ItemNode    NodeKind = "item"
)

// Node is one thing that is declared. ID is unique in its graph and stays the same
// as long as the thing does; In is the ID of the cloud or store that holds it.
type Node struct {
	ID    string   `json:"id"`
	Kind  NodeKind `json:"kind"`
	Label string   `json:"label"`
	In    string   `json:"in,omitempty"`
}

// Edge leads from a project to something it has. Its kind is "bucket", "registers" for a
// bucket whose keys someone brought, or "item".
type Edge struct {
	From string `json:"from"`
	To   string `json:"to"`
	Kind string `json:"kind"`
}

// Graph is what the files declare as a picture: holders first, then projects with
// what they have, in the order of their addresses.
type Graph struct {
	Stack string `json:"stack"`
	Nodes []Node `json:"nodes"`
	Edges []Edge `json:"edges"`
}

// GraphOf returns the graph of what is declared. Clouds and stores that nothing uses
// are part of it.
func GraphOf(c *config.Config) Graph {
	g := Graph{Stack: c.Stack, Nodes: []Node{}, Edges: []Edge{}}
	for _, x := range c.Clouds {
		g.Nodes = append(g.Nodes, Node{ID: holder(CloudNode, x.Address()), Kind: CloudNode, Label: x.Address()})
	}
	for _, x := range c.Secrets {
		g.Nodes = append(g.Nodes, Node{ID: holder(SecretsNode, x.Address()), Kind: SecretsNode, Label: x.Address()})
	}
	for i := range c.Projects {
		g.project(&c.Projects[i])
	}
	slices.SortStableFunc(g.Nodes, func(a, b Node) int { return cmp.Compare(a.Kind.rank(), b.Kind.rank()) })
	return g
}

// rank puts holders before what they hold.
func (k NodeKind) rank() int {
	return slices.Index([]NodeKind{CloudNode, SecretsNode, ProjectNode, BucketNode, ItemNode}, k)
}

func holder(kind NodeKind, address string) string { return string(kind) + "." + address }

// project adds a project and what it has. A bucket of registered keys is in no cloud.
func (g *Graph) project(p *config.Project) {
	from := p.Addr.String()
	bucket := Node{ID: "bucket of " + from, Kind: BucketNode, Label: p.Bucket.ID.Name}
	kind := "registers"
	if p.Register == nil {
		kind, bucket.In = "bucket", holder(CloudNode, p.Cloud)
	}
	if place := words.Join(", ", p.Bucket.ID.Namespace, p.Bucket.Location); place != "" {
		bucket.Label += " (" + place + ")"
	}
	item := Node{ID: "item of " + from, Kind: ItemNode, Label: p.ItemTitle, In: holder(SecretsNode, p.Secrets)}
	g.Nodes = append(g.Nodes, Node{ID: from, Kind: ProjectNode, Label: p.Addr.Label()}, bucket, item)
	g.Edges = append(g.Edges, Edge{from, bucket.ID, kind}, Edge{from, item.ID, "item"})
}
