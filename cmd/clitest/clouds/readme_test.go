package clouds

import (
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"buckethead/cmd/clitest"
	connectsim "buckethead/vendors/sim/connect"
	"buckethead/vendors/sim/s3api"
)

// withStates is an account that also has the bucket of the README's state, at the same endpoint.
type withStates struct {
	account *opAccount
	states  http.RoundTripper
}

func (w withStates) RoundTrip(r *http.Request) (*http.Response, error) {
	if strings.HasPrefix(r.URL.Path, "/acme-states") {
		return w.states.RoundTrip(r)
	}
	return w.account.RoundTrip(r)
}

// TestReadme_example applies the example of the README: R2, 1Password and a state in a bucket. The vault is behind a
// Connect server, which cannot archive.
func TestReadme_example(t *testing.T) {
	readme, err := os.ReadFile(filepath.Join("..", "..", "..", "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	example := regexp.MustCompile("(?s)\n```hcl\n(.*?)```").FindStringSubmatch(string(readme))
	const vault = `vault = "Engineering"`
	if example == nil || strings.Count(example[1], vault) != 1 {
		t.Fatal("the README has no example, or one without a vault")
	}
	for _, variable := range clitest.StatesEnvironment() { // which AWS's SDK reads from the process
		name, value, _ := strings.Cut(variable, "=")
		t.Setenv(name, value)
	}
	synctest.Test(t, func(t *testing.T) {
		a := newOP(t, connectsim.Options{})
		states := s3api.New(s3api.Options{AccessKeyID: clitest.StatesKeyID, SecretAccessKey: clitest.StatesSecret, Region: "auto",
			Buckets: []string{"acme-states"}, Now: time.Now})
		a.transport = withStates{a, states.Transport()}
		a.write("buckets.hcl", strings.Replace(example[1], vault, vault+"\n  on_delete = \"delete\"", 1))
		if out := a.must("doctor"); strings.Contains(out, "error") {
			t.Errorf("doctor says\n%s", out)
		}
		if out := a.must("plan"); !strings.Contains(out, "Plan: 3 to provision.") {
			t.Errorf("the plan is\n%s", out)
		}
		a.converges(3)
		if out := a.must("status"); !strings.Contains(out, "acme-photos") {
			t.Errorf("the status is\n%s", out)
		}
		if _, err := os.Stat(filepath.Join(a.dir, ".bh", "state.db")); err == nil {
			t.Error("there is a state on this machine")
		}
	})
}
