package vendors

// NamespaceLister knows the namespaces that buckets of the cloud can be in, with the default one
// ("") first. An account may not have access to all of them. It makes no call.
type NamespaceLister interface {
	Namespaces() []string
}
