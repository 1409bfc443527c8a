package cli_test

import (
	"bytes"
	"context"
	"io"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"buckethead/cmd/cli"
	"buckethead/cmd/clitest"
)

// secretive returns a process with these variables, and what it prints.
func secretive(t *testing.T, env []string, args ...string) (cli.Process, *bytes.Buffer) {
	p, out := clitest.InProcess(t, args...)
	p.Environ = func() []string { return env }
	p.Env = func(name string) (string, bool) {
		for _, pair := range env {
			if key, value, _ := strings.Cut(pair, "="); key == name {
				return value, true
			}
		}
		return "", false
	}
	p.Sleep = func(ctx context.Context, _ time.Duration) error { return ctx.Err() }
	return p, out
}

const sharedValue = "photos-0123456789"

// A value that is a secret in one place and a name in another is neither in the state, nor in a
// saved plan, nor in blocks that are written, and the page says what to look for.
func TestSecrets_areNotRecorded(t *testing.T) {
	const declared = `cloud "local" "main" {}
secrets "age_file" "main" {}
project "a" { bucket = env("SHARED") }
project "b" {
  bucket = "other"
  register {
    access_key_id     = "AKIA"
    secret_access_key = env("SHARED")
    endpoint_url      = "https://s3.example.com"
    verify            = false
  }
}
`
	for _, tt := range []struct {
		code string
		args []string
	}{
		{"BH5081", []string{"plan", "--out", "saved.bhplan"}},
		{"BH5080", []string{"apply", "--auto-approve"}},
		{"BH5082", []string{"import", "--all", "--write"}},
	} {
		p, out := secretive(t, []string{"SHARED=" + sharedValue}, tt.args...)
		dir, text := filepath.Dir(p.Args[1]), declared
		if tt.args[0] == "import" { // the name comes from the cloud
			text = strings.Replace(declared, "env(\"SHARED\")", "\"some\"", 1)
			if err := os.MkdirAll(filepath.Join(dir, ".bh/local", sharedValue), 0o700); err != nil {
				t.Fatal(err)
			}
		}
		if err := os.WriteFile(p.Args[1], []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		p.Args = append([]string{"--chdir", dir}, p.Args[2:]...)
		t.Chdir(dir)
		if code := cli.Main(p); code != 1 || !strings.Contains(out.String(), "["+tt.code+"]") ||
			!strings.Contains(out.String(), "a secret in one place and a name") || strings.Contains(out.String(), sharedValue) {
			t.Errorf("%v: %d\n%s", tt.args, code, out)
		}
		_ = filepath.WalkDir(dir, func(path string, d os.DirEntry, _ error) error {
			text, _ := os.ReadFile(path)
			if strings.HasSuffix(path, ".bhplan") || bytes.Contains(text, []byte(sharedValue)) || d.Name() == sharedValue && tt.args[0] != "import" {
				t.Errorf("%v: it is in %s", tt.args, path)
			}
			return nil
		})
	}
}

// A copy of a time when the value was no secret is not put back.
func TestSecrets_areNotRestored(t *testing.T) {
	p, _ := clitest.InProcess(t)
	file := p.Args[1]
	t.Chdir(filepath.Dir(file))
	run := func(want int, declared string, env []string, args ...string) string {
		t.Helper()
		q, said := secretive(t, env, args...)
		q.Args = append([]string{"--chdir", filepath.Dir(file)}, args...)
		head := "cloud \"local\" \"main\" {}\nsecrets \"age_file\" \"main\" {}\nproject \"a\" {\n"
		if err := os.WriteFile(file, []byte(head+declared+"}\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		if code := cli.Main(q); code != want || (code == 1) != strings.Contains(said.String(), "[BH5080]") {
			t.Errorf("%v: %d\n%s", args, code, said)
		}
		return said.String()
	}
	run(0, "bucket = \""+sharedValue+"\"\n", nil, "apply", "--auto-approve")
	wrote := run(0, "bucket = \""+sharedValue+"\"\n", nil, "state", "backup")
	copied := strings.TrimSuffix(strings.TrimPrefix(wrote, "Wrote "), ".\n")
	const now = `bucket = "other"
  register {
    access_key_id     = "AKIA"
    secret_access_key = env("SHARED")
    endpoint_url      = "https://s3.example.com"
  }
`
	run(1, now, []string{"SHARED=" + sharedValue}, "state", "restore", copied)
	run(1, now, []string{"SHARED=" + sharedValue}, "state", "push", "--force", copied)
	run(0, now, []string{"SHARED=another-0123456789"}, "state", "restore", copied)
}

// What looks like a secret by its variable's name is not printed, but it keeps nobody from
// working: it may be the name of a bucket.
func TestSecrets_namesakes(t *testing.T) {
	p, out := secretive(t, []string{"DB_PASSWORD=a-bucket-of-it", "OTHER_SECRET_FILE=" + sharedValue, "SECRET_REF=op://vault/item/field"},
		"plan", "--out", filepath.Join(t.TempDir(), "p"))
	text, err := os.ReadFile(p.Args[1])
	if err != nil {
		t.Fatal(err)
	}
	text = append(text, `project "b" { bucket = "a-bucket-of-it" }
project "c" { bucket = "`+sharedValue+`" }
`...)
	if err := os.WriteFile(p.Args[1], text, 0o600); err != nil {
		t.Fatal(err)
	}
	if code := cli.Main(p); code != 0 || !strings.Contains(out.String(), "[secret]") || strings.Contains(out.String(), "a-bucket-of-it") ||
		!strings.Contains(out.String(), sharedValue) {
		t.Errorf("%d\n%s", code, out)
	}
}

// A filter of a person's own text changes nothing else in it.
func TestSecrets_fmtIsAFilter(t *testing.T) {
	const text = "project \"a\" { bucket = \"hunter2hunter2\" }\n"
	p, out := secretive(t, []string{"DB_PASSWORD=hunter2hunter2"}, "fmt", "-")
	p.Args, p.Stdin = p.Args[2:], strings.NewReader(text)
	if code := cli.Main(p); code != 0 || out.String() != text {
		t.Errorf("%d %q", code, out)
	}
}

// slowPipe says when somebody reads from it.
type slowPipe struct{ asked, answered chan struct{} }

func (s slowPipe) Read(b []byte) (int, error) {
	close(s.asked)
	<-s.answered
	return copy(b, "no\n"), io.EOF
}

// A question is on the terminal as a whole before bh waits for the answer, even if a secret
// begins as it ends.
func TestSecrets_questionIsNotHeldBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p, out := secretive(t, []string{"DB_PASSWORD=: a long password"}, "apply")
		pipe := slowPipe{make(chan struct{}), make(chan struct{})}
		p.StdinTTY, p.Stdin = true, pipe
		ended := make(chan int)
		go func() { ended <- cli.Main(p) }()
		<-pipe.asked
		if !strings.HasSuffix(out.String(), "Only 'yes' will be accepted: ") {
			t.Errorf("%q", out)
		}
		close(pipe.answered)
		if code := <-ended; code != 1 {
			t.Errorf("exit code %d\n%s", code, out)
		}
	})
}

