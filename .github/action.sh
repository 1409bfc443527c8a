#!/usr/bin/env bash
# This is what action.yml runs: it runs bh, and shows the result on GitHub. All input comes
# from the environment and from files, so that no text of a pull request ever becomes
# part of a script.
set -euo pipefail
shopt -s inherit_errexit

# tell KIND TEXT adds a note to a run: an error, a warning or a notice. The runner reads it
# as one line, so line breaks are escaped.
tell() {
  local text=${2//%/%25}
  text=${text//$'\r'/%0D}
  printf '::%s::%s\n' "$1" "${text//$'\n'/%0A}" >&2
}

fail() {
  tell error "$*"
  exit 1
}

# say TEXT adds a line to the summary of the step.
say() { printf '\n%s\n' "$1" >>"${GITHUB_STEP_SUMMARY:-/dev/null}"; }

# output NAME VALUE sets an output of the step.
output() { printf '%s=%s\n' "$1" "$2" >>"$GITHUB_OUTPUT"; }

# find takes bh from the archive of a release. checksums.txt lies beside the archive, so it only
# shows that the download is whole. What counts is the provenance: it proves that this repository's
# release workflow built the archive from the very commit, or tag, at which the workflow pins this
# action. Where there is no such proof, bh is built from the files of that commit.
find() {
  local folder=$RUNNER_TEMP/bh-action suffix='' version code=0 said
  local -a what=()
  [ "$RUNNER_OS" != Windows ] || suffix=.exe
  version=$(<"$GITHUB_ACTION_PATH/.release-version")
  output bh "$folder/bh$suffix"
  if [[ $ACTION_REF =~ ^[0-9a-f]{40}$ ]]; then what=(--commit "$ACTION_REF"); elif [ "$ACTION_REF" = "v$version" ]; then what=(--provenance); fi
  # Only GitHub itself keeps provenance, and only it may see the job's token for GitHub.
  if [ "${#what[@]}" -gt 0 ] && [ -n "$ACTION_REPOSITORY" ] && [ "$GITHUB_SERVER_URL" = https://github.com ]; then
    said=$(GH_TOKEN=$ACTION_TOKEN sh "$GITHUB_ACTION_PATH/install.sh" --repository "$ACTION_REPOSITORY" --version "$version" --to "$folder" "${what[@]}" 2>&1) || code=$?
    quoted printf '%s\n' "$said" >&2
    case $code in
      0) return ;;
      3) printf 'There is no archive of bh %s to take, so bh is built from source.\n' "$version" >&2 ;;
      4) tell warning "The archive of bh $version is not proved to be built from $ACTION_REF, so bh is built from source: $said" ;;
      *) fail "The archive of bh $version was not taken: $said" ;;
    esac
  fi
  output build true
  # An apply and a rotation take nothing from a cache, since other workflows can write to it.
  case $ACTION_COMMAND in plan | drift) output key "bh-$RUNNER_OS-$RUNNER_ARCH-$(sources)" ;; esac
}

# sources prints a digest of the action's files. hashFiles() and setup-go's own cache cannot: they
# see the workspace alone, and an action lies beside it.
sources() {
  cd "$GITHUB_ACTION_PATH"
  command find . -name .git -prune -o -type f -print | LC_ALL=C sort >"$work/files"
  { cat "$work/files" && git hash-object --no-filters --stdin-paths <"$work/files"; } | git hash-object --stdin
}

# build builds bh from the action's files.
build() { (cd "$GITHUB_ACTION_PATH" && CGO_ENABLED=0 go build -trimpath -o "$ACTION_BINARY" ./cmd/bh); }

# quoted runs a command whose output may hold text from elsewhere, which the runner must
# not read as commands to itself.
quoted() {
  local code=0 stop
  stop=$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')
  printf '::stop-commands::%s\n' "$stop" >&2
  "$@" &
  child=$!
  # A signal ends a wait, and the command may take a while to end after it.
  while :; do
    code=0
    wait "$child" || code=$?
    kill -0 "$child" 2>/dev/null || break
  done
  child=
  printf '::%s::\n' "$stop" >&2
  return "$code"
}

