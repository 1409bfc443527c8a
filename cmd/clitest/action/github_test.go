package action

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"unicode/utf8"
)

const (
	githubToken = "ghs_canary0000000000000000000000000000"
	githubBot   = "github-actions[bot]"
)

// githubText is a comment or an issue, as GitHub shows it.
type githubText struct {
	ID     int    `json:"id"`
	NodeID string `json:"node_id,omitempty"`
	Number int    `json:"number,omitempty"`
	Title  string `json:"title,omitempty"`
	Body   string `json:"body"`
	State  string `json:"state,omitempty"`
	User   struct {
		Login string `json:"login"`
	} `json:"user"`
	PullRequest *struct{} `json:"pull_request,omitempty"`
	editor      string    // who edited it last
}

func by(login string, text githubText) githubText {
	text.User.Login = login
	return text
}

// github is as much of GitHub's API as the action needs, and answers nothing else.
type github struct {
	t        *testing.T
	url      string
	mu       sync.Mutex
	comments map[int][]githubText // by pull request
	issues   []githubText
	pulls    map[string][]map[string]any // by commit
	denied   bool                        // writes are refused
	silent   bool                        // GraphQL answers with errors
	login    string                      // as which the token acts
	writes   []string
}

func newGithub(t *testing.T) *github {
	g := &github{t: t, comments: map[int][]githubText{}, pulls: map[string][]map[string]any{}, login: githubBot}
	mux := http.NewServeMux()
	const repo = "/repos/acme/infra"
	for pattern, handle := range map[string]func(*http.Request) (int, any){
		"GET " + repo + "/issues/{number}/comments":  func(r *http.Request) (int, any) { return page(r, withNodes(g.comments[g.number(r)])) },
		"POST " + repo + "/issues/{number}/comments": g.addComment,
		"PATCH " + repo + "/issues/comments/{id}":    g.editComment,
		"GET " + repo + "/commits/{sha}/pulls":       func(r *http.Request) (int, any) { return page(r, g.pulls[r.PathValue("sha")]) },
		"GET " + repo + "/issues":                    g.listIssues,
		"POST " + repo + "/issues":                   g.addIssue,
		"PATCH " + repo + "/issues/{number}":         g.editIssue,
		"POST /graphql":                              g.editorOf,
	} {
		mux.HandleFunc(pattern, func(w http.ResponseWriter, r *http.Request) {
			g.mu.Lock()
			defer g.mu.Unlock()
			status, answer := http.StatusForbidden, any(map[string]string{"message": "Resource not accessible by integration"})
			reads := r.Method == http.MethodGet || r.URL.Path == "/graphql"
			if !reads {
				g.writes = append(g.writes, r.Method+" "+r.URL.Path)
			}
			if g.proper(r) && (reads || !g.denied) {
				status, answer = handle(r)
			}
			w.Header().Set("Content-Type", "application/json; charset=utf-8")
			w.WriteHeader(status)
			_ = json.NewEncoder(w).Encode(answer)
		})
	}
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		t.Errorf("GitHub has no %s %s", r.Method, r.URL)
		http.NotFound(w, r)
	})
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	g.url = server.URL
	return g
}

func (g *github) proper(r *http.Request) bool {
	for name, want := range map[string]string{"Authorization": "Bearer " + githubToken, "Accept": "application/vnd.github+json", "X-GitHub-Api-Version": "2022-11-28"} {
		if got := r.Header.Get(name); got != want {
			g.t.Errorf("%s %s: %s is %q, want %q", r.Method, r.URL, name, got, want)
			return false
		}
	}
	return true
}

// read decodes the body of a request, which must have exactly these fields.
func (g *github) read(r *http.Request, fields ...string) map[string]string {
	var sent map[string]string
	if err := json.NewDecoder(r.Body).Decode(&sent); err != nil || r.Header.Get("Content-Type") != "application/json" {
		g.t.Errorf("%s %s: %v", r.Method, r.URL, err)
	}
	for name := range sent {
		if !slices.Contains(fields, name) {
			g.t.Errorf("%s %s: there is no field %s", r.Method, r.URL, name)
		}
	}
	if n := utf8.RuneCountInString(sent["body"]); n == 0 || n > 65536 {
		g.t.Errorf("%s %s: a body of %d characters", r.Method, r.URL, n)
	}
	return sent
}

