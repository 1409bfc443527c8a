package install

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"encoding/pem"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"

	"buckethead/cmd/clitest"
)

// script is install.sh, seen from this folder.
var script, _ = filepath.Abs(filepath.Join("..", "..", "..", "install.sh"))

// released is the version that install.sh installs, and archive the one for the machine that the tests play.
var (
	released = clitest.Released()
	archive  = "bh_" + released + "_linux_amd64.tar.gz"
)

// binary returns what stands in for the bh of a version.
func binary(version string) string {
	return "#!/bin/sh\n[ \"$*\" = version ] && echo 'bh " + version + "'\n"
}

// entry is a file, or a link, in an archive.
type entry struct{ name, text, link string }

// elsewhere is where the server has its files as well.
const elsewhere = "/elsewhere"

// release is a server with the files of a release.
type release struct {
	t        *testing.T
	url      string
	mu       sync.Mutex
	files    map[string][]byte
	sums     strings.Builder
	asked    int
	cut      bool          // archives end before they are whole
	redirect string        // archives are at this server
	stall    chan struct{} // archives stop half way, and this is closed
}

func newRelease(t *testing.T) *release {
	r := &release{t: t, files: map[string][]byte{}}
	server := httptest.NewServer(r)
	t.Cleanup(server.Close)
	r.url = server.URL
	r.add(released)
	return r
}

func (r *release) add(version string) {
	r.archive(version, entry{name: "LICENSE", text: "a licence"}, entry{name: "bh", text: binary(version)}, entry{name: "man/man1/bh.1", text: "a page"})
}

// archive puts an archive for Linux on amd64 beside the others, with its checksum.
func (r *release) archive(version string, entries ...entry) {
	r.t.Helper()
	var packed bytes.Buffer
	zip := gzip.NewWriter(&packed)
	out := tar.NewWriter(zip)
	for _, e := range entries {
		header := &tar.Header{Name: e.name, Mode: 0o755, Size: int64(len(e.text))}
		if e.link != "" {
			header.Typeflag, header.Linkname = tar.TypeSymlink, e.link
		}
		if err := out.WriteHeader(header); err != nil {
			r.t.Fatal(err)
		}
		if _, err := out.Write([]byte(e.text)); err != nil {
			r.t.Fatal(err)
		}
	}
	if err := out.Close(); err != nil {
		r.t.Fatal(err)
	}
	if err := zip.Close(); err != nil {
		r.t.Fatal(err)
	}
	name := "bh_" + version + "_linux_amd64.tar.gz"
	r.put(name, packed.Bytes())
	if version == released {
		r.sums.Reset()
	}
	sum := sha256.Sum256(packed.Bytes())
	fmt.Fprintf(&r.sums, "%s  %s\n", hex.EncodeToString(sum[:]), name)
	r.put("checksums.txt", []byte(r.sums.String()))
}

func (r *release) put(name string, text []byte) { r.set(func() { r.files["/"+name] = text }) }

func (r *release) remove(name string) { r.set(func() { delete(r.files, "/"+name) }) }

// set changes what the server does. A request of a run that has ended may still be under way.
func (r *release) set(change func()) {
	r.mu.Lock()
	defer r.mu.Unlock()
	change()
}

func (r *release) ServeHTTP(w http.ResponseWriter, q *http.Request) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.asked++
	path, moved := strings.CutPrefix(q.URL.Path, elsewhere)
	text, found := r.files[path]
	isArchive := strings.HasSuffix(q.URL.Path, ".tar.gz")
	switch {
	case isArchive && r.redirect != "" && q.TLS == nil && !moved:
		http.Redirect(w, q, r.redirect+q.URL.Path, http.StatusFound)
	case !found:
		http.NotFound(w, q)
	case isArchive && (r.cut || r.stall != nil):
		w.Header().Set("Content-Length", strconv.Itoa(len(text)))
		_, _ = w.Write(text[:len(text)/2])
		if r.stall != nil {
			w.(http.Flusher).Flush()
			close(r.stall)
			<-q.Context().Done()
		}
	default:
		_, _ = w.Write(text)
	}
}

// machine runs install.sh with the tools that it may find, and no others.
type machine struct {
	t       *testing.T
	release *release
	url     string // BH_INSTALL_URL
	tools   string
	to      string
	env     map[string]string
}

func newMachine(t *testing.T, fetcher string) *machine {
	m := &machine{t: t, release: newRelease(t), tools: t.TempDir(), to: t.TempDir()}
	m.url = m.release.url
	for _, tool := range []string{"sh", "awk", "cat", "chmod", "cut", "gzip", "id", "mkdir", "mktemp", "mv", "rm", "sha256sum", "tar", fetcher} {
		path, err := exec.LookPath(tool)
		if err != nil {
			t.Skip("install.sh needs " + tool)
		}
		m.must(os.Symlink(path, filepath.Join(m.tools, tool)))
	}
	m.fake("uname", "case $1 in -s) echo Linux ;; -m) echo x86_64 ;; esac")
	m.env = map[string]string{"PATH": m.tools, "HOME": t.TempDir()}
	return m
}

func (m *machine) must(err error) {
	m.t.Helper()
	if err != nil {
		m.t.Fatal(err)
	}
}

// fake puts a script in the place of a tool.
func (m *machine) fake(tool, text string) {
	m.t.Helper()
	path := filepath.Join(m.tools, tool)
	_ = os.Remove(path)
	m.must(os.WriteFile(path, []byte("#!/bin/sh\n"+text+"\n"), 0o700))
}

func (m *machine) command(args ...string) *exec.Cmd {
	cmd := exec.Command(filepath.Join(m.tools, "sh"), append([]string{script}, args...)...)
	cmd.Dir = m.t.TempDir()
	for name, value := range m.env {
		cmd.Env = append(cmd.Env, name+"="+value)
	}
	if m.url != "" {
		cmd.Env = append(cmd.Env, "BH_INSTALL_URL="+m.url)
	}
	return cmd
}

func (m *machine) install(args ...string) (said string, ok bool) {
	m.t.Helper()
	out, err := m.command(args...).CombinedOutput()
	return string(out), err == nil
}

// has fails unless the folder has this bh, executable, and nothing else.
func (m *machine) has(text, said string, ok bool) {
	m.t.Helper()
	got, err := os.ReadFile(filepath.Join(m.to, "bh"))
	if !ok || err != nil || string(got) != text || strings.Count(m.listing(), "\n") != 1 || !strings.HasPrefix(m.listing(), "-rwxr-xr-x bh ") {
		m.t.Fatalf("installed %t, %v, %s\n%s", ok, err, m.listing(), said)
	}
}

// listing returns each name in the folder, with its mode and its content.
func (m *machine) listing() string {
	m.t.Helper()
	entries, err := os.ReadDir(m.to)
	m.must(err)
	var out strings.Builder
	for _, e := range entries {
		info, err := e.Info()
		m.must(err)
		text, _ := os.ReadFile(filepath.Join(m.to, e.Name()))
		fmt.Fprintf(&out, "%s %s %x\n", info.Mode(), e.Name(), sha256.Sum256(text))
	}
	return out.String()
}

// secure serves the same release with TLS, and has curl trust it.
func (m *machine) secure() *httptest.Server {
	server := httptest.NewTLSServer(m.release)
	m.t.Cleanup(server.Close)
	path := filepath.Join(m.t.TempDir(), "ca.pem")
	m.must(os.WriteFile(path, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw}), 0o600))
	m.env["CURL_CA_BUNDLE"] = path
	return server
}
