// Package install runs install.sh of this repository against a server on this machine that
// has small archives, made as goreleaser makes them.
//
// The tests need sh, tar and curl or wget, and are skipped without them.
package install

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

func TestInstall(t *testing.T) {
	for _, tool := range []string{"curl", "wget"} {
		t.Run(tool, func(t *testing.T) {
			m := newMachine(t, tool)
			said, ok := m.install("--to", m.to)
			m.has(binary(released), said, ok)
			if want := fmt.Sprintf("Installed bh %[2]s as %[1]s/bh.\nTo run it as bh: export PATH=\"%[1]s:$PATH\"\n", m.to, released); said != want {
				t.Errorf("it said\n%s, want\n%s", said, want)
			}
			m.release.add("99.2.0")
			said, ok = m.install("--version", "v99.2.0", "--to", m.to)
			m.has(binary("99.2.0"), said, ok)
			// Without a folder it is one that needs no permission.
			m.env["HOME"] = t.TempDir()
			m.to = filepath.Join(m.env["HOME"], ".local", "bin")
			m.fake("id", "echo 1000")
			m.env["PATH"] += string(os.PathListSeparator) + m.to
			said, ok = m.install()
			if m.has(binary(released), said, ok); strings.Contains(said, "export") {
				t.Errorf("it said\n%s", said)
			}
		})
	}
}

// Each platform has its archive.
func TestInstall_platforms(t *testing.T) {
	for uname, want := range map[string]string{"Linux x86_64": "linux_amd64.tar.gz", "Linux aarch64": "linux_arm64.tar.gz", "Darwin arm64": "darwin_arm64.tar.gz",
		"Darwin x86_64": "darwin_amd64.tar.gz", "MINGW64_NT-10.0 x86_64": "windows_amd64.zip", "FreeBSD amd64": "there is no archive for FreeBSD", "Linux riscv64": "there is no archive for riscv64"} {
		m := newMachine(t, "curl")
		system, machine, _ := strings.Cut(uname, " ")
		m.fake("uname", "case $1 in -s) echo "+system+" ;; -m) echo "+machine+" ;; esac")
		m.release.set(func() { clear(m.release.files) })
		m.release.put("checksums.txt", []byte("\n"))
		if said, ok := m.install("--to", m.to); ok || !strings.Contains(said, want) {
			t.Errorf("%s: it said\n%s, want %s", uname, said, want)
		}
	}
}

