package action

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// The workflows hand on what servers of one's own need, and a plan never has the secrets of an apply.
// What is not set is there and empty, as in every other test.
func TestAction_workflowsPassTheEnvironment(t *testing.T) {
	names := []string{"CLOUDFLARE_ACCOUNT_ID", "CLOUDFLARE_API_TOKEN", "CLOUDFLARE_API_BASE_URL", "OP_SERVICE_ACCOUNT_TOKEN", "OP_CONNECT_HOST", "OP_CONNECT_TOKEN",
		"BH_ALLOWED_HOSTS", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"}
	const common = "account|%[1]s|https://cf.example.com|%[2]s|https://op.example.com|%[3]s|*.example.com|%[4]s|%[5]s"
	plan := strings.NewReplacer("%[1]s", "cf-plan", "%[2]s", "op-plan", "%[3]s", "connect-plan", "%[4]s", "id-plan", "%[5]s", "key-plan").Replace(common)
	apply := strings.NewReplacer("%[1]s", "cf", "%[2]s", "op", "%[3]s", "connect", "%[4]s", "id", "%[5]s", "key").Replace(common)
	for workflow, want := range map[string]string{"bh-plan.yml": plan, "bh-drift.yml": plan, "bh-apply.yml": apply, "bh-rotate.yml": apply} {
		r := newApproval(t)
		script := "#!/usr/bin/env bash\n(IFS='|'; printf '%s\\n' \"${" + strings.Join(names, "}|${") + "}\" >seen)\ncat page\n"
		if err := os.WriteFile(r.bh, []byte(script), 0o700); err != nil {
			t.Fatal(err)
		}
		r.contexts = map[string]map[string]string{
			"vars": {"CLOUDFLARE_ACCOUNT_ID": "account", "CLOUDFLARE_API_BASE_URL": "https://cf.example.com", "OP_CONNECT_HOST": "https://op.example.com", "BH_ALLOWED_HOSTS": "*.example.com"},
			"secrets": {"CLOUDFLARE_PLAN_TOKEN": "cf-plan", "OP_PLAN_TOKEN": "op-plan", "OP_CONNECT_PLAN_TOKEN": "connect-plan", "STATE_PLAN_ACCESS_KEY_ID": "id-plan", "STATE_PLAN_SECRET_ACCESS_KEY": "key-plan",
				"CLOUDFLARE_API_TOKEN": "cf", "OP_SERVICE_ACCOUNT_TOKEN": "op", "OP_CONNECT_TOKEN": "connect", "STATE_ACCESS_KEY_ID": "id", "STATE_SECRET_ACCESS_KEY": "key"},
		}
		log, _, _ := r.run(workflow, pullRequest, map[string]string{"expect": "none"})
		if got := strings.TrimSpace(read(t, filepath.Join(r.workspace, "seen"))); got != want {
			t.Errorf("%s: bh has\n%s, want\n%s\n%s", workflow, got, want, log)
		}
	}
}

// workflows returns the workflows of a folder of the repository, by their names.
func workflows(t *testing.T, folder ...string) map[string]workflowFile {
	t.Helper()
	entries, err := os.ReadDir(filepath.Join(append([]string{"..", "..", ".."}, folder...)...))
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]workflowFile{}
	for _, e := range entries {
		var file workflowFile
		readYAML(t, &file, append(folder, e.Name())...)
		out[e.Name()] = file
	}
	return out
}

// Each workflow has the permissions that it needs, ends by itself, and waits for others as it has to.
func TestAction_workflows(t *testing.T) {
	const own = "${{ github.workflow }}"
	type facts struct {
		permissions, environment string
		on                       []string
		concurrency              map[string]any
	}
	wanted := map[string]facts{
		// A queue of merges waits for a check that is required, and its runs have no number to tell them apart.
		"bh-plan.yml": {"map[contents:read pull-requests:write]", "", []string{"merge_group", "pull_request"},
			map[string]any{"group": own + "-${{ github.event.pull_request.number || github.ref }}", "cancel-in-progress": true}},
		// Without the queue GitHub cancels an apply that waits when a later one comes.
		"bh-apply.yml": {"map[contents:read pull-requests:read]", "production", []string{"push", "workflow_dispatch"}, map[string]any{"group": own, "queue": "max"}},
		"bh-drift.yml": {"map[contents:read issues:write]", "", []string{"schedule", "workflow_dispatch"}, map[string]any{"group": own}},
		// In the group of the applies, a rotation that waits would stand in their queue, and cancel them where there is none.
		"bh-rotate.yml": {"map[contents:read]", "production", []string{"schedule", "workflow_dispatch"}, map[string]any{"group": own}},
	}
	files := workflows(t, "cmd", "cli", "workflows", "github")
	for name, file := range files {
		want := wanted[name]
		if got := fmt.Sprint(file.Permissions); got != want.permissions {
			t.Errorf("%s: permissions %s, want %s", name, got, want.permissions)
		}
		if got := slices.Sorted(maps.Keys(file.On)); !slices.Equal(got, want.on) || !reflect.DeepEqual(file.Concurrency, want.concurrency) {
			t.Errorf("%s: runs on %q as one of %v", name, got, file.Concurrency)
		}
		// A required check that paths keep from running is awaited forever, and a large push is not looked at whole.
		if strings.Contains(fmt.Sprint(file.On), "paths") {
			t.Errorf("%s does not always run", name)
		}
		for _, job := range file.Jobs {
			if secret := job.Steps[1].Env["CLOUDFLARE_API_TOKEN"]; job.Environment != want.environment || (job.Environment == "production") != (secret == "${{ secrets.CLOUDFLARE_API_TOKEN }}") {
				t.Errorf("%s has the environment %q and the token %s", name, job.Environment, secret)
			}
			for _, step := range job.Steps {
				if step.Run != "" {
					t.Errorf("%s runs a script of its own", name)
				}
			}
			if job.Timeout < 30 || job.Timeout > 120 || want.environment != "" && job.Timeout < 120 {
				t.Errorf("%s may take %d minutes", name, job.Timeout)
			}
		}
	}
	if len(files) != len(wanted) {
		t.Errorf("%d workflows, and this test knows %d", len(files), len(wanted))
	}
}

