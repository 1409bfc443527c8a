package cli

import (
	"context"
	"encoding/json"

	"buckethead/cmd/view"
)

// writeJSON writes one document as the answer. Nothing else goes to standard output.
func (s *session) writeJSON(value any) error {
	s.run.ending.answered = true
	enc := json.NewEncoder(s.run.Stdout)
	enc.SetIndent("", "  ")
	return enc.Encode(value)
}

// table lays out rows in the width of the terminal, or in full if there is no terminal.
func (s *session) table(rows [][]string) string {
	return view.TableWithin(rows, s.columns())
}

// columns returns the width of the terminal that results are written to, or 0 if that is not a terminal.
func (s *session) columns() int {
	if !s.run.StdoutTTY {
		return 0
	}
	return s.run.Width
}

// writeOutputs writes the outputs of a step for GitHub Actions, if it asks for them. A failure is noted and does not
// fail the command. The step's summary is written when the run ends.
func (s *session) writeOutputs(ctx context.Context, text string) {
	path := s.run.get("GITHUB_OUTPUT")
	if path == "" {
		return
	}
	if err := appendTo(ctx, path, s.run.secrets.Replace(text)); err != nil && ctx.Err() == nil {
		s.view.Note("Cannot write the step's outputs: " + err.Error())
	}
}