// The password of a proxy is a secret, in whatever form the URL is.
func TestSecrets_proxy(t *testing.T) {
	for _, proxy := range []string{"http://me:correct%20horse%2Fstaple@proxy:3128", "me:correct%20horse%2Fstaple@proxy"} {
		p, out := secretive(t, []string{"https_proxy=" + proxy}, "validate")
		text := "cloud \"local\" \"main\" {}\nsecrets \"age_file\" \"main\" {}\nproject \"a\" { bucket = \"correct horse/staple\" }\n"
		if err := os.WriteFile(p.Args[1], []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if code := cli.Main(p); code != 1 || strings.Contains(out.String(), "horse") || !strings.Contains(out.String(), "[secret]") {
			t.Errorf("%s: %d\n%s", proxy, code, out)
		}
	}
}

// The page of a panic shows no secret, nor does the stack below it or a log.
func TestSecrets_panic(t *testing.T) {
	const secret = "hunter2-hunter2"
	log := filepath.Join(t.TempDir(), "log")
	p, out := secretive(t, []string{"DB_PASSWORD=" + secret, "BH_LOG=trace", "BH_LOG_PATH=" + log}, "apply", "--auto-approve")
	p.Hooks.Boundary = func(what string) {
		if strings.HasPrefix(what, "after") {
			panic("the request with " + secret + " and " + url.QueryEscape("x="+secret) + " failed")
		}
	}
	if code := cli.Main(p); code != 1 || !strings.Contains(out.String(), "the request with [secret] and x%3D[secret] failed") ||
		strings.Contains(out.String(), secret) {
		t.Errorf("%d\n%s", code, out)
	}
	if text, err := os.ReadFile(log); err != nil || len(text) == 0 || bytes.Contains(text, []byte(secret)) {
		t.Errorf("%v\n%s", err, text)
	}
}

// The net that keeps secrets out of the output does not answer guesses: a file that makes
// secrets out of letters of one, and prints what they may be, prints the same whatever they are.
func TestSecrets_netAnswersNoGuesses(t *testing.T) {
	declared := "cloud \"local\" \"main\" {}\nsecrets \"age_file\" \"main\" {}\n"
	for _, secret := range []string{
		"project \"r\" {\n  bucket = \"abc\"\n  register {\n    access_key_id = \"AKIA\"\n    endpoint_url = \"https://s3.example.com\"\n" +
			"    secret_access_key = \"a-guess-${substr(env(\"MY_DB_PASSWORD\"), 0, 1)}-0123456789\"\n  }\n}\n",
		"variable \"x\" {\n  sensitive = true\n  default = \"a-guess-${substr(env(\"MY_DB_PASSWORD\"), 0, 1)}-0123456789\"\n}\n",
	} {
		printed := map[string]bool{}
		for _, letter := range []string{"a", "b", "c"} {
			p, out := secretive(t, []string{"MY_DB_PASSWORD=" + letter + "-and-the-rest-of-it"}, "plan")
			src := declared + secret
			for _, guess := range []string{"a", "b", "c"} {
				src += "project \"g" + guess + "\" {\n  bucket = \"bucket-" + guess + "\"\n  item_title = \"a-guess-" + guess + "-0123456789\"\n}\n"
			}
			dir := filepath.Dir(p.Args[1])
			if err := os.WriteFile(p.Args[1], []byte(src), 0o600); err != nil {
				t.Fatal(err)
			}
			p.Args = append([]string{"--chdir", dir}, p.Args[2:]...)
			t.Chdir(dir)
			cli.Main(p)
			printed[strings.ReplaceAll(out.String(), dir, "DIR")] = true
		}
		if len(printed) != 1 {
			t.Errorf("%d outputs of\n%s\n%v", len(printed), secret, printed)
		}
	}
}
