// Package action runs the GitHub action of this repository: the steps of action.yml, as
// GitHub's runner runs them, against a server that stands in for GitHub.
//
// # How a test reads
//
// actionRunner runs a job of cmd/cli/workflows/github for an event. It resolves the expressions,
// runs the steps of action.yml with bash, and returns the log, the outputs and whether the job
// succeeded. github answers the requests of the action, and refuses all others. The bh that
// runs is the test binary itself (see [clitest.Main]).
//
// # What is checked
//
//   - A plan is shown in one comment, an apply does what the comment showed, and drift keeps
//     one issue open.
//   - An apply takes no digest that somebody else could have written (attack_test.go).
//   - No text of a pull request becomes part of a script, and other people's actions are
//     pinned by commit.
//
// The tests need bash, curl and jq, and are skipped without them.
package action

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"buckethead/cmd/clitest"
)

func TestMain(m *testing.M) { clitest.Main(m) }

const actionHead = "bh { stack = \"acme\" }\ncloud \"local\" \"main\" {}\nsecrets \"age_file\" \"main\" {}\n"

func actionProject(name string) string {
	return fmt.Sprintf("project %q {\n  bucket = %q\n}\n", name, "acme-"+name)
}

var pullRequest = map[string]any{"pull_request": map[string]any{"number": 7, "title": "$(touch pwned) `touch pwned`",
	"head": map[string]any{"repo": map[string]any{"full_name": "acme/infra"}}}}

// merges makes the commit of the runs one that came with pull request 7.
func (r *actionRunner) merges() {
	pull := func(number int, merged any, commit, repository string) map[string]any {
		return map[string]any{"number": number, "merged_at": merged, "merge_commit_sha": commit, "base": map[string]any{"repo": map[string]any{"full_name": repository}}}
	}
	const at = "2026-11-23T12:00:00Z"
	sha := r.env["GITHUB_SHA"]
	r.github.pulls[sha] = []map[string]any{pull(6, nil, sha, "acme/infra"), pull(4, at, strings.Repeat("0", 40), "acme/infra"), pull(5, at, sha, "mallory/infra"), pull(7, at, sha, "acme/infra")}
}

func (r *actionRunner) exists(bucket string) bool {
	_, err := os.Stat(filepath.Join(r.workspace, ".bh", "local", bucket))
	return err == nil
}

// own returns the comments on pull request 7 that are bh's.
func (r *actionRunner) own() []githubText {
	return slices.DeleteFunc(slices.Clone(r.github.comments[7]), func(c githubText) bool { return c.User.Login != githubBot })
}

var digestLine = regexp.MustCompile(`\n<!-- bh:digest ([0-9a-f]{64}) -->\n$`)

func TestAction_appliesThePlanThatWasMerged(t *testing.T) {
	r := newActionRunner(t)
	// A page full of talk comes first, and someone who would like another plan applied.
	for i := range 100 {
		r.github.comments[7] = append(r.github.comments[7], by("octocat", githubText{ID: i, Body: "looks good"}))
	}
	r.write("buckets.hcl", actionHead+actionProject("photos"))
	log, outputs, ok := r.run("bh-plan.yml", pullRequest, nil)
	if !ok || outputs["has_changes"] != "true" || len(r.own()) != 1 || r.exists("acme-photos") || !strings.Contains(log, "acme-photos") {
		t.Fatalf("outputs %v, comments %v\n%s", outputs, r.own(), log)
	}
	first := r.own()[0].Body
	found := digestLine.FindStringSubmatch(first)
	if found == nil || found[1] != outputs["plan_digest"] || !strings.Contains(first, "acme-photos") {
		t.Fatalf("digest %s is not in\n%s", outputs["plan_digest"], first)
	}
	r.github.comments[7] = append(r.github.comments[7], by("mallory", githubText{ID: 666, Body: strings.ReplaceAll(first, found[1], strings.Repeat("0", 64))}))

	// The next push updates the comment.
	r.write("buckets.hcl", actionHead+actionProject("photos")+actionProject("videos"))
	if log, _, ok = r.run("bh-plan.yml", pullRequest, nil); !ok || len(r.own()) != 1 || r.own()[0].Body == first || !strings.Contains(r.own()[0].Body, "acme-videos") {
		t.Fatalf("comments %v\n%s", r.own(), log)
	}
	if want := []string{"POST /repos/acme/infra/issues/7/comments", "PATCH /repos/acme/infra/issues/comments/7100"}; !slices.Equal(r.github.writes, want) {
		t.Errorf("wrote %q, want %q", r.github.writes, want)
	}

	r.merges()
	if log, _, ok = r.run("bh-apply.yml", map[string]any{"ref": "refs/heads/main"}, nil); !ok || !r.exists("acme-photos") || !strings.Contains(log, "Apply complete: 2 done") {
		t.Fatalf("not applied\n%s", log)
	}
	// What changes nothing has a digest as well.
	if log, outputs, ok = r.run("bh-plan.yml", pullRequest, nil); !ok || outputs["has_changes"] != "false" || digestLine.FindString(r.own()[0].Body) == "" {
		t.Fatalf("outputs %v\n%s", outputs, log)
	}
	if log, _, ok = r.run("bh-apply.yml", map[string]any{"pull_request": map[string]any{"number": 7, "merged": true}}, nil); !ok || !strings.Contains(log, "No changes.") {
		t.Fatalf("not applied\n%s", log)
	}
}

