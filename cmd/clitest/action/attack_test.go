package action

import (
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// approval is a pull request whose plan was shown, and a bh that would apply whatever digest the
// action takes from its comment. The page of that plan ends with the digest good.
type approval struct {
	*actionRunner
	page string
}

const marker = "<!-- bh:plan stack=acme -->"

var good, evil = strings.Repeat("a", 64), strings.Repeat("e", 64)

func digestOf(digest string) string { return "<!-- bh:digest " + digest + " -->" }

func newApproval(t *testing.T) *approval {
	r := &approval{newActionRunner(t), marker + "\n### bh plan: 1 to provision\n\nPlan digest `" + good + "`\n\n" + digestOf(good) + "\n"}
	r.bh = filepath.Join(t.TempDir(), "bh")
	if err := os.WriteFile(r.bh, []byte("#!/usr/bin/env bash\ncase $1 in plan) cat page ;; apply) printf '%s\\n' \"$*\" >>applied ;; esac\n"), 0o700); err != nil {
		t.Fatal(err)
	}
	r.write("page", r.page)
	r.merges()
	return r
}

// intoLines is where bh writes the lines that the output rotated is made of.
var intoLines = regexp.MustCompile(` --json-into \S+/lines\.jsonl\b`)

// applied runs the apply and returns what bh was told, "" if it was not run.
func (r *approval) applied() (told, log string) {
	r.t.Helper()
	log, _, ok := r.run("bh-apply.yml", map[string]any{"ref": "refs/heads/main"}, nil)
	told = intoLines.ReplaceAllString(read(r.t, filepath.Join(r.workspace, "applied")), "")
	if ok != (told != "") {
		r.t.Errorf("the job ended with %t and bh was told %q\n%s", ok, told, log)
	}
	return told, log
}

// A digest counts only as the last line of the page of a plan that succeeded, in a comment of the
// job's own author that nobody else has changed, on the pull request of this commit, of this stack.
func TestAction_takesNoDigestOfOthers(t *testing.T) {
	failed := marker + "\n### bh plan: failed, 1 error\n\nPlan digest `" + evil + "`\n"
	mine := func(body string) githubText { return by(githubBot, githubText{ID: 1, Body: body}) }
	edited := func(by string, body string) githubText { c := mine(body); c.editor = by; return c }
	page := newApproval(t).page
	for name, test := range map[string]struct {
		comments []githubText
		pull     int
		want     string // the digest, or what the job says
	}{
		"its own":                    {[]githubText{mine(page)}, 7, good},
		"its own, updated":           {[]githubText{edited(githubBot, page)}, 7, good},
		"CRLF":                       {[]githubText{mine(strings.ReplaceAll(page, "\n", "\r\n"))}, 7, good},
		"after one of someone else":  {[]githubText{by("mallory", githubText{ID: 2, Body: strings.ReplaceAll(page, good, evil)}), mine(page)}, 7, good},
		"of another author":          {[]githubText{by("mallory", githubText{ID: 1, Body: page})}, 7, "No plan was found"},
		"of a user called as a bot":  {[]githubText{by("github-actions", githubText{ID: 1, Body: page})}, 7, "No plan was found"},
		"edited by someone else":     {[]githubText{edited("mallory", page)}, 7, "edited by mallory"},
		"edited by one who left":     {[]githubText{edited(ghost, page)}, 7, "edited by an account that is gone"},
		"edited by a namesake":       {[]githubText{edited("github-actions", page)}, 7, "edited by github-actions"},
		"on another pull request":    {[]githubText{mine(page)}, 6, "No plan was found"},
		"on one of another commit":   {[]githubText{mine(page)}, 4, "No plan was found"},
		"on one of another fork":     {[]githubText{mine(page)}, 5, "No plan was found"},
		"of another stack":           {[]githubText{mine(strings.Replace(page, "stack=acme", "stack=acme-dev", 1))}, 7, "No plan was found"},
		"of a stack as a prefix":     {[]githubText{mine(strings.Replace(page, "stack=acme -->", "stack=acme --> x", 1))}, 7, "No plan was found"},
		"the marker further down":    {[]githubText{mine("hello\n" + page)}, 7, "No plan was found"},
		"of a plan that failed":      {[]githubText{mine(failed)}, 7, "No plan was found"},
		"failed, with a title":       {[]githubText{mine(failed + "\n| `" + digestOf(evil) + "` |\n")}, 7, "No plan was found"},
		"within a line":              {[]githubText{mine(marker + "\nsee " + digestOf(evil) + "\n")}, 7, "No plan was found"},
		"before the end of a line":   {[]githubText{mine(marker + "\n" + digestOf(evil) + " |\n")}, 7, "No plan was found"},
		"after a lone CR":            {[]githubText{mine(marker + "\nx\r" + digestOf(evil) + "\n")}, 7, "No plan was found"},
		"not at the end":             {[]githubText{mine(marker + "\n" + digestOf(evil) + "\nmore\n")}, 7, "No plan was found"},
		"a title, then its own":      {[]githubText{mine(marker + "\nphotos\n" + digestOf(evil) + "\n" + digestOf(good) + "\n")}, 7, good},
		"too short":                  {[]githubText{mine(marker + "\n" + digestOf(evil[1:]) + "\n")}, 7, "No plan was found"},
		"of capital letters":         {[]githubText{mine(marker + "\n" + digestOf(strings.ToUpper(evil)) + "\n")}, 7, "No plan was found"},
		"a digest and a flag":        {[]githubText{mine(marker + "\n" + digestOf(evil+" --allow-destroy 9") + "\n")}, 7, "No plan was found"},
		"of nobody":                  {nil, 7, "No plan was found"},
		"an empty body, and its own": {[]githubText{by(githubBot, githubText{ID: 2}), mine(page)}, 7, good},
	} {
		t.Run(name, func(t *testing.T) {
			r := newApproval(t)
			r.github.comments[test.pull] = test.comments
			told, log := r.applied()
			if len(test.want) == 64 {
				if told != "apply --chdir . --expect "+test.want+"\n" {
					t.Errorf("bh was told %q\n%s", told, log)
				}
			} else if told != "" || !strings.Contains(log, "::error::") || !strings.Contains(log, test.want) {
				t.Errorf("bh was told %q\n%s", told, log)
			}
		})
	}
	r := newApproval(t)
	r.github.comments[7], r.github.silent = []githubText{mine(page)}, true
	if told, log := r.applied(); told != "" || !strings.Contains(log, "::error::GitHub does not say who edited") {
		t.Errorf("bh was told %q\n%s", told, log)
	}
}

// A merge also closes the pull requests whose commits it contains, such as the lower ones of a stack, or a copy
// that somebody else made. Of their plans the one counts that is made now.
func TestAction_findsThePlanAmongPullRequests(t *testing.T) {
	page := newApproval(t).page
	other := strings.ReplaceAll(page, good, evil)
	for name, test := range map[string]struct{ lower, upper, want string }{
		"both have a plan":  {other, page, good},
		"a copy has none":   {"", page, good},
		"only another plan": {other, "", evil},
		"neither":           {"", "", ""},
	} {
		r := newApproval(t)
		sha := r.env["GITHUB_SHA"]
		lower := maps.Clone(r.github.pulls[sha][3])
		lower["number"] = 3
		r.github.pulls[sha] = append([]map[string]any{lower}, r.github.pulls[sha]...)
		for number, body := range map[int]string{3: test.lower, 7: test.upper} {
			if body != "" {
				r.github.comments[number] = []githubText{by(githubBot, githubText{ID: number, Body: body})}
			}
		}
		want := "apply --chdir . --expect " + test.want + "\n"
		if told, log := r.applied(); test.want != "" && told != want || test.want == "" && told != "" {
			t.Errorf("%s: bh was told %q\n%s", name, told, log)
		}
	}
}

// What a policy forbids has a plan to show, but none to apply, also once the policy is gone.
func TestAction_appliesNoPlanThatFailed(t *testing.T) {
	r := newActionRunner(t)
	r.merges()
	policy := "policy \"no\" {\n  condition     = operation.kind != \"provision\"\n  error_message = \"no\"\n}\n"
	title := strings.ReplaceAll(actionProject("photos"), "}", "  item_title = \"photos "+digestOf(evil)+"\"\n}")
	r.write("buckets.hcl", actionHead+policy+title)
	if log, _, ok := r.run("bh-plan.yml", pullRequest, nil); ok || len(r.own()) != 1 || !strings.Contains(r.own()[0].Body, "acme-photos") {
		t.Fatalf("comments %v\n%s", r.own(), log)
	}
	r.write("buckets.hcl", actionHead+title)
	if log, _, ok := r.run("bh-apply.yml", nil, nil); ok || !strings.Contains(log, "::error::No plan was found") || r.exists("acme-photos") {
		t.Errorf("applied\n%s", log)
	}
	// Without the policy the title of the item does not count as a digest either.
	if log, _, ok := r.run("bh-plan.yml", pullRequest, nil); !ok {
		t.Fatal(log)
	}
	if log, _, ok := r.run("bh-apply.yml", nil, nil); !ok || !r.exists("acme-photos") {
		t.Errorf("not applied\n%s", log)
	}
}

func TestAction_saysWhatExpectNoneGivesUp(t *testing.T) {
	r := newApproval(t)
	log, _, ok := r.run("bh-apply.yml", nil, map[string]string{"expect": "none"})
	const said = "expect: none: this applies whatever is planned now. It is not compared with the plan that the pull request showed"
	if !ok || !strings.Contains(log, "::warning::"+said) || !strings.Contains(r.summary, said) {
		t.Errorf("the summary is %q\n%s", r.summary, log)
	}
	for _, expect := range []string{"NONE", good[1:], good + "\n", "x\n::set-output name=a::b", "--auto-approve", " none"} {
		r = newApproval(t)
		log, _, ok := r.run("bh-apply.yml", nil, map[string]string{"expect": expect})
		if told := read(t, filepath.Join(r.workspace, "applied")); ok || told != "" || !strings.Contains(log, "::error::expect is a digest") || strings.Contains(log, "\n::set-output") {
			t.Errorf("%q: bh was told %q\n%s", expect, told, log)
		}
	}
}

// A text in a note of the job begins no other command to the runner.
func TestAction_notesAreOneLine(t *testing.T) {
	r := newActionRunner(t)
	log, _, ok := r.use(map[string]string{"command": "x\n::set-output name=a::b%0A\r\n::stop-commands::c", "bh": r.bh}, nil)
	if ok || strings.Count(log, "\n::") > 0 || !strings.Contains(log, "x%0A::set-output name=a::b%250A%0D%0A::stop") {
		t.Errorf("got\n%s", log)
	}
}

// A comment that an apply would not read is told at once.
func TestAction_knowsWhoWrites(t *testing.T) {
	r := newApproval(t)
	r.github.login = "acme-bot[bot]"
	if log, _, ok := r.run("bh-plan.yml", pullRequest, nil); ok || !strings.Contains(log, "::error::The comment was written as acme-bot[bot], and the input author is github-actions[bot]") {
		t.Errorf("got\n%s", log)
	}
}

// The pull request of a fork, or of Dependabot, is checked without secrets and without a comment.
func TestAction_checksForksOffline(t *testing.T) {
	from := func(repository any) map[string]any {
		return map[string]any{"pull_request": map[string]any{"number": 7, "head": map[string]any{"repo": map[string]any{"full_name": repository}}}}
	}
	for name, test := range map[string]struct {
		event   map[string]any
		actor   string
		offline bool
	}{
		"own branch":     {pullRequest, "octocat", false},
		"fork":           {from("mallory/infra"), "mallory", true},
		"fork that left": {from(nil), "mallory", true},
		"dependabot":     {pullRequest, "dependabot[bot]", true},
		"merge queue":    {map[string]any{"merge_group": map[string]any{"head_ref": "refs/heads/gh-readonly-queue/main/pr-7-c0ffee"}}, "octocat", true},
	} {
		t.Run(name, func(t *testing.T) {
			r := newActionRunner(t)
			r.env["GITHUB_ACTOR"], r.github.denied = test.actor, test.offline
			r.write("buckets.hcl", actionHead+"variable \"token\" {}\ncloud \"cloudflare_r2\" \"r2\" { api_token = env(\"NOT_THERE\") }\nproject \"photos\" {\n  bucket = \"acme-photos\"\n  cloud = cloudflare_r2.r2\n}\n")
			if !test.offline {
				r.write("buckets.hcl", actionHead+actionProject("photos"))
			}
			log, outputs, ok := r.run("bh-plan.yml", test.event, nil)
			if !ok || outputs["has_changes"] != "true" || (outputs["plan_digest"] == "") != test.offline || len(r.github.writes) > 0 == test.offline {
				t.Errorf("outputs %v, writes %q\n%s", outputs, r.github.writes, log)
			}
			if !strings.Contains(r.summary, "acme-photos") || strings.Contains(r.summary, "### bh plan: offline, 1 to provision") != test.offline || strings.Contains(r.summary, "igest") == test.offline {
				t.Errorf("the summary is\n%s", r.summary)
			}
		})
	}
}