// Whatever goes wrong, the bh that was there stays, nothing lies beside it, and the reason is told.
func TestInstall_refuses(t *testing.T) {
	flip := func(name string) func(*machine) {
		return func(m *machine) {
			m.release.set(func() {
				text := m.release.files["/"+name]
				text[len(text)/2] ^= 1
			})
		}
	}
	line := func(with string) func(*machine) {
		return func(m *machine) { m.release.put("checksums.txt", []byte(strings.ReplaceAll(with, "ARCHIVE", archive))) }
	}
	digest := strings.Repeat("0", 64)
	content := func(entries ...entry) func(*machine) {
		return func(m *machine) { m.release.archive(released, entries...) }
	}
	for name, test := range map[string]struct {
		spoil func(*machine)
		args  []string
		want  string
	}{
		"a changed archive":         {flip(archive), nil, "is not the one that was released: its SHA-256 is"},
		"a changed checksum":        {line(digest + "  ARCHIVE\n"), nil, "and checksums.txt says " + digest},
		"no checksum":               {line(digest + "  other.tar.gz\n"), nil, "checksums.txt does not list " + archive},
		"the name within another":   {line(digest + "  x-ARCHIVE\n" + digest + "  ARCHIVE.sig\n"), nil, "does not list"},
		"two checksums":             {line(digest + "  ARCHIVE\n" + digest + "  ARCHIVE\n"), nil, "has no usable line"},
		"half a checksum":           {line(digest[:40] + "  ARCHIVE\n"), nil, "has no usable line"},
		"no checksum but a word":    {line(strings.Repeat("z", 64) + "  ARCHIVE\n"), nil, "has no usable line"},
		"an empty list":             {line(""), nil, "does not list"},
		"no list":                   {func(m *machine) { m.release.remove("checksums.txt") }, nil, "checksums.txt. Is there a release " + released + "?"},
		"no archive":                {func(m *machine) { m.release.remove(archive) }, nil, "cannot download"},
		"no release":                {nil, []string{"--version", "9.9.9"}, "does not list bh_9.9.9"},
		"cut off on the way":        {func(m *machine) { m.release.set(func() { m.release.cut = true }) }, nil, "cannot download"},
		"no bh in it":               {content(entry{name: "LICENSE", text: "x"}), nil, "cannot unpack"},
		"a link to elsewhere":       {content(entry{name: "bh", link: "/bin/true"}), nil, "is not a file"},
		"a bh of another version":   {content(entry{name: "bh", text: binary("0.0.9")}), nil, "says that it is bh 0.0.9, and not bh " + released},
		"a bh that does not run":    {content(entry{name: "bh", text: "#!/bin/sh\nexit 1\n"}), nil, "does not run on this machine"},
		"an unknown flag":           {nil, []string{"--into", "x"}, "there is no --into"},
		"a flag without its value":  {nil, []string{"--version"}, "--version needs a value"},
		"a version that is a path":  {nil, []string{"--version", "../../evil"}, "is not a version"},
		"not a repository":          {nil, []string{"--repository", "https://example.com/x"}, "is not a repository"},
		"an owner alone":            {nil, []string{"--repository", "acme"}, "is not a repository"},
		"no gh":                     {nil, []string{"--provenance"}, "gh is not installed"},
		"http to elsewhere":         {func(m *machine) { m.url = "http://example.com/v1.0.0" }, nil, "http is only for this machine"},
		"a name like this machine":  {func(m *machine) { m.url = "http://127.0.0.1.example.com" }, nil, "http is only for this machine"},
		"this machine as a user":    {func(m *machine) { m.url = "http://127.0.0.1:80@example.com/" }, nil, "http is only for this machine"},
		"this machine in the query": {func(m *machine) { m.url = "http://example.com?127.0.0.1" }, nil, "http is only for this machine"},
		"this machine by IPv6":      {func(m *machine) { m.url = "http://[::1]:1/" }, nil, "cannot download"},
		"no URL":                    {func(m *machine) { m.url = "file:///etc" }, nil, "is not an https URL"},
		"the repository unknown":    {func(m *machine) { m.url = "" }, nil, "does not name its repository"},
		"redirected to http":        {func(m *machine) { m.release.set(func() { m.release.redirect = m.release.url + elsewhere }) }, nil, "cannot download"},
		"a folder in its place": {func(m *machine) {
			m.must(os.Remove(filepath.Join(m.to, "bh")))
			m.must(os.Mkdir(filepath.Join(m.to, "bh"), 0o755))
		}, nil, "bh is a folder"},
		"a folder that cannot be made": {nil, []string{"--to", "/proc/nowhere/bin"}, "cannot make /proc/nowhere/bin: name another folder"},
	} {
		t.Run(name, func(t *testing.T) {
			m := newMachine(t, "curl")
			m.must(os.WriteFile(filepath.Join(m.to, "bh"), []byte("before"), 0o755))
			if test.spoil != nil {
				test.spoil(m)
			}
			before := m.listing()
			said, ok := m.install(append([]string{"--to", m.to}, test.args...)...)
			if ok || !strings.Contains(said, test.want) || !strings.Contains(said, "install.sh: ") {
				t.Errorf("it said\n%s, want %s", said, test.want)
			}
			if after := m.listing(); after != before {
				t.Errorf("before %s, after %s", before, after)
			}
		})
	}
}

// Whoever runs the script can tell that there is no archive from an archive that is not what it should be.
func TestInstall_exitCodes(t *testing.T) {
	for name, test := range map[string]struct {
		spoil func(*machine)
		args  []string
		want  int
	}{
		"no release":       {func(m *machine) { m.release.set(func() { clear(m.release.files) }) }, nil, 3},
		"no archive":       {nil, []string{"--version", "9.9.9"}, 3},
		"no platform":      {func(m *machine) { m.fake("uname", "echo Plan9") }, nil, 3},
		"a changed one":    {func(m *machine) { m.release.put(archive, []byte("other")) }, nil, 1},
		"no gh":            {nil, []string{"--provenance"}, 4},
		"no provenance":    {func(m *machine) { m.fake("gh", "exit 0") }, []string{"--provenance"}, 3},
		"other provenance": {func(m *machine) { m.fake("gh", "exit 1"); m.release.put("provenance.sigstore.json", []byte("{}")) }, []string{"--commit", "c0ffee"}, 4},
	} {
		m := newMachine(t, "curl")
		if test.spoil != nil {
			test.spoil(m)
		}
		cmd := m.command(append([]string{"--to", m.to}, test.args...)...)
		out, _ := cmd.CombinedOutput()
		if got := cmd.ProcessState.ExitCode(); got != test.want {
			t.Errorf("%s: exit code %d, want %d\n%s", name, got, test.want, out)
		}
	}
}

// wget takes no archive that was changed or cut off either.
func TestInstall_refusesWithWget(t *testing.T) {
	for name, spoil := range map[string]func(*machine){
		"a changed archive": func(m *machine) { m.release.put(archive, []byte("other")) },
		"no list":           func(m *machine) { m.release.remove("checksums.txt") },
	} {
		m := newMachine(t, "wget")
		spoil(m)
		if said, ok := m.install("--to", m.to); ok || m.listing() != "" {
			t.Errorf("%s: it said\n%s\nand left %s", name, said, m.listing())
		}
	}
}

