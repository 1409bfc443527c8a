package cli

import (
	"cmp"

	"buckethead/executor"
)

// service is a CI service: the variable that identifies it, and those that describe the run.
type service struct {
	title, variable    string
	actor, commit, url string
}

// services lists the CI services whose runners bh recognises. CI=true does not count: people set it on their own
// machines.
var services = []service{
	{"GitHub Actions", "GITHUB_ACTIONS", "GITHUB_ACTOR", "GITHUB_SHA", ""}, // the URL is made of three variables
	{"GitLab CI", "GITLAB_CI", "GITLAB_USER_LOGIN", "CI_COMMIT_SHA", "CI_JOB_URL"},
	{"CircleCI", "CIRCLECI", "CIRCLE_USERNAME", "CIRCLE_SHA1", "CIRCLE_BUILD_URL"},
	{"Buildkite", "BUILDKITE", "BUILDKITE_BUILD_CREATOR", "BUILDKITE_COMMIT", "BUILDKITE_BUILD_URL"},
	{"Jenkins", "JENKINS_URL", "", "GIT_COMMIT", "BUILD_URL"},
	{"Azure Pipelines", "TF_BUILD", "BUILD_REQUESTEDFOR", "BUILD_SOURCEVERSION", ""},
	{"Bitbucket Pipelines", "BITBUCKET_BUILD_NUMBER", "", "BITBUCKET_COMMIT", ""},
	{"Drone", "DRONE", "DRONE_COMMIT_AUTHOR", "DRONE_COMMIT_SHA", "DRONE_BUILD_LINK"},
	{"Travis CI", "TRAVIS", "", "TRAVIS_COMMIT", "TRAVIS_BUILD_WEB_URL"},
	{"AppVeyor", "APPVEYOR", "APPVEYOR_REPO_COMMIT_AUTHOR", "APPVEYOR_REPO_COMMIT", ""},
	{"TeamCity", "TEAMCITY_VERSION", "", "BUILD_VCS_NUMBER", "BUILD_URL"},
	{"AWS CodeBuild", "CODEBUILD_BUILD_ID", "", "CODEBUILD_RESOLVED_SOURCE_VERSION", "CODEBUILD_PUBLIC_BUILD_URL"},
	{"Semaphore", "SEMAPHORE", "", "SEMAPHORE_GIT_SHA", ""},
	{"Cirrus CI", "CIRRUS_CI", "", "CIRRUS_CHANGE_IN_REPO", ""},
	{"Woodpecker CI", "CI_PIPELINE_FORGE_URL", "CI_COMMIT_AUTHOR", "CI_COMMIT_SHA", "CI_PIPELINE_URL"},
}

// runsOn reports whether the environment is that of a service's runner.
func (p Process) runsOn(s service) bool {
	value := p.get(s.variable)
	return value != "" && !isFalse(value)
}

// ciService returns the name of the CI service whose runner this is, or "".
func (p Process) ciService() string {
	for _, s := range services {
		if p.runsOn(s) {
			return s.title
		}
	}
	return ""
}

// onBehalfOf says on whose behalf bh runs. It accepts the variables of GitHub and GitLab without the one that
// identifies the service, because scripts often pass on only the others.
func onBehalfOf(p Process) executor.Run {
	var by executor.Run
	for i, s := range services {
		if i < 2 || p.runsOn(s) {
			by.Actor, by.Commit = cmp.Or(by.Actor, p.get(s.actor)), cmp.Or(by.Commit, p.get(s.commit))
			by.URL = cmp.Or(by.URL, p.get(s.url))
		}
	}
	if id := p.get("GITHUB_RUN_ID"); id != "" {
		by.URL = p.get("GITHUB_SERVER_URL") + "/" + p.get("GITHUB_REPOSITORY") + "/actions/runs/" + id
	}
	by.Actor = cmp.Or(by.Actor, p.get("USER"), p.get("LOGNAME"), p.get("USERNAME")) // USERNAME on Windows
	return by
}