func (g *github) number(r *http.Request) int {
	n, err := strconv.Atoi(r.PathValue("number"))
	if err != nil {
		g.t.Errorf("%s is not a number", r.URL)
	}
	return n
}

func (g *github) addComment(r *http.Request) (int, any) {
	n := g.number(r)
	added := by(g.login, githubText{ID: 1000*n + len(g.comments[n]), Body: g.read(r, "body")["body"]})
	g.comments[n] = append(g.comments[n], added)
	return http.StatusCreated, added
}

func (g *github) editComment(r *http.Request) (int, any) {
	for _, list := range g.comments {
		for i := range list {
			if strconv.Itoa(list[i].ID) == r.PathValue("id") {
				list[i].Body, list[i].editor = g.read(r, "body")["body"], g.login
				return http.StatusOK, list[i]
			}
		}
	}
	return http.StatusNotFound, map[string]string{"message": "Not Found"}
}

// ghost is an editor whose account was deleted: GitHub no longer names one.
const ghost = "ghost"

func nodeID(id int) string { return fmt.Sprintf("IC_%d", id) }

func withNodes(comments []githubText) []githubText {
	out := slices.Clone(comments)
	for i := range out {
		out[i].NodeID = nodeID(out[i].ID)
	}
	return out
}

// editorOf is the one query of GraphQL that the action makes. There the login of an app has no [bot].
func (g *github) editorOf(r *http.Request) (int, any) {
	var sent struct {
		Query     string
		Variables struct{ ID string }
	}
	const want = "query($id: ID!) { node(id: $id) { ... on IssueComment { body lastEditedAt editor { __typename login } } } }"
	if err := json.NewDecoder(r.Body).Decode(&sent); err != nil || sent.Query != want {
		g.t.Errorf("the query is %q (%v)", sent.Query, err)
	}
	if g.silent {
		return http.StatusOK, map[string]any{"data": map[string]any{"node": nil}, "errors": []any{map[string]any{"type": "NOT_FOUND"}}}
	}
	for _, list := range g.comments {
		for _, c := range list {
			if nodeID(c.ID) != sent.Variables.ID {
				continue
			}
			node := map[string]any{"body": c.Body, "lastEditedAt": nil, "editor": nil}
			if c.editor != "" {
				node["lastEditedAt"] = "2026-11-23T12:00:00Z"
			}
			if login, bot := strings.CutSuffix(c.editor, "[bot]"); c.editor != "" && c.editor != ghost {
				node["editor"] = map[string]any{"__typename": map[bool]string{true: "Bot", false: "User"}[bot], "login": login}
			}
			return http.StatusOK, map[string]any{"data": map[string]any{"node": node}}
		}
	}
	return http.StatusOK, map[string]any{"data": map[string]any{"node": nil}}
}

func (g *github) listIssues(r *http.Request) (int, any) {
	if r.URL.Query().Get("state") != "open" {
		g.t.Errorf("issues of which state? %s", r.URL)
	}
	return page(r, slices.DeleteFunc(slices.Clone(g.issues), func(i githubText) bool { return i.State != "open" }))
}

func (g *github) addIssue(r *http.Request) (int, any) {
	sent := g.read(r, "title", "body")
	added := by(githubBot, githubText{ID: 5000 + len(g.issues), Number: 100 + len(g.issues), Title: sent["title"], Body: sent["body"], State: "open"})
	g.issues = append(g.issues, added)
	return http.StatusCreated, added
}

func (g *github) editIssue(r *http.Request) (int, any) {
	sent := g.read(r, "title", "body", "state", "state_reason")
	for i := range g.issues {
		if g.issues[i].Number == g.number(r) {
			g.issues[i].Body = sent["body"]
			if sent["state"] != "" {
				g.issues[i].State = sent["state"]
			}
			return http.StatusOK, g.issues[i]
		}
	}
	return http.StatusNotFound, map[string]string{"message": "Not Found"}
}

// page returns the page of a list that was asked for.
func page[T any](r *http.Request, list []T) (int, any) {
	number, err := strconv.Atoi(r.URL.Query().Get("page"))
	size, errSize := strconv.Atoi(r.URL.Query().Get("per_page"))
	if err != nil || errSize != nil || size < 1 || size > 100 || number < 1 {
		return http.StatusUnprocessableEntity, map[string]string{"message": fmt.Sprint("no page: ", r.URL)}
	}
	from := min(len(list), (number-1)*size)
	return http.StatusOK, append([]T{}, list[from:min(len(list), from+size)]...)
}
