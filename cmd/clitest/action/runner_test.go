package action

import (
	"bytes"
	"encoding/json"
	"errors"
	"io/fs"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"go.yaml.in/yaml/v3"

	"buckethead/cmd/clitest"
)

// actionFile is action.yml, every field of it.
type actionFile struct {
	Name, Description string
	Branding          map[string]string
	Inputs            map[string]struct {
		Description, Default string
		Required             bool
	}
	Outputs map[string]struct{ Description, Value string }
	Runs    struct {
		Using string
		Steps []actionStep
	}
}

type actionStep struct {
	Name, ID, If, Uses, Shell, Run string
	With, Env                      map[string]string
}

// workflowFile is one of cmd/cli/workflows/github.
type workflowFile struct {
	Name        string
	On          map[string]any
	Permissions map[string]string
	Concurrency map[string]any
	Jobs        map[string]workflowJob
}

type workflowJob struct {
	RunsOn      string `yaml:"runs-on"`
	If          string
	Needs       string
	Timeout     int `yaml:"timeout-minutes"`
	Environment string
	Permissions map[string]string
	Outputs     map[string]string
	Steps       []actionStep
}

// readYAML reads a file of the repository that has the fields of into and no others.
func readYAML(t *testing.T, into any, path ...string) {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(append([]string{"..", "..", ".."}, path...)...))
	if err != nil {
		t.Fatal(err)
	}
	decoder := yaml.NewDecoder(bytes.NewReader(text))
	decoder.KnownFields(true)
	if err := decoder.Decode(into); err != nil {
		t.Fatalf("%v: %v", path, err)
	}
}

// expressions resolves what GitHub's expressions name: contexts by their first word.
type expressions struct {
	t      *testing.T
	values map[string]map[string]string
}

var expression = regexp.MustCompile(`\$\{\{\s*(.*?)\s*\}\}`)

func (e expressions) expand(text string) string {
	return expression.ReplaceAllStringFunc(text, func(found string) string { return e.evaluate(expression.FindStringSubmatch(found)[1]) })
}

func (e expressions) evaluate(text string) string {
	value := ""
	for _, option := range strings.Split(text, "||") {
		for _, condition := range strings.Split(option, "&&") {
			if value = e.condition(condition); value == "" {
				break
			}
		}
		if value != "" {
			break
		}
	}
	return value
}

func (e expressions) condition(text string) string {
	if left, right, compared := strings.Cut(text, "!="); compared {
		return map[bool]string{true: "true"}[e.term(left) != e.term(right)]
	}
	if left, right, compared := strings.Cut(text, "=="); compared {
		return map[bool]string{true: "true"}[e.term(left) == e.term(right)]
	}
	return e.term(text)
}

func (e expressions) term(text string) string {
	text = strings.TrimSpace(text)
	if literal := regexp.MustCompile(`^'([^']*)'$|^([0-9]+)$`).FindStringSubmatch(text); literal != nil {
		return literal[1] + literal[2]
	}
	root, name, _ := strings.Cut(text, ".")
	values, known := e.values[root]
	if !known || !regexp.MustCompile(`^[A-Za-z_][\w.-]*$`).MatchString(name) {
		e.t.Fatalf("what is ${{ %s }}?", text)
	}
	return values[name]
}

// actionRunner runs jobs as GitHub's does, as far as the action needs it.
type actionRunner struct {
	t         *testing.T
	github    *github
	action    actionFile
	workspace string
	bh        string // what the input bh is given
	env       map[string]string
	contexts  map[string]map[string]string // vars and secrets of the repository; what is not there is empty
	job       map[string]string            // the environment of the step that uses the action
	secrets   []string                     // what nobody may see
	cache     map[string][]byte            // what actions/cache keeps, by key
	ref       string                       // at which a workflow uses the action
	// repository is where the action is from, and ran has the names of the steps that ran.
	repository string
	ran        []string
	interrupt  func(shell *os.Process) // is told of the shell of the step that runs bh
	summary    string                  // of the step that ran last
}

