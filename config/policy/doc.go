// Package policy decodes the policy blocks of a configuration, and judges projects and operations by them.
//
// # Use
//
// [Decode] returns each policy that is without fault. Whether its expressions can be evaluated is checked
// once, for a project and an operation of which only the types are known. [Projects] and [Operations]
// return the objections of the policies: a policy whose expressions mention operation judges the operations
// of a plan, all others judge projects.
//
// A project comes as [Attributes], an operation as an [Operation]: the package does not know what else they
// are. [Block] is the table of a policy block, which names the attributes that policies can read.
//
// # Secrets
//
// The verdicts and messages of policies are shown. So their expressions must not read secrets of the
// environment, and a message that contains a sensitive value is not shown.
//
// # Limits
//
// Of one policy, 100 objections are reported one by one. Judging leaves the [Policy] as it is, so that
// several goroutines can judge at once.
//
// Package config has the projects, package planner the operations.
package policy
