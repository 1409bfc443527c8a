package clouds

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"

	"filippo.io/age"

	"buckethead/cmd/cli"
	simulator "buckethead/vendors/sim/cloudflare"
)

const ephemeral = "The state would be lost with the runner [BH5041]"

// On a runner of a CI service, a state that is lost with its disk is refused before
// anything is made. CI=true alone changes nothing, and neither does a cloud on this machine.
func TestEphemeral_stateOfARunner(t *testing.T) {
	const apply = "apply --auto-approve"
	for _, c := range []struct {
		name, env, command string
		refused            bool
	}{
		{"GitHub Actions", "GITHUB_ACTIONS=true", apply, true},
		{"GitLab CI", "GITLAB_CI=true", apply, true},
		{"CircleCI", "CIRCLECI=true", apply, true},
		{"Buildkite", "BUILDKITE=true", apply, true},
		{"Jenkins", "JENKINS_URL=https://jenkins.example/", apply, true},
		{"Azure Pipelines", "TF_BUILD=True", apply, true},
		{"Bitbucket Pipelines", "BITBUCKET_BUILD_NUMBER=7", apply, true},
		{"Drone", "DRONE=true", apply, true},
		{"AWS CodeBuild", "CODEBUILD_BUILD_ID=a:b", apply, true},
		{"a path on the command line", "GITHUB_ACTIONS=true", apply + " --state STATE", true},
		{"no CI", "", apply, false},
		{"CI alone", "CI=true", apply, false},
		{"not so", "GITHUB_ACTIONS=false", apply, false},
		{"allowed", "GITHUB_ACTIONS=true", apply + " --allow-ephemeral", false},
		{"allowed by the environment", "GITHUB_ACTIONS=true BH_CLI_ARGS=--allow-ephemeral", apply, false},
		{"this machine", "GITHUB_ACTIONS=true CLOUDFLARE_API_BASE_URL=http://127.0.0.1:8787/client/v4", apply, false},
		{"S3 elsewhere", "GITHUB_ACTIONS=true CLOUDFLARE_API_BASE_URL=http://127.0.0.1:8787/client/v4 CLOUDFLARE_S3_ENDPOINT_URL=https://" + simulator.DefaultAccountID + ".r2.cloudflarestorage.com",
			apply, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				a := newR2(t, simulator.Options{})
				a.declare(`project "photos" { bucket = "photos" }`)
				for pair := range strings.FieldsSeq(c.env) {
					name, value, _ := strings.Cut(pair, "=")
					a.env[name] = value
				}
				command := strings.Fields(strings.ReplaceAll(c.command, "STATE", filepath.Join(a.dir, "other.db")))
				out, code := a.bh(command...)
				if c.refused && (code != 1 || !strings.Contains(out, ephemeral) || !strings.Contains(out, "cloudflare_r2.main") || !strings.Contains(out, "Nothing was done.")) ||
					!c.refused && (code != 0 || strings.Contains(out, ephemeral)) {
					t.Errorf("exit %d\n%s", code, out)
				}
				if made := len(a.minted()) + len(a.Buckets()); (made == 0) != c.refused {
					t.Errorf("%d things were made\n%s", made, out)
				}
				if !c.refused {
					return
				}
				// A plan only warns, and an apply that has nothing to do is not refused.
				if out, code := a.bh("plan"); code != 0 || !strings.Contains(out, "Warning: "+ephemeral) || strings.Contains(out, "Nothing was done") {
					t.Errorf("plan: exit %d\n%s", code, out)
				}
				a.must(append(command, "--allow-ephemeral")...)
				if out := a.must(command...); !strings.Contains(out, "No changes.") {
					t.Error(out)
				}
				out, code = a.bh(append([]string{"rotate", "photos"}, command[1:]...)...)
				if code != 1 || !strings.Contains(out, ephemeral) || len(a.minted()) != 1 {
					t.Errorf("rotate: exit %d\n%s", code, out)
				}
				// After a destroy there is nothing that could be lost.
				a.must(append([]string{"destroy"}, command[1:]...)...)
				if left := a.minted(); len(left) > 0 {
					t.Errorf("left: %v", left)
				}
			})
		})
	}
}

// A person who is asked on a terminal of a runner is there to see to the state.
func TestEphemeral_askedOnATerminal(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := newR2(t, simulator.Options{})
		a.declare(`project "photos" { bucket = "photos" }`)
		a.env["GITHUB_ACTIONS"] = "true"
		a.alter = func(p *cli.Process) { p.StdinTTY, p.Stdin = true, strings.NewReader("yes\n") }
		if out := a.must("apply"); strings.Contains(out, ephemeral) {
			t.Error(out)
		}
	})
}

