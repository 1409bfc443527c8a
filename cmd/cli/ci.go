package cli

import (
	"cmp"

	"buckethead/executor"
)

// onBehalfOf says on whose behalf bh runs, from the variables of GitHub and GitLab.
func onBehalfOf(p Process) executor.Run {
	by := executor.Run{Actor: cmp.Or(p.get("GITHUB_ACTOR"), p.get("GITLAB_USER_LOGIN"), p.get("USER")),
		Commit: cmp.Or(p.get("GITHUB_SHA"), p.get("CI_COMMIT_SHA")), URL: p.get("CI_JOB_URL")}
	if id := p.get("GITHUB_RUN_ID"); id != "" {
		by.URL = p.get("GITHUB_SERVER_URL") + "/" + p.get("GITHUB_REPOSITORY") + "/actions/runs/" + id
	}
	return by
}
