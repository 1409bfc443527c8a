// Package names evaluates variables and locals, the values behind var and local.
//
// # Variables
//
// [Evaluate] reads the variable blocks and sets the value of each: the last that was given from outside, by
// --var, a file of variables or BH_VAR_NAME in the environment, or else the default. Then it checks the
// values against the validation blocks. [Variables.Sensitive] returns the values that must not be printed.
//
// # Locals
//
// [EvaluateLocals] evaluates the locals in the order in which they need each other, and reports circles.
//
// # Secrets
//
// A variable is secret if its block says so, or if its name does, whatever the file says. Errors about the
// value of such a variable quote nothing of it.
//
// [VariableBlock] and [LocalsBlock] are the tables of the blocks. Package eval keeps the values and
// evaluates the expressions; package files reads the files of variables.
package names
