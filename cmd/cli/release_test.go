package cli_test

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"

	"buckethead/cmd/cli"
)

// The release that .release-version names is the one of everything that speaks of a release.
func TestRelease_isNamedOnce(t *testing.T) {
	read := func(path ...string) string {
		t.Helper()
		text, err := os.ReadFile(filepath.Join(append([]string{"..", ".."}, path...)...))
		if err != nil {
			t.Fatal(err)
		}
		return string(text)
	}
	version := strings.TrimSpace(read(".release-version"))
	if !regexp.MustCompile(`^\d+\.\d+\.\d+$`).MatchString(version) {
		t.Fatalf("%q names no release", version)
	}
	if *cli.Version != version+"-dev" {
		t.Errorf("a bh that is built from these files says that it is %s", *cli.Version)
	}
	if script := read("install.sh"); !strings.Contains(script, "\nversion="+version+"\nrepository=OWNER/buckethead\n") {
		t.Error("install.sh installs another release")
	}
}

// install.sh and the action look for archives by the names that goreleaser gives them.
func TestRelease_archives(t *testing.T) {
	text, err := os.ReadFile(filepath.Join("..", "..", ".goreleaser.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{`name_template: "bh_{{ .Version }}_{{ .Os }}_{{ .Arch }}"`, "formats: [tar.gz]", "- goos: windows\n        formats: [zip]", "name_template: checksums.txt", "- glob: .release/files/install.sh"} {
		if !strings.Contains(string(text), want) {
			t.Errorf("no %s", want)
		}
	}
}

// TestRelease_isOfWhatThereIs holds the release's settings to names of this package,
// which a linker sets without a word where they do not exist, and to all platforms.
func TestRelease_isOfWhatThereIs(t *testing.T) {
	var settings struct {
		Builds []struct {
			Main         string
			Env          []string
			GOOS, GOARCH []string
			Flags        []string
			LDFlags      string
		}
	}
	text, err := os.ReadFile(filepath.Join("..", "..", ".goreleaser.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	if err := yaml.Unmarshal(text, &settings); err != nil {
		t.Fatal(err)
	}
	if len(settings.Builds) != 1 {
		t.Fatalf("%d builds", len(settings.Builds))
	}
	b := settings.Builds[0]
	if b.Main != "./cmd/bh" || !slices.Contains(b.Env, "CGO_ENABLED=0") || !slices.Contains(b.Flags, "-trimpath") || len(b.GOOS)*len(b.GOARCH) != 6 {
		t.Errorf("got %+v", b)
	}
	for name := range map[string]*string{"version": cli.Version, "commit": cli.Commit, "repository": cli.Repository} { // which this would not compile without
		if !strings.Contains(b.LDFlags, "-X buckethead/cmd/cli."+name+"={{") {
			t.Errorf("a release does not set %s: %s", name, b.LDFlags)
		}
	}
	if set := strings.Count(b.LDFlags, "-X "); set != 3 {
		t.Errorf("a release sets %d names, and this test knows 3: %s", set, b.LDFlags)
	}
}
