// Package expr evaluates single expressions: within bounds, and without losing track of secrets.
//
// # Bounds
//
// A few characters can ask for any amount of memory, and HCL builds values without any limit. So a
// [Meter] counts what expressions make and how long they take. [Meter.Body], [Meter.Outside] and
// [Meter.Template] wrap the parts of what was parsed, [Meter.Call] wraps a function, and [Meter.Value]
// evaluates and returns a [LimitError] if it became too much. [SurveyOf] and [TooDeep] look at a text
// before it is parsed, because the parser's stack grows with the depth of what it reads.
//
// # Secrets
//
// Values carry marks through every expression: [Sensitive], [Environment], and [SecretOf] for a secret of
// the environment, which the file cannot lift. [Unmark] and [CarriedBy] return what a value carried.
// [Reads] returns what the names and calls in an expression carry, which is what its absence or an error
// about it could tell. [GuardIndexes] replaces indexes, where the library would drop the mark of a key.
//
// # Syntax
//
// syntax.go has small questions about expressions as they are written, such as [Literal] and [Mentions].
//
// The package knows no names and no blocks, and does not report diagnostics of bh: its errors are those of
// HCL, or name the kind of fault that they are. Package eval reports them.
package expr
