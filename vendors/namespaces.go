package vendors

// NamespaceLister knows the namespaces that buckets of the cloud can be in, the
// ordinary one ("") first. An account need not be allowed each of them. No call is
// made.
type NamespaceLister interface {
	Namespaces() []string
}
