// Package eval evaluates the attributes of blocks, and reports what is wrong with them.
//
// # Use
//
// An [Evaluator] holds what all expressions of one configuration know: the functions, path, var and local.
// A [Scope] is the place of one block: [Evaluator.In] makes one, and [Evaluator.Needing] one that keeps
// values that were not given as [Lack].
//
//   - [Scope.Text], [Scope.Flag] and their like read one attribute, and return an [Outcome].
//   - [Scope.Fill] reads all attributes of a block as the rows of its table describe them.
//   - [Scope.Known], [Evaluator.Labelled] and [Scope.Require] check the form of a block.
//   - [Scope.Expand] replaces dynamic blocks by the blocks that they make, and [Scope.Instances] evaluates
//     for_each.
//   - [Scope.Evaluate] returns the value of any expression.
//
// # Order
//
// Names are declared before they are evaluated, so that a fault can name them:
// [Evaluator.DeclareVariables], then [Evaluator.AssignVariables], and the same for locals. Package names
// does this.
//
// # Secrets
//
// An attribute that everyone may see refuses a sensitive value ([Scope.Shows]). A fault that depends on the
// value of a secret has no details, and its kind is the same whatever is wrong. [Scope.Whole] decides
// whether an expression takes a secret whole, from the text of the file alone. What is quoted of a secret's
// expression is masked ([Scope.MaskExpression]).
//
// # Limits
//
// The package knows nothing of projects or vendors. It does not read files or the environment itself: [Outside] and
// the files for functions are passed in. An Evaluator is used by one goroutine; policies use copies
// ([Evaluator.Apart]).
//
// Package expr evaluates single expressions within bounds, package language has the types of the tables,
// and package config decodes blocks into projects.
package eval
