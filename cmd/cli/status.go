package cli

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/urfave/cli/v2"

	"buckethead/cmd/view"
	"buckethead/config"
	"buckethead/config/addr"
	"buckethead/config/diag"
	"buckethead/config/words"
	"buckethead/state"
)

func statusCommand(r *run) *cli.Command {
	return &cli.Command{Name: "status", Usage: "show each key, its age and when it is due, from the state",
		ArgsUsage: "[PROJECT]", Flags: vendorFlags(proveFlag()),
		Action: func(c *cli.Context) error {
			flags, err := r.flags(c)
			if err != nil {
				return err
			}
			return inSession(c.Context, r, flags.partly(), func(s *session) error {
				return runStatus(c.Context, s, c.Args().First(), c.Bool("prove"))
			})
		}}
}

// projectStatus is one line of bh status.
type projectStatus struct {
	Address     addr.Address `json:"address"`
	Bucket      string       `json:"bucket,omitempty"`
	AccessKeyID string       `json:"access_key_id,omitempty"`
	IssuedAt    time.Time    `json:"issued_at,omitzero"`
	ExpiresAt   time.Time    `json:"expires_at,omitzero"`
	RotateAt    time.Time    `json:"rotate_at,omitzero"`
	Retiring    int          `json:"retiring"`
	RevokeAt    time.Time    `json:"revoke_at,omitzero"` // when the first of the retiring keys ends
	Proof       state.Proof  `json:"proof"`
	Item        string       `json:"item,omitempty"`
	Due         string       `json:"due,omitempty"`
	isDue       bool         // by now, so that bh rotate --due has something to do
	Opens       string       `json:"opens,omitempty"` // the result of --prove, in words
}

func runStatus(ctx context.Context, s *session, what string, prove bool) error {
	list, err := records(ctx, s, what)
	if err != nil {
		return err
	}
	declared := map[addr.Address]*config.Project{}
	for i := range s.config.Projects {
		declared[s.config.Projects[i].Addr] = &s.config.Projects[i]
	}
	now := s.run.Now()
	unknown, lacks := map[string]bool{}, []config.Lack{}
	for _, r := range list {
		if name := r.Project.Name; !unknown[name] && r.Active != nil {
			found := s.config.Lacking(name, "rotate", "for_each")
			unknown[name] = len(found) > 0
			lacks = append(lacks, found...)
		}
	}
	lines := make([]projectStatus, 0, len(list))
	for _, r := range list {
		line := statusOf(r, declared[r.Project], now, s.reference(ctx))
		if line.Due == "" && unknown[r.Project.Name] {
			line.Due = "not known"
		}
		lines = append(lines, line)
	}
	s.view.Diagnostics(warnings(lacks))
	if prove {
		if err := s.proveStatus(ctx, list, lines); err != nil {
			return err
		}
	}
	if s.flags.json {
		return s.writeJSON(map[string]any{"format": view.LinesFormat, "projects": lines})
	}
	if len(lines) == 0 {
		_, err = fmt.Fprintln(s.run.Stdout, "The state holds no projects.")
		return err
	}
	rows := [][]string{{"PROJECT", "BUCKET", "KEY", "AGE", "EXPIRES", "DUE", "ITEM"}}
	for _, l := range lines {
		rows = append(rows, []string{l.Address.Label(), l.Bucket, l.AccessKeyID, ageOf(l.IssuedAt, now),
			cmp.Or(words.Day(l.ExpiresAt), "-"), cmp.Or(l.due(now), "-"), cmp.Or(l.Item, "-")})
	}
	if prove {
		rows[0] = append(rows[0], "STORED KEYS")
		for i, l := range lines {
			rows[i+1] = append(rows[i+1], cmp.Or(l.Opens, "-"))
		}
	}
	if _, err = fmt.Fprint(s.run.Stdout, s.table(rows)); err != nil {
		return err
	}
	if slices.ContainsFunc(lines, func(l projectStatus) bool { return l.isDue }) {
		s.view.Note("To do what is due, and nothing else: bh rotate --due")
	}
	return nil
}

// proveStatus proves the stored keys of records, for bh status.
func (s *session) proveStatus(ctx context.Context, list []state.Record, lines []projectStatus) error {
	snap, _, err := s.readState(ctx)
	if err != nil {
		return err
	}
	verdicts, err := s.prove(ctx, snap, list)
	for _, v := range verdicts {
		lines[slices.IndexFunc(lines, func(l projectStatus) bool { return l.Address == v.project })].Opens = v.text()
	}
	return err
}

func statusOf(r state.Record, d *config.Project, now time.Time,
	reference func(connection, id, title string) string) projectStatus {
	out := projectStatus{Address: r.Project, Retiring: len(r.Retiring), Proof: r.Proof}
	if r.Bucket != nil {
		out.Bucket = r.Bucket.Name
	} else if r.Item != nil {
		out.Bucket = r.Item.Fields["bucket"]
	}
	if r.Item != nil {
		out.Item = reference(r.Secrets, r.Item.ID, r.Item.Title)
	}
	if !r.Finished() {
		out.Due = "unfinished: apply again"
	}
	if r.Active == nil {
		return out
	}
	out.AccessKeyID, out.IssuedAt, out.ExpiresAt = r.Active.ID, r.Active.IssuedAt, r.Active.ExpiresAt
	if d != nil && d.Rotate != nil && d.Rotate.Every > 0 {
		out.RotateAt = out.IssuedAt.Add(d.Rotate.Every)
	}
	owed := false // a key that an interrupted run left
	for _, c := range r.Retiring {
		owed = owed || c.RetireAfter.IsZero()
		if !c.RetireAfter.IsZero() && (out.RevokeAt.IsZero() || c.RetireAfter.Before(out.RevokeAt)) {
			out.RevokeAt = c.RetireAfter
		}
	}
	passed := func(t time.Time) bool { return !t.IsZero() && !t.After(now) }
	out.isDue = out.Due == "" && d != nil && !r.Registered &&
		(owed || passed(out.ExpiresAt) || passed(out.RotateAt) || passed(out.RevokeAt))
	switch {
	case out.Due != "":
	case passed(out.ExpiresAt):
		out.Due = "expired"
	case owed:
		out.Due = "end of an older key"
	default:
		out.Due = dueAt("rotation", out.RotateAt, now)
	}
	return out
}

// due says what the next applies do about the keys, and when: the earliest first.
func (p projectStatus) due(now time.Time) string {
	revocation := dueAt("revocation", p.RevokeAt, now)
	if p.RevokeAt.Before(p.RotateAt) {
		return words.Join(", ", revocation, p.Due)
	}
	return words.Join(", ", p.Due, revocation)
}

// dueAt says when something is due, "" if it never is.
func dueAt(what string, at, now time.Time) string {
	switch {
	case at.IsZero():
		return ""
	case !at.After(now):
		what += " since"
	}
	return what + " " + words.Day(at)
}

// warnings returns what keeps bh from knowing when a rotation is due.
func warnings(lacks []config.Lack) diag.List {
	out := config.FaultsOf(lacks)
	for i := range out {
		out[i].Severity = diag.Warning
		out[i].Detail += " Without it, bh does not know when a rotation is due."
	}
	return out
}

func ageOf(from, now time.Time) string {
	switch d := now.Sub(from); {
	case from.IsZero():
		return "-"
	case d < time.Hour:
		return fmt.Sprintf("%dm", int(d/time.Minute))
	case d < 48*time.Hour:
		return fmt.Sprintf("%dh", int(d/time.Hour))
	default:
		return fmt.Sprintf("%dd", int(d/(24*time.Hour)))
	}
}
