// Package rebuild recovers the records of a state that was lost.
//
// # Use
//
// [Records] reads from the world what belongs to the projects that are declared, and returns a
// [Result]. It changes nothing: a plan made from the records says what differs. The items that carry
// bh's mark must have been read, and the input must hold the meta value of the new state.
//
// # Several states
//
// More than one state may have used the name of the stack. Everything that was found is grouped by
// lineage as [Kin]. If there are several and none was chosen, the result lists them to choose from
// and is otherwise empty.
//
// # What is proved
//
// A record is made only from what a mark or a name proves. A bucket without either, and whatever
// belongs to no declared project, is left to a person, as an [Unknown] with a way out. Secrets
// cannot be recovered and need not be: an item keeps the fingerprint of its secret.
package rebuild
