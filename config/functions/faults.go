package functions

import (
	"bytes"
	"fmt"

	"buckethead/config/words"
)

// The bounds that functions share with the evaluation of expressions.
const (
	EvaluationLimit = 64 << 20 // bytes that one expression makes while it is evaluated
	StringLimit     = 16 << 20 // bytes of one string
	ElementSize     = 64       // bytes that an element of a list or map costs apart from its text
	CallWork        = 512      // what it takes to evaluate any expression, or to call a function
)

// FaultKind is a kind of fault that has its own code.
type FaultKind uint8

// The kinds of fault.
const (
	TooLarge FaultKind = iota + 1
	DuplicateKey
	WrongEncoding
	UnknownName
	UnknownCall
)

// Fault is what is wrong with the input of a function, and what to do about it. Other errors
// of functions have no kind of their own.
type Fault struct {
	Kind      FaultKind
	What, Fix string // What is a clause
}

func (e *Fault) Error() string { return e.What }

const (
	// ByteOrderMark may begin a file; it is not part of its text.
	ByteOrderMark = "\ufeff"
	// OneSpelling is the fix for two words that only look the same.
	OneSpelling = "Keep one of the two; if they mean different things, give them names that look different."
	// LessOfIt is the fix for values that are too large.
	LessOfIt = "Make the value smaller. If you need all of it, split it into several locals, or read it from smaller files."
)

func tooDeep() error {
	return &Fault{TooLarge, fmt.Sprintf("The data is nested more than %d levels deep", dataDepth), LessOfIt}
}

func tooMuch() error {
	return &Fault{TooLarge, fmt.Sprintf("The expression makes values of more than %d MiB, the most that bh keeps for one",
		EvaluationLimit>>20), LessOfIt}
}

// LineOf returns the line of a byte in a text, from 1.
func LineOf(src []byte, at int) int { return 1 + bytes.Count(src[:at], []byte{'\n'}) }

// UnsetError is the error of env() for variables that are not set, and of try() if that is
// all that is wrong.
type UnsetError struct{ Names []string }

func (e *UnsetError) Error() string {
	if len(e.Names) == 1 {
		return fmt.Sprintf("the environment variable %s is not set", e.Names[0])
	}
	return fmt.Sprintf("the environment variables %s are not set", words.List(e.Names...))
}
