package cli

import (
	"fmt"
	"os"
	"strings"

	"buckethead/executor"
	"buckethead/planner"
)

// run says on whose behalf bh runs, as GitHub or GitLab tell it.
func (s *session) run() executor.Run {
	first := func(names ...string) string {
		for _, name := range names {
			if value := s.p.get(name); value != "" {
				return value
			}
		}
		return ""
	}
	run := executor.Run{Actor: first("GITHUB_ACTOR", "GITLAB_USER_LOGIN", "USER"), Commit: first("GITHUB_SHA", "CI_COMMIT_SHA"), URL: s.p.get("CI_JOB_URL")}
	if id := s.p.get("GITHUB_RUN_ID"); id != "" {
		run.URL = s.p.get("GITHUB_SERVER_URL") + "/" + s.p.get("GITHUB_REPOSITORY") + "/actions/runs/" + id
	}
	return run
}

// github writes the step's outputs where GitHub Actions asks for them; its summary
// comes with the end of the run. That it cannot is said, and is no reason to fail.
func (s *session) github(plan *planner.Plan) {
	if path := s.p.get("GITHUB_OUTPUT"); path != "" {
		counts := plan.Counts()
		var b strings.Builder
		fmt.Fprintf(&b, "has_changes=%t\nplan_digest=%s\nblocked=%d\n", !plan.Empty(), plan.Digest(), plan.Blocked())
		for _, kind := range planner.Kinds() {
			fmt.Fprintf(&b, "%s=%d\n", kind, counts[kind])
		}
		if err := appendTo(path, b.String()); err != nil {
			s.view.Note("The step's outputs cannot be written: " + err.Error())
		}
	}
}

func appendTo(path, text string) error {
	file, err := os.OpenFile(path, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err == nil {
		_, err = file.WriteString(text)
		if closed := file.Close(); err == nil {
			err = closed
		}
	}
	return err
}
