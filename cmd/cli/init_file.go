package cli

import (
	"bytes"
	"cmp"
	"context"
	_ "embed"
	"fmt"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"text/template"

	"buckethead/config"
	"buckethead/config/diag"
	"buckethead/config/words"
)

// starterText is the file that bh init writes, as a template of a [starter].
//
//go:embed starter.tmpl
var starterText string

const firstName = "buckets.hcl"

// starter holds what bh init writes into a first file. State is local, s3 or a path.
type starter struct{ Cloud, Secrets, State, Stack, Vault, Bucket, CI string }

// place is a choice of bh init, and what to do before it works.
type place struct {
	name, about string
	first       []string
}

var (
	clouds = []place{
		{"local", "folders on this machine, to try bh with", nil},
		{"cloudflare_r2", "Cloudflare R2", []string{"Set CLOUDFLARE_ACCOUNT_ID, CLOUDFLARE_API_TOKEN: bh help r2."}},
	}
	stores = []place{
		{"age_file", "an encrypted file on this machine", nil},
		{"onepassword", "a vault of 1Password", []string{"Set OP_SERVICE_ACCOUNT_TOKEN: bh help onepassword.", "It has to be able to write to the vault VAULT."}},
	}
	states = []place{
		{"local", "a file on this machine", nil},
		{"s3", "a bucket, for CI and for several people", []string{"Make the bucket BUCKET: bh help shared-state.", "Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY for it."}},
	}
	ciServices = []place{
		{"none", "no workflows", nil},
		{"github", "workflows of GitHub Actions", nil},
		{"gitlab", "a template for GitLab", nil},
	}
)

func isPlace(state string) bool { return slices.Contains(names(states), state) }

func names(of []place) []string {
	var out []string
	for _, p := range of {
		out = append(out, p.name)
	}
	return out
}

// complete fills in what was not chosen, and checks the rest.
func (s *starter) complete() error {
	folder, err := filepath.Abs(".")
	if err != nil {
		return err
	}
	s.Cloud, s.Secrets, s.State = cmp.Or(s.Cloud, "local"), cmp.Or(s.Secrets, "age_file"), cmp.Or(s.State, "local")
	s.Stack = cmp.Or(s.Stack, config.StackNameFor(filepath.Base(folder)))
	s.Vault, s.Bucket = cmp.Or(s.Vault, "Engineering"), cmp.Or(s.Bucket, stateBucketFor(s.Stack))
	for _, c := range []struct {
		flag, value string
		of          []place
	}{{"cloud", s.Cloud, clouds}, {"secrets", s.Secrets, stores}, {"ci", cmp.Or(s.CI, "none"), ciServices}} {
		if known := names(c.of); !slices.Contains(known, c.value) {
			return fmt.Errorf("bh init --%s knows %s, and not %s", c.flag, words.List(known...), c.value)
		}
	}
	if s.CI == "none" {
		s.CI = ""
	}
	return nil
}

// stateBucketFor makes a name for the bucket of a state out of the name of the stack.
func stateBucketFor(stack string) string {
	name := regexp.MustCompile(`[^a-z0-9]+`).ReplaceAllString(strings.ToLower(stack), "-")
	return strings.Trim(name[:min(len(name), 50)], "-") + "-states"
}

// fitsNoFile returns an error if something was chosen that only a new file could say.
func (s *starter) fitsNoFile(path string) error {
	for _, c := range [][2]string{{"cloud", s.Cloud}, {"secrets", s.Secrets}, {"stack", s.Stack}, {"state", s.State}} {
		if c[1] != "" && (c[0] != "state" || isPlace(c[1])) {
			return fmt.Errorf("%s is there already, and bh init does not change it: --%s is for a first file", path, c[0])
		}
	}
	return nil
}

// file returns the text of the file. It is certain that it can be read.
func (s *starter) file() ([]byte, error) {
	quote := func(text string) string {
		return strings.NewReplacer("${", "$${", "%{", "%%{").Replace(strconv.Quote(text))
	}
	var out bytes.Buffer
	t, err := template.New("starter").Funcs(template.FuncMap{"quote": quote}).Parse(starterText)
	if err == nil {
		err = t.Execute(&out, s)
	}
	if err != nil {
		return nil, err
	}
	o := fileOptions(Process{}, common{partial: true})
	o.Path, o.Overlay = firstName, map[string][]byte{firstName: out.Bytes()}
	if _, faults := config.Load(o); faults.HasErrors() {
		return nil, fmt.Errorf("the file could not be read: %s Nothing was written", faults[0].Detail)
	}
	text, faults := config.Format(out.Bytes(), firstName)
	if faults.HasErrors() {
		return nil, fmt.Errorf("the file could not be read: %s", faults[0].Detail)
	}
	return text, nil
}

// startSession reads the files as every command does, and makes the state.
func startSession(ctx context.Context, r *run, flags common, chosen starter, wrote bool, notes []string) error {
	return inSessionWithFaults(ctx, r, flags.partly(), func(s *session, faults diag.List) error {
		for _, note := range notes {
			s.view.Result(note)
		}
		if chosen.CI != "" && !s.stateInBucket() {
			s.view.Result("CI needs a state in a bucket, and this one is on your disk: bh help shared-state.")
		}
		if err := s.report(faults); err != nil {
			return err
		}
		var first []string
		if wrote {
			first = chosen.first()
		}
		for _, note := range first {
			s.view.Result(note)
		}
		ready := "Ready: " + declared(s)
		if !wrote || chosen.State != "s3" { // its bucket and its keys are yet to be made
			place, err := makeState(ctx, s)
			if err != nil {
				return err
			}
			ready += ", state in " + place
		}
		next := "bh plan, bh apply"
		if len(first) > 0 {
			next = "bh doctor, " + next
		}
		s.view.Result(ready + ". Next: " + next + ".")
		return nil
	})
}

// first says what to do before the file works.
func (s *starter) first() []string {
	var out []string
	for _, c := range []struct {
		name string
		of   []place
	}{{s.Cloud, clouds}, {s.Secrets, stores}, {s.State, states}} {
		for _, p := range c.of {
			for _, line := range p.first {
				if p.name == c.name {
					out = append(out, strings.NewReplacer("VAULT", s.Vault, "BUCKET", s.Bucket).Replace(line))
				}
			}
		}
	}
	return out
}

// declared counts the projects.
func declared(s *session) string {
	if len(s.config.Lacks) > 0 { // there may be more
		return words.Count(len(s.config.Names), "project block")
	}
	return words.Count(len(s.config.Projects), "project")
}

// makeState opens the state, which creates it if it does not exist yet, and returns the name of its place.
func makeState(ctx context.Context, s *session) (string, error) {
	for _, refused := range s.connections.RefusedHosts() {
		s.view.Note(refused.Cause() + " " + refused.Fix())
	}
	place, err := s.place(ctx)
	if err != nil {
		return "", err
	}
	store, err := s.openState(ctx)
	if err != nil {
		return "", err
	}
	if err := s.closeNow(store); err != nil {
		return "", s.stateFault(err)
	}
	return place.Name(), nil
}