// An age file that git tracks comes with the next checkout; another one is lost.
func TestEphemeral_ageFile(t *testing.T) {
	git, err := exec.LookPath("git")
	if err != nil {
		t.Skip("there is no git")
	}
	identity, err := age.GenerateX25519Identity()
	if err != nil {
		t.Fatal(err)
	}
	const warning = "Warning: The keys would be lost with the runner [BH5042]"
	for _, c := range []struct {
		name, env string
		prepare   []string // commands of git
		warned    bool
		given     bool // the identity, by the environment
	}{
		{"no repository", "GITHUB_ACTIONS=true", nil, true, false},
		{"not tracked", "GITHUB_ACTIONS=true", []string{"init -q"}, true, false},
		{"tracked", "GITHUB_ACTIONS=true", []string{"init -q", "add --force .bh/secrets.age"}, false, false},
		{"of another name", "GITHUB_ACTIONS=true", []string{"init -q", "add --force .bh/secrets.age:not"}, true, false},
		{"a repository that cannot be read", "GITHUB_ACTIONS=true", []string{"init -q", "BREAK"}, false, false},
		{"CI alone", "CI=true", []string{"init -q"}, false, false},
		{"an identity that is a secret of the service", "GITHUB_ACTIONS=true", []string{"init -q"}, true, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				a := newR2(t, simulator.Options{})
				a.declare(`project "photos" { bucket = "photos" }`)
				if err := os.Mkdir(filepath.Join(a.dir, ".bh"), 0o700); err != nil {
					t.Fatal(err)
				}
				for _, name := range []string{"secrets.age", "secrets.age:not"} {
					a.write(filepath.Join(".bh", name), "")
				}
				for _, command := range c.prepare {
					if command == "BREAK" {
						a.write(".git/index", "this is no index")
						continue
					}
					if out, err := exec.Command(git, append([]string{"-C", a.dir}, strings.Fields(command)...)...).CombinedOutput(); err != nil {
						t.Fatalf("git %s: %v\n%s", command, err, out)
					}
				}
				if err := os.Remove(filepath.Join(a.dir, ".bh", "secrets.age")); err != nil { // the first apply makes it
					t.Fatal(err)
				}
				name, value, _ := strings.Cut(c.env, "=")
				a.env[name] = value
				if c.given {
					a.env["BH_AGE_IDENTITY"] = identity.String()
				}
				for _, command := range []string{"plan --allow-ephemeral", "apply --auto-approve --allow-ephemeral"} {
					out := a.must(strings.Fields(command)...)
					if strings.Contains(out, warning) != c.warned || strings.Contains(out, "BH_AGE_IDENTITY") != (c.warned && !c.given) {
						t.Errorf("bh %s:\n%s", command, out)
					}
				}
			})
		})
	}
}

// The run that the state's history names is the service's own.
func TestEphemeral_historyNamesTheRun(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for i, env := range []string{
			"CIRCLECI=true CIRCLE_USERNAME=ada CIRCLE_SHA1=c0ffee CIRCLE_BUILD_URL=https://ci.example/7",
			"BUILDKITE=true BUILDKITE_BUILD_CREATOR=ada BUILDKITE_COMMIT=c0ffee BUILDKITE_BUILD_URL=https://ci.example/7",
			"GITLAB_USER_LOGIN=ada CI_COMMIT_SHA=c0ffee CI_JOB_URL=https://ci.example/7",
			"GITHUB_ACTOR=ada GITHUB_SHA=c0ffee GITHUB_SERVER_URL=https://ci.example GITHUB_REPOSITORY=a/b GITHUB_RUN_ID=7",
			"JENKINS_URL=https://ci.example USER=ada GIT_COMMIT=c0ffee BUILD_URL=https://ci.example/7",
		} {
			a := newR2(t, simulator.Options{})
			a.declare(fmt.Sprintf("project \"photos\" { bucket = \"photos-%d\" }", i))
			for pair := range strings.FieldsSeq(env) {
				name, value, _ := strings.Cut(pair, "=")
				a.env[name] = value
			}
			a.must("apply", "--auto-approve", "--allow-ephemeral")
			out := a.must("history")
			if !strings.Contains(out, "ada") || !strings.Contains(out, "c0ffee") || !strings.Contains(out, "https://ci.example/") || !strings.Contains(out, "7") {
				t.Errorf("%s:\n%s", env, out)
			}
		}
	})
}