func newActionRunner(t *testing.T) *actionRunner {
	for _, tool := range []string{"bash", "curl", "jq"} {
		if _, err := exec.LookPath(tool); err != nil {
			t.Skip("the action needs " + tool)
		}
	}
	r := &actionRunner{t: t, github: newGithub(t), workspace: t.TempDir(), bh: os.Args[0], secrets: []string{githubToken}, cache: map[string][]byte{}, repository: "acme/buckethead"}
	readYAML(t, &r.action, "action.yml")
	root, err := filepath.Abs(filepath.Join("..", "..", ".."))
	if err != nil {
		t.Fatal(err)
	}
	r.env = map[string]string{"BH_TEST_AS_BH": "1", "CI": "true", "GITHUB_ACTIONS": "true", "GITHUB_ACTION_PATH": root, "GITHUB_WORKSPACE": r.workspace,
		"GITHUB_API_URL": r.github.url, "GITHUB_GRAPHQL_URL": r.github.url + "/graphql", "GITHUB_REPOSITORY": "acme/infra", "GITHUB_SHA": strings.Repeat("c0ffee00", 5), "GITHUB_ACTOR": "octocat",
		"GITHUB_SERVER_URL": "https://github.example", "GITHUB_RUN_ID": "42", "RUNNER_TEMP": t.TempDir(), "RUNNER_OS": "Linux", "RUNNER_ARCH": "X64", "PATH": os.Getenv("PATH")}
	return r
}

func (r *actionRunner) write(name, text string) {
	r.t.Helper()
	if err := os.WriteFile(filepath.Join(r.workspace, name), []byte(text), 0o600); err != nil {
		r.t.Fatal(err)
	}
}

// run runs the job of a workflow for an event. It returns the log, the outputs of the
// action, and whether the job succeeded.
func (r *actionRunner) run(workflow string, event map[string]any, inputs map[string]string) (log string, outputs map[string]string, ok bool) {
	r.t.Helper()
	var file workflowFile
	readYAML(r.t, &file, "cmd", "cli", "workflows", "github", workflow)
	for _, job := range file.Jobs {
		for _, step := range job.Steps {
			if strings.HasPrefix(step.Uses, "OWNER/buckethead@") {
				outer := expressions{r.t, map[string]map[string]string{"inputs": inputs, "vars": r.contexts["vars"], "secrets": r.contexts["secrets"], "github": r.context(event)}}
				with := map[string]string{"bh": r.bh}
				for name, value := range step.With {
					with[name] = outer.expand(value)
				}
				r.job = map[string]string{}
				for name, value := range step.Env {
					r.job[name] = outer.expand(value)
				}
				defer func() { r.job = nil }()
				return r.use(with, event)
			}
		}
	}
	r.t.Fatalf("%s does not use the action", workflow)
	return "", nil, false
}

// context is GitHub's, as far as the workflows need it.
func (r *actionRunner) context(event map[string]any) map[string]string {
	out := map[string]string{"repository": r.env["GITHUB_REPOSITORY"], "actor": r.env["GITHUB_ACTOR"]}
	var from any = event
	for _, name := range []string{"pull_request", "head", "repo", "full_name"} {
		object, _ := from.(map[string]any)
		from = object[name]
	}
	out["event.pull_request.head.repo.full_name"], _ = from.(string)
	return out
}

