package action

import (
	"os"
	"path/filepath"
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
	for workflow, want := range map[string]string{"pull-request.yml": plan, "drift.yml": plan, "merge.yml": apply} {
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
		var file workflowFile
		readYAML(t, &file, "testdata", "workflows", workflow)
		if group, _ := file.Concurrency["group"].(string); !strings.HasPrefix(group, "${{ github.workflow }}") {
			t.Errorf("%s: workflows of two stacks share the group %q", workflow, group)
		}
		// A queue of merges waits for a check that is required, and its runs have no number to tell them apart.
		if _, queued := file.On["merge_group"]; workflow == "pull-request.yml" && (!queued || file.Concurrency["group"] != "${{ github.workflow }}-${{ github.event.pull_request.number || github.ref }}") {
			t.Errorf("runs on %v, as one of %v", file.On, file.Concurrency["group"])
		}
		// Without it GitHub drops an apply that waits when a later one comes.
		if queue := file.Concurrency["queue"]; workflow == "merge.yml" && queue != "max" {
			t.Errorf("applies wait in the queue %v", queue)
		}
	}
}