// This repository's own workflows: everything is checked at each push, and what builds a release cannot publish.
func TestAction_workflowsOfTheRepository(t *testing.T) {
	files := workflows(t, ".github", "workflows")
	text := map[string]string{}
	for name, file := range files {
		for job, j := range file.Jobs {
			text[name+" "+job] = fmt.Sprint(j.Permissions)
			for _, step := range j.Steps {
				text[name+" "+job] += "\n" + step.Run + fmt.Sprint(step.With)
				if strings.Contains(step.Run, "${{") {
					t.Errorf("%s: an expression within a script: %s", name, step.Run)
				}
				if strings.HasPrefix(step.Uses, "actions/checkout@") && step.With["persist-credentials"] != "false" {
					t.Errorf("%s leaves its token on the disk", name)
				}
			}
			if j.Timeout == 0 {
				t.Errorf("%s: %s may take six hours", name, job)
			}
		}
	}
	if len(text) != 3 || fmt.Sprint(files["ci.yml"].Permissions) != "map[contents:read]" || fmt.Sprint(files["release.yml"].Permissions) != "map[]" {
		t.Errorf("jobs %v", text)
	}
	if _, all := files["ci.yml"].On["push"]; !all || !strings.Contains(text["ci.yml run"], "\n.ci/run") {
		t.Errorf("what is pushed is not checked: %s", text["ci.yml run"])
	}
	if build := text["release.yml build"]; !strings.HasPrefix(build, "map[contents:read]") || !strings.Contains(build, "cache:false") || !strings.Contains(build, ".release-version") ||
		strings.Index(build, "\n.ci/run") > strings.Index(build, "goreleaser/v2@v2.14.3 release --clean --skip=publish") {
		t.Errorf("a release is built by %s", build)
	}
	if publish := text["release.yml publish"]; !strings.HasPrefix(publish, "map[attestations:write contents:write id-token:write]") || files["release.yml"].Jobs["publish"].Needs != "build" ||
		!strings.Contains(publish, "subject-checksums:dist/checksums.txt") || !strings.Contains(publish, "sha256sum --check --strict checksums.txt") || !strings.Contains(publish, "provenance.sigstore.json") ||
		strings.Contains(publish, "go run") {
		t.Errorf("a release is published by %s", publish)
	}
}

// Other people's actions are pinned by commit.
func TestAction_isPinned(t *testing.T) {
	root := filepath.Join("..", "..", "..")
	paths := []string{filepath.Join(root, "action.yml")}
	for _, folder := range []string{filepath.Join("cmd", "cli", "workflows", "github"), filepath.Join(".github", "workflows")} {
		found, _ := filepath.Glob(filepath.Join(root, folder, "*"))
		paths = append(paths, found...)
	}
	uses := regexp.MustCompile(`(?m)^\s*(?:- )?uses:\s*(.*)$`)
	released := strings.TrimSpace(read(t, filepath.Join(root, ".release-version")))
	pinned := regexp.MustCompile(`^(actions/[a-z/-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+|OWNER/buckethead@COMMIT # v` + regexp.QuoteMeta(released) + `; the full SHA of its commit)$`)
	commits := map[string]string{}
	for _, path := range paths {
		text := read(t, path)
		for _, m := range uses.FindAllStringSubmatch(text, -1) {
			if !pinned.MatchString(m[1]) {
				t.Errorf("%s uses %s", path, m[1])
			}
			name, commit, _ := strings.Cut(m[1], "@")
			name = strings.Join(strings.Split(name, "/")[:2], "/")
			if commits[name] == "" {
				commits[name] = commit
			}
			if commits[name] != commit {
				t.Errorf("%s uses %s, another place %s", path, m[1], commits[name])
			}
		}
		if strings.Contains(text, "pull_request_target:") {
			t.Errorf("%s exposes the secrets to a stranger's file", path)
		}
	}
	if len(commits) != 7 {
		t.Errorf("actions %v", commits)
	}
}
