// Package owners says who owns buckets, credentials and items: a project of this state, another
// state, or nobody that is known.
//
// # Names and marks
//
// What bh makes says who made it. An item carries a mark, [vendors.Mark], with the stack, the
// lineage and the address of its project. A credential has only a name, made by [CredentialName]:
// stack, address, and the id of the operation that issued it. The id is drawn from a lineage by
// [OperationID], so a name can be checked against each known lineage. A bucket says
// nothing: the credentials that open it and the items for it show who owns it.
//
// # Claims
//
// [New] returns an [Index] of the declared, recorded and observed things. It answers with a [Claim]:
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
// An Index looks things up when they are first needed, so a plan without changes does not pay
// for it. It is not safe for concurrent use.
package owners
