package vendors

// NamespaceLister knows the namespaces that buckets of the cloud can be in, the default one ("")
// first. An account may lack access to some of them. It makes no call.
type NamespaceLister interface {
	Namespaces() []string
}