# stop passes the end of a job on to bh. A runner that cancels a job, or whose time is up, sends
# SIGINT to this shell alone, SIGTERM after 7.5 seconds, and kills everything 2.5 seconds later. At
# the first one bh finishes what it is doing and saves the state, at the second it cuts that off.
stop() {
  child=${child:-${!-}} # the signal may come between the two commands that start it and keep its id
  [ -n "$child" ] || exit 143
  kill -TERM "$child" 2>/dev/null || exit 143
}

# bh runs the binary with the flags that every command gets. It does not get the token for
# GitHub, which it does not need.
bh() {
  local verb=$1
  shift
  local -a flags=(--chdir "$ACTION_DIRECTORY")
  [ -z "$ACTION_FILE" ] || flags+=(--file "$ACTION_FILE")
  quoted env -u ACTION_TOKEN BH_CLI_ARGS="${BH_CLI_ARGS-} $ACTION_ARGS" "$ACTION_BINARY" "$verb" "${flags[@]}" "$@"
}

# api METHOD PATH [FILE] sends a request about the repository and prints the answer.
api() { request "$1" "$GITHUB_API_URL/repos/$GITHUB_REPOSITORY/$2" "${@:3}"; }

# request METHOD URL [FILE] sends a request and prints the answer. The token goes to standard
# input, because every process can see arguments.
request() {
  local method=$1 url=$2
  local -a more=()
  [ "$method" != GET ] || more=(--retry 3)
  [ $# -lt 3 ] || more+=(--header 'Content-Type: application/json' --data-binary "@$3")
  curl --silent --show-error --fail-with-body --max-time 60 --request "$method" "${more[@]}" \
    --header 'Accept: application/vnd.github+json' --header 'X-GitHub-Api-Version: 2022-11-28' --config - \
    "$url" <<<"header = \"Authorization: Bearer $ACTION_TOKEN\""
}

# all PATH prints every element of a list, one per line, from all of its pages.
all() {
  local path=$1 page=1 answer separator='?'
  case $path in *\?*) separator='&' ;; esac
  while :; do
    answer=$(api GET "$path${separator}per_page=100&page=$page") || return
    jq -c '.[]' <<<"$answer"
    [ "$(jq length <<<"$answer")" -eq 100 ] || return 0
    page=$((page + 1))
  done
}

# marker FILE prints the first line of a page, by which it is found again.
marker() {
  local line=
  IFS= read -r line <"$1" || true
  case $line in
    '<!-- bh'*' -->') printf '%s' "$line" ;;
    *) fail 'bh wrote no page that could be shown' ;;
  esac
}

# own MARKER prints the first element that has the marker and was written by bh's own
# author: others can write what looks like it. It reads all input, so that the writer is not cut off.
own() {
  jq -sc --arg marker "$1" --arg author "$ACTION_AUTHOR" \
    'map(select(.user.login == $author and (.body // "" | split("\n")[0] // "" | rtrimstr("\r")) == $marker)) | .[0] // empty'
}

# event FILTER reads from the event that started the run.
event() { jq -r "$1 // empty" "$GITHUB_EVENT_PATH"; }

# comment NUMBER PAGE shows a page on a pull request. It updates bh's comment if there is one.
comment() {
  local number=$1 page=$2 first found id author
  first=$(marker "$page")
  found=$(all "issues/$number/comments" | own "$first")
  jq -n --rawfile body "$page" '{body: $body}' >"$page.json"
  if [ -n "$found" ]; then
    id=$(jq .id <<<"$found")
    found=$(api PATCH "issues/comments/$id" "$page.json")
  else
    found=$(api POST "issues/$number/comments" "$page.json")
  fi || fail 'The comment cannot be written: does the job have pull-requests: write?'
  author=$(jq -r '.user.login // empty' <<<"$found")
  [ "$author" = "$ACTION_AUTHOR" ] || fail "The comment was written as $author, and the input author is $ACTION_AUTHOR: an apply would not read it. Set author to $author."
}

