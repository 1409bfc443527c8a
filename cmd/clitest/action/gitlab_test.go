package action

import (
	"crypto/sha256"
	"encoding/hex"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"
)

// gitlabJob is a job of the template for GitLab, every field of it.
type gitlabJob struct {
	Extends       string
	Image         string
	Timeout       string
	Interruptible *bool
	Variables     map[string]string
	BeforeScript  []string `yaml:"before_script"`
	Script        []string
	ResourceGroup string `yaml:"resource_group"`
	Environment   struct{ Name, Action string }
	Rules         []struct {
		If           string
		When         string
		AllowFailure bool `yaml:"allow_failure"`
	}
	Needs     []string
	Artifacts struct {
		When, Access string
		ExposeAs     string `yaml:"expose_as"`
		Paths        []string
		ExpireIn     string `yaml:"expire_in"`
	}
}

// gitlabJobs returns the jobs of the template, each with what it takes from those that it extends.
func gitlabJobs(t *testing.T) (jobs map[string]gitlabJob, variables map[string]string) {
	t.Helper()
	var nodes map[string]yaml.Node
	readYAML(t, &nodes, "cmd", "cli", "workflows", "gitlab", "bh.gitlab-ci.yml")
	of := func(name string) map[string]any {
		out := map[string]any{}
		node := nodes[name]
		if err := node.Decode(&out); err != nil {
			t.Fatal(err)
		}
		return out
	}
	jobs = map[string]gitlabJob{}
	for name := range nodes {
		if strings.HasPrefix(name, ".") || name == "variables" {
			continue
		}
		whole := of(name)
		for next, extends := whole["extends"].(string); extends; next, extends = of(next)["extends"].(string) {
			for key, value := range of(next) {
				if _, set := whole[key]; !set {
					whole[key] = value
				}
			}
		}
		text, err := yaml.Marshal(whole)
		if err != nil {
			t.Fatal(err)
		}
		decoder := yaml.NewDecoder(strings.NewReader(string(text)))
		decoder.KnownFields(true)
		var job gitlabJob
		if err := decoder.Decode(&job); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		jobs[name] = job
	}
	node := nodes["variables"]
	if err := node.Decode(&variables); err != nil {
		t.Fatal(err)
	}
	return jobs, variables
}

// What writes waits for what writes, is not cut off and has the secrets of production; the rest has not.
func TestGitlab_jobs(t *testing.T) {
	jobs, variables := gitlabJobs(t)
	const push, schedule = `$CI_PIPELINE_SOURCE == "push" && $CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH`, `$CI_PIPELINE_SOURCE == "schedule" && $BH_JOB == `
	for name, want := range map[string]struct {
		rule   string
		writes bool
	}{
		"bh-plan":      {`$CI_PIPELINE_SOURCE == "merge_request_event"`, false},
		"bh-plan-main": {push, false},
		"bh-apply":     {push, true},
		"bh-rotate":    {schedule + `"rotate"`, true},
		"bh-drift":     {schedule + `"drift"`, false},
	} {
		job := jobs[name]
		if len(job.Rules) != 1 || job.Rules[0].If != want.rule || (job.Rules[0].When == "manual") != (name == "bh-apply") {
			t.Errorf("%s runs by %+v", name, job.Rules)
		}
		if (job.ResourceGroup == "bh") != want.writes || (job.Environment.Name == "production") != want.writes || (job.Environment.Name == "plan" && job.Environment.Action == "access") == want.writes {
			t.Errorf("%s: group %q, environment %+v", name, job.ResourceGroup, job.Environment)
		}
		if job.Timeout == "" || job.Interruptible == nil || *job.Interruptible != (name == "bh-plan") || job.Image == "" {
			t.Errorf("%s: %+v", name, job)
		}
	}
	if len(jobs) != 5 {
		t.Errorf("%d jobs, and this test knows 5", len(jobs))
	}
	if !slices.Equal(jobs["bh-apply"].Needs, []string{"bh-plan-main"}) || !slices.Equal(jobs["bh-plan-main"].Artifacts.Paths, []string{"next.bhplan"}) || jobs["bh-plan-main"].Artifacts.Access != "developer" {
		t.Error("an apply does not carry out the plan of main")
	}
	if released := strings.TrimSpace(read(t, filepath.Join("..", "..", "..", ".release-version"))); variables["BH_VERSION"] != released || variables["BH_SHA256"] != "SHA256" {
		t.Errorf("variables %v, and the release is %s", variables, released)
	}
}

