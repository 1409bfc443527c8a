package cli

import (
	"strings"
	"testing"
)

// A release writes workflows that use itself, by its commit.
func TestWorkflowFor_release(t *testing.T) {
	keptRepository, keptCommit := repository, commit
	t.Cleanup(func() { repository, commit = keptRepository, keptCommit })
	for service, names := range map[string][]string{"github": {"bh-plan.yml", "bh-apply.yml", "bh-drift.yml", "bh-rotate.yml"}, "gitlab": {"bh.gitlab-ci.yml"}} {
		for _, name := range names {
			text, err := workflows.ReadFile("workflows/" + service + "/" + name)
			if err != nil {
				t.Fatal(err)
			}
			repository, commit = "", ""
			if workflowFor(string(text), ".") != string(text) {
				t.Errorf("%s: a bh that does not know its release changed it", name)
			}
			repository, commit = "acme/bh", strings.Repeat("c0ffee00", 5)
			got := workflowFor(string(text), ".")
			want := map[string]string{"github": "\n      - uses: acme/bh@" + commit + " # v" + strings.TrimSuffix(version, "-dev") + "\n", "gitlab": "\"https://github.com/acme/bh/releases/download/v${BH_VERSION}/"}[service]
			if strings.Contains(got, "OWNER") || strings.Contains(got, "COMMIT ") || !strings.Contains(got, want) {
				t.Errorf("%s:\n%s", name, got)
			}
		}
	}
}
