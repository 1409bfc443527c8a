package diag

// Kind is one kind of fault, and its page in `bh help CODE`. Each package that makes diagnostics has
// one list of its kinds, in files named codes*.go.
//
// Programs read codes. So a code has one meaning, and is never given to another kind, not even when
// its own kind is gone.
type Kind struct {
	Code    string // "BH1005"
	Summary string // a constant phrase, which heads every diagnostic of the kind
	Meaning string // what has happened, in two to four sentences
	Example string // what leads to it; empty if a file does that is among the examples of cmd/cli
	WayOut  string // what to do; commands stand between backquotes
}