func TestAction_refusesAnotherPlanThanTheMergedOne(t *testing.T) {
	r := newActionRunner(t)
	r.write("buckets.hcl", actionHead+actionProject("photos"))
	push := map[string]any{"ref": "refs/heads/main"}
	// The log shows what nobody has seen, and its digest, for who starts the workflow by hand.
	if log, _, ok := r.run("bh-apply.yml", push, nil); ok || !strings.Contains(log, "::error::No plan was found") || !strings.Contains(log, "Plan digest `") {
		t.Fatalf("applied without a pull request\n%s", log)
	}
	r.merges()
	if log, _, ok := r.run("bh-apply.yml", push, nil); ok || !strings.Contains(log, "::error::No plan was found") {
		t.Fatalf("applied without a comment\n%s", log)
	}
	if log, _, ok := r.run("bh-plan.yml", pullRequest, nil); !ok {
		t.Fatal(log)
	}
	r.write("buckets.hcl", actionHead+actionProject("photos")+actionProject("videos"))
	if log, _, ok := r.run("bh-apply.yml", push, nil); ok || !strings.Contains(log, "not the expected one") || r.exists("acme-photos") {
		t.Fatalf("applied another plan\n%s", log)
	}
	if log, _, ok := r.run("bh-apply.yml", push, map[string]string{"expect": "none"}); !ok || !r.exists("acme-videos") {
		t.Fatalf("not applied\n%s", log)
	}

	// What destroys needs a number, also where it is expected.
	r.write("buckets.hcl", actionHead+actionProject("photos"))
	if log, _, ok := r.run("bh-plan.yml", pullRequest, nil); !ok || !strings.Contains(log, "BH5040") {
		t.Fatalf("the plan does not warn\n%s", log)
	}
	if log, _, ok := r.run("bh-apply.yml", push, nil); ok || !strings.Contains(log, "BH5040") || !r.exists("acme-videos") {
		t.Fatalf("destroyed\n%s", log)
	}
	if log, _, ok := r.run("bh-apply.yml", push, map[string]string{"allow-destroy": "1"}); !ok || r.exists("acme-videos") {
		t.Fatalf("not destroyed\n%s", log)
	}
}

// A push, or the merge of a fork's pull request, does not fail for lack of an approved plan if it changes nothing.
func TestAction_appliesNothingWithoutAComment(t *testing.T) {
	r := newActionRunner(t)
	r.write("buckets.hcl", actionHead)
	if log, _, ok := r.run("bh-apply.yml", map[string]any{"ref": "refs/heads/main"}, nil); !ok || !strings.Contains(log, "No changes.") {
		t.Errorf("got\n%s", log)
	}
}