func TestInstall_withoutPermission(t *testing.T) {
	if os.Geteuid() == 0 {
		t.Skip("root may write everywhere")
	}
	m := newMachine(t, "curl")
	m.must(os.Chmod(m.to, 0o555))
	if said, ok := m.install("--to", m.to); ok || !strings.Contains(said, "cannot write to "+m.to) {
		t.Errorf("it said\n%s", said)
	}
}

// GitHub sends whoever asks for an archive to another host.
func TestInstall_followsToHTTPS(t *testing.T) {
	m := newMachine(t, "curl")
	to := m.secure().URL
	m.release.set(func() { m.release.redirect = to })
	said, ok := m.install("--to", m.to)
	m.has(binary(released), said, ok)
}

// A signal, at a moment when the archive is half there, leaves what was there before.
func TestInstall_interrupted(t *testing.T) {
	for signal, code := range map[syscall.Signal]int{syscall.SIGINT: 130, syscall.SIGTERM: 143} {
		m := newMachine(t, "curl")
		m.must(os.WriteFile(filepath.Join(m.to, "bh"), []byte("before"), 0o755))
		before := m.listing()
		stalled := make(chan struct{})
		m.release.set(func() { m.release.stall = stalled })
		cmd := m.command("--to", m.to)
		cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
		m.must(cmd.Start())
		ended := make(chan struct{})
		go func() {
			_ = cmd.Wait()
			close(ended)
		}()
		select {
		case <-stalled:
			m.must(syscall.Kill(-cmd.Process.Pid, signal))
			<-ended
		case <-ended:
			t.Fatal("it ended before it had half of the archive")
		}
		if got := cmd.ProcessState.ExitCode(); got != code {
			t.Errorf("%v: exit code %d, want %d", signal, got, code)
		}
		if after := m.listing(); after != before {
			t.Errorf("%v: before %s, after %s", signal, before, after)
		}
	}
}

// A script that arrives cut off, as it may through a pipe, does nothing.
func TestInstall_cutOff(t *testing.T) {
	m := newMachine(t, "curl")
	text, err := os.ReadFile(script)
	m.must(err)
	lines := strings.SplitAfter(strings.TrimSpace(string(text)), "\n")
	for n := 1; n < len(lines); n += 3 {
		cmd := m.command()
		cmd.Args = []string{"sh", "-s", "--", "--to", m.to}
		cmd.Stdin = strings.NewReader(strings.Join(lines[:n], ""))
		_ = cmd.Run()
		asked := 0
		m.release.set(func() { asked = m.release.asked })
		if left := m.listing(); left != "" || asked > 0 {
			t.Fatalf("%d lines did something: %s", n, left)
		}
	}
}

// The provenance is asked of the bundle beside the archive, for this repository, workflow and tag.
func TestInstall_provenance(t *testing.T) {
	m := newMachine(t, "curl")
	m.release.put("provenance.sigstore.json", []byte("{}"))
	m.fake("gh", `printf '%s\n' "$*" >"$HOME/asked"; for last; do :; done; test ! -e "$HOME/refuse"`)
	m.env["HOME"] = t.TempDir()
	said, ok := m.install("--to", m.to, "--provenance")
	m.has(binary(released), said, ok)
	asked, err := os.ReadFile(filepath.Join(m.env["HOME"], "asked"))
	m.must(err)
	for _, want := range []string{"attestation verify ", "/" + archive + " --bundle ", "--repo OWNER/buckethead --signer-workflow OWNER/buckethead/.github/workflows/release.yml --source-ref refs/tags/v" + released + " --deny-self-hosted-runners"} {
		if !strings.Contains(string(asked), want) {
			t.Errorf("gh was asked to %s, without %s", asked, want)
		}
	}
	commit := strings.Repeat("c0ffee00", 5)
	said, ok = m.install("--to", m.to, "--repository", "acme/bh", "--commit", commit)
	m.has(binary(released), said, ok)
	if asked, err = os.ReadFile(filepath.Join(m.env["HOME"], "asked")); err != nil || !strings.Contains(string(asked), "--repo acme/bh ") || !strings.HasSuffix(string(asked), " --source-digest "+commit+"\n") {
		t.Errorf("gh was asked to %s (%v)", asked, err)
	}
	m.must(os.Remove(filepath.Join(m.to, "bh")))
	m.must(os.WriteFile(filepath.Join(m.env["HOME"], "refuse"), nil, 0o600))
	if said, ok := m.install("--to", m.to, "--provenance"); ok || m.listing() != "" || !strings.Contains(said, "gh does not prove that OWNER/buckethead built "+archive) {
		t.Errorf("it said\n%s", said)
	}
}
