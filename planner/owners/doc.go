// Package owners says to whom buckets, credentials and items belong: to a project of this state, to
// another state, or to nobody that is known.
//
// # Names and marks
//
// What bh makes says who made it. An item carries a mark, [vendors.Mark], with the stack, the
// lineage and the address of its project. A credential has only a name, made by [CredentialName]:
// stack, address, and the id of the operation that issued it. The id is drawn from a lineage by
// [OperationID], so a name can be checked against each lineage that is known. A bucket says
// nothing; the credentials that open it and the items that are for it tell whose it is.
//
// # Claims
//
// [New] returns an [Index] of what is declared, recorded and observed. It answers with a [Claim]:
// the [Owner], and stack, lineage and project as far as they are known. [Index.Mark] reads a mark,
// [Index.Name] a name, and [Index.Credential] looks for the item that holds a credential before
// it reads its name. [Index.HeldByOthers] returns the [Evidence] that another state has a bucket.
//
// A state also owns what its ancestors made, the lineages that it was restored or rebuilt from.
//
// # Projects of this state
//
// [Index.Bucket] and [Index.Item] return the project that has a bucket or an item, by the address
// that it has after all moves.
//
// An Index looks each thing up when it is first asked for, so a plan without changes does not pay
// for it. It is not safe for concurrent use.
package owners