// Each job runs with a bh that writes down what it is told.
func TestGitlab_scripts(t *testing.T) {
	for name, test := range map[string]struct {
		job   string
		env   map[string]string
		code  string // of bh
		want  string // what bh is told
		fails bool
	}{
		"plan":            {job: "bh-plan", env: map[string]string{"CI_MERGE_REQUEST_SOURCE_PROJECT_ID": "1"}, want: "plan --format markdown"},
		"plan of a fork":  {job: "bh-plan", env: map[string]string{"CI_MERGE_REQUEST_SOURCE_PROJECT_ID": "2"}, want: "plan --offline --format markdown"},
		"plan that fails": {job: "bh-plan", env: map[string]string{"CI_MERGE_REQUEST_SOURCE_PROJECT_ID": "1"}, code: "1", want: "plan --format markdown", fails: true},
		"plan of main":    {job: "bh-plan-main", want: "plan --out next.bhplan"},
		"apply":           {job: "bh-apply", want: "apply next.bhplan --allow-destroy 0 --lock-timeout 30m"},
		"apply, destroys": {job: "bh-apply", env: map[string]string{"BH_ALLOW_DESTROY": "2"}, want: "apply next.bhplan --allow-destroy 2 --lock-timeout 30m"},
		"apply, fails":    {job: "bh-apply", code: "1", want: "apply next.bhplan --allow-destroy 0 --lock-timeout 30m", fails: true},
		"rotate":          {job: "bh-rotate", want: "rotate --due --auto-approve --lock-timeout 30m --json-into rotated.jsonl"},
		"drift":           {job: "bh-drift", want: "drift"},
		"drift, some":     {job: "bh-drift", code: "2", want: "drift", fails: true},
		"another archive": {job: "bh-apply", env: map[string]string{"BH_SHA256": strings.Repeat("0", 64)}, want: "", fails: true},
		"no digest":       {job: "bh-apply", env: map[string]string{"BH_SHA256": "SHA256"}, want: "", fails: true},
	} {
		t.Run(name, func(t *testing.T) {
			log, told, ok := runGitlab(t, test.job, test.env, test.code)
			if ok == test.fails || strings.TrimSpace(told) != test.want {
				t.Errorf("ended well %t, bh was told %q\n%s", ok, told, log)
			}
			if strings.HasPrefix(test.want, "plan ") && test.job == "bh-plan" && !strings.Contains(log, "a page") {
				t.Errorf("the log has no plan\n%s", log)
			}
		})
	}
}

// runGitlab runs a job as GitLab's runner does: one shell, which ends at the first line that fails.
func runGitlab(t *testing.T, name string, more map[string]string, code string) (log, told string, ok bool) {
	t.Helper()
	for _, tool := range []string{"bash", "tar", "sha256sum"} {
		if _, err := exec.LookPath(tool); err != nil {
			t.Skip("the template needs " + tool)
		}
	}
	jobs, env := gitlabJobs(t)
	work, bin := t.TempDir(), t.TempDir()
	write := func(path, text string) {
		t.Helper()
		if err := os.WriteFile(path, []byte(text), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	write(filepath.Join(bin, "bh"), "#!/bin/sh\necho \"$*\" >>"+filepath.Join(work, "told")+"\necho a page\nexit "+code+"\n")
	packed := filepath.Join(t.TempDir(), "bh.tar.gz")
	if out, err := exec.Command("tar", "-czf", packed, "-C", bin, "bh").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	if err := os.Remove(filepath.Join(bin, "bh")); err != nil {
		t.Fatal(err)
	}
	write(filepath.Join(bin, "curl"), `#!/bin/sh
[ "$*" = "--fail --silent --show-error --location --proto =https --output bh.tar.gz https://github.com/OWNER/buckethead/releases/download/v`+released+`/`+archive+`" ] || exit 9
cp `+packed+" bh.tar.gz\n")
	sum := sha256.Sum256([]byte(read(t, packed)))
	env["BH_SHA256"], env["CI_PROJECT_ID"] = hex.EncodeToString(sum[:]), "1"
	maps.Copy(env, more)
	script := "set -eo pipefail\n" + strings.Join(append(slices.Clone(jobs[name].BeforeScript), jobs[name].Script...), "\n")
	cmd := exec.Command("bash", "-c", strings.ReplaceAll(script, "/usr/local/bin", bin))
	cmd.Dir = work
	cmd.Env = append(os.Environ(), "PATH="+bin+string(os.PathListSeparator)+os.Getenv("PATH"))
	for name, value := range env {
		cmd.Env = append(cmd.Env, name+"="+value)
	}
	out, err := cmd.CombinedOutput()
	return string(out), read(t, filepath.Join(work, "told")), err == nil
}
