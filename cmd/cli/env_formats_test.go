package cli

import (
	"bufio"
	"encoding/json"
	"fmt"
	"maps"
	"os/exec"
	"regexp"
	"strings"
	"testing"
	"unicode"

	"go.yaml.in/yaml/v3"
	"pgregory.net/rapid"

	"buckethead/config/addr"
	"buckethead/vendors"
)

// readers read what bh env prints as those do whom it is for. They know nothing of how it was written. Each returns the
// variables that it found.
var readers = map[string]func(text string) (map[string]string, error){
	"dotenv": readSourced,
	"docker": readDocker,
	"op":     readInjected,
	"github": readGitHub,
}

// readSourced has a shell read the file, as set -a does for a .env.
func readSourced(text string) (map[string]string, error) {
	script := text + "\nfor n in $(printf %s \"$NAMES\"); do eval \"printf '%s\\\\0%s\\\\0' $n \\\"\\$$n\\\"\"; done\n"
	names := regexp.MustCompile(`(?m)^[A-Z0-9_]+`).FindAllString(text, -1)
	cmd := exec.Command("sh", "-c", script)
	cmd.Env = []string{"NAMES=" + strings.Join(names, " "), "PATH=/usr/bin:/bin", "LC_ALL=C.UTF-8"}
	out, err := cmd.CombinedOutput()
	if err != nil {
		return nil, fmt.Errorf("%w: %s", err, out)
	}
	parts := strings.Split(string(out), "\x00")
	read := map[string]string{}
	for i := 0; i+1 < len(parts); i += 2 {
		read[parts[i]] = parts[i+1]
	}
	return read, nil
}

// readDocker follows docker run --env-file: leading white space goes, lines that are empty or begin with # are
// comments, a name has no white space, and all behind the first sign is the value.
func readDocker(text string) (map[string]string, error) {
	read := map[string]string{}
	lines := bufio.NewScanner(strings.NewReader(text))
	for lines.Scan() {
		line := strings.TrimLeftFunc(lines.Text(), unicode.IsSpace)
		if line == "" || line[0] == '#' {
			continue
		}
		name, value, given := strings.Cut(line, "=")
		if name == "" || strings.ContainsAny(name, " \t") || !given {
			return nil, fmt.Errorf("docker does not take %q", line)
		}
		read[name] = value
	}
	return read, lines.Err()
}

// readInjected is a template for op inject, which replaces {{ REFERENCE }} with the value that it names.
func readInjected(text string) (map[string]string, error) {
	braces := regexp.MustCompile(`^\{\{ ([^{}]*) \}\}$`)
	read := map[string]string{}
	for line := range strings.Lines(text) {
		name, value, given := strings.Cut(strings.TrimSuffix(line, "\n"), "=")
		if !given {
			return nil, fmt.Errorf("%q is no line", line)
		}
		if found := braces.FindStringSubmatch(value); found != nil {
			value = found[1]
		}
		read[name] = value
	}
	return read, nil
}

func readGitHub(text string) (map[string]string, error) {
	var step struct{ Env map[string]string }
	decoder := yaml.NewDecoder(strings.NewReader(text))
	decoder.KnownFields(true)
	err := decoder.Decode(&step)
	return step.Env, err
}

// readSection reads a file of sections as rclone and AWS's clients do: of one section, with one setting a line.
func readSection(text string) (name string, settings map[string]string, err error) {
	settings = map[string]string{}
	for line := range strings.Lines(text) {
		line = strings.TrimSuffix(line, "\n")
		key, value, given := strings.Cut(line, " = ")
		switch {
		case strings.HasPrefix(line, "#"):
		case strings.HasPrefix(line, "["):
			if !strings.HasSuffix(line, "]") || name != "" {
				return "", nil, fmt.Errorf("%q begins no section", line)
			}
			name = line[1 : len(line)-1]
		case !given || strings.TrimSpace(key) != key || settings[key] != "":
			return "", nil, fmt.Errorf("%q is no setting", line)
		default:
			settings[key] = strings.TrimSuffix(strings.TrimPrefix(value, "{{ "), " }}")
		}
	}
	return name, settings, nil
}

// drawReferences draws references as stores write them, with titles that are hard on formats. op inject has signs of
// its own, so its templates hold 1Password's references alone.
func drawReferences(t *rapid.T, ofOP bool) envReferences {
	part := rapid.StringMatching(`[A-Za-z0-9._-][A-Za-z0-9._ -]{0,9}[A-Za-z0-9._-]`)
	title := rapid.OneOf(part, rapid.StringOfN(rapid.RuneFrom([]rune("\"'\\$`!#%&*~(){}[]<>|;:=?@^, -é日😀ab")), 1, 20, -1))
	e := envReferences{project: drawProject(t).Label(), names: rapid.SampledFrom(envNames).Draw(t, "names"), fields: map[string]string{}}
	for _, f := range vendors.FieldNames() {
		if ofOP {
			e.fields[f] = "op://" + part.Draw(t, "vault") + "/" + part.Draw(t, "item") + "/keys/" + part.Draw(t, "label")
		} else {
			e.fields[f] = "age://" + title.Draw(t, "title") + "/" + f
		}
	}
	return e
}

