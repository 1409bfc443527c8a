package cli

// writeOutputs writes the outputs of a step for GitHub Actions, if it asks for them. Failing to is noted, and does not
// fail the command. The step's summary is written when the run ends.
func (s *session) writeOutputs(text string) {
	path := s.run.get("GITHUB_OUTPUT")
	if path == "" {
		return
	}
	if err := appendTo(path, text); err != nil {
		s.view.Note("The step's outputs cannot be written: " + err.Error())
	}
}
