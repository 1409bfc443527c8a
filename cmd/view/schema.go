package view

import (
	_ "embed"
	"slices"
)

//go:embed lines.schema.json
var linesSchema []byte

// LinesSchema returns the JSON Schema (draft 2020-12) of the objects that the "json" view writes, one a line. The
// caller may change the bytes.
func LinesSchema() []byte { return slices.Clone(linesSchema) }