func TestAction_failsWhereThePlanDoes(t *testing.T) {
	r := newActionRunner(t)
	r.write("buckets.hcl", actionHead+"project \"photos\" {}\n")
	if log, outputs, ok := r.run("bh-plan.yml", pullRequest, nil); ok || !strings.Contains(log, "A project needs bucket") || strings.Contains(log, "::error::") || outputs["plan_digest"] != "" {
		t.Errorf("outputs %v\n%s", outputs, log)
	}
	if own := r.own(); len(own) != 1 || !strings.Contains(own[0].Body, "needs bucket") || strings.Contains(own[0].Body, "igest") {
		t.Errorf("the comment of a plan that failed: %v", own)
	}
	r.merges()
	if log, _, ok := r.run("bh-apply.yml", nil, nil); ok || !strings.Contains(log, "A project needs bucket") {
		t.Errorf("applied\n%s", log)
	}
	r.write("buckets.hcl", actionHead+actionProject("photos"))
	r.github.denied = true
	if log, _, ok := r.run("bh-plan.yml", pullRequest, nil); ok || !strings.Contains(log, "::error::The comment cannot be written: does the job have pull-requests: write?") {
		t.Errorf("the comment was not written\n%s", log)
	}
	before := len(r.github.writes)
	if log, _, ok := r.use(map[string]string{"command": "plan", "bh": r.bh, "comment": "false"}, pullRequest); !ok || len(r.github.writes) != before {
		t.Errorf("wrote %q\n%s", r.github.writes, log)
	}
	if log, _, ok := r.use(map[string]string{"command": "destroy", "bh": r.bh}, nil); ok || !strings.Contains(log, "::error::The command is plan, apply, drift or rotate, and not destroy") {
		t.Errorf("destroyed\n%s", log)
	}
}

func TestAction_tellsOfDrift(t *testing.T) {
	r := newActionRunner(t)
	r.write("buckets.hcl", actionHead+actionProject("photos")+actionProject("videos"))
	if log, _, ok := r.use(map[string]string{"command": "apply", "expect": "none", "bh": r.bh}, nil); !ok {
		t.Fatal(log)
	}
	night := func(drift bool, issues int) githubText {
		t.Helper()
		log, outputs, ok := r.run("bh-drift.yml", map[string]any{"schedule": "17 3 * * *"}, nil)
		if !ok || outputs["has_drift"] != fmt.Sprint(drift) || len(r.github.issues) != issues {
			t.Fatalf("outputs %v, issues %v\n%s", outputs, r.github.issues, log)
		}
		if issues == 0 {
			return githubText{}
		}
		return r.github.issues[issues-1]
	}
	move := func(from, to string) {
		t.Helper()
		if err := os.Rename(filepath.Join(r.workspace, ".bh", from), filepath.Join(r.workspace, ".bh", to)); err != nil {
			t.Fatal(err)
		}
	}
	night(false, 0)
	move("secrets.age", "away.age")
	first := night(true, 1)
	if first.Title != "bh: drift" || first.State != "open" || !strings.Contains(first.Body, "item_gone") {
		t.Errorf("got %+v", first)
	}
	move("local/acme-videos", "away")
	if second := night(true, 1); second.State != "open" || !strings.Contains(second.Body, "bucket_gone") {
		t.Errorf("got %+v", second)
	}
	move("away.age", "secrets.age")
	move("away", "local/acme-videos")
	if last := night(false, 1); last.State != "closed" || strings.Contains(last.Body, "bucket_gone") {
		t.Errorf("got %+v", last)
	}
	night(false, 1)
}

func TestAction_keepsOneIssueForDrift(t *testing.T) {
	r := newActionRunner(t)
	r.bh = filepath.Join(t.TempDir(), "bh")
	// It stands in for a bh that meets what the test says, with the stack in its page.
	if err := os.WriteFile(r.bh, []byte("#!/usr/bin/env bash\n[ \"$*\" = 'drift --chdir . --format markdown' ] || exit 9\ncat page\nexit \"$(cat code)\"\n"), 0o700); err != nil {
		t.Fatal(err)
	}
	const marker = "<!-- bh:drift stack=acme -->\n"
	r.github.issues = []githubText{
		by("mallory", githubText{Number: 1, Title: "bh: drift", Body: marker, State: "open"}),
		by(githubBot, githubText{Number: 2, Title: "bh: drift", Body: marker, State: "open", PullRequest: &struct{}{}}),
		by(githubBot, githubText{Number: 3, Title: "bh: drift", Body: marker, State: "closed"}),
		by(githubBot, githubText{Number: 4, Title: "bh: drift of another", Body: marker, State: "open"}),
	}
	before := len(r.github.issues)
	for _, night := range []struct {
		code, page, state string
		writes            int
	}{
		{"0", "no drift", "", 0},
		{"2", "one difference", "open", 1},
		{"2", "two differences", "open", 2},
		{"0", "no drift any more", "closed", 3},
		{"0", "no drift", "closed", 3},
		{"2", "a new difference", "open", 4},
	} {
		r.write("code", night.code)
		r.write("page", marker+night.page+"\n")
		log, _, ok := r.run("bh-drift.yml", map[string]any{"schedule": "17 3 * * *"}, nil)
		if !ok || len(r.github.writes) != night.writes {
			t.Fatalf("%s: wrote %q\n%s", night.page, r.github.writes, log)
		}
		if night.state == "" {
			continue
		}
		last := r.github.issues[len(r.github.issues)-1]
		if last.State != night.state || night.writes > 0 && night.page != "no drift" && last.Body != marker+night.page+"\n" {
			t.Errorf("%s: the issue is %+v", night.page, last)
		}
	}
	if opened := len(r.github.issues) - before; opened != 2 {
		t.Errorf("%d issues were opened", opened)
	}
	r.write("code", "1")
	if _, _, ok := r.run("bh-drift.yml", nil, nil); ok || len(r.github.writes) != 4 {
		t.Errorf("a drift that could not be looked for was told as one: %q", r.github.writes)
	}
}

