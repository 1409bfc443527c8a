package view

import (
	_ "embed"
	"slices"
)

//go:embed lines.schema.json
var linesSchema []byte

// LinesSchema returns the JSON Schema (draft 2020-12) of the lines that the "json"
// view writes, each of which is one object. The bytes are the caller's own.
func LinesSchema() []byte { return slices.Clone(linesSchema) }