// use runs the steps of the action.
func (r *actionRunner) use(with map[string]string, event map[string]any) (log string, outputs map[string]string, ok bool) {
	r.t.Helper()
	e := expressions{r.t, map[string]map[string]string{"inputs": {}, "steps": {}, "runner": {"temp": r.env["RUNNER_TEMP"]},
		"github": {"token": githubToken, "action_path": r.env["GITHUB_ACTION_PATH"], "action_repository": r.repository, "action_ref": r.ref}}}
	for name, input := range r.action.Inputs {
		e.values["inputs"][name] = e.expand(input.Default)
	}
	for name, value := range with {
		if _, known := r.action.Inputs[name]; !known {
			r.t.Fatalf("the action has no input %s", name)
		}
		e.values["inputs"][name] = value
	}
	scratch := r.t.TempDir()
	text, err := json.Marshal(event)
	if err != nil {
		r.t.Fatal(err)
	}
	env := maps.Clone(r.env)
	env["GITHUB_EVENT_PATH"], env["GITHUB_OUTPUT"], env["GITHUB_STEP_SUMMARY"] = filepath.Join(scratch, "event.json"), filepath.Join(scratch, "output"), filepath.Join(scratch, "summary")
	if err := os.WriteFile(env["GITHUB_EVENT_PATH"], text, 0o600); err != nil {
		r.t.Fatal(err)
	}
	var all strings.Builder
	ok = true
	for _, step := range r.action.Runs.Steps {
		if step.If != "" && e.evaluate(step.If) == "" {
			continue
		}
		r.ran = append(r.ran, step.Name)
		if step.Uses != "" {
			r.uses(step, e)
			continue
		}
		ok = r.step(step, e, env, &all)
		if !ok {
			break
		}
	}
	r.summary = read(r.t, env["GITHUB_STEP_SUMMARY"])
	outputs = map[string]string{}
	for name, output := range r.action.Outputs {
		outputs[name] = e.expand(output.Value)
	}
	r.findSecrets(all.String())
	return all.String(), outputs, ok
}

// uses does what an action of GitHub's does that the action uses.
func (r *actionRunner) uses(step actionStep, e expressions) {
	r.t.Helper()
	name, _, _ := strings.Cut(step.Uses, "@")
	path, key := e.expand(step.With["path"]), e.expand(step.With["key"])
	switch name {
	case "actions/setup-go":
	case "actions/cache/restore":
		if kept, hit := r.cache[key]; hit {
			e.values["steps"][step.ID+".outputs.cache-hit"] = "true"
			if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o755), os.WriteFile(path, kept, 0o755)); err != nil {
				r.t.Fatal(err)
			}
		}
	case "actions/cache/save":
		kept, err := os.ReadFile(path)
		if err != nil {
			r.t.Fatal(err)
		}
		r.cache[key] = kept
	default:
		r.t.Fatalf("what does %s do?", step.Uses)
	}
}

// step runs one script as GitHub's runner does, and keeps its outputs.
func (r *actionRunner) step(step actionStep, e expressions, env map[string]string, log *strings.Builder) bool {
	r.t.Helper()
	if err := os.WriteFile(env["GITHUB_OUTPUT"], nil, 0o600); err != nil {
		r.t.Fatal(err)
	}
	script := filepath.Join(filepath.Dir(env["GITHUB_OUTPUT"]), "step.sh")
	if err := os.WriteFile(script, []byte(step.Run), 0o600); err != nil {
		r.t.Fatal(err)
	}
	cmd := exec.Command("bash", "--noprofile", "--norc", "-eo", "pipefail", script)
	cmd.Dir = r.workspace
	cmd.Env = append(os.Environ(), clitest.NoRaceSleep)
	for name, value := range env {
		cmd.Env = append(cmd.Env, name+"="+value)
	}
	for name, value := range r.job {
		cmd.Env = append(cmd.Env, name+"="+value)
	}
	for name, value := range step.Env {
		cmd.Env = append(cmd.Env, name+"="+e.expand(value))
	}
	cmd.Stdout, cmd.Stderr = log, log
	err := cmd.Start()
	if err == nil && r.interrupt != nil && step.ID == "bh" {
		cmd.WaitDelay = 5 * time.Second // for a bh that outlived the shell
		r.interrupt(cmd.Process)
	}
	if err == nil {
		err = cmd.Wait()
	}
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		r.t.Fatal(err)
	}
	written, _ := os.ReadFile(env["GITHUB_OUTPUT"])
	for _, line := range strings.Split(strings.TrimSpace(string(written)), "\n") {
		name, value, _ := strings.Cut(line, "=")
		e.values["steps"][step.ID+".outputs."+name] = value
	}
	return err == nil
}

func read(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		t.Fatal(err)
	}
	return string(text)
}

func (r *actionRunner) findSecrets(log string) {
	r.t.Helper()
	for _, secret := range r.secrets {
		if strings.Contains(log, secret) {
			r.t.Errorf("the log shows %s", secret)
		}
	}
}