# plan fails on errors but not on changes. The page of an offline plan is only in the summary
# of the step: the job of a fork may not write comments, and nothing applies that plan.
plan() {
  local page=$work/page.md code=0 number
  local -a flags=()
  [ "$ACTION_OFFLINE" != true ] || flags+=(--offline)
  : >"$page"
  bh plan --format markdown "${flags[@]}" >"$page" || code=$?
  quoted cat "$page" >&2
  number=$(event .pull_request.number)
  if [ "$ACTION_COMMENT" = true ] && [ "$ACTION_OFFLINE" != true ] && [ -n "$number" ] && [ -s "$page" ]; then
    comment "$number" "$page"
  fi
  return "$code"
}

# merged prints the numbers of the pull requests whose merge made this commit. A merge also
# closes those whose commits it contains.
merged() {
  local number
  number=$(event 'select(.pull_request.merged) | .pull_request.number')
  if [ -z "$number" ]; then
    number=$(all "commits/$GITHUB_SHA/pulls" | jq -r --arg commit "$GITHUB_SHA" --arg repository "$GITHUB_REPOSITORY" \
      'select(.merged_at != null and .merge_commit_sha == $commit and .base.repo.full_name == $repository) | .number')
  fi
  printf '%s' "$number"
}

# unedited prints the body of a comment that nobody but its author has changed. People who
# may write to the repository can edit the comments of others, and only this API says so.
unedited() {
  local id=$1 answer editor
  # shellcheck disable=SC2016 # it is GraphQL's variable
  jq -n --arg id "$id" '{query: "query($id: ID!) { node(id: $id) { ... on IssueComment { body lastEditedAt editor { __typename login } } } }", variables: {id: $id}}' >"$work/query.json"
  answer=$(request POST "$GITHUB_GRAPHQL_URL" "$work/query.json") || fail 'GitHub does not say who edited the comment with the plan.'
  # The edit of an account that was deleted since remains, but without an editor.
  editor=$(jq -r --arg author "$ACTION_AUTHOR" '.data.node | if .body == null then "unknown"
    elif .editor != null then (.editor.login | rtrimstr("[bot]")) + (if .editor.__typename == "Bot" then "[bot]" else "" end)
    elif .lastEditedAt != null then "an account that is gone"
    else $author end' <<<"$answer")
  [ "$editor" != unknown ] || fail 'GitHub does not say who edited the comment with the plan.'
  [ "$editor" = "$ACTION_AUTHOR" ] || fail "The comment with the plan was edited by $editor, so its digest does not count. Run the job of the pull request again, or give the digest as expect."
  jq -r .data.node.body <<<"$answer"
}

# digest MARKER prints the digest of a page that begins with the marker. It is in the last line.
# Only the page of a plan that succeeded has that line.
digest() {
  jq -Rsr --arg marker "$1" 'gsub("\r\n"; "\n") | split("\n") | select(.[0] == $marker)
    | map(select(. != "")) | .[-1] | capture("^<!-- bh:digest (?<digest>[0-9a-f]{64}) -->$").digest'
}

# approved prints the digest in the comment on the merged pull request. If there are several, it
# prefers the one that equals the digest of a fresh plan, which also identifies this stack's comment.
approved() {
  local number numbers page=$work/page.md first found current chosen=
  GITHUB_OUTPUT=$work/outputs GITHUB_STEP_SUMMARY='' bh plan --quiet --format markdown >"$page" 2>"$work/plan.log" || {
    cat "$work/plan.log" >&2
    return 1
  }
  first=$(marker "$page")
  current=$(digest "$first" <"$page")
  # A plan without changes needs no approval: a push, or the merge of a fork, does not fail for lack of one. Nor
  # does one of rotations that are due, which this apply leaves to bh rotate --due.
  if grep -qsx needs_approval=false "$work/outputs"; then
    printf '%s' "$current"
    return
  fi
  numbers=$(merged)
  for number in $numbers; do
    found=$(all "issues/$number/comments" | own "$first" | jq -r .node_id)
    [ -n "$found" ] || continue
    found=$(unedited "$found")
    found=$(digest "$first" <<<"$found")
    if [ -z "$chosen" ] || [ "$found" = "$current" ]; then chosen=$found; fi
  done
  printf '%s' "$chosen"
}

# apply runs bh apply if the plan is still the one that was approved.
apply() {
  local digest=$ACTION_EXPECT
  if [ "$digest" = none ]; then
    local without='expect: none: this applies whatever is planned now. It is not compared with the plan that the pull request showed, so what changed since then is done as well.'
    tell warning "$without"
    say "**$without**"
    renew apply --auto-approve
    return
  fi
  if [ -z "$digest" ]; then
    digest=$(approved)
  fi
  [ -n "$digest" ] || quoted cat "$work/page.md" >&2
  [ -n "$digest" ] || fail 'No plan was found in a comment on the pull request of this commit. Give its digest as expect, or expect: none to apply whatever is planned.'
  [[ $digest =~ ^(sha256:)?[0-9a-f]{64}$ ]] || fail 'expect is a digest of 64 hexadecimal digits, or none.'
  renew apply --expect "$digest"
}

# rotate renews the keys that are due.
rotate() { renew rotate --due --auto-approve; }

# renew runs what may renew keys, and names those projects whose item holds a new key by now, also
# where something failed after it.
renew() {
  local code=0 lines=$work/lines.jsonl
  : >"$lines"
  bh "$@" --json-into "$lines" 2>&1 || code=$?
  output rotated "$(rotated <"$lines")"
  return "$code"
}

# rotated reads JSON lines and prints a list of addresses. A key is in its item when the step after
# its storing begins, or the operation is done.
rotated() {
  jq -nRc '[inputs | fromjson? | select(.hook.resource.addr)] | group_by(.hook.resource.addr)
    | map(select(any(.type == "apply_start" and (.hook.action | IN("rotate", "heal"))))
      | .[(map(.hook.step == "store_credential") | index(true)) // length + 1:][1:]
      | select(any(.type == "apply_progress" or .hook.outcome == "done"))
      | .[0].hook.resource.addr)'
}

# drift keeps one issue open for as long as there is drift.
drift() {
  local page=$work/page.md code=0 first found number
  bh drift --format markdown >"$page" || code=$?
  quoted cat "$page" >&2
  case $code in 0 | 2) ;; *) return "$code" ;; esac
  first=$(marker "$page")
  found=$(all 'issues?state=open' | jq -c --arg title "$ACTION_ISSUE_TITLE" 'select(.pull_request == null and .title == $title)' | own "$first")
  number=$([ -z "$found" ] || jq .number <<<"$found")
  if [ "$code" -eq 2 ]; then
    jq -n --arg title "$ACTION_ISSUE_TITLE" --rawfile body "$page" '{title: $title, body: $body}' >"$page.json"
    if [ -n "$number" ]; then
      api PATCH "issues/$number" "$page.json" >/dev/null
    else
      api POST issues "$page.json" >/dev/null
    fi
  elif [ -n "$number" ]; then
    jq -n --rawfile body "$page" '{body: $body, state: "closed", state_reason: "completed"}' >"$page.json"
    api PATCH "issues/$number" "$page.json" >/dev/null
  fi || fail 'The issue cannot be written: does the job have issues: write?'
}

child=
work=$(mktemp -d "$RUNNER_TEMP/bh-work.XXXXXX")
trap 'rm -rf "$work"' EXIT
trap stop INT TERM
case ${1-} in
  find | build | plan | apply | drift | rotate) "$1" ;;
  *) fail "The command is plan, apply, drift or rotate, and not ${1-}" ;;
esac