func drawProject(t *rapid.T) addr.Address {
	key := rapid.OneOf(rapid.Just(""), rapid.StringMatching(`[a-z_./ "\\-]{1,4}`), rapid.SampledFrom([]string{"größe", "日本", "a\nb", "]", `"]`, "${x}", "a\x1b"}))
	return addr.Address{Kind: addr.Project, Name: rapid.SampledFrom([]string{"a", "a_b", "a-b", "t", "größe", "日本"}).Draw(t, "name"), Key: key.Draw(t, "key")}
}

// TestEnvFormats_areReadBack: whatever the references are, those whom a format is for read them as they are.
func TestEnvFormats_areReadBack(t *testing.T) {
	if _, err := exec.LookPath("sh"); err != nil {
		delete(readers, "dotenv")
	}
	rapid.Check(t, func(t *rapid.T) {
		for format, read := range readers {
			e := drawReferences(t, format == "op")
			want := map[string]string{}
			for _, v := range e.environment() {
				want[v.name] = v.text
			}
			if got, err := read(e.text(format)); err != nil || !maps.Equal(got, want) {
				t.Fatalf("%s is read as %q (%v), want %q:\n%s", format, got, err, want, e.text(format))
			}
		}
		e := drawReferences(t, true)
		for format, keys := range map[string][4]string{
			"rclone": {"access_key_id", "secret_access_key", "endpoint", "region"},
			"aws":    {"aws_access_key_id", "aws_secret_access_key", "endpoint_url", "region"},
		} {
			name, settings, err := readSection(e.text(format))
			if err != nil || strings.TrimPrefix(name, "profile ") != sectionName(e.project) {
				t.Fatalf("%s has the section %q (%v):\n%s", format, name, err, e.text(format))
			}
			for i, f := range []string{vendors.FieldAccessKeyID, vendors.FieldSecretAccessKey, vendors.FieldEndpointURL, vendors.FieldRegion} {
				if settings[keys[i]] != e.fields[f] {
					t.Errorf("%s: %s is %q, want %q", format, keys[i], settings[keys[i]], e.fields[f])
				}
			}
		}
	})
}

// TestEnvFormats_oneLine: what would change on its way through a line is an error.
func TestEnvFormats_oneLine(t *testing.T) {
	for _, text := range []string{"a\nb", "a\rb", "a\x00b", "a\x1bb", "\xff"} {
		e := envReferences{fields: map[string]string{vendors.FieldBucket: text}}
		if err := e.onOneLine(); err == nil || !strings.Contains(err.Error(), "BUCKETHEAD_BUCKET__NAME") {
			t.Errorf("%q: %v", text, err)
		}
	}
}

// TestSectionName: any two projects have sections of different names, which rclone and AWS's clients take.
func TestSectionName(t *testing.T) {
	for p, want := range map[addr.Address]string{
		{Kind: addr.Project, Name: "photos"}: "photos", {Kind: addr.Project, Name: "a-b_c"}: "a-b_c", {Kind: addr.Project, Name: "t", Key: "north"}: "t.north", {Kind: addr.Project, Name: "t", Key: "a.b-c_d"}: "t.a.b-c_d",
		{Kind: addr.Project, Name: "t", Key: "n/o"}: "t_n_o_4650680a", {Kind: addr.Project, Name: "日本"}: "cf2abf0c",
	} {
		if got := sectionName(p.Label()); got != want {
			t.Errorf("%s: got %s, want %s", p, got, want)
		}
	}
	allowed := regexp.MustCompile(`^[A-Za-z0-9_][A-Za-z0-9_.-]*$`)
	rapid.Check(t, func(t *rapid.T) {
		p, q := drawProject(t), drawProject(t)
		if a, b := sectionName(p.Label()), sectionName(q.Label()); p != q && a == b || !allowed.MatchString(a) {
			t.Errorf("%s is %q, and %s is %q", p, a, q, b)
		}
	})
}

// TestEnvNames_areThoseOfExec: bh env --names aws prints the variables that bh exec sets, in every format.
func TestEnvNames_areThoseOfExec(t *testing.T) {
	set := map[string]string{}
	for _, pair := range withAWS(nil, func(field string) string { return "op://v/i/keys/" + field }) {
		name, value, _ := strings.Cut(pair, "=")
		set[name] = value
	}
	e := envReferences{names: "aws", fields: map[string]string{}}
	for _, f := range vendors.FieldNames() {
		e.fields[f] = "op://v/i/keys/" + f
	}
	for format, read := range readers {
		if got, err := read(e.text(format)); err != nil || !maps.Equal(got, set) {
			t.Errorf("%s: got %q, want %q (%v)", format, got, set, err)
		}
	}
	text, _ := json.Marshal(set)
	for _, want := range []string{`"AWS_SECRET_ACCESS_KEY":"op://v/i/keys/secret_access_key"`, `"AWS_REQUEST_CHECKSUM_CALCULATION":"when_required"`,
		`"AWS_RESPONSE_CHECKSUM_VALIDATION":"when_required"`} {
		if !strings.Contains(string(text), want) {
			t.Errorf("%s lacks %s", text, want)
		}
	}
	kept := withAWS([]string{"AWS_REQUEST_CHECKSUM_CALCULATION=when_supported", "AWS_RESPONSE_CHECKSUM_VALIDATION="}, func(string) string { return "" })
	if all := strings.Join(kept, " "); strings.Count(all, "AWS_REQUEST_CHECKSUM_CALCULATION") != 1 || !strings.Contains(all, "AWS_RESPONSE_CHECKSUM_VALIDATION=when_required") {
		t.Errorf("what the user set: %s", all)
	}
}