// Nothing that comes from elsewhere is a part of a script: inputs reach it by the
// environment alone.
func TestAction_runsNoTextOfOthers(t *testing.T) {
	r := newActionRunner(t)
	for _, step := range r.action.Runs.Steps {
		if strings.Contains(step.Run, "${{") {
			t.Errorf("%s: an expression within a script", step.Name)
		}
	}
	r.write("buckets.hcl", actionHead+actionProject("photos"))
	evil := "$(touch pwned); touch pwned `touch pwned` \" ' \n touch pwned"
	for name := range r.action.Inputs {
		if name == "bh" {
			continue
		}
		with := map[string]string{"command": "plan", "bh": r.bh}
		with[name] = evil
		if name != "token" { // GitHub would take no such token, and nor does its stand-in
			_, _, _ = r.use(with, pullRequest)
		}
	}
	for _, command := range []string{"apply", "drift"} {
		_, _, _ = r.use(map[string]string{"command": command, "bh": r.bh, "expect": evil, "issue-title": evil, "author": evil}, map[string]any{"pull_request": map[string]any{"number": evil, "merged": true}})
	}
	for _, place := range []string{r.workspace, r.env["GITHUB_ACTION_PATH"]} {
		if _, err := os.Stat(filepath.Join(place, "pwned")); err == nil {
			t.Errorf("a text was run in %s", place)
		}
	}
}

// The action builds bh from its own checkout if none is given. Linking takes minutes,
// so without -every a stand-in for go puts this binary in its place.
func TestAction_buildsBH(t *testing.T) {
	r := newActionRunner(t)
	if !*clitest.Every {
		r.standInForGo()
	}
	r.write("buckets.hcl", actionHead+actionProject("photos"))
	log, outputs, ok := r.use(map[string]string{"command": "plan", "comment": "false"}, pullRequest)
	if !ok || outputs["has_changes"] != "true" {
		t.Errorf("outputs %v\n%s", outputs, log)
	}
}

// standInForGo puts a go in the PATH that knows the one command that the action needs.
func (r *actionRunner) standInForGo() {
	r.t.Helper()
	folder := r.t.TempDir()
	script := `#!/bin/sh
case "$CGO_ENABLED $1 $2 $3 $5" in
"0 build -trimpath -o ./cmd/bh") mkdir -p "$(dirname "$4")" && test -d ./cmd/bh && cp "$BH_TEST_BINARY" "$4" ;;
*) echo "go is asked for $*" >&2; exit 1 ;;
esac
`
	if err := os.WriteFile(filepath.Join(folder, "go"), []byte(script), 0o700); err != nil {
		r.t.Fatal(err)
	}
	r.env["PATH"] = folder + string(os.PathListSeparator) + r.env["PATH"]
	r.env["BH_TEST_BINARY"] = os.Args[0]
}

func TestAction_scriptsAreClean(t *testing.T) {
	if _, err := exec.LookPath("shellcheck"); err != nil {
		t.Skip("shellcheck is not installed")
	}
	for _, script := range []string{"install.sh", filepath.Join(".github", "action.sh")} {
		if out, err := exec.Command("shellcheck", filepath.Join("..", "..", "..", script)).CombinedOutput(); err != nil {
			t.Errorf("%s", out)
		}
	}
}
